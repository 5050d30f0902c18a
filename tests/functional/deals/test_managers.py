"""Managers ranked for a deal: who is proposed to whom, what each reader sees of it, and that a list is frozen."""

from __future__ import annotations

from datetime import timedelta

import pytest

from repositories.assignments import Assignment
from repositories.deals import Deal
from repositories.talents import Talent
from services import managers
from services.errors import Conflict, Forbidden, NotFound
from services.listings import entries
from tests.functional.deals.conftest import ENTERPRISE_NAME, SECRET, Table


def rank(table: Table, deal: Deal, role: str = "operator"):
    return managers.for_deal(table.world.platform, table.people[role], deal.id)


def names(found) -> list[str]:
    return [line.talent.title for line in found.items]


def test_an_operator_reads_order_reasons_loads_and_who_was_set_aside(table: Table) -> None:
    inside = table.world.person("inside@example.org", "manager")
    table.world.listing(
        inside, "talents", title="郑经理", biography="激光熔覆修复粉末", affiliations="青岚理工大学技术转移中心，主管，2020-01-01，"
    )  # fmt: skip
    table.world.index()
    found = rank(table, table.open())
    assert names(found)[0] == "周经理"
    assert "激光熔覆" in " ".join(reason["text"] for reason in found.items[0].reasons)
    assert [line.score for line in found.items] == sorted((line.score for line in found.items), reverse=True)
    assert [(line.load, line.capacity) for line in found.items] == [(0, 5)] * len(found.items)
    assert found.items[0].score == pytest.approx(sum(c["points"] for c in found.items[0].contributions))
    assert [(one.name, one.code) for one in found.rejections] == [("郑经理", "affiliation")]
    assert found.rejections[0].text == "现任职于成果方“青岚理工大学技术转移中心”"


def test_the_enterprise_reads_order_and_reasons_and_nothing_else(table: Table) -> None:
    inside = table.world.person("inside@example.org", "manager")
    table.world.listing(
        inside, "talents", title="郑经理", biography="激光熔覆", affiliations=f"{ENTERPRISE_NAME}，总工，，"
    )
    table.world.index()
    deal = table.open()
    whole, part = rank(table, deal), rank(table, deal, "enterprise")
    assert names(part) == names(whole) == ["周经理", *names(whole)[1:]]
    assert part.run_id == whole.run_id
    assert part.items[0].reasons == whole.items[0].reasons
    assert part.rejections == ()
    assert {(line.load, line.capacity, line.asked) for line in part.items} == {(None, None, "")}
    assert all(line.cautions == () and line.contributions == () for line in part.items)


@pytest.mark.parametrize(("role", "error"), [
    ("university", Forbidden), ("rival", NotFound), ("college", NotFound), ("stranger", NotFound), ("manager", NotFound),
])  # fmt: skip
def test_nobody_else_reads_the_list(table: Table, role: str, error: type[Exception]) -> None:
    deal = table.open()
    with pytest.raises(error):
        rank(table, deal, role)


def test_a_list_is_found_again_until_something_it_rests_on_changes(table: Table) -> None:
    deal = table.open()
    first = rank(table, deal)
    assert rank(table, deal).run_id == first.run_id
    entries.edit(
        table.world.platform, table.people["operator"], "talents", table.profile.id, {"stars": "5"}, revision=None,
        partial=True,
    )  # fmt: skip
    second = rank(table, deal)
    assert second.run_id != first.run_id
    assert second.items[0].score > first.items[0].score


def test_a_paused_profile_is_set_aside_with_the_reason(table: Table) -> None:
    deal = table.open()
    with table.world.platform.database.write() as session:
        done = Deal(
            need_id=deal.need_id, achievement_id=deal.achievement_id, entry_id=deal.entry_id,
            enterprise_id=deal.enterprise_id, university_id=deal.university_id, opened_by="operator", state="completed",
            answer_due_on=deal.answer_due_on, closed_at=table.world.platform.now(),
        )  # fmt: skip
        session.add(done)
        session.flush()
        now = table.world.platform.now()
        session.add(Assignment(deal_id=done.id, talent_id=table.profile.id, state="closed", due_on=deal.answer_due_on,
                               answered_at=now - timedelta(days=30)))  # fmt: skip
    known = rank(table, deal).items[0]
    assert known.talent.id == table.profile.id
    assert known.tally.completed == 1
    assert any("承接过同行业的项目 1 个" in reason["text"] for reason in known.reasons)
    entries.act(table.world.platform, table.people["manager"], "talents", table.profile.id, "pause")
    table.world.index()
    found = rank(table, deal)
    assert ("周经理", "paused") in [(one.name, one.code) for one in found.rejections]
    assert "周经理" not in names(found)


def test_what_a_deal_asks_decides_who_may_lead_it(table: Table) -> None:
    deal = table.open()
    with table.world.platform.database.write() as session:
        row = session.get(Deal, deal.id)
        assert row is not None
        row.asked_certificate = "senior"
    assert names(rank(table, deal)) == []
    with table.world.platform.database.write() as session:
        profile = session.get(Talent, table.profile.id)
        assert profile is not None
        profile.certificate_level = "senior"
        profile.project(session, "edited")
    found = rank(table, deal)
    assert names(found) == ["周经理"]
    assert {one.code for one in found.rejections} == {"certificate"}


def test_a_closed_deal_needs_nobody(table: Table) -> None:
    deal = table.open()
    with table.world.platform.database.write() as session:
        row = session.get(Deal, deal.id)
        assert row is not None
        row.move("end", table.world.platform.now())
    with pytest.raises(Conflict, match="终止"):
        rank(table, deal)


def test_the_confidential_part_never_stands_in_a_reason(table: Table) -> None:
    world = table.world
    expert = world.person("expert@example.org", "manager")
    world.listing(expert, "talents", title="冯经理", biography=f"长期服务{SECRET}")
    world.index()
    found = rank(table, table.open())
    told = " ".join(reason["text"] for line in found.items for reason in line.reasons)
    assert SECRET not in told
    assert "发动机" not in told
