"""A deal begins with a shown pair: who may open it from where, what that agrees to, and what nobody learns by it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from repositories import audit
from repositories.deals import DealEvent
from repositories.leads import Lead
from repositories.match_runs import MatchEntry
from repositories.notices import Notice
from services import introductions
from services.access import NOBODY
from services.deals import opening, reading
from services.errors import Conflict, Invalid, NotFound, SignInFirst
from tests.functional.deals.conftest import SECRET, Table


def test_opening_is_the_openers_consent_and_asks_the_other_side(table: Table) -> None:
    deal = table.open("enterprise", entry_id=table.entry(), message="先做三片试修")
    here = table.world.platform
    assert deal.state == "opened"
    assert deal.enterprise_agreed_at is not None
    assert deal.university_agreed_at is None
    assert (deal.answer_due_on - here.today()).days == 14
    with here.database.read() as session:
        assert session.get(MatchEntry, deal.entry_id).run.basis == "public"
        (line,) = session.scalars(select(DealEvent))
        assert (line.kind, line.side, line.note) == ("opened", "enterprise", "先做三片试修")
        assert [row.action for row in audit.of_object(session, "deals", deal.id)] == ["deal.opened"]
        told = {n.account_id: n for n in session.scalars(select(Notice).where(Notice.kind == "deal.opened"))}
    assert set(told) == {table.people["university"].account_id, table.people["operator"].account_id}
    assert not any(SECRET in n.subject + n.body or "甲航空" in n.subject + n.body for n in told.values())


def test_the_run_and_the_other_side_name_the_pair(table: Table) -> None:
    entry_id = table.entry()
    with table.world.platform.database.read() as session:
        run_id = session.get(MatchEntry, entry_id).run_id
    deal = table.open("enterprise", run_id=run_id, achievement_id=table.achievement.id)
    assert (deal.need_id, deal.achievement_id) == (table.need.id, table.achievement.id)
    with pytest.raises(NotFound):  # the enterprise's own run is nobody else's, by number neither
        table.open("university", run_id=run_id, need_id=table.need.id)
    with pytest.raises(Invalid):
        table.open("enterprise", run_id=run_id)
    with pytest.raises(SignInFirst):
        opening.open_deal(table.world.platform, NOBODY, entry_id=entry_id)


@pytest.mark.parametrize("role", ["university", "operator"])
def test_the_other_ways_in(table: Table, role: str) -> None:
    deal = table.open(role)
    agreed = (deal.enterprise_agreed_at is not None, deal.university_agreed_at is not None)
    assert agreed == ((False, True) if role == "university" else (False, False))
    assert deal.opened_by == role


def test_a_manager_opens_from_a_lead_and_agrees_for_nobody(table: Table) -> None:
    lead_id = table.lead()
    deal = table.open("manager", lead_id=lead_id)
    assert (deal.finder_id, deal.opened_by) == (table.profile.id, "manager")
    assert not deal.both_agreed
    with table.world.platform.database.read() as session:
        assert session.get(Lead, lead_id).closed_at is not None
    with pytest.raises(Conflict, match="已经立项"):
        table.open("stranger", lead_id=lead_id)
    with pytest.raises(NotFound):
        table.open("rival", lead_id=lead_id)


def test_one_deal_under_way_a_pair(table: Table) -> None:
    first = table.open()
    with pytest.raises(Conflict, match=f"第 {first.id} 号"):
        table.open("university")


def test_an_accepted_introduction_carries_both_consents(table: Table) -> None:
    here = table.world.platform
    asked = introductions.ask(here, table.people["enterprise"], table.entry())
    with pytest.raises(Conflict, match="等待答复"):
        table.open("enterprise", introduction_id=asked.id)
    introductions.answer(here, table.people["university"], asked.id, "accept")
    deal = table.open("university", introduction_id=asked.id)
    assert deal.both_agreed
    assert deal.introduction_id == asked.id


def test_opening_answers_the_other_sides_request_and_replaces_ones_own(table: Table) -> None:
    here = table.world.platform
    asked = introductions.ask(here, table.people["enterprise"], table.entry())
    deal = table.open("university")
    assert deal.both_agreed
    assert introductions.get(here, table.people["university"], asked.id).state == "accepted"


def test_ones_own_waiting_request_is_not_answered_twice(table: Table) -> None:
    here = table.world.platform
    asked = introductions.ask(here, table.people["enterprise"], table.entry())
    deal = table.open("enterprise")
    assert not deal.both_agreed
    assert introductions.get(here, table.people["university"], asked.id).state == "recalled"


def test_who_sees_a_deal(table: Table) -> None:
    deal = table.open("manager")
    for role in ("enterprise", "university", "manager", "operator"):
        assert reading.get(table.world.platform, table.people[role], deal.id).id == deal.id
    for role in ("rival", "college", "stranger"):
        with pytest.raises(NotFound):
            reading.get(table.world.platform, table.people[role], deal.id)


def test_a_deal_under_way_takes_the_place_of_asking(table: Table) -> None:
    here, entry = table.world.platform, table.entry()
    deal = table.open()
    with pytest.raises(Conflict, match=f"第 {deal.id} 号"):
        introductions.ask(here, table.people["enterprise"], entry)
    page = table.world.client("enterprise@example.org").get(f"/introductions/ask?entry_id={entry}")
    assert f"第 {deal.id} 号" in page.get_data(as_text=True)
