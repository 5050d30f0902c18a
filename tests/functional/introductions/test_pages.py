"""Introductions as people meet them: asking, answering, what each side reads, what opens and when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from repositories.match_runs import MatchEntry
from services import introductions, recommend
from services.access import Actor
from services.errors import NotFound
from tests.functional.counting import queries
from tests.support import World, post

SECRET = "某型发动机大修厂"
DISCLOSED = "单晶叶片激光熔覆"


@dataclass(frozen=True)
class Pair:
    """A need with a confidential part, an achievement that fits it, and the two sides."""

    world: World
    enterprise: Actor
    university: Actor
    need: Any
    achievement: Any

    def entry(self) -> int:
        """The entry the enterprise sees (its own run, confidential part included)."""
        found = recommend.for_listing(self.world.platform, self.enterprise, "needs", self.need.id)
        return next(i.entry_id for i in found.ranked if i.row.id == self.achievement.id) or 0


@pytest.fixture
def pair(world: World) -> Pair:
    """The pair, published and indexed."""
    enterprise, university = (
        world.enterprise(name="宁波甲航空部件有限公司"),
        world.university(name="青岚理工大学"),
    )
    achievement = world.listing(
        university, "achievements", title="高温合金叶片激光熔覆修复粉末", summary="结合强度 420 MPa",
        abstract="用于单晶叶片激光熔覆。", trl="6", industry="C37", contact_name="李老师", contact_phone="029-8888",
    )  # fmt: skip
    need = world.listing(
        enterprise, "needs", title="高温合金叶片激光熔覆修复用粉末", problem="修复后开裂", industry="C37", wanted_trl="6",
        confidential=f"客户为{SECRET}，用于{DISCLOSED}", contact_name="王工", contact_phone="0574-1234",
    )  # fmt: skip
    world.index()
    return Pair(world, enterprise, university, need, achievement)


def ask(pair: Pair, message: str = "先做三片试修") -> int:
    """Ask through the page, as the enterprise; gives the id of the request."""
    client = pair.world.client("enterprise@example.org")
    entry = pair.entry()
    data = {"entry_id": str(entry), "message": message}
    answer = post(client, "/introductions/ask", data, f"/introductions/ask?entry_id={entry}")
    assert answer.status_code == 303, answer.get_data(as_text=True)[:2000]
    found = re.search(r"/introductions/(\d+)", answer.location)
    assert found is not None
    return int(found.group(1))


def test_asking_goes_back_to_where_one_came_from(pair: Pair) -> None:
    client, entry = pair.world.client("enterprise@example.org"), pair.entry()
    page = f"/introductions/ask?entry_id={entry}"
    shown = client.get(page).get_data(as_text=True)
    assert "不会看到保密部分" in shown
    assert f'name="back" value="/needs/{pair.need.id}"' in shown
    data = {"entry_id": str(entry), "message": "", "back": f"/needs/{pair.need.id}"}
    assert post(client, "/introductions/ask", data, page).location == f"/needs/{pair.need.id}"
    again = post(client, "/introductions/ask", data | {"back": "https://evil.example"}, "/account/settings")
    assert again.status_code == 409
    assert "已经请求过" in again.get_data(as_text=True)


def test_too_long_a_message_is_named_and_kept(pair: Pair) -> None:
    client, entry = pair.world.client("enterprise@example.org"), pair.entry()
    page = f"/introductions/ask?entry_id={entry}"
    answer = post(client, "/introductions/ask", {"entry_id": str(entry), "message": "字" * 1001}, page)
    assert answer.status_code == 422
    assert "字" * 1001 in answer.get_data(as_text=True)


def test_the_university_reads_the_public_side_only_until_it_agrees(pair: Pair) -> None:
    number = ask(pair)
    client = pair.world.client("university@example.org")
    page = client.get(f"/introductions/{number}").get_data(as_text=True)
    for hidden in (SECRET, "宁波甲航空部件有限公司", "王工", "0574-1234"):
        assert hidden not in page
    assert "先做三片试修" in page
    assert "还有 14 天" in page
    accepted = post(client, f"/introductions/{number}", {"verb": "accept"}, f"/introductions/{number}")
    assert accepted.status_code == 303
    page = client.get(f"/introductions/{number}").get_data(as_text=True)
    for opened in ("宁波甲航空部件有限公司", "王工", "0574-1234"):
        assert opened in page
    assert SECRET not in page
    theirs = (
        pair.world.client("enterprise@example.org").get(f"/introductions/{number}").get_data(as_text=True)
    )
    assert "029-8888" in theirs


def test_the_asker_keeps_the_reasons_of_the_confidential_part_to_itself(pair: Pair) -> None:
    number = ask(pair)
    with pair.world.platform.database.read() as session:
        own, shown = introductions.open_one(pair.world.platform, pair.enterprise, number), None
        shown = introductions.open_one(pair.world.platform, pair.university, number)
        assert session.get(MatchEntry, own.entry.id).run.basis == "owner"
        assert session.get(MatchEntry, shown.entry.id).run.basis == "public"
    operator = pair.world.operator()
    assert introductions.open_one(pair.world.platform, operator, number).entry.id == shown.entry.id


def test_nobody_hangs_a_request_on_an_entry_of_the_other_sides_own_run(pair: Pair) -> None:
    entry = pair.entry()
    with pair.world.platform.database.read() as session:
        assert session.scalar(select(MatchEntry).where(MatchEntry.id == entry)).run.basis == "owner"
    with pytest.raises(NotFound):
        introductions.ask(pair.world.platform, pair.university, entry)
    client = pair.world.client("university@example.org")
    assert client.get(f"/introductions/ask?entry_id={entry}").status_code == 404


def test_declining_needs_a_reason_and_tells_it(pair: Pair) -> None:
    number = ask(pair)
    client = pair.world.client("university@example.org")
    here = f"/introductions/{number}"
    refused = post(client, here, {"verb": "decline", "note": "粒径不合"}, here)
    assert refused.status_code == 422
    page = refused.get_data(as_text=True)
    assert "请选择一个婉拒的原因" in page
    assert "粒径不合" in page
    assert page.count('name="reason"') == 8
    assert (
        post(client, here, {"verb": "decline", "reason": "indicators", "note": "粒径不合"}, here).status_code
        == 303
    )
    theirs = pair.world.client("enterprise@example.org").get(here).get_data(as_text=True)
    assert "指标达不到" in theirs
    assert "粒径不合" in theirs
    assert "029-8888" not in theirs


def test_the_asker_recalls_and_cannot_answer_for_the_other_side(pair: Pair) -> None:
    number = ask(pair)
    client = pair.world.client("enterprise@example.org")
    here = f"/introductions/{number}"
    assert post(client, here, {"verb": "accept"}, here).status_code == 403
    assert post(client, here, {"verb": "recall"}, here).status_code == 303
    other = pair.world.client("university@example.org")
    assert "已撤回" in other.get(here).get_data(as_text=True)
    post(other, here, {"verb": "accept"}, "/account/settings")
    assert "已撤回" in other.get(here).get_data(as_text=True)


def test_a_third_party_learns_nothing(pair: Pair) -> None:
    number = ask(pair)
    pair.world.enterprise("third@example.org", "丙企业")
    client = pair.world.client("third@example.org")
    assert client.get(f"/introductions/{number}").status_code == 404
    assert "没有等您答复的引荐" in client.get("/introductions").get_data(as_text=True)
    assert pair.world.client().get(f"/introductions/{number}").status_code == 302


def test_each_side_finds_it_in_its_own_tab(pair: Pair) -> None:
    number = ask(pair)
    enterprise, university = (
        pair.world.client("enterprise@example.org"),
        pair.world.client("university@example.org"),
    )
    link = f'href="/introductions/{number}"'
    assert link in university.get("/introductions?tab=mine").get_data(as_text=True)
    assert link not in university.get("/introductions?tab=theirs").get_data(as_text=True)
    assert link in enterprise.get("/introductions?tab=theirs").get_data(as_text=True)
    assert link in enterprise.get("/introductions").get_data(as_text=True), (
        "the first tab with something in it"
    )
    post(university, f"/introductions/{number}", {"verb": "accept"}, f"/introductions/{number}")
    for client in (enterprise, university):
        assert link in client.get("/introductions?tab=accepted").get_data(as_text=True)
    assert "宁波甲航空部件有限公司" in university.get("/introductions?tab=accepted").get_data(as_text=True)


def test_an_organisation_that_waits_for_approval_is_told_what_is_missing(pair: Pair) -> None:
    waiting = pair.world.enterprise("new@example.org", "新企业", "pending")
    need = pair.world.listing(waiting, "needs", published=False, title="叶片激光熔覆修复粉末")
    found = recommend.for_listing(pair.world.platform, waiting, "needs", need.id)
    entry = next(i.entry_id for i in found.ranked)
    page = (
        pair.world.client("new@example.org")
        .get(f"/introductions/ask?entry_id={entry}")
        .get_data(as_text=True)
    )
    assert "还在核验中" in page
    assert 'name="message"' not in page


def test_the_list_costs_the_same_however_long_it_is(pair: Pair) -> None:
    ask(pair)
    client = pair.world.client("university@example.org")
    before = queries(pair.world, client, "/introductions?tab=mine")
    others = [
        pair.world.listing(
            pair.university, "achievements", title=f"高温合金叶片激光熔覆修复粉末 {n}", industry="C37"
        )
        for n in range(3)
    ]
    pair.world.index()
    found = recommend.for_listing(pair.world.platform, pair.enterprise, "needs", pair.need.id)
    entries = {i.row.id: i.entry_id for i in found.ranked}
    for row in others:
        introductions.ask(pair.world.platform, pair.enterprise, entries[row.id])
    assert queries(pair.world, client, "/introductions?tab=mine") == before
