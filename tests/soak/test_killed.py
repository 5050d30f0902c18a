"""Web and indexer killed −9 at fifty moments under constant traffic: what was acknowledged holds, what is withdrawn is gone."""

from __future__ import annotations

import signal

import pytest

from indexer.verify import verify
from repositories import outbox
from repositories.achievements import Achievement
from repositories.listing import page_by_id
from services import accounts
from tests.integration.worker.processes import answers, free_port, running, until, web
from tests.soak.traffic import Ledger, Watcher, crowd, stop
from tests.support import World

MOMENTS = tuple(0.07 * n for n in range(50))
"""Seconds between the indexer's first write of a round and the kill; a batch of encoding and its write take 0.5."""
PEOPLE = 3
PATIENCE = 900
"""The last drain encodes what fifty rounds left; on a busy machine that takes minutes."""


@pytest.mark.soak
def test_fifty_kills_lose_nothing_acknowledged(world: World) -> None:
    world.operator()
    token = accounts.issue_token(world.platform, "operator@example.org")
    data, index = world.platform.settings.data, world.platform.index
    ledger = Ledger()
    for number, moment in enumerate(MOMENTS):
        port = free_port()
        before = (len(ledger.told), _written(world))
        with running(data, "worker") as worker, web(data, port) as pages:
            until(lambda at=port: answers(at), 120, "the web did not answer")
            people = crowd(port, token, ledger, PEOPLE, number)
            watcher = Watcher(port, ledger)
            for one in (*people, watcher):
                one.start()
            until(lambda then=before: _indexed(world, ledger, then), 120, "nothing was indexed")
            people[0].ended.wait(moment)
            pages.send_signal(signal.SIGKILL)
            worker.send_signal(signal.SIGKILL)
            pages.wait()
            worker.wait()
        stop(people, watcher)
        print(f"kill {number + 1} of {len(MOMENTS)}: {len(ledger.told)} listings, {ledger.changed} changes, "
              f"{len(ledger.withdrawn)} withdrawn", flush=True)  # fmt: skip
        _holds(world, ledger)
    with running(data, "worker"):
        until(lambda: _waiting(world) == 0, PATIENCE, "the queue was not emptied")
    assert verify(world.platform.database, index, "achievements", world.platform.embedder.model_id).clean
    found = {entry.id for entry in index.scan("achievements")}
    assert ledger.published() <= found
    assert not ledger.gone_before(float("inf")) & found
    assert ledger.changed
    assert ledger.withdrawn


def _written(world: World) -> tuple[str, int]:
    state = world.platform.index.state("achievements")
    return state.generation, state.number


def _indexed(world: World, ledger: Ledger, before: tuple[int, tuple[str, int]]) -> bool:
    """Whether listings were posted since, and the index was written."""
    return len(ledger.told) > before[0] + PEOPLE and _written(world) != before[1]


def _waiting(world: World) -> int:
    with world.platform.database.read() as session:
        return outbox.depth(session)[0]


def _holds(world: World, ledger: Ledger) -> None:
    """Every listing is in a state that somebody was told, or that the call cut off by the kill would have made."""
    with world.platform.database.read() as session:
        rows = page_by_id(session, Achievement, ledger.told)
    assert set(rows) == set(ledger.told)
    for at, row in rows.items():
        now = (row.state, "" if row.state == "withdrawn" else row.title)
        assert now in ledger.possible(at), (at, now, ledger.possible(at))
        ledger.told[at] = now
    ledger.open.clear()
