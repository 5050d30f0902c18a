"""Backing the indices up into a folder and restoring them, as docs/operations.md tells it: for libraries too large to rebuild."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.port import Query
from indexer.verify import repair, verify
from tests.elastic.server import Node
from tests.hashing import HashEmbedder
from tests.integration.elasticsearch.conftest import settings_for
from tests.integration.elasticsearch.facts import LIBRARY, Facts
from tests.support import make_world

pytestmark = pytest.mark.soak

OURS = {"indices": "sanku-*", "include_global_state": False}


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    made = Node()
    made.settings["path.repo"] = [str(made.folder / "backup")]
    (made.folder / "backup").mkdir()
    try:
        yield made.start()
    finally:
        made.remove()


def test_what_was_backed_up_answers_again_and_is_brought_up_to_date(node: Node, tmp_path: Path) -> None:
    world = make_world(tmp_path / "data", settings_for(node.url, "sanku"))
    here, facts = world.platform, Facts(world.platform.database)
    embedder = HashEmbedder(here.embedder.model_id)
    facts.publish(60)
    facts.settle(here.index, embedder)
    kept = here.index.state(LIBRARY)
    node.call("PUT", "/_snapshot/sanku", {"type": "fs", "settings": {"location": "."}})
    made = node.call("PUT", "/_snapshot/sanku/one?wait_for_completion=true", OURS)
    assert made["snapshot"]["state"] == "SUCCESS"

    facts.stir(12)
    facts.settle(here.index, embedder)
    names = ",".join(node.call("GET", "/sanku-*/_alias"))
    node.call("DELETE", f"/{names}")
    assert here.index.search(Query(LIBRARY, "激光")).total == 0
    restored = node.call("POST", "/_snapshot/sanku/one/_restore?wait_for_completion=true", OURS)
    assert restored["snapshot"]["shards"]["failed"] == 0

    state = here.index.state(LIBRARY)
    assert (state.generation, state.number, state.documents) == (kept.generation, kept.number, 60)
    drift = verify(here.database, here.index, LIBRARY, embedder.model_id)
    assert drift.missing
    assert drift.stale
    assert drift.orphaned
    repair(here.database, here.index, drift, embedder.model_id)
    facts.settle(here.index, embedder)
    assert facts.lost_and_leaked(here.index, embedder.model_id) == (0, 0)
    here.index.close()
    here.database.close()
