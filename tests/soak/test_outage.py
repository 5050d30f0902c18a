"""Minutes without the indexer, then minutes without the index: people go on, nothing withdrawn shows, all heals by itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from indexer.verify import verify
from repositories import outbox
from services import accounts
from tests.integration.worker.processes import answers, free_port, running, until, web
from tests.soak.traffic import WORD, Api, Ledger, Watcher, crowd, stop
from tests.support import World

OUTAGE_SECONDS = 150.0
PEOPLE = 2
PATIENCE = 1200
"""What piled up is encoded too; on a busy machine that takes minutes."""


@pytest.mark.soak
def test_minutes_without_indexer_and_without_index_heal_by_themselves(world: World) -> None:
    world.operator()
    token = accounts.issue_token(world.platform, "operator@example.org")
    data, ledger, port = world.platform.settings.data, Ledger(), free_port()
    with web(data, port):
        until(lambda: answers(port), 120, "the web did not answer")
        with running(data, "worker"):
            _traffic(
                port, token, ledger, 1, lambda: until(lambda: _counted(port) > 20, 180, "nothing was found")
            )
        known = _counted(port)
        # 1. nobody indexes: what was found is found, what is withdrawn is gone at once, what is new waits
        seen = _traffic(port, token, ledger, 2, lambda: time.sleep(OUTAGE_SECONDS))
        assert set(seen) == {200}
        assert _counted(port) < known
        assert _waiting(world) > 100
        with running(data, "worker"):
            _heals(world, ledger)
            # 2. the index cannot be read or written: listings are taken, lists say "try again", nothing is lost
            with _unreadable(world.platform.settings.index_folder):
                seen = _traffic(port, token, ledger, 3, lambda: time.sleep(OUTAGE_SECONDS))
                assert seen.get(503, 0) > 10
                assert Api(port).call("GET", "/readyz")[0] == 503
            _heals(world, ledger)
            until(lambda: _counted(port) == len(ledger.published()), 60, "the list is not whole")
        print(f"{len(ledger.told)} listings, {ledger.changed} changes, {len(ledger.withdrawn)} withdrawn")


def _traffic(
    port: int, token: str, ledger: Ledger, seed: int, lasting: Callable[[], object]
) -> dict[int, int]:
    """People and a watcher for as long as `lasting` takes; gives how often the list answered with which status."""
    people = crowd(port, token, ledger, PEOPLE, seed)
    watcher = Watcher(port, ledger)
    for one in (*people, watcher):
        one.start()
    lasting()
    stop(people, watcher)
    return watcher.answers


def _counted(port: int) -> int:
    """How many of the listings of this test the public list counts."""
    status, page = Api(port).call("GET", f"/api/v1/achievements?q={quote(WORD)}")
    assert status == 200
    return int(page["total"])


def _waiting(world: World) -> int:
    with world.platform.database.read() as session:
        return outbox.depth(session)[0]


def _heals(world: World, ledger: Ledger) -> None:
    """The queue empties without anybody's hand, nothing is parked for a person, and both sides are equal."""
    seconds = until(lambda: _waiting(world) == 0, PATIENCE, "the queue was not emptied")
    print(f"whole again after {seconds:.0f} s", flush=True)
    here = world.platform
    with here.database.read() as session:
        assert outbox.depth(session)[1] == 0
    assert verify(here.database, here.index, "achievements", here.embedder.model_id).clean
    found = {entry.id for entry in here.index.scan("achievements")}
    assert ledger.published() <= found
    assert not ledger.gone_before(float("inf")) & found


@contextmanager
def _unreadable(folder: Path) -> Iterator[None]:
    """What says which generation answers cannot be read, as after a broken disk; then it can again."""
    kept = {path: path.read_bytes() for path in folder.glob("*.json")}
    assert kept
    for pointer in kept:
        pointer.write_bytes(b"{")
    try:
        yield
    finally:
        for pointer, content in kept.items():
            pointer.write_bytes(content)
