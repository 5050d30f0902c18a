"""Two people on one deal at the same moment, on both databases: one is first, the other is told, nothing is half done."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from repositories.assignments import Assignment
from repositories.audit import AuditRow
from repositories.deals import Deal, DealEvent
from repositories.notices import Notice
from repositories.talents import Talent
from services.access import Actor
from services.deals import consent, notes, opening, stages
from services.errors import Conflict, Forbidden, Stale
from services.recommend import for_listing
from tests.integration.test_at_once import together
from tests.support import World


class Pair:
    """Two houses with a pair that fits, an operator and a manager."""

    def __init__(self, world: World) -> None:
        self.world, self.here = world, world.platform
        self.enterprise, self.university = world.enterprise(), world.university()
        self.operator = world.operator()
        self.manager = world.person("manager@example.org", "manager")
        self.offer = world.listing(self.university, "achievements", title="激光熔覆修复叶片")
        self.need = world.listing(self.enterprise, "needs", title="激光熔覆修复叶片")
        self.profile = world.listing(self.manager, "talents", title="周经理")
        world.index()

    def entry(self, actor: Actor, library: str, row_id: int) -> int:
        found = for_listing(self.here, actor, library, row_id)
        return found.ranked[0].entry_id or 0

    def open(self) -> Deal:
        return opening.open_deal(
            self.here, self.enterprise, entry_id=self.entry(self.enterprise, "needs", self.need.id)
        )

    def led(self) -> Deal:
        """A deal both agreed to, in the manager's hands."""
        deal = self.open()
        consent.answer(self.here, self.university, deal.id, "agree")
        with self.here.database.write() as session:
            row = session.get(Deal, deal.id)
            row.move("assign", self.here.now())
            session.add(
                Assignment(
                    deal_id=deal.id, talent_id=self.profile.id, state="accepted", due_on=row.answer_due_on
                )
            )
        return self.now(deal)

    def now(self, deal: Deal) -> Deal:
        with self.here.database.read() as session:
            row = session.get(Deal, deal.id)
            assert row is not None
            return row

    def kinds(self, deal: Deal) -> list[str]:
        with self.here.database.read() as session:
            rows = session.scalars(
                select(DealEvent.kind).where(DealEvent.deal_id == deal.id).order_by(DealEvent.id)
            )
            return list(rows)


def test_both_sides_open_the_same_deal_at_once(both: World) -> None:
    pair = Pair(both)
    ways = [
        (pair.enterprise, pair.entry(pair.enterprise, "needs", pair.need.id)),
        (pair.university, pair.entry(pair.university, "achievements", pair.offer.id)),
    ]

    def click(n: int) -> Any:
        actor, entry = ways[n % 2]
        return opening.open_deal(pair.here, actor, entry_id=entry)

    results = together(8, click)
    assert sum(isinstance(r, Deal) for r in results) == 1, results
    assert all(isinstance(r, Deal | Conflict) for r in results), results
    with pair.here.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Deal)) == 1
        assert session.scalar(select(func.count()).select_from(DealEvent)) == 1
        opened = select(func.count()).select_from(AuditRow).where(AuditRow.action == "deal.opened")
        assert session.scalar(opened) == 1


def test_agreeing_and_declining_at_once_is_one_of_the_two(both: World) -> None:
    pair = Pair(both)
    deal = pair.open()

    def click(n: int) -> Any:
        if n % 2:
            return consent.answer(pair.here, pair.university, deal.id, "agree")
        return consent.answer(pair.here, pair.university, deal.id, "decline", "timing")

    results = together(6, click)
    now, kinds = pair.now(deal), pair.kinds(deal)
    assert all(isinstance(r, Deal | Conflict) for r in results), results
    assert sum(isinstance(r, Deal) for r in results) == 1
    assert (now.state == "ended") == ("declined" in kinds) == (now.university_agreed_at is None)
    assert len(kinds) == 2


def test_an_answer_and_the_end_of_the_fortnight_at_once(both: World) -> None:
    pair = Pair(both)
    deal = pair.open()
    with pair.here.database.write() as session:
        session.get(Deal, deal.id).answer_due_on = pair.here.today() - timedelta(days=1)

    def act(n: int) -> Any:
        if n % 2:
            return consent.expire(pair.here)
        return consent.answer(pair.here, pair.university, deal.id, "agree")

    together(6, act)
    now, kinds = pair.now(deal), pair.kinds(deal)
    assert kinds in (["opened", "agreed"], ["opened", "unanswered"])
    assert (now.state == "ended") == (now.university_agreed_at is None)


@pytest.mark.parametrize("rival", ["move", "end"])
def test_two_people_who_saw_the_same_page(both: World, rival: str) -> None:
    pair = Pair(both)
    deal = pair.led()

    def act(n: int) -> Any:
        if n % 2 and rival == "end":
            return stages.end(pair.here, pair.enterprise, deal.id, "price", revision=deal.revision)
        actor = pair.operator if n % 2 else pair.manager
        return stages.move(pair.here, actor, deal.id, "negotiate", revision=deal.revision)

    results = together(6, act)
    assert sum(isinstance(r, Deal) for r in results) == 1, results
    assert all(isinstance(r, Deal | Stale | Conflict | Forbidden) for r in results), results
    kinds = pair.kinds(deal)
    assert len(kinds) == 3
    now = pair.now(deal)
    assert now.revision == deal.revision + 1
    assert now.state == ("ended" if kinds[-1] == "ended" else "negotiating")
    with pair.here.database.read() as session:
        state = session.scalar(select(Assignment.state).where(Assignment.deal_id == deal.id))
        assert state == ("closed" if now.state == "ended" else "accepted")


def test_many_notes_at_once_are_all_kept(both: World) -> None:
    pair = Pair(both)
    deal = pair.led()
    people = (pair.enterprise, pair.university, pair.manager, pair.operator)
    results = together(12, lambda n: notes.add(pair.here, people[n % 4], deal.id, f"第 {n} 句"))
    assert all(isinstance(r, DealEvent) for r in results), results
    with pair.here.database.read() as session:
        written = session.scalars(select(DealEvent.note).where(DealEvent.kind == "note")).all()
        assert sorted(written) == sorted(f"第 {n} 句" for n in range(12))
        told = select(func.count()).select_from(Notice).where(Notice.kind == "deal.note")
        # each of the three others, twelve times; operators are not told of notes
        assert session.scalar(told) == 9 * 2 + 3 * 3
        assert session.scalar(select(func.count()).select_from(Talent)) == 1
