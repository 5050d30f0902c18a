"""The review queue: in order, with doubles and changes, decided on what was really read."""

from __future__ import annotations

import re
from typing import Any

from repositories import listing
from repositories.achievements import Achievement
from services.access import Actor
from services.listings import entries
from tests.support import World, post


def submit(world: World, actor: Actor, title: str, **fields: Any) -> Any:
    """A listing that waits for review."""
    row = world.listing(actor, "achievements", published=False, title=title, **fields)
    return entries.act(world.platform, actor, "achievements", row.id, "submit")


def state(world: World, row_id: int) -> Achievement:
    with world.platform.database.read() as session:
        row = listing.find(session, Achievement, row_id)
    assert row is not None
    return row


def decide(client: Any, row: Any, verb: str, **data: str) -> Any:
    form = {"verb": verb, "revision": str(row.revision), **data}
    return post(client, f"/operator/review/achievements/{row.id}", form, "/operator/review")


def test_the_longest_waiting_comes_first_and_next_goes_round(world: World) -> None:
    person, _ = world.university(), world.operator()
    first, second = submit(world, person, "第一项成果"), submit(world, person, "第二项成果")
    client = world.client("operator@example.org")
    page = client.get("/operator/review").get_data(as_text=True)
    assert "<title>审核：第一项成果" in page
    assert "第 1 条，共 2 条" in page
    assert f'href="/operator/review?library=achievements&amp;at={second.id}"' in page
    page = client.get(f"/operator/review?library=achievements&at={second.id}").get_data(as_text=True)
    assert f"at={first.id}" in page
    for key in "prn":
        assert f'data-hotkey="{key}"' in page


def test_publishing_shows_the_next_one(world: World) -> None:
    person, _ = world.university(), world.operator()
    first, second = submit(world, person, "第一项成果"), submit(world, person, "第二项成果")
    client = world.client("operator@example.org")
    answer = decide(client, first, "publish", next=str(second.id))
    assert answer.status_code == 303
    assert answer.location == f"/operator/review?library=achievements&at={second.id}"
    assert state(world, first.id).state == "published"
    assert "已发布：第一项成果" in client.get(answer.location).get_data(as_text=True)
    assert "成果已发布：第一项成果" in world.client("university@example.org").get("/inbox").get_data(
        as_text=True
    )


def test_returning_needs_a_reason_the_owner_reads(world: World) -> None:
    person, _ = world.university(), world.operator()
    row = submit(world, person, "第一项成果")
    client = world.client("operator@example.org")
    refused = decide(client, row, "return", reason=" ")
    assert refused.status_code == 422
    assert "请写明退回的原因" in refused.get_data(as_text=True)
    assert decide(client, row, "return", reason="缺少指标").status_code == 303
    assert (state(world, row.id).state, state(world, row.id).return_reason) == ("returned", "缺少指标")


def test_what_was_edited_meanwhile_is_not_published_unread(world: World) -> None:
    person, _ = world.university(), world.operator()
    row = submit(world, person, "第一项成果")
    entries.edit(
        world.platform, person, "achievements", row.id, {"summary": "换了内容"}, revision=1, partial=True
    )
    client = world.client("operator@example.org")
    stale = decide(client, row, "publish")
    assert stale.status_code == 412
    page = stale.get_data(as_text=True)
    assert "刚刚又修改了" in page
    assert "换了内容" in page
    assert state(world, row.id).state == "submitted"


def test_two_operators_the_second_is_told(world: World) -> None:
    person, _ = world.university(), world.operator()
    row = submit(world, person, "第一项成果")
    client = world.client("operator@example.org")
    assert decide(client, row, "publish").status_code == 303
    twice = decide(client, row, "publish")
    assert twice.status_code == 409
    assert "现在是“已发布”" in twice.get_data(as_text=True)


def test_the_organisation_comes_before_its_listings(world: World) -> None:
    person, _ = world.enterprise(state="pending"), world.operator()
    row = world.listing(person, "needs", published=False, title="需求一")
    entries.act(world.platform, person, "needs", row.id, "submit")
    client = world.client("operator@example.org")
    page = client.get("/operator/review").get_data(as_text=True)
    assert "先核验单位" in page
    assert f"/operator/organisations/{person.organisation_id}" in page
    answer = post(
        client, f"/operator/review/needs/{row.id}", {"verb": "publish", "revision": "1"}, "/operator/review"
    )
    assert answer.status_code == 409


def test_what_changed_since_last_time_is_shown(world: World) -> None:
    person, _ = world.university(), world.operator()
    row = world.listing(
        person, "achievements", title="叶片修复", abstract="寿命达到新品的 92 %。已验证。", price_max="800000"
    )
    change = {"abstract": "寿命达到新品的 95 %。已验证。", "price_max": "900000"}
    entries.edit(world.platform, person, "achievements", row.id, change, revision=row.revision, partial=True)
    page = world.client("operator@example.org").get("/operator/review").get_data(as_text=True)
    assert "改了 2 处" in page
    assert "<del>2</del><ins>5</ins>" in page
    assert "<del>80 万元</del> <ins>90 万元</ins>" in page


def test_likely_doubles_are_named_by_name_and_by_likeness(world: World) -> None:
    person, other = world.university(), world.university("second@example.org", "丙大学")
    world.operator()
    same = world.listing(person, "achievements", title="高温合金叶片激光熔覆修复粉末")
    near = world.listing(person, "achievements", title="高温合金叶片激光熔覆修复用粉末及工艺")
    far = world.listing(person, "achievements", title="水稻育种方法")
    world.index()
    submit(world, other, "高温合金叶片激光熔覆修复粉末")
    page = world.client("operator@example.org").get("/operator/review").get_data(as_text=True)
    doubles = page.split("可能重复")[1]
    assert "名称相同" in doubles
    assert f'href="/achievements/{same.id}"' in doubles
    assert f'href="/achievements/{near.id}"' in doubles
    assert f'href="/achievements/{far.id}"' not in doubles


def test_the_confidential_part_is_not_on_the_page(world: World) -> None:
    person, _ = world.enterprise(), world.operator()
    row = world.listing(person, "needs", published=False, title="需求一", confidential="年用量两吨")
    entries.act(world.platform, person, "needs", row.id, "submit")
    page = world.client("operator@example.org").get("/operator/review").get_data(as_text=True)
    assert "年用量两吨" not in page
    assert f"/operator/confidential/{row.id}" in page


def test_script_in_every_field_stays_text(world: World) -> None:
    person, _ = world.university(), world.operator()
    evil = "<script>alert(1)</script>"
    submit(world, person, evil, summary=evil, abstract=evil, team=evil, contact_name=evil)
    page = world.client("operator@example.org").get("/operator/review").get_data(as_text=True)
    assert evil not in page
    assert re.search(r"&lt;script&gt;alert", page)
