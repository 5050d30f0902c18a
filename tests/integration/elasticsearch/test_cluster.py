"""Three nodes on loopback with one replica, one of them killed under load: searches go on and nothing is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.port import IndexUnavailable, Query
from indexer.rebuild import rebuild
from services.worker import locks
from tests.elastic.server import Node, cluster
from tests.hashing import HashEmbedder
from tests.integration.elasticsearch.conftest import settings_for
from tests.integration.elasticsearch.facts import LIBRARY, Facts
from tests.support import make_world

pytestmark = pytest.mark.soak


@pytest.fixture(scope="module")
def nodes() -> Iterator[list[Node]]:
    made = cluster(["one", "two", "three"])
    yield made
    for node in made:
        node.remove()


def test_a_node_dies_under_load(nodes: list[Node], tmp_path: Path) -> None:
    env = settings_for(",".join(node.url for node in nodes)) | {
        "SANKU_ELASTICSEARCH_SHARDS": "3", "SANKU_ELASTICSEARCH_REPLICAS": "1",
    }  # fmt: skip
    world = make_world(tmp_path / "data", env)
    here, facts = world.platform, Facts(world.platform.database)
    embedder = HashEmbedder(here.embedder.model_id)
    facts.publish(300)
    facts.settle(here.index, embedder)
    nodes[0].wait("green", 3)
    steady, stop = {*facts.ids[:80]}, threading.Event()
    answered, away, wrong = [0], [0], []

    def search() -> None:
        while not stop.is_set():
            try:
                found = {hit.id for hit in here.index.search(Query(LIBRARY, limit=3000)).words}
            except IndexUnavailable:
                away[0] += 1
                time.sleep(0.1)
                continue
            answered[0] += 1
            if not steady <= found:
                wrong.append(len(steady - found))

    readers = [threading.Thread(target=search) for _ in range(4)]
    for reader in readers:
        reader.start()
    began = time.monotonic()
    for number in range(40):
        if number == 10:
            nodes[2].kill()
        facts.publish(10)
        facts.withdraw(facts.ids[200:203])
        facts.settle(here.index, embedder)
    rebuild(here.database, here.index, embedder, LIBRARY, locks(here))
    stop.set()
    for reader in readers:
        reader.join()
    lost, leaked = facts.lost_and_leaked(here.index, embedder.model_id)
    print(
        f"{answered[0]} searches answered, {away[0]} told that the index was away, {len(wrong)} wrong, "
        f"in {time.monotonic() - began:.0f} s; {lost} lost, {leaked} leaked"
    )
    assert (lost, leaked, wrong) == (0, 0, [])
    assert answered[0] > 10 * away[0]
    here.index.close()
    here.database.close()
