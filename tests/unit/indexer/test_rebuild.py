"""The rebuild and the comparison of both sides: what was lost is found, mended or built anew beside the drain."""

from collections.abc import Sequence

import pytest

from indexer.care import Care
from indexer.embedder import EmbeddingError
from indexer.leader import rebuild_lock
from indexer.port import Document, Tombstone
from indexer.rebuild import RebuildRefused, abandoned, due, rebuild
from indexer.verify import repair
from repositories.achievements import Achievement
from tests.unit.indexer.moving import World


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
