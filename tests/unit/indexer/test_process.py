"""The indexer as a process: one is elected, takes over what a dead one left, and ends when told to."""

import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from indexer import process
from indexer.documents import SCHEMAS
from indexer.leader import Leadership, indexer_lock
from indexer.port import Document
from indexer.sync import run
from repositories import outbox, projection
from tests.unit.indexer.moving import World


def test_one_leader_at_a_time(tmp_path: Path) -> None:
    first, second = Leadership(tmp_path / "a" / "lock"), Leadership(tmp_path / "a" / "lock")
    assert first.acquire()
    assert first.acquire()
    assert not second.acquire()
    first.release()
    assert second.acquire()
    assert second.held
    second.release()


def test_leases_of_a_dead_indexer_are_taken_over(world: World) -> None:
    world.publish("石墨烯")
    outbox.claim(world.database, "dead", 10, timedelta(hours=1), datetime.now(UTC))
    assert process.drain_now(world.database, world.index, world.embedder, world.locks, 20)
    assert world.found("石墨烯") == 1
    with world.database.read() as session:
        assert not projection.waiting(session, datetime.now(UTC))


def test_the_process_indexes_and_stops(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words do not wait for vectors: each row is written twice, first without and then with its own."""
    write, written = world.index.write, []

    def recorded(library: str, documents: Sequence[Document], tombstones=(), generations=None) -> Any:
        if generations is None:  # what a rebuild writes beside the drain is another matter
            written.extend((document.title, document.vector is not None) for document in documents)
        return write(library, documents, tombstones, generations)

    world.publish("石墨烯甲")
    stop = threading.Event()
    thread = threading.Thread(
        target=process.serve, args=(world.database, world.index, world.embedder, world.locks, stop)
    )
    thread.start()
    try:
        until(lambda: world.index.state("achievements").with_vector == 1)
        assert not indexer_lock(world.locks).acquire()
        monkeypatch.setattr(world.index, "write", recorded)
        world.publish("碳纤维")
        until(lambda: world.index.state("achievements").with_vector == 2)
        assert world.found("碳纤维") == 1
        assert written == [("碳纤维", False), ("碳纤维", True)]
        until(lambda: all(world.index.state(library).generation for library in SCHEMAS))
    finally:
        stop.set()
        thread.join(15)
    assert not thread.is_alive()
    assert indexer_lock(world.locks).acquire()


def until(what: Callable[[], object]) -> None:
    """Wait until it is so; on a machine with nothing else to do a second is enough."""
    deadline = time.monotonic() + 60
    while not what():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def test_the_drain_outlives_a_stumble(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()
    calls: list[int] = []

    def step(*_: object) -> object:
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("the database restarts")
        stop.set()
        return type("Idle", (), {"idle": True})()

    monkeypatch.setattr(world.sync, "step", step)
    monkeypatch.setattr(stop, "wait", lambda seconds: None)
    run(world.sync, stop)
    assert len(calls) == 2
