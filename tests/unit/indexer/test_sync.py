"""The drain on a real database and the embedded engine: what it writes, what waits, what is parked."""

from datetime import timedelta

import pytest

from indexer.port import IndexUnavailable, Query
from indexer.sync import drain
from repositories import outbox
from repositories.achievements import Achievement
from repositories.shown import gone
from tests.unit.indexer.moving import NOW, World


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
