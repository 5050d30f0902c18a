"""The manager's first page: best first, filters that count, answers that can be taken back, kind words when it is empty."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from repositories.audit import AuditRow
from repositories.talents import of_account
from services.deals import opening
from services.listings import entries
from tests.functional.counting import queries
from tests.functional.leads.conftest import SUBJECTS, Market
from tests.support import post


def page(client: FlaskClient, query: str = "") -> str:
    answer = client.get(f"/leads{query}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def tabs(text: str) -> list[int]:
    """待看, 感兴趣, 已婉拒, 已有人接手."""
    found = re.search(r'<ul class="tabs">(.*?)</ul>', text, re.S)
    assert found is not None
    return [int(n) for n in re.findall(r'class="num">([\d,]+)<', found.group(1))]


def filled(market: Market, count: int = 3) -> list[int]:
    """One pair a subject; gives the leads by subject."""
    for n in range(count):
        market.achievement(n, region="510100", industry="C3" + "57"[n % 2])
        market.need(n, region="330200", budget_max="800000")
    market.make()
    by_need = {lead.need_id: lead.id for lead in market.leads()}
    return [by_need[need] for need in sorted(by_need)]


def test_it_is_what_a_manager_sees_after_signing_in(market: Market) -> None:
    client = market.world.client()
    token = re.search(
        r'name="csrf_token" value="([^"]+)"', client.get("/account/login").get_data(as_text=True)
    )
    answer = client.post(
        "/account/login",
        data={
            "email": "manager@example.org",
            "password": "correct horse battery",
            "csrf_token": token.group(1),
        },
    )
    assert answer.location == "/leads"


def test_the_profile_decides_the_order_and_says_why(market: Market) -> None:
    market.profile("manager", 2)
    leads = filled(market)
    text = page(market.world.client("manager@example.org"))
    order = [int(n) for n in re.findall(r'id="lead-(\d+)"', text)]
    assert order[0] == leads[2]
    assert sorted(order) == sorted(leads)
    first = text.split(f'id="lead-{leads[2]}"')[1].split("</li>\n")[0]
    assert "为什么给我看" in first
    assert "从业经历提到" in first
    assert "<mark>" in first, "the words that carried the pair are marked"
    assert "某enterprise" in first
    assert "甲企业" not in text


def test_without_a_profile_leads_are_shown_and_the_way_is_told(market: Market) -> None:
    filled(market)
    client = market.world.client("second@example.org")
    text = page(client)
    assert tabs(text) == [3, 0, 0, 0]
    assert "建立档案" in text
    answer = post(client, f"/leads/{market.leads()[0].id}", {"verb": "interested"}, "/leads")
    assert answer.status_code == 303
    assert "先建立您的经理人档案" in client.get(answer.location).get_data(as_text=True)


def test_a_draft_is_enough_to_be_ranked_by(market: Market) -> None:
    market.profile("second", 1, published=False)
    leads = filled(market)
    text = page(market.world.client("second@example.org"))
    assert int(re.findall(r'id="lead-(\d+)"', text)[0]) == leads[1]
    assert "您的档案现在是“草稿”" in text


def test_an_empty_list_helps(market: Market) -> None:
    client = market.world.client("manager@example.org")
    assert "平台上现在还没有线索" in page(client)
    market.profile()
    filled(market)
    assert "没有同时符合这些筛选的线索" in page(client, "?region=650000")
    assert "还没有标记感兴趣的线索" in page(client, "?state=interested")


def test_filters_stand_in_the_address_and_count_what_they_leave(market: Market) -> None:
    market.profile()
    filled(market)
    client = market.world.client("manager@example.org")
    whole = page(client)
    assert tabs(whole)[0] == 3
    for link in set(
        re.findall(
            r'<a href="(/leads\?[^"]*)" rel="nofollow"><span>[^<]*</span><span class="n num">\d+<', whole
        )
    ):
        found = re.search(
            rf'<a href="{re.escape(link)}" rel="nofollow"><span>[^<]*</span><span class="n num">(\d+)<', whole
        )
        assert found is not None
        assert tabs(page(client, link.removeprefix("/leads").replace("&amp;", "&")))[0] == int(
            found.group(1)
        ), link
    assert tabs(page(client, "?industry=C35"))[0] == 2
    assert tabs(page(client, "?industry=C"))[0] == 3
    assert tabs(page(client, "?region=510100&region=999999"))[0] == 3
    assert tabs(page(client, "?days=7"))[0] == 3
    assert tabs(page(client, "?level=4&state=passed&sort=newest&page=99999"))[2] == 0
    assert tabs(page(client, "?level=99&days=x&state=zzz&page=-3"))[0] == 3
    assert "去掉筛选" in page(client, "?industry=C35")


def test_answers_move_a_lead_and_can_be_taken_back(market: Market) -> None:
    market.profile()
    first, second, _ = filled(market)
    client = market.world.client("manager@example.org")
    assert (
        post(client, f"/leads/{first}", {"verb": "interested", "back": "/leads"}, "/leads").location
        == "/leads"
    )
    post(client, f"/leads/{second}", {"verb": "pass", "reason": "maturity", "note": "还在实验室"}, "/leads")
    assert tabs(page(client)) == [1, 1, 1, 0]
    assert f'id="lead-{second}"' not in page(client)
    assert "成熟度不够；还在实验室" in page(client, "?state=passed")
    assert [(a.lead_id, a.state, a.reason) for a in market.answers()] == [
        (first, "interested", ""), (second, "passed", "maturity"),
    ]  # fmt: skip
    for lead in (first, second):
        post(client, f"/leads/{lead}", {"verb": "undo"}, "/leads")
    assert tabs(page(client)) == [3, 0, 0, 0]
    assert {(a.state, a.reason, a.note, a.answered_at) for a in market.answers()} == {
        ("viewed", "", "", None)
    }
    with market.here.database.read() as session:
        done = list(session.query(AuditRow).filter(AuditRow.object_type == "leads").order_by(AuditRow.id))
    assert [row.action for row in done] == ["lead.interested", "lead.pass", "lead.undo", "lead.undo"]


def test_a_pass_needs_one_of_the_eight_reasons_and_keeps_what_was_typed(market: Market) -> None:
    market.profile()
    lead = filled(market, 1)[0]
    client = market.world.client("manager@example.org")
    for data in ({"verb": "pass", "note": "说来话长"}, {"verb": "pass", "reason": "zzz", "note": "说来话长"}):
        answer = post(client, f"/leads/{lead}", data, f"/leads/{lead}")
        assert answer.status_code == 422
        text = answer.get_data(as_text=True)
        assert "请选择一个婉拒的原因" in text
        assert "说来话长" in text
    answer = post(client, f"/leads/{lead}", {"verb": "pass", "reason": "price", "note": "长" * 501}, "/leads")
    assert answer.status_code == 422
    assert "最多 500 字" in answer.get_data(as_text=True)
    assert post(client, f"/leads/{lead}", {"verb": "steal"}, "/leads").status_code == 422
    assert [a.state for a in market.answers()] == ["viewed"], "opening its page is remembered, nothing else"


def test_others_are_counted_and_never_named(market: Market) -> None:
    for name in ("manager", "second", "third"):
        market.profile(name)
    lead = filled(market, 1)[0]
    for name in ("second", "third"):
        post(market.world.client(f"{name}@example.org"), f"/leads/{lead}", {"verb": "interested"}, "/leads")
    client = market.world.client("manager@example.org")
    for text in (page(client), client.get(f"/leads/{lead}").get_data(as_text=True)):
        assert "已有 2 位经理人感兴趣" in text
        assert "经理人second" not in text
    assert "已有 1 位经理人感兴趣" in page(market.world.client("second@example.org"), "?state=interested")
    entries.act(market.here, market.people["third"], "talents", profile_id(market, "third"), "pause")
    assert "已有 1 位经理人感兴趣" in page(client)


def profile_id(market: Market, who: str) -> int:
    with market.here.database.read() as session:
        row = of_account(session, market.people[who].account_id or 0)
        assert row is not None
        return row.id


def test_a_lead_that_became_a_deal_is_taken_for_everybody(market: Market) -> None:
    for name in ("manager", "second", "third"):
        market.profile(name)
    lead = filled(market, 1)[0]
    second = market.world.client("second@example.org")
    post(second, f"/leads/{lead}", {"verb": "interested"}, "/leads")
    deal = opening.open_deal(market.here, market.people["manager"], lead_id=lead, message="愿意牵头")
    assert deal.finder_id is not None
    third = market.world.client("third@example.org")
    assert tabs(page(third)) == [0, 0, 0, 1]
    assert tabs(page(second)) == [0, 1, 0, 0]
    assert "已有人接手" in page(second, "?state=interested")
    text = third.get(f"/leads/{lead}").get_data(as_text=True)
    assert "已有人接手" in text
    assert "发起对接" not in text.split("<main")[1].split("已有人发起对接")[-1]
    refused = post(third, f"/leads/{lead}", {"verb": "interested"}, "/leads")
    assert "已有人接手，不能再标记" in third.get(refused.location).get_data(as_text=True)
    assert [a.state for a in market.answers() if a.state == "interested"] == ["interested"]


def test_only_a_published_profile_opens_a_deal(market: Market) -> None:
    market.profile("manager"), market.profile("second", published=False)
    lead = filled(market, 1)[0]
    assert f"/deals/new?lead_id={lead}" in market.world.client("manager@example.org").get(
        f"/leads/{lead}"
    ).get_data(as_text=True)
    text = market.world.client("second@example.org").get(f"/leads/{lead}").get_data(as_text=True)
    assert f"/deals/new?lead_id={lead}" not in text
    assert "发布后才能发起对接" in text


def test_the_page_of_a_lead_adds_up(market: Market) -> None:
    market.profile()
    lead = filled(market, 1)[0]
    text = market.world.client("manager@example.org").get(f"/leads/{lead}").get_data(as_text=True)
    table = text.split('class="data sums"')[1].split("</table>")[0]
    parts = [float(n) for n in re.findall(r'<td class="n">([\d.]+)</td></tr>', table.split("<tfoot>")[0])]
    total = int(re.findall(r'<td class="n">(\d+)</td>', table.split("<tfoot>")[1])[0])
    assert abs(sum(parts) - total) < 1 + 0.05 * len(parts)


def test_operators_read_every_answer(market: Market) -> None:
    market.profile()
    lead = filled(market, 2)[0]
    client = market.world.client("manager@example.org")
    post(client, f"/leads/{lead}", {"verb": "pass", "reason": "rights", "note": "权属在合作方"}, "/leads")
    operator = market.world.client("operator@example.org")
    text = operator.get("/operator/leads?state=passed").get_data(as_text=True)
    assert "权属或知识产权不清；权属在合作方" in text
    assert "经理人manager" in text
    assert "甲企业" in text
    assert "没有线索" in operator.get("/operator/leads?state=closed").get_data(as_text=True)
    assert operator.get("/operator/leads?state=zzz&page=7").status_code == 200
    assert "权属在合作方" in operator.get(f"/leads/{lead}").get_data(as_text=True)
    entries.act(market.here, market.people["operator"], "needs", market.leads()[0].need_id, "return", "原因")
    assert operator.get(f"/leads/{lead}").status_code == 200
    assert client.get(f"/leads/{lead}").status_code == 404


@pytest.mark.parametrize("who", ["manager", "operator"])
def test_no_page_asks_more_for_more_leads(market: Market, who: str) -> None:
    market.profile()
    client = market.world.client(f"{who}@example.org")
    counted: list[dict[str, int]] = []
    for few in (3, 12):
        for n in range(few):
            (
                market.achievement(n % 3, title=f"{SUBJECTS[n % 3]}技术 {few}-{n}"),
                market.need(n % 3, title=f"{SUBJECTS[n % 3]} {few}-{n}"),
            )
        market.make()
        lead = market.leads()[0].id
        paths = (
            {"/leads", "/leads?state=passed", f"/leads/{lead}"}
            if who == "manager"
            else {"/operator/leads", f"/leads/{lead}"}
        )
        for path in paths:
            client.get(path)
        counted.append(
            {path.rstrip("0123456789"): queries(market.world, client, path) for path in sorted(paths)}
        )
    assert counted[0] == counted[1]
    assert max(counted[1].values()) <= 24
    assert len(market.leads()) > 20
