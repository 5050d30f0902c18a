"""The drain, the rebuild and the comparison of both sides, on a real database and the embedded engine."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from indexer import process
from indexer.care import Care
from indexer.documents import SCHEMAS
from indexer.embedder import EmbeddingError
from indexer.engines import open_index
from indexer.leader import Leadership, indexer_lock, rebuild_lock
from indexer.port import Document, IndexUnavailable, Query, Tombstone
from indexer.rebuild import RebuildRefused, abandoned, due, rebuild
from indexer.sync import Sync, drain, run
from indexer.verify import repair, verify
from repositories import outbox, projection, schema
from repositories.achievements import Achievement
from repositories.database import Database
from repositories.shown import gone
from tests.hashing import HashEmbedder

NOW = datetime(2026, 5, 1, tzinfo=UTC)


class World:
    """A database, an index and what moves facts between them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.locks = folder / "locks"
        self.database = Database(f"sqlite:///{folder / 'sanku.db'}")
        schema.upgrade(self.database)
        self.embedder = HashEmbedder()
        self.index = self.opened()
        self.ahead = timedelta()
        self.sync = Sync(self.database, self.index, self.embedder, self.clock)

    def opened(self, model_id: str = "hash-fp32"):
        return open_index("embedded", self.folder / "index", model_id)

    def clock(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def publish(self, *titles: str) -> list[int]:
        ids = []
        with self.database.write() as session:
            for title in titles:
                row = Achievement(title=title, industry="C26", region="330203", modes=["license"], trl=5)
                session.add(row)
                session.flush()
                row.move(session, "publish", NOW)
                ids.append(row.id)
        return ids

    def change(self, row_id: int, do: Callable[[Achievement], None], verb: str = "") -> None:
        with self.database.write() as session:
            row = session.get(Achievement, row_id)
            assert row is not None
            do(row)
            if verb:
                row.move(session, verb, NOW)
            else:
                row.edited(session, NOW)

    def depth(self) -> tuple[int, int]:
        with self.database.read() as session:
            waiting, parked, _ = outbox.depth(session)
        return waiting, parked

    def found(self, text: str) -> int:
        return self.index.search(Query("achievements", text)).total

    def drift(self):
        return verify(self.database, self.index, "achievements", self.embedder.model_id)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.index.close()
    world.database.close()


def test_words_first_then_vectors(world: World) -> None:
    world.publish("石墨烯涂料", "锂电池")
    world.embedder.ready = False
    step = world.sync.step()
    assert (step.written, step.encoded, step.encoding) == (2, 0, 2)
    assert world.found("石墨烯") == 1
    assert world.index.state("achievements").with_vector == 0
    assert world.depth() == (2, 0)
    world.embedder.ready = True
    assert world.sync.step().encoded == 2
    assert world.depth() == (0, 0)
    assert world.index.state("achievements").with_vector == 2
    assert world.sync.step().idle


def test_a_drain_of_words_leaves_vectors_to_the_next(world: World) -> None:
    world.publish("石墨烯涂料")
    drain(world, encode=False)
    assert (world.found("石墨烯"), world.depth(), world.embedder.encoded) == (1, (1, 0), [])
    drain(world)
    assert (world.depth(), world.index.state("achievements").with_vector) == ((0, 0), 1)


def test_a_known_vector_is_not_made_again(world: World) -> None:
    (first,) = world.publish("石墨烯涂料")
    world.sync.drain()
    world.change(first, lambda row: setattr(row, "abstract", "新的正文"))
    world.sync.drain()
    assert world.embedder.encoded == ["石墨烯涂料"]
    assert world.found("新的正文") == 1
    assert world.drift().clean


def test_many_facts_about_one_row_are_one_write(world: World) -> None:
    (first,) = world.publish("石墨烯")
    for number in range(5):
        world.change(first, lambda row, n=number: setattr(row, "title", f"第{n}版标题"))
    world.sync.drain()
    assert world.found("第4版标题") == 1
    assert world.depth() == (0, 0)
    assert world.embedder.encoded == ["第4版标题"]


def test_withdrawn_and_erased_rows_go(world: World) -> None:
    first, second, third = world.publish("石墨烯甲", "石墨烯乙", "石墨烯丙")
    world.sync.drain()
    assert world.found("石墨烯") == 3
    world.change(first, lambda row: None, "withdraw")
    with world.database.read() as session:
        assert gone(session, "achievements", ("public", "members")) == (first,)
    with world.database.write() as session:
        session.delete(session.get(Achievement, second))
        outbox.record(session, "achievements", second, "erased")
    world.sync.drain()
    assert [hit.id for hit in world.index.search(Query("achievements", "石墨烯")).words] == [third]
    assert world.drift().clean


def test_confidential_and_contacts_are_in_no_document(world: World) -> None:
    from repositories.needs import Need

    with world.database.write() as session:
        row = Need(
            title="电池热失控", confidential="机密配方XJ9", contact_phone="13900001111", problem="预警"
        )
        session.add(row)
        session.flush()
        row.move(session, "publish", NOW)
    world.sync.drain()
    for text in ("机密配方", "xj9", "13900001111"):
        assert world.index.search(Query("needs", text)).total == 0
    assert world.index.search(Query("needs", "预警")).total == 1


def test_poison_is_parked_and_the_others_pass(world: World) -> None:
    world.publish("好的成果", "有毒文字", "另一成果")
    for _ in range(outbox.MAX_ATTEMPTS + 1):
        world.sync.drain()
        world.ahead += timedelta(minutes=10)
    assert world.depth() == (0, 1)
    with world.database.read() as session:
        (job,) = outbox.parked(session, 10)
    assert "no vector to be had" in job.error
    assert world.index.state("achievements").with_vector == 2
    assert world.found("有毒文字") == 1
    assert world.drift().without_vector == (job.subject_id,)


def test_index_away_counts_no_attempt_and_recovers(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.publish("石墨烯")
    write = world.index.write

    def away(*_: object, **__: object) -> None:
        raise IndexUnavailable("no answer")

    monkeypatch.setattr(world.index, "write", away)
    for _ in range(outbox.MAX_ATTEMPTS * 2):
        world.sync.step()
        world.ahead += timedelta(minutes=1)
    assert world.depth() == (1, 0)
    monkeypatch.setattr(world.index, "write", write)
    world.sync.drain()
    assert (world.depth(), world.found("石墨烯")) == ((0, 0), 1)


def test_model_away_keeps_words_and_parks_nothing(world: World) -> None:
    world.embedder.away, world.embedder.ready = True, False
    world.publish("石墨烯")
    for _ in range(outbox.MAX_ATTEMPTS * 2):
        world.sync.drain()
        world.ahead += timedelta(minutes=2)
    assert (world.depth(), world.found("石墨烯")) == ((1, 0), 1)
    world.embedder.away, world.embedder.ready = False, True
    world.sync.drain()
    assert world.depth() == (0, 0)


def test_verify_sees_and_repair_mends(world: World) -> None:
    kept, missing, stale, orphan = world.publish("石墨烯甲", "石墨烯乙", "石墨烯丙", "石墨烯丁")
    world.sync.drain()
    assert world.drift().clean
    # Behind the outbox's back: a deleted document, an edit nobody announced, a row taken from the public.
    world.index.write("achievements", [], [Tombstone("achievements", missing, 99)])
    with world.database.write() as session:
        row = session.get(Achievement, stale)
        row.title, row.vector_key = "悄悄改了", ""
        session.get(Achievement, orphan).state = "withdrawn"
    drift = world.drift()
    assert (drift.missing, drift.stale, drift.orphaned) == ((missing,), (stale,), (orphan,))
    assert not drift.clean
    assert repair(world.database, world.index, drift, world.embedder.model_id) == 3
    world.sync.drain()
    after = world.drift()
    assert after.clean
    assert after.without_vector == ()
    assert world.found("悄悄改了") == 1
    assert {entry.id for entry in world.index.scan("achievements")} == {kept, missing, stale}


def test_what_is_on_the_way_is_no_drift(world: World) -> None:
    world.publish("石墨烯")
    assert world.drift().clean
    world.sync.drain()
    world.publish("锂电池")
    assert world.drift().clean


def test_rebuild_swaps_a_verified_generation(world: World) -> None:
    ids = world.publish(*(f"材料{n}号" for n in range(30)))
    world.sync.drain()
    old = world.index.state("achievements").generation
    seen: list[tuple[int, int]] = []
    done = rebuild(
        world.database,
        world.index,
        world.embedder,
        "achievements",
        world.locks,
        lambda a, b: seen.append((a, b)),
    )
    state = world.index.state("achievements")
    assert (state.generation, state.previous, state.documents) == (done.generation, old, len(ids))
    assert (done.documents, done.without_vector, seen[-1]) == (30, 0, (30, 30))
    assert len(world.embedder.encoded) == 30
    assert world.drift().clean


def test_rebuild_while_facts_come_in(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between reading a batch and writing it, rows are changed, withdrawn and added, and the drain runs."""
    ids = world.publish(*(f"材料{n}号" for n in range(40)))
    world.sync.drain()
    monkeypatch.setattr("indexer.rebuild.BATCH", 10)
    write, rounds = world.index.write, iter(range(100))

    def interrupted(library: str, documents: Sequence[Document], tombstones=(), generations=None):
        if generations and len(documents) == 10:
            number = next(rounds)
            world.change(
                ids[number], lambda row: setattr(row, "title", f"改名{'甲乙丙丁戊己庚辛'[number]}字样")
            )
            world.change(ids[39 - number], lambda row: None, "withdraw")
            world.publish(f"新增{number}号")
            monkeypatch.setattr(world.index, "write", write)
            world.sync.drain()
            monkeypatch.setattr(world.index, "write", interrupted)
        return write(library, documents, tombstones, generations)

    monkeypatch.setattr(world.index, "write", interrupted)
    rebuild(world.database, world.index, world.embedder, "achievements", world.locks)
    monkeypatch.setattr(world.index, "write", write)
    drift = world.drift()
    assert drift.clean
    assert drift.documents == 40
    assert world.found("改名甲字样") == 1
    assert world.depth() == (0, 0)


def test_failed_rebuild_leaves_the_old_index(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.publish("石墨烯")
    world.sync.drain()
    before = world.index.state("achievements")
    other = world.opened("other-model-fp32")
    world.embedder.away = True
    monkeypatch.setattr(world.embedder, "model_id", "other-model-fp32", raising=False)
    with pytest.raises(EmbeddingError):
        rebuild(world.database, other, world.embedder, "achievements", world.locks)
    assert world.index.state("achievements") == before


def test_a_dead_rebuild_is_gone_on_with_and_a_living_one_is_left(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.publish(*(f"材料{n}号" for n in range(25)))
    world.sync.drain()
    monkeypatch.setattr("indexer.rebuild.BATCH", 10)
    write, written = world.index.write, []

    def dies(library: str, documents: Sequence[Document], tombstones=(), generations=None):
        written.append(len(documents))
        if len(written) == 2:
            raise KeyboardInterrupt
        return write(library, documents, tombstones, generations)

    monkeypatch.setattr(world.index, "write", dies)
    with pytest.raises(KeyboardInterrupt):
        rebuild(world.database, world.index, world.embedder, "achievements", world.locks)
    begun = world.index.live("achievements")[1]
    with rebuild_lock(world.locks, "achievements") as is_ours:
        assert is_ours
        assert not abandoned(world.index, "achievements", world.locks)
        with pytest.raises(RebuildRefused):
            rebuild(world.database, world.index, world.embedder, "achievements", world.locks)
    assert abandoned(world.index, "achievements", world.locks)
    done = rebuild(world.database, world.index, world.embedder, "achievements", world.locks)
    assert (done.generation, done.resumed, done.documents) == (begun, True, 25)
    assert written == [10, 10, 10, 5], "what was there already is not written again"
    assert world.drift().clean


def test_what_was_lost_is_mended_and_more_is_built_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.publish(*(f"材料{n}号" for n in range(12)))
    world.sync.drain()
    care = Care(world.database, world.index, world.embedder, world.locks)
    first = world.index.state("achievements").generation
    care.look("achievements")
    world.index.write("achievements", [], [Tombstone("achievements", at, None) for at in (2, 5)])
    care.look("achievements")
    assert (world.drift().missing, world.index.state("achievements").generation) == ((), first)
    world.index.write("achievements", [], [Tombstone("achievements", at, None) for at in range(1, 10)])
    monkeypatch.setattr("indexer.care.MENDED_AT_MOST", 5)
    care.look("achievements")
    assert world.drift().clean
    assert world.index.state("achievements").generation != first


def test_a_new_model_or_a_lost_index_asks_for_a_rebuild(world: World) -> None:
    assert due(world.index, "achievements")
    world.publish("石墨烯")
    world.sync.drain()
    assert not due(world.index, "achievements")
    assert due(world.opened("other-model-fp32"), "achievements")


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


def test_the_process_indexes_and_stops(world: World) -> None:
    world.publish("石墨烯甲")
    stop = threading.Event()
    thread = threading.Thread(
        target=process.serve, args=(world.database, world.index, world.embedder, world.locks, stop)
    )
    thread.start()
    try:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and world.index.state("achievements").with_vector < 1:
            time.sleep(0.05)
        assert not indexer_lock(world.locks).acquire()
        started = time.monotonic()
        world.publish("碳纤维")
        while time.monotonic() < started + 10 and not world.found("碳纤维"):
            time.sleep(0.02)
        assert time.monotonic() - started < 2
        for library in SCHEMAS:
            assert world.index.state(library).generation
    finally:
        stop.set()
        thread.join(15)
    assert not thread.is_alive()
    assert indexer_lock(world.locks).acquire()


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
