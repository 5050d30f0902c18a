"""Many at the same time, on both databases: nothing is done twice, nothing acknowledged is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from repositories import outbox, projection, schedule
from repositories.accounts import Account
from repositories.audit import AuditRow
from repositories.database import utcnow
from repositories.introductions import Introduction
from repositories.match_runs import MatchRun, Pass
from repositories.needs import Need
from repositories.organisations import Organisation
from repositories.outbox import Job
from services import accounts, introductions, passing
from services.access import Actor
from services.errors import Conflict, DomainError, Invalid, Stale
from services.listings import entries
from services.recommend import for_listing
from tests.support import PASSWORD, World, next_uscc

MINUTE = timedelta(minutes=1)


def together(count: int, call: Callable[[int], Any]) -> list[Any]:
    """What `count` threads get that call at the same moment; an exception is a result too."""
    barrier, results = threading.Barrier(count), [None] * count

    def run(place: int) -> None:
        barrier.wait()
        try:
            results[place] = call(place)
        except Exception as error:
            results[place] = error

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    return results


def jobs(world: World, count: int) -> None:
    with world.platform.database.write() as session:
        session.execute(text("DELETE FROM outbox_jobs"))
        outbox.record_many(session, "needs", range(1, count + 1), "edited")


def test_no_job_is_claimed_twice(both: World) -> None:
    database = both.platform.database
    jobs(both, 200)

    def drain(who: int) -> list[int]:
        mine: list[int] = []
        while claimed := outbox.claim(database, f"worker {who}", 7, MINUTE, utcnow()):
            mine += [job.id for job in claimed]
        return mine

    claimed = [job for mine in together(3, drain) for job in mine]
    assert len(claimed) == len(set(claimed)) == 200
    with database.read() as session:
        assert {job.attempts for job in session.scalars(select(Job))} == {1}


def test_a_lease_that_ran_out_is_taken_over(both: World) -> None:
    jobs(both, 3)
    database, now = both.platform.database, utcnow()
    first = outbox.claim(database, "dead", 10, MINUTE, now)
    assert len(first) == 3
    assert outbox.claim(database, "next", 10, MINUTE, now + MINUTE / 2) == []
    later = outbox.claim(database, "next", 10, MINUTE, now + 2 * MINUTE)
    assert [(job.leased_by, job.attempts) for job in later] == [("next", 2)] * 3
    # the dead one comes back and finishes what it had: harmless, the facts are in the index
    outbox.finish(database, [job.id for job in first])
    assert outbox.claim(database, "next", 10, MINUTE, now + 9 * MINUTE) == []


def test_a_new_leader_ends_all_leases(both: World) -> None:
    jobs(both, 4)
    database, now = both.platform.database, utcnow()
    assert len(outbox.claim(database, "old leader", 10, 60 * MINUTE, now)) == 4
    assert projection.take_over(database) == 4
    assert len(outbox.claim(database, "new leader", 10, MINUTE, now)) == 4


def test_what_fails_comes_back_later_and_is_parked_in_the_end(both: World) -> None:
    jobs(both, 1)
    database, now = both.platform.database, utcnow()
    pauses = []
    for attempt in range(1, outbox.MAX_ATTEMPTS + 1):
        (job,) = outbox.claim(database, "worker", 10, MINUTE, now)
        assert job.attempts == attempt
        outbox.fail(database, [job.id], "kein Platz " * 100, now)
        with database.read() as session:
            kept = session.get(Job, job.id)
            assert kept is not None
            assert kept.error.startswith("kein Platz")
            pauses.append((kept.available_at - now).total_seconds())
        assert outbox.claim(database, "worker", 10, MINUTE, now) == []
        now = kept.available_at
    assert pauses == sorted(pauses)
    assert outbox.claim(database, "worker", 10, MINUTE, now + 600 * MINUTE) == []
    with database.write() as session:
        assert outbox.depth(session)[:2] == (0, 1)
        assert outbox.retry_parked(session, now) == 1
    assert len(outbox.claim(database, "worker", 10, MINUTE, now)) == 1


def test_fifty_edits_at_once_are_counted_or_refused(both: World) -> None:
    """Everybody starts from what he or she read; who was told `saved` is in the text, who was not is told `stale`."""
    actor = both.enterprise()
    row = both.listing(actor, "needs", published=False, title="需求", problem="")
    here = both.platform

    def edit(who: int) -> int:
        refused = 0
        for turn in range(10):
            now = entries.get(here, actor, "needs", row.id)
            words = {"problem": f"{now.problem}{who}.{turn};"}
            try:
                entries.edit(here, actor, "needs", row.id, words, revision=now.revision, partial=True)
            except Stale:
                refused += 1
        return refused

    refused = together(5, edit)
    assert all(isinstance(one, int) for one in refused), refused
    with here.database.read() as session:
        need = session.get(Need, row.id)
        assert need is not None
        saved = [part for part in need.problem.split(";") if part]
        assert len(saved) == len(set(saved)) == 50 - sum(refused)
        assert need.revision == 1 + len(saved)
        logged = select(func.count(AuditRow.id)).where(AuditRow.action == "listing.edited")
        assert session.scalar(logged) == len(saved)
        queued = select(func.count(Job.id)).where(Job.fact == "edited")
        assert session.scalar(queued) == len(saved)
        assert need.projection == 1 + len(saved)


def test_counters_grow_by_every_writer(both: World) -> None:
    """Renaming an organisation while its listings are edited: no bump of the projection is lost."""
    actor = both.enterprise()
    row = both.listing(actor, "needs", published=False, title="需求")
    here, before = both.platform, row.projection

    def bump(who: int) -> None:
        for turn in range(5):
            if who % 2:
                with here.database.write() as session:
                    house = session.get(Organisation, actor.organisation_id)
                    assert house is not None
                    house.renamed(session)
            else:
                entries.edit(
                    here, actor, "needs", row.id, {"problem": f"{who}.{turn}"}, revision=None, partial=True
                )

    assert together(4, bump) == [None] * 4
    with here.database.read() as session:
        need = session.get(Need, row.id)
        assert need is not None
        assert need.projection == before + 20
        assert need.revision == 11


def pair(world: World) -> tuple[Actor, Actor, int, int, int]:
    """(enterprise, university, need, achievement, entry) of a published pair."""
    enterprise, university = world.enterprise(), world.university()
    offer = world.listing(university, "achievements", title="激光熔覆修复叶片")
    need = world.listing(enterprise, "needs", title="激光熔覆修复叶片")
    world.index()
    entry = for_listing(world.platform, enterprise, "needs", need.id).items[0].entry_id
    assert entry is not None
    return enterprise, university, need.id, offer.id, entry


def test_one_request_whoever_asks_and_however_often(both: World) -> None:
    enterprise, university, _, _, entry = pair(both)
    actors = [enterprise, university] * 4
    results = together(8, lambda n: introductions.ask(both.platform, actors[n], entry))
    made = [one for one in results if isinstance(one, Introduction)]
    assert len(made) == 1
    assert all(isinstance(one, Conflict | Introduction) for one in results), results
    with both.platform.database.read() as session:
        assert session.scalar(select(func.count(Introduction.id))) == 1
    # an answer is given once
    other = university if made[0].asked_by == "enterprise" else enterprise
    verbs = ["accept", "decline"] * 3
    answers = together(
        6, lambda n: introductions.answer(both.platform, other, made[0].id, verbs[n], "direction")
    )
    assert sum(isinstance(one, Introduction) for one in answers) == 1
    assert sum(isinstance(one, Conflict) for one in answers) == 5


def test_a_declined_pair_may_be_asked_again(both: World) -> None:
    enterprise, university, _, _, entry = pair(both)
    for _ in range(2):
        made = introductions.ask(both.platform, enterprise, entry)
        introductions.answer(both.platform, university, made.id, "decline", "timing")
    with both.platform.database.read() as session:
        assert session.scalar(select(func.count(Introduction.id))) == 2


def test_one_pass_and_one_run(both: World) -> None:
    enterprise, _, need, offer, entry = pair(both)
    results = together(6, lambda n: passing.put_aside(both.platform, enterprise, entry, "direction"))
    assert all(one is None or isinstance(one, DomainError) for one in results), results
    both.platform.index.state("achievements")
    entries.edit(
        both.platform, enterprise, "needs", need, {"contact_name": "王"}, revision=None, partial=True
    )
    runs = together(6, lambda n: for_listing(both.platform, enterprise, "needs", need).considered)
    assert runs == [1] * 6
    with both.platform.database.read() as session:
        assert session.scalar(select(func.count(Pass.id))) == 1
        assert session.scalar(select(func.count(MatchRun.id)).where(MatchRun.subject_id == need)) == 2
        assert session.scalar(select(func.count(func.distinct(MatchRun.key)))) == 2
    assert offer


def test_one_account_for_an_address(both: World) -> None:
    codes = [next_uscc() for _ in range(5)]

    def register(who: int) -> Account:
        return accounts.register(both.platform, {
            "role": "enterprise", "name": "王工", "email": "wang@example.org", "password": PASSWORD,
            "organisation_name": f"企业{who}", "uscc": codes[who], "region": "510100",
        })  # fmt: skip

    results = together(5, register)
    assert sum(isinstance(one, Account) for one in results) == 1, results
    assert all(isinstance(one, Account | Invalid | Conflict) for one in results), results
    with both.platform.database.read() as session:
        assert session.scalar(select(func.count(Account.id))) == 1
        assert session.scalar(select(func.count(Organisation.id))) == 1


def test_a_task_runs_in_one_process(both: World) -> None:
    database, now = both.platform.database, utcnow()
    for turn in range(3):
        moment = now + turn * timedelta(hours=2)
        won = together(6, lambda n, m=moment: schedule.claim(database, "expire", timedelta(hours=1), m))
        ran = [one for one in won if one is True]
        assert len(ran) == 1, won
        assert all(one in (True, False) or isinstance(one, database.busy_errors) for one in won)


@pytest.mark.parametrize("kind", ["stale", "crash"])
def test_nothing_half_done(both: World, kind: str) -> None:
    """Row, log, notice and job come together or not at all."""
    actor = both.enterprise()
    row = both.listing(actor, "needs", title="需求")
    database = both.platform.database

    def counts() -> list[Any]:
        with database.read() as session:
            found = [session.scalar(select(func.count()).select_from(table)) for table in (AuditRow, Job)]
            return [*found, session.scalar(select(Need.revision)), session.scalar(select(Need.projection))]

    before = counts()
    if kind == "stale":
        with pytest.raises(Stale):
            entries.edit(both.platform, actor, "needs", row.id, {"title": "新"}, revision=77, partial=True)
    else:

        def stumble() -> None:
            with database.write() as session:
                need = session.get(Need, row.id)
                assert need is not None
                entries.apply_edit(
                    session, actor, entries.library_of("needs"), need, {"title": "新"}, both.platform
                )
                session.flush()
                raise RuntimeError("power cut")

        with pytest.raises(RuntimeError):
            stumble()
    assert counts() == before


def test_an_owner_uses_a_number_once_even_at_the_same_moment(both: World) -> None:
    """Looking first is not enough: on PostgreSQL both look before either has written."""
    uni, other = both.university(), both.university("other@example.org", "丙大学")
    number = {"title": "激光熔覆修复", "external_id": "TT-2026-01"}

    def enter(_: int) -> Any:
        return entries.create(both.platform, uni, "achievements", number)

    results = together(4, enter)
    refused = [r for r in results if isinstance(r, Invalid)]
    assert len(refused) == 3, results
    assert {(e.field, "TT-2026-01" in e.message) for r in refused for e in r.errors} == {
        ("external_id", True)
    }
    # another house counts for itself, and what has no number at all is nobody's twin
    entries.create(both.platform, other, "achievements", number)
    plain = [entries.create(both.platform, uni, "achievements", {"title": f"无编号 {n}"}) for n in range(2)]

    def rename(place: int) -> Any:
        return entries.edit(
            both.platform,
            uni,
            "achievements",
            plain[place].id,
            {"external_id": "TT-2"},
            revision=1,
            partial=True,
        )

    renamed = together(2, rename)
    assert sum(isinstance(r, Invalid) for r in renamed) == 1, renamed
