"""Assignments at the same time, on both databases: nobody gets more deals than he can carry, a deal gets one manager."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from repositories.accounts import Account
from repositories.assignments import ACTIVE, Assignment
from repositories.audit import AuditRow
from repositories.deals import Deal, DealEvent
from repositories.listing import PUBLISHED
from repositories.manager_runs import ManagerRun
from repositories.notices import Notice
from repositories.talents import Talent
from services import assignments, managers
from services.access import Actor
from services.deals import opening, stages
from services.errors import Conflict
from services.recommend import for_listing
from tests.integration.test_at_once import together
from tests.support import World

THREADS, EACH = 20, 10
"""Twenty operators, ten assignments each: two hundred, as fast as they go."""


def deals(world: World, count: int) -> list[Deal]:
    """So many deals in 立项, of one pair that is judged once: each has a need and an achievement of its own."""
    enterprise, university = world.enterprise(), world.university()
    offer = world.listing(university, "achievements", title="激光熔覆修复叶片")
    need = world.listing(enterprise, "needs", title="激光熔覆修复叶片")
    world.index()
    entry = for_listing(world.platform, enterprise, "needs", need.id).items[0].entry_id
    first = opening.open_deal(world.platform, enterprise, entry_id=entry)
    now, made = world.platform.now(), [first]
    with world.platform.database.write() as session:
        for n in range(1, count):
            other = type(need)(title=f"需求 {n}", organisation_id=need.organisation_id, state=PUBLISHED)
            session.add(other)
            session.flush()
            deal = Deal(
                need_id=other.id, achievement_id=offer.id, entry_id=first.entry_id, enterprise_id=first.enterprise_id,
                university_id=first.university_id, opened_by="operator", answer_due_on=first.answer_due_on,
                created_at=now, stage_since=now, updated_at=now,
            )  # fmt: skip
            session.add(deal)
            made.append(deal)
    return made


def people(world: World, count: int, capacity: int) -> list[Talent]:
    """Published managers with accounts."""
    with world.platform.database.write() as session:
        rows = []
        for n in range(count):
            account = Account(email=f"m{n}@example.org", name=f"经理{n}", role="manager", password_hash="-")
            session.add(account)
            session.flush()
            rows.append(Talent(title=f"经理{n}", biography="激光熔覆修复叶片", capacity=capacity, state=PUBLISHED,
                               account_id=account.id))  # fmt: skip
        session.add_all(rows)
        session.flush()
        for row in rows:
            row.project(session, "publish")
    world.index()
    return rows


def loads(world: World) -> Counter[int]:
    with world.platform.database.read() as session:
        return Counter(session.scalars(select(Assignment.talent_id).where(Assignment.state.in_(ACTIVE))))


def doubled(world: World) -> int:
    """Deals with two active assignments."""
    with world.platform.database.read() as session:
        query = select(Assignment.deal_id).where(Assignment.state.in_(ACTIVE)).group_by(Assignment.deal_id)
        return len(session.scalars(query.having(func.count() > 1)).all())


def test_two_hundred_assignments_at_once(both: World) -> None:
    """Room for 5 × 4 = 20 of 40 deals: exactly twenty are assigned, nobody has more than four, no deal has two."""
    here, operator = both.platform, both.operator()
    rows, staff = deals(both, 40), people(both, 5, capacity=4)
    runs = {deal.id: managers.for_deal(here, operator, deal.id).run_id or 0 for deal in rows}
    wanted = [(deal.id, person.id) for deal in rows for person in staff]
    random.Random(4).shuffle(wanted)
    assert len(wanted) == THREADS * EACH == 200
    operators = [
        Actor(account_id=operator.account_id, role="operator", name=f"操作员 {n}") for n in range(THREADS)
    ]

    def assign(who: int) -> list[Any]:
        found: list[Any] = []
        for deal_id, talent_id in wanted[who::THREADS]:
            try:
                found.append(assignments.offer(here, operators[who], deal_id, runs[deal_id], talent_id))
            except Conflict as refused:
                found.append(refused)
        return found

    outcomes = [one for found in together(THREADS, assign) for one in found]
    made = [one for one in outcomes if isinstance(one, Assignment)]
    assert len(outcomes) == 200
    assert all(isinstance(one, Assignment | Conflict) for one in outcomes)
    assert len(made) == 20
    assert loads(both) == {person.id: 4 for person in staff}
    assert doubled(both) == 0
    refused = [one.message for one in outcomes if isinstance(one, Conflict)]
    assert all(
        "达到承接上限 4 个" in text or "已经指派了" in text or "刚刚已经有人" in text for text in refused
    )
    with here.database.read() as session:  # every step with its line, its audit row, its notice, its stage
        assert session.scalar(select(func.count(Deal.id)).where(Deal.state == "brokering")) == 20
        assert (
            session.scalar(select(func.count(DealEvent.id)).where(DealEvent.kind == "manager_offered")) == 20
        )
        logged = select(func.count(AuditRow.id)).where(AuditRow.action == "assignment.offered")
        assert session.scalar(logged) == 20
        assert session.scalar(select(func.count(Notice.id)).where(Notice.kind == "assignment.offered")) == 20


def test_two_operators_at_once_one_wins_and_the_other_reads_the_new_state(both: World) -> None:
    here, first, second = both.platform, both.operator(), both.operator("second@example.org")
    staff = people(both, 2, capacity=9)
    for deal in deals(both, 5):
        run = managers.for_deal(here, first, deal.id).run_id or 0
        found = together(
            2, lambda n, d=deal.id, r=run: assignments.offer(here, (first, second)[n], d, r, staff[n].id)
        )
        won = [one for one in found if isinstance(one, Assignment)]
        lost = [one for one in found if isinstance(one, Conflict)]
        assert (len(won), len(lost)) == (1, 1), found
        winner = next(person.title for person in staff if person.id == won[0].talent_id)
        assert f"已经指派了{winner}" in lost[0].message


def test_accepting_while_the_offer_runs_out_or_is_taken_back(both: World) -> None:
    here, operator = both.platform, both.operator()
    (person,) = people(both, 1, capacity=50)
    manager = Actor(account_id=person.account_id, role="manager")
    for deal in deals(both, 6):
        run = managers.for_deal(here, operator, deal.id).run_id or 0
        one = assignments.offer(here, operator, deal.id, run, person.id)
        with here.database.write() as session:
            row = session.get(Assignment, one.id)
            assert row is not None
            row.due_on = here.today() - timedelta(days=1)
        calls = (
            lambda d=deal.id: assignments.answer(here, manager, d, "accept"),
            lambda: assignments.expire(here),
            lambda d=deal.id: assignments.release(here, operator, d, "另有安排"),
        )
        found = together(3, lambda n, c=calls: c[n]())
        with here.database.read() as session:
            row, stands = session.get(Assignment, one.id), session.get(Deal, deal.id)
            assert row is not None
            assert stands is not None
            assert row.state in ("accepted", "released", "expired"), found
            assert stands.state == ("brokering" if row.state == "accepted" else "opened")


def test_a_deal_that_ends_while_it_is_assigned(both: World) -> None:
    here, operator = both.platform, both.operator()
    (person,) = people(both, 1, capacity=50)
    for deal in deals(both, 5):
        run = managers.for_deal(here, operator, deal.id).run_id or 0
        calls = (
            lambda d=deal.id, r=run: assignments.offer(here, operator, d, r, person.id),
            lambda d=deal.id: stages.end(here, operator, d, "timing"),
        )
        together(2, lambda n, c=calls: c[n]())
    assert loads(both) == {}
    assert doubled(both) == 0


@pytest.mark.parametrize("viewers", [6])
def test_one_list_for_everybody_who_looks_at_the_same_moment(both: World, viewers: int) -> None:
    here, operator = both.platform, both.operator()
    people(both, 3, capacity=4)
    (deal,) = deals(both, 1)
    found = together(viewers, lambda _: managers.for_deal(here, operator, deal.id).run_id)
    kept = {run for run in found if run is not None}
    assert len(kept) == 1, found
    with here.database.read() as session:
        assert session.scalar(select(func.count(ManagerRun.id))) == 1
