"""The life of a deal: consent of both sides, stages by their manager, an end with a reason; each step told and kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from repositories import audit
from repositories.database import utcnow
from repositories.deals import TRANSITIONS, Deal
from repositories.notices import Notice
from services.deals import consent, notes, opening, reading, stages
from services.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from services.scheduler import TASKS, run_task
from tests.functional.deals.conftest import ENTERPRISE_NAME, PHONE, SECRET, THEIR_PHONE, Table


def test_a_side_that_has_not_answered_is_reminded_before_its_day(table: Table) -> None:
    deal = table.open("enterprise")

    def on(day: int) -> int:
        return consent.remind(replace(table.world.platform, clock=lambda: utcnow() + timedelta(days=day)))

    assert [on(0), on(10)] == [0, 0]
    assert [on(11), on(12), on(14)] == [1, 0, 0]
    told = table.told("deal.expiring")
    assert set(told) == {"university"}
    assert table.achievement.title in told["university"]
    assert ENTERPRISE_NAME not in told["university"]
    consent.answer(table.world.platform, table.people["university"], deal.id, "agree")
    assert on(13) == 0


def test_from_opening_to_completion(table: Table) -> None:
    here, people = table.world.platform, table.people
    deal = table.open("enterprise")
    consent.answer(here, people["university"], deal.id, "agree", note="欢迎来看样件")
    assert table.now(deal).both_agreed
    assert set(table.told("deal.agreed")) == {"enterprise"}
    table.assign(deal)
    for verb, state in (
        ("negotiate", "negotiating"), ("sign", "signed"), ("perform", "performing"), ("complete", "completed"),
    ):  # fmt: skip
        moved = stages.move(here, people["manager"], deal.id, verb, revision=table.now(deal).revision)
        assert moved.state == state
    assert table.lines(deal) == [
        ("opened", "enterprise", "opened"), ("agreed", "university", ""), ("moved", "manager", "negotiating"),
        ("moved", "manager", "signed"), ("moved", "manager", "performing"), ("moved", "manager", "completed"),
    ]  # fmt: skip
    with here.database.read() as session:
        actions = [row.action for row in reversed(audit.of_object(session, "deals", deal.id))]
    assert actions == [
        "deal.opened",
        "deal.agreed",
        "deal.negotiate",
        "deal.sign",
        "deal.perform",
        "deal.complete",
    ]
    assert set(table.told("deal.moved")) == {"enterprise", "university"}, "who acted is not told"
    assert table.now(deal).closed_at is not None
    found = reading.open_one(here, people["manager"], deal.id)
    assert found.active.state == "closed", "the assignment ended with the deal"
    assert found.place.sees, "and its manager still reads it"


def test_no_stage_without_both_consents_and_a_manager(table: Table) -> None:
    here, people = table.world.platform, table.people
    deal = table.open("enterprise")
    with pytest.raises(Conflict, match="校方还没有同意"):
        stages.move(here, people["operator"], deal.id, "negotiate")
    consent.answer(here, people["university"], deal.id, "agree")
    with pytest.raises(Conflict, match="还没有技术经理人接手"):
        stages.move(here, people["operator"], deal.id, "negotiate")
    table.assign(deal, "offered")
    with pytest.raises(Conflict, match="还没有确认接手"):
        stages.move(here, people["operator"], deal.id, "negotiate")
    with pytest.raises(Forbidden):
        stages.move(here, people["manager"], deal.id, "negotiate")
    with pytest.raises(NotFound):
        stages.move(here, people["operator"], deal.id, "assign")


def test_an_enterprise_that_wants_no_manager_goes_on_without(table: Table) -> None:
    here, people = table.world.platform, table.people
    need = table.world.listing(people["enterprise"], "needs", title="高温合金叶片激光熔覆修复粉末配比", wants_manager="否",
                               industry="C37")  # fmt: skip
    table.world.index()
    deal = opening.open_deal(here, people["enterprise"], entry_id=table.entry(need))
    consent.answer(here, people["university"], deal.id, "agree")
    assert stages.move(here, people["operator"], deal.id, "negotiate").state == "negotiating"


@pytest.mark.parametrize("verb", ["sign", "perform", "complete"])
def test_the_table_of_transitions_is_the_law(table: Table, verb: str) -> None:
    here, people = table.world.platform, table.people
    deal = table.open("enterprise")
    consent.answer(here, people["university"], deal.id, "agree")
    table.assign(deal)
    assert "brokering" not in TRANSITIONS[verb][0]
    with pytest.raises(Conflict, match="撮合中"):
        stages.move(here, people["manager"], deal.id, verb)


def test_declining_ends_it_with_the_reason_and_closes_everything(table: Table) -> None:
    here, people = table.world.platform, table.people
    deal = table.open("enterprise")
    table.assign(deal, "offered")
    with pytest.raises(Invalid):
        consent.answer(here, people["university"], deal.id, "decline")
    with pytest.raises(Invalid):
        consent.answer(here, people["university"], deal.id, "decline", "other")
    ended = consent.answer(here, people["university"], deal.id, "decline", "maturity", "还没有做过中试")
    assert (ended.state, ended.end_reason, ended.end_note) == ("ended", "maturity", "还没有做过中试")
    assert table.lines(deal)[-1] == ("declined", "university", "ended")
    assert set(table.told("deal.ended")) == {"enterprise", "manager", "operator"}
    with pytest.raises(Conflict):
        consent.answer(here, people["university"], deal.id, "agree")
    # the pair may try again
    again = opening.open_deal(here, people["enterprise"], entry_id=table.entry())
    assert again.id != deal.id


def test_nobody_answers_for_the_other_side(table: Table) -> None:
    here, people = table.world.platform, table.people
    deal = table.open("manager")
    for role in ("manager", "operator"):
        with pytest.raises(Forbidden):
            consent.answer(here, people[role], deal.id, "agree")
    for role in ("rival", "college", "stranger"):
        with pytest.raises(NotFound):
            consent.answer(here, people[role], deal.id, "agree")
    consent.answer(here, people["enterprise"], deal.id, "agree")
    with pytest.raises(Conflict, match="已经同意"):
        consent.answer(here, people["enterprise"], deal.id, "agree")
    assert not table.now(deal).both_agreed


def test_an_unanswered_deal_ends_by_itself_and_can_be_given_time(table: Table) -> None:
    here, people = table.world.platform, table.people
    deal = table.open("enterprise")
    (task,) = [one for one in TASKS if one.name == "expire_deals"]
    with pytest.raises(Conflict, match="已经是"):
        consent.extend(here, people["operator"], deal.id)
    _due(table, deal, days=-1)
    consent.extend(here, people["operator"], deal.id)
    assert run_task(here, task)
    assert table.now(deal).is_under_way
    with pytest.raises(Forbidden):
        consent.extend(here, people["enterprise"], deal.id)
    _due(table, deal, days=-1)
    assert consent.expire(here) == 1
    assert consent.expire(here) == 0
    ended = table.now(deal)
    assert (ended.state, ended.end_reason) == ("ended", "unanswered")
    assert set(table.told("deal.ended")) == {"enterprise", "university", "operator"}


def test_a_deal_both_agreed_to_does_not_run_out(table: Table) -> None:
    deal = table.open("enterprise")
    consent.answer(table.world.platform, table.people["university"], deal.id, "agree")
    _due(table, deal, days=-30)
    assert consent.expire(table.world.platform) == 0


@pytest.mark.parametrize("role", ["enterprise", "university", "manager", "operator"])
def test_everybody_concerned_may_end_it_with_a_reason(table: Table, role: str) -> None:
    here, deal = table.world.platform, table.open("enterprise")
    table.assign(deal)
    for wrong in ("", "unanswered", "nonsense"):
        with pytest.raises(Invalid):
            stages.end(here, table.people[role], deal.id, wrong)
    ended = stages.end(here, table.people[role], deal.id, "manager_stuck", "双方报价差距太大")
    assert (ended.state, ended.end_reason) == ("ended", "manager_stuck")
    with pytest.raises((Conflict, Forbidden)):
        stages.end(here, table.people[role], deal.id, "price")


def test_the_finder_of_a_lead_reads_and_writes_but_does_not_move(table: Table) -> None:
    here, deal = table.world.platform, table.open("manager")
    notes.add(here, table.people["manager"], deal.id, "两家都在成都，可以约现场")
    for act in (
        lambda: stages.move(here, table.people["manager"], deal.id, "negotiate"),
        lambda: stages.end(here, table.people["manager"], deal.id, "price"),
        lambda: consent.extend(here, table.people["manager"], deal.id),
    ):
        with pytest.raises(Forbidden):
            act()


def test_somebody_who_looked_before_is_told(table: Table) -> None:
    here, people = table.world.platform, table.people
    deal = table.open("enterprise")
    seen = table.now(deal).revision
    consent.answer(here, people["university"], deal.id, "agree")
    table.assign(deal)
    with pytest.raises(Stale):
        stages.move(here, people["manager"], deal.id, "negotiate", revision=seen)
    with pytest.raises(Stale):
        stages.end(here, people["enterprise"], deal.id, "price", revision=seen)


def test_contacts_open_when_both_agreed_and_close_with_a_termination(table: Table) -> None:
    here, people = table.world.platform, table.people
    deal = table.open("enterprise")
    table.assign(deal)
    for role in ("enterprise", "university", "manager"):
        assert reading.open_one(here, people[role], deal.id).contacts is None
    consent.answer(here, people["university"], deal.id, "agree")
    for role in ("enterprise", "university", "manager"):
        found = reading.open_one(here, people[role], deal.id).contacts
        assert (found["enterprise"].phone, found["university"].phone) == (PHONE, THEIR_PHONE)
        assert found["enterprise"].organisation == ENTERPRISE_NAME
    assert reading.open_one(here, people["operator"], deal.id).contacts is None
    stages.end(here, people["enterprise"], deal.id, "price")
    assert reading.open_one(here, people["university"], deal.id).contacts is None


def test_a_hidden_name_opens_to_the_manager_with_the_enterprises_consent(table: Table) -> None:
    here, people = table.world.platform, table.people
    deal = table.open("manager")
    table.assign(deal, role="stranger")

    def reads(role: str) -> bool:
        found = reading.open_one(here, people[role], deal.id)
        return found.place.reads_enterprise_name(found.deal)

    assert [reads(r) for r in ("manager", "stranger", "university", "operator")] == [
        False,
        False,
        False,
        True,
    ]
    consent.answer(here, people["enterprise"], deal.id, "agree")
    assert [reads(r) for r in ("manager", "stranger", "university")] == [True, True, False]
    consent.answer(here, people["university"], deal.id, "agree")
    assert reads("university")


def test_what_a_deal_asks_of_its_manager(table: Table) -> None:
    here, people = table.world.platform, table.people
    deal = table.open("enterprise")
    asked = {"asked_languages": ["en"], "asked_certificate": "senior", "asked_region": "浙江"}
    changed = notes.ask_of_manager(here, people["enterprise"], deal.id, asked, revision=deal.revision)
    assert (changed.asked_languages, changed.asked_region) == (["en"], "330000")
    with pytest.raises(Stale):
        notes.ask_of_manager(here, people["operator"], deal.id, {"asked_region": ""}, revision=deal.revision)
    with pytest.raises(Forbidden):
        notes.ask_of_manager(here, people["university"], deal.id, {"asked_region": ""}, revision=None)
    with pytest.raises(Invalid):
        notes.ask_of_manager(here, people["operator"], deal.id, {"asked_region": "亚特兰蒂斯"}, revision=None)
    assert table.lines(deal)[-1][0] == "asked_of_manager"


def test_a_note_for_operators_is_read_by_operators(table: Table) -> None:
    here, people = table.world.platform, table.people
    deal = table.open("enterprise")
    notes.add(here, people["operator"], deal.id, "企业上次逾期付款", "operators")
    notes.add(here, people["university"], deal.id, "下周可以寄样")
    with pytest.raises(Forbidden):
        notes.add(here, people["university"], deal.id, "不行", "operators")
    with pytest.raises(Invalid):
        notes.add(here, people["university"], deal.id, "  ")
    assert "企业上次逾期付款" not in _texts(table, "enterprise", deal)
    assert {"企业上次逾期付款", "下周可以寄样"} <= _texts(table, "operator", deal)
    assert set(table.told("deal.note")) == {"enterprise"}


def test_no_notice_names_the_hidden_or_quotes_anybody(table: Table) -> None:
    here, people = table.world.platform, table.people
    deal = table.open("enterprise", entry_id=table.entry(), message=f"我们是给{SECRET}做配套的")
    table.assign(deal)
    notes.add(here, people["university"], deal.id, "样件编号 A-17")
    stages.end(here, people["university"], deal.id, "other", "样件编号 A-17 不合格")
    with here.database.read() as session:
        for notice in session.scalars(select(Notice)):
            words = notice.subject + notice.body
            assert not any(hidden in words for hidden in (SECRET, ENTERPRISE_NAME, "A-17", PHONE)), words


def _texts(table: Table, role: str, deal: Deal) -> set[str]:
    return {line.note for line in reading.open_one(table.world.platform, table.people[role], deal.id).events}


def _due(table: Table, deal: Deal, days: int) -> None:
    with table.world.platform.database.write() as session:
        row = session.get(Deal, deal.id)
        row.answer_due_on = table.world.platform.today() + timedelta(days=days)
