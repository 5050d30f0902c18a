"""The life of an index on the server: filled beside writes, swapped under searches, rolled back, lost and found again."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from indexer.care import Care
from indexer.documents import SCHEMAS
from indexer.engines import open_index
from indexer.port import IndexState, Query, Tombstone
from indexer.rebuild import due, rebuild
from indexer.sync import Sync
from indexer.verify import repair, verify
from repositories.achievements import Achievement
from services.worker import locks
from tests.elastic.server import bare_call
from tests.hashing import HashEmbedder
from tests.integration.elasticsearch.conftest import settings_for
from tests.integration.elasticsearch.facts import LIBRARY, Facts
from tests.support import World, make_world


@pytest.fixture
def facts(on_server: World) -> Facts:
    return Facts(on_server.platform.database)


@pytest.fixture
def embedder(on_server: World) -> HashEmbedder:
    return HashEmbedder(on_server.platform.embedder.model_id)


def test_a_rebuild_under_writes_and_searches_loses_nothing(
    on_server: World, facts: Facts, embedder: HashEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows change between each batch, a second indexer drains, searches run all the time: no answer is half."""
    here = on_server.platform
    monkeypatch.setattr("indexer.rebuild.BATCH", 40)
    steady = facts.publish(200)
    facts.settle(here.index, embedder)
    first = here.index.state(LIBRARY).generation
    stop, wrong = threading.Event(), []

    def search() -> None:
        # Of the first hundred listings nothing is changed, so each answer must hold them all.
        while not stop.is_set():
            found = {hit.id for hit in here.index.search(Query(LIBRARY, limit=2000)).words}
            if not {*steady[:100]} <= found:
                wrong.append(len({*steady[:100]} - found))

    def drain() -> None:
        other = open_index("elasticsearch", Path(), here.embedder.model_id, here.settings.elasticsearch)
        sync = Sync(here.database, other, embedder)
        while not stop.is_set():
            sync.step()
        other.close()

    threads = [
        threading.Thread(target=search),
        threading.Thread(target=search),
        threading.Thread(target=drain),
    ]
    for thread in threads:
        thread.start()

    def between(done: int, total: int) -> None:
        facts.change(steady[100 + done % 50 : 104 + done % 50])
        facts.withdraw(facts.ids[150:152])
        facts.publish(3)

    for _ in range(2):
        rebuild(here.database, here.index, embedder, LIBRARY, locks(here), between)
    stop.set()
    for thread in threads:
        thread.join()
    state = here.index.state(LIBRARY)
    assert state.generation != first
    assert wrong == []
    facts.settle(here.index, embedder)
    assert facts.lost_and_leaked(here.index, embedder.model_id) == (0, 0)


def test_two_indexers_at_once_lose_nothing(on_server: World, facts: Facts, embedder: HashEmbedder) -> None:
    here = on_server.platform
    stop = threading.Event()

    def drain() -> None:
        index = open_index("elasticsearch", Path(), here.embedder.model_id, here.settings.elasticsearch)
        sync = Sync(here.database, index, embedder)
        while not stop.is_set():
            sync.step()
        index.close()

    threads = [threading.Thread(target=drain) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(15):
        facts.stir(12)
    stop.set()
    for thread in threads:
        thread.join()
    facts.settle(here.index, embedder)
    assert facts.lost_and_leaked(here.index, embedder.model_id) == (0, 0)


def test_switching_engines_is_one_setting_and_one_rebuild(elasticsearch: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    before = make_world(data)
    row = before.listing(before.university(), "achievements", title="激光熔覆修复工艺")

    def is_found(world: World) -> bool:
        return f'href="/achievements/{row.id}' in world.client().get("/achievements?q=激光熔覆").get_data(
            True
        )

    before.index(encode=False)
    assert is_found(before)
    before.platform.index.close()
    world = make_world(data, settings_for(elasticsearch))
    command = world.app.test_cli_runner()
    assert not is_found(world)
    Care(world.platform.database, world.platform.index, HashEmbedder(world.platform.embedder.model_id),
         locks(world.platform)).look("achievements")  # fmt: skip
    assert is_found(world)
    done = command.invoke(args=["index", "verify"])
    assert (done.exit_code, "equal to the database" in done.output) == (0, True), done.output
    kept = world.platform.index.state("achievements").generation
    rebuild(world.platform.database, world.platform.index, HashEmbedder(world.platform.embedder.model_id),
            "achievements", locks(world.platform))  # fmt: skip
    done = command.invoke(args=["index", "rollback", "achievements"])
    assert (done.exit_code, kept in done.output) == (0, True), done.output
    assert is_found(world)
    assert "none" not in command.invoke(args=["index", "status"]).output.splitlines()[3]
    world.platform.database.close()
    world.platform.index.close()


def test_an_index_somebody_deleted_is_built_again(
    on_server: World, facts: Facts, embedder: HashEmbedder, elasticsearch: str
) -> None:
    here = on_server.platform
    facts.publish(30)
    facts.settle(here.index, embedder)
    here.index.drop(LIBRARY, here.index.begin(LIBRARY))
    bare_call(elasticsearch, "DELETE", f"/{here.index.state(LIBRARY).generation}")
    assert here.index.search(Query(LIBRARY)).total == 0
    # New facts make a new generation before anybody notices that the old ones are missing from it.
    facts.publish(2)
    facts.settle(here.index, embedder)
    care = Care(here.database, here.index, embedder, locks(here))
    for library in SCHEMAS:
        care.look(library)
    facts.settle(here.index, embedder)
    assert facts.lost_and_leaked(here.index, embedder.model_id) == (0, 0)


def test_a_new_model_makes_a_generation_by_itself_while_old_readers_answer(
    on_server: World, facts: Facts, embedder: HashEmbedder
) -> None:
    here = on_server.platform
    facts.publish(20)
    facts.settle(here.index, embedder)
    newer = HashEmbedder("another-model-fp32")
    index = open_index("elasticsearch", Path(), newer.model_id, here.settings.elasticsearch)
    assert due(index, LIBRARY)
    stop, seen = threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            seen.append(here.index.search(Query(LIBRARY, "激光")).total)

    thread = threading.Thread(target=read)
    thread.start()
    Care(here.database, index, newer, locks(here)).look(LIBRARY)
    stop.set()
    thread.join()
    assert {*seen} == {20}
    states: list[IndexState] = [one.state(LIBRARY) for one in (index, here.index)]
    assert [state.model_id for state in states] == ["another-model-fp32"] * 2
    assert [state.meaning for state in states] == [True, False]
    # The reader of the old model still answers, by words.
    vector = embedder.encode(["激光"], "query")[0]
    assert here.index.search(Query(LIBRARY, "激光", vector)).total == 20
    assert here.index.candidates(LIBRARY, "", vector, 10) == []
    index.close()


def test_what_differs_is_found_and_mended(on_server: World, facts: Facts, embedder: HashEmbedder) -> None:
    """Behind the outbox's back: a lost document, an edit nobody announced, a row taken from the public."""
    here = on_server.platform
    _, missing, stale, orphan = facts.publish(4)
    facts.settle(here.index, embedder)
    here.index.write(LIBRARY, [], [Tombstone(LIBRARY, missing, 99)])
    with here.database.write() as session:
        row = session.get(Achievement, stale)
        assert row is not None
        row.title, row.vector_key = "悄悄改了", ""
        gone = session.get(Achievement, orphan)
        assert gone is not None
        gone.state = "withdrawn"
    facts.ids.remove(orphan)
    drift = verify(here.database, here.index, LIBRARY, embedder.model_id)
    assert (drift.missing, drift.stale, drift.orphaned) == ((missing,), (stale,), (orphan,))
    assert repair(here.database, here.index, drift, embedder.model_id) == 3
    facts.settle(here.index, embedder)
    assert facts.lost_and_leaked(here.index, embedder.model_id) == (0, 0)
    assert here.index.search(Query(LIBRARY, "悄悄改了")).total == 1
