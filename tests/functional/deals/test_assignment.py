"""指派: offered, taken on, declined, run out, released; what was true when the list was made is asked again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from repositories import assignments, audit
from repositories.assignments import Assignment
from repositories.database import utcnow
from repositories.deals import Deal, DealEvent
from repositories.notices import Notice
from repositories.talents import Talent
from services import assignments as assigning
from services import managers
from services.assignments import answer_by
from services.deals import stages
from services.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from tests.functional.deals.conftest import ENTERPRISE_NAME, Table
from tests.support import World


def deal_of(table: Table, deal_id: int) -> Deal:
    with table.world.platform.database.read() as session:
        row = session.get(Deal, deal_id)
        assert row is not None
        return row


def lines(table: Table, deal_id: int) -> list[tuple[str, str, str]]:
    with table.world.platform.database.read() as session:
        rows = session.query(DealEvent).filter_by(deal_id=deal_id).order_by(DealEvent.id)
        return [(row.kind, row.note, row.circle) for row in rows if row.kind.startswith("manager_")]


def told(table: Table, role: str) -> list[str]:
    with table.world.platform.database.read() as session:
        rows = session.query(Notice).filter_by(account_id=table.people[role].account_id).order_by(Notice.id)
        return [f"{row.subject} {row.body}" for row in rows if row.kind.startswith("assignment.")]


def offer(table: Table, deal: Deal, talent_id: int | None = None, role: str = "operator") -> Assignment:
    run = managers.for_deal(table.world.platform, table.people["operator"], deal.id)
    return assigning.offer(
        table.world.platform, table.people[role], deal.id, run.run_id or 0, talent_id or table.profile.id
    )


def test_an_offer_moves_the_deal_and_tells_the_manager(table: Table) -> None:
    deal = table.open()
    one = offer(table, deal)
    assert (one.state, one.talent_id) == ("offered", table.profile.id)
    assert one.entry_id is not None
    assert deal_of(table, deal.id).state == "brokering"
    assert lines(table, deal.id) == [("manager_offered", "周经理", "deal")]
    (letter,) = told(table, "manager")
    assert table.need.title in letter
    assert one.due_on.isoformat() in letter
    assert ENTERPRISE_NAME not in letter
    with table.world.platform.database.read() as session:
        (row,) = audit.of_object(session, "deals", deal.id, "assignment.offered")
        assert row.detail == {"talent_id": table.profile.id, "name": "周经理"}


def test_the_manager_takes_it_on_and_both_sides_hear_it(table: Table) -> None:
    deal = table.open()
    offer(table, deal)
    one = assigning.answer(table.world.platform, table.people["manager"], deal.id, "accept")
    assert one.state == "accepted"
    assert deal_of(table, deal.id).state == "brokering"
    for role in ("enterprise", "university", "operator"):
        assert any("周经理" in line for line in told(table, role)), role
    with pytest.raises(Conflict, match="已接手"):
        assigning.answer(table.world.platform, table.people["manager"], deal.id, "decline", "busy")


def test_declining_needs_a_reason_frees_the_deal_and_names_the_next(table: Table) -> None:
    deal = table.open()
    offer(table, deal)
    platform, manager = table.world.platform, table.people["manager"]
    for reason, note in (("", ""), ("whatever", ""), ("other", "")):
        with pytest.raises(Invalid):
            assigning.answer(platform, manager, deal.id, "decline", reason, note)
    assigning.answer(platform, manager, deal.id, "decline", "busy", "年底前排满")
    assert deal_of(table, deal.id).state == "opened"
    (letter,) = told(table, "operator")
    assert "近期没有精力" in letter
    assert "下一位是吴经理" in letter
    assert told(table, "enterprise") == []
    assert lines(table, deal.id)[-1] == ("manager_declined", "周经理", "operators")
    found = managers.for_deal(platform, table.people["operator"], deal.id)
    assert [(one.name, one.code) for one in found.rejections] == [("周经理", "declined")]
    with pytest.raises(NotFound):  # whoever declined sees the deal no more
        assigning.answer(platform, manager, deal.id, "accept")


def test_an_offer_nobody_answers_runs_out(table: Table, monkeypatch: Any) -> None:
    deal = table.open()
    one = offer(table, deal)
    platform = table.world.platform
    assert assigning.expire(platform) == 0
    with platform.database.write() as session:
        row = session.get(Assignment, one.id)
        assert row is not None
        row.due_on = platform.today() - timedelta(days=1)
    assert assigning.expire(platform) == 1
    assert assigning.expire(platform) == 0
    assert deal_of(table, deal.id).state == "opened"
    assert any("逾期没有确认" in line and "下一位是吴经理" in line for line in told(table, "operator"))
    assert any("已过期" in line for line in told(table, "manager"))
    found = managers.for_deal(platform, table.people["operator"], deal.id)
    line = next(line for line in found.items if line.talent.id == table.profile.id)
    assert line.asked == "expired"
    assert "did_not_answer" in [caution["code"] for caution in line.cautions]
    offer(table, deal)  # may be asked again


def test_an_operator_may_write_down_what_a_manager_said(table: Table) -> None:
    deal = table.open()
    offer(table, deal)
    assigning.answer(table.world.platform, table.people["operator"], deal.id, "accept", note="电话确认")
    assert any("代为登记" in line for line in told(table, "manager"))


def test_release_frees_the_manager_and_needs_a_reason(table: Table) -> None:
    deal = table.open()
    offer(table, deal)
    platform, operator = table.world.platform, table.people["operator"]
    assigning.answer(platform, table.people["manager"], deal.id, "accept")
    with pytest.raises(Invalid):
        assigning.release(platform, operator, deal.id, "")
    assigning.release(platform, operator, deal.id, "长期出差")
    assert deal_of(table, deal.id).state == "opened"
    assert any("长期出差" in line for line in told(table, "manager"))
    assert not any("长期出差" in line for line in told(table, "enterprise"))
    with platform.database.read() as session:
        assert assignments.loads(session, [table.profile.id]) == {}
    with pytest.raises(Conflict):
        assigning.release(platform, operator, deal.id, "再来一次")


def test_a_later_stage_stays_when_its_manager_is_replaced(table: Table) -> None:
    deal = table.open()
    with table.world.platform.database.write() as session:
        row = session.get(Deal, deal.id)
        assert row is not None
        row.state = "negotiating"
    offer(table, deal)
    assert deal_of(table, deal.id).state == "negotiating"
    assigning.release(table.world.platform, table.people["operator"], deal.id, "另有安排")
    assert deal_of(table, deal.id).state == "negotiating"


def test_a_deal_that_ends_sets_its_manager_free(table: Table) -> None:
    platform, operator = table.world.platform, table.people["operator"]
    for accepted, state in ((False, "released"), (True, "closed")):
        deal = table.open()
        one = offer(table, deal)
        if accepted:
            assigning.answer(platform, table.people["manager"], deal.id, "accept")
        stages.end(platform, operator, deal.id, "timing")
        with platform.database.read() as session:
            row = session.get(Assignment, one.id)
            assert row is not None
            assert row.state == state
            assert assignments.loads(session, [table.profile.id]) == {}
        with pytest.raises(DomainError):
            offer(table, deal)


@pytest.mark.parametrize(("role", "error"), [
    ("enterprise", Forbidden), ("university", Forbidden), ("stranger", NotFound), ("rival", NotFound),
])  # fmt: skip
def test_only_operators_assign_and_release(table: Table, role: str, error: type[Exception]) -> None:
    deal = table.open()
    with pytest.raises(error):
        offer(table, deal, role=role)
    offer(table, deal)
    with pytest.raises(error):
        assigning.release(table.world.platform, table.people[role], deal.id, "不需要了")
    with pytest.raises(error):
        assigning.answer(table.world.platform, table.people[role], deal.id, "accept")


def test_only_who_was_ranked_for_this_deal_can_be_asked(table: Table) -> None:
    deal = table.open()
    platform, operator = table.world.platform, table.people["operator"]
    run = managers.for_deal(platform, operator, deal.id).run_id or 0
    for run_id, talent_id in (
        (run, 10**6),
        (run + 1, table.profile.id),
        (0, 0),
        (2**40, 1),
        (run, 2**40),
        (-1, -1),
    ):
        with pytest.raises(Invalid):
            assigning.offer(platform, operator, deal.id, run_id, talent_id)


def spoiled(table: Table, how: str, deal: Deal) -> None:
    """Change something after the list was made."""
    platform = table.world.platform
    with platform.database.write() as session:
        profile = session.get(Talent, table.profile.id)
        row = session.get(Deal, deal.id)
        assert profile is not None
        assert row is not None
        if how == "capacity":
            profile.capacity = 0
        elif how == "affiliation":
            profile.affiliations = [
                {"organisation": "青岚理工大学", "title": "", "since": None, "until": None}
            ]
        elif how == "relation":
            profile.relations = [
                {"organisation": ENTERPRISE_NAME, "kind": "shareholding", "since": None, "until": None}
            ]
        elif how == "paused":
            profile.move(session, "pause", utcnow())
        elif how == "ended":
            row.move("end", utcnow())
        elif how == "asked":
            row.asked_certificate = "senior"
        profile.project(session, "edited")


@pytest.mark.parametrize(("how", "says"), [
    ("capacity", "达到承接上限 0 个"), ("affiliation", "现任职于成果方"), ("relation", "持股或出资"),
    ("paused", "已暂停"), ("ended", "已经是“终止”"), ("asked", "高级"),
])  # fmt: skip
def test_what_changed_since_the_list_was_made_is_told(table: Table, how: str, says: str) -> None:
    deal = table.open()
    run = managers.for_deal(table.world.platform, table.people["operator"], deal.id).run_id or 0
    spoiled(table, how, deal)
    with pytest.raises(Conflict, match=says):
        assigning.offer(table.world.platform, table.people["operator"], deal.id, run, table.profile.id)
    with table.world.platform.database.read() as session:
        assert session.query(Assignment).count() == 0


def test_the_second_operator_is_told_who_was_asked_meanwhile(table: Table) -> None:
    deal = table.open()
    second = table.world.operator("second@example.org")
    run = managers.for_deal(table.world.platform, second, deal.id)
    offer(table, deal)
    with pytest.raises(Conflict, match="已经指派了周经理（等待经理人确认）"):
        assigning.offer(table.world.platform, second, deal.id, run.run_id or 0, run.items[-1].talent.id)


def test_a_conflict_that_began_after_the_offer_stops_the_acceptance_without_naming_the_side(
    table: Table,
) -> None:
    deal = table.open()
    offer(table, deal)
    spoiled(table, "relation", deal)
    with pytest.raises(Conflict) as refused:
        assigning.answer(table.world.platform, table.people["manager"], deal.id, "accept")
    assert "需要回避" in refused.value.message
    assert ENTERPRISE_NAME not in refused.value.message
    with pytest.raises(Conflict, match=ENTERPRISE_NAME):
        assigning.answer(table.world.platform, table.people["operator"], deal.id, "accept")
    assigning.answer(table.world.platform, table.people["manager"], deal.id, "decline", "conflict")


@pytest.mark.parametrize(("today", "due"), [
    ("2026-11-23", "2026-11-26"), ("2026-11-25", "2026-11-30"), ("2026-11-27", "2026-12-02"),
    ("2026-11-28", "2026-12-02"), ("2026-11-29", "2026-12-02"),
    ("2026-09-30", "2026-10-10"),  # the week of the national day; the Saturday after it is worked
    ("2031-10-01", "2031-10-06"),  # holidays not known yet: Monday to Friday
])  # fmt: skip
def test_three_working_days(today: str, due: str) -> None:
    assert answer_by(date.fromisoformat(today)).isoformat() == due


def test_an_unknown_answer_is_nowhere(world: World) -> None:
    with pytest.raises(NotFound):
        assigning.answer(world.platform, world.operator(), 1, "maybe")
