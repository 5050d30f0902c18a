"""The server and the indexer killed −9 in the middle of writes, frozen, blocked, crowded: nothing is lost, nothing leaks.

One server of this module's own is the victim. It admits very little at once, so that writes are refused for lack of
room all the time.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path

import pytest

from indexer.port import IndexUnavailable, Query, Tombstone
from indexer.sync import Sync
from repositories import outbox
from services import accounts
from tests.elastic.server import Node
from tests.hashing import HashEmbedder
from tests.integration.elasticsearch.conftest import settings_for
from tests.integration.elasticsearch.facts import LIBRARY, Facts
from tests.support import World, make_world

ROOT = Path(__file__).resolve().parents[3]
MOMENTS = (0.0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.15)
"""Seconds after a bulk request began."""
AT_ONCE = 4
"""Platforms that write while the server dies, each caught at a moment of its own: the server takes longer to start than
all the rest."""


@dataclass
class Stage:
    """A platform, the server it depends on, and the facts of one library."""

    world: World
    node: Node
    facts: Facts
    env: dict[str, str]

    @property
    def embedder(self) -> HashEmbedder:
        """Of the platform's model id, so that both agree about the index."""
        return HashEmbedder(self.world.platform.embedder.model_id)

    def counted(self) -> tuple[int, int]:
        """(lost, leaked) after everything waiting was written."""
        index = self.world.platform.index
        self.facts.settle(index, self.embedder)
        return self.facts.lost_and_leaked(index, self.world.platform.embedder.model_id)


@pytest.fixture(scope="module")
def victim() -> Iterator[Node]:
    node = Node({"indexing_pressure.memory.limit": "96kb"})
    try:
        node.start()
        yield node
    finally:
        node.remove()


@contextmanager
def staged(victim: Node, folder: Path) -> Iterator[Stage]:
    """A platform in this folder, closed with the block."""
    env = settings_for(victim.url) | {"SANKU_DATA": str(folder)}
    world = make_world(folder, env)
    yield Stage(world, victim, Facts(world.platform.database), env)
    world.platform.database.close()
    world.platform.index.close()


@pytest.fixture
def stage(victim: Node, tmp_path: Path) -> Iterator[Stage]:
    with staged(victim, tmp_path / "data") as one:
        yield one


@pytest.fixture
def stages(victim: Node, tmp_path: Path) -> Iterator[list[Stage]]:
    with ExitStack() as opened:
        yield [opened.enter_context(staged(victim, tmp_path / f"data{n}")) for n in range(AT_ONCE)]


@contextmanager
def indexing(env: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """The drain in a process, ended with the block."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("SANKU_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.elasticsearch.indexing"], cwd=ROOT, env={**clean, **env},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def killed_in_writes(stages: Sequence[Stage], delays: Sequence[float]) -> None:
    """Facts come in, an indexer of each stage has a bulk request to send, and they begin one after the other, so that
    the server and all of them are killed *delays* seconds after."""
    for stage in stages:
        stage.facts.stir(60)
    with ExitStack() as opened:
        indexers = [opened.enter_context(indexing(stage.env)) for stage in stages]
        for indexer in indexers:
            assert indexer.stdout is not None
            assert "begin\n" in indexer.stdout, "it ended without a write"
        waiting = sorted(zip(delays, indexers, strict=True), key=itemgetter(0), reverse=True)
        for (delay, indexer), later in zip(waiting, [*sorted(delays, reverse=True)[1:], 0.0], strict=True):
            assert indexer.stdin is not None
            indexer.stdin.write("go\n")
            indexer.stdin.flush()
            time.sleep(delay - later)
        for indexer in indexers:
            indexer.send_signal(signal.SIGKILL)
        stages[0].node.kill()


def test_killed_at_eight_moments_nothing_is_lost_or_leaked(stages: list[Stage], victim: Node) -> None:
    first = stages[0]
    need = first.world.listing(first.world.operator(), "needs", title="断电期间也要能看的需求")
    for start in range(0, len(MOMENTS), AT_ONCE):
        killed_in_writes(stages, MOMENTS[start : start + AT_ONCE])
        while_the_engine_is_away(first, need.id)
        victim.start()
        # It answers by itself, without anything being restarted on our side.
        for stage in stages:
            stage.world.platform.index.state(LIBRARY)
    counts = [stage.counted() for stage in stages]
    print(
        f"{len(MOMENTS)} writes cut by killing indexer and server; (lost, leaked) of each platform: {counts}"
    )
    assert counts == [(0, 0)] * AT_ONCE
    assert first.world.client().get("/achievements").status_code == 200


def while_the_engine_is_away(stage: Stage, need_id: int) -> None:
    """Posting works, pages answer, programs are told when to ask again, and what is withdrawn is not shown."""
    world, began = stage.world, time.monotonic()
    operator = world.client("operator@example.org")
    posted = world.listing(
        world.operator(f"o{time.time_ns()}@example.org"), "needs", title="停机时发布的需求"
    )
    for path, status in (("/", 200), (f"/needs/{posted.id}", 200), (f"/needs/{need_id}", 200), ("/operator/system", 200),
                         ("/achievements?q=激光", 503), ("/readyz", 503), ("/healthz", 200)):  # fmt: skip
        answer = operator.get(path)
        assert answer.status_code == status, path
    assert "索引不可用" in operator.get("/operator/system").get_data(as_text=True)
    token = accounts.issue_token(world.platform, "operator@example.org")
    for path in ("/api/v1/achievements?q=激光", f"/api/v1/needs/{posted.id}/recommendations"):
        answer = world.app.test_client().get(path, headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (503, True)
    withdrawn = stage.facts.ids[-1]
    stage.facts.withdraw([withdrawn])
    assert world.client().get(f"/achievements/{withdrawn}").status_code == 404
    stage.facts.stir(10)
    # Jobs go back without counting as attempts, however often they are tried.
    sync = Sync(world.platform.database, world.platform.index, stage.embedder)
    for _ in range(outbox.MAX_ATTEMPTS + 2):
        sync.step()
    with world.platform.database.read() as session:
        assert outbox.depth(session)[1] == 0
    assert time.monotonic() - began < 60


def test_a_frozen_server_costs_a_moment_and_no_answer_is_made_up(stage: Stage) -> None:
    stage.facts.publish(5)
    stage.facts.settle(stage.world.platform.index, stage.embedder)
    index = stage.world.platform.index
    stage.node.freeze()
    try:
        began = time.monotonic()
        for _ in range(3):
            with pytest.raises(IndexUnavailable):
                index.search(Query(LIBRARY, "激光"))
        assert time.monotonic() - began < 8, "only the first one waits for the time-out"
        assert stage.world.client().get("/").status_code == 200
    finally:
        stage.node.thaw()
    time.sleep(1.5)
    assert index.search(Query(LIBRARY, "激光")).total == 5


@pytest.mark.parametrize("block", ["index.blocks.write", "index.blocks.read_only_allow_delete"])
def test_a_write_block_delays_and_loses_nothing(stage: Stage, block: str) -> None:
    """The second is what a server sets by itself when its disk is nearly full."""
    index = stage.world.platform.index
    stage.facts.publish(10)
    stage.facts.settle(index, stage.embedder)
    (name,) = index.live(LIBRARY)
    stage.node.call("PUT", f"/{name}/_settings", {block: True})
    stage.facts.stir(12)
    sync = Sync(stage.world.platform.database, index, stage.embedder)
    sync.step()
    with stage.world.platform.database.read() as session:
        waiting, parked, _ = outbox.depth(session)
    assert (waiting > 0, parked) == (True, 0)
    assert index.search(Query(LIBRARY, "激光")).total > 0
    stage.node.call("PUT", f"/{name}/_settings", {block: None})
    assert stage.counted() == (0, 0)


def test_a_crowded_server_is_written_to_in_smaller_pieces(stage: Stage) -> None:
    stage.facts.publish(500)
    before = _rejections(stage.node)
    assert stage.counted() == (0, 0)
    refused = _rejections(stage.node) - before
    print(f"{refused} bulk requests were refused for lack of room")
    assert refused > 0


def test_what_the_server_refuses_for_good_harms_no_other(stage: Stage) -> None:
    """A tombstone of a row nobody knows, and one that is gone twice: neither is an error."""
    index = stage.world.platform.index
    stage.facts.publish(3)
    stage.facts.settle(index, stage.embedder)
    for _ in range(2):
        assert index.write(LIBRARY, [], [Tombstone(LIBRARY, 999_999, None)]).applied == 1
    assert stage.counted() == (0, 0)


def _rejections(node: Node) -> int:
    (about,) = node.call("GET", "/_nodes/stats/indexing_pressure")["nodes"].values()
    return int(about["indexing_pressure"]["memory"]["total"]["coordinating_rejections"])


@pytest.mark.soak
def test_killed_at_fifty_moments(stage: Stage) -> None:
    for number in range(50):
        killed_in_writes([stage], [(number * 37 % 50) / 200])
        stage.node.start()
    lost, leaked = stage.counted()
    print(f"50 kills of the indexer and the server: {lost} lost, {leaked} leaked")
    assert (lost, leaked) == (0, 0)
