"""Deals as people meet them: what each reads, what each can press, and what stands when something was refused."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from services import introductions
from services.deals import consent, notes, stages
from tests.functional.counting import queries
from tests.functional.deals.conftest import ENTERPRISE_NAME, PHONE, SECRET, THEIR_PHONE, Table
from tests.support import post


def client(table: Table, role: str) -> FlaskClient:
    return table.world.client(f"{role}@example.org")


def text(page: FlaskClient, path: str) -> str:
    answer = page.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.get_data(as_text=True).split("<main", 1)[-1].split("<footer")[0]


def test_opening_says_first_what_it_does(table: Table) -> None:
    browser, entry = client(table, "enterprise"), table.entry()
    page = f"/deals/new?entry_id={entry}"
    shown = text(browser, page)
    assert "不会看到保密部分" in shown
    assert "14 天内答复" in shown
    too_long = post(browser, "/deals/new", {"entry_id": str(entry), "message": "字" * 1001}, page)
    assert too_long.status_code == 422
    assert "字" * 1001 in too_long.get_data(as_text=True)
    made = post(browser, "/deals/new", {"entry_id": str(entry), "message": "先做三片"}, page)
    assert made.status_code == 303
    again = post(browser, "/deals/new", {"entry_id": str(entry), "message": "再来一次"}, page)
    assert again.status_code == 409
    assert "打开这个项目" in again.get_data(as_text=True)


def test_an_agreed_introduction_leads_to_a_deal(table: Table) -> None:
    here = table.world.platform
    asked = introductions.ask(here, table.people["enterprise"], table.entry())
    browser = client(table, "university")
    assert "/deals/new" not in text(browser, f"/introductions/{asked.id}")
    introductions.answer(here, table.people["university"], asked.id, "accept")
    link = f"/deals/new?introduction_id={asked.id}"
    assert link in text(browser, f"/introductions/{asked.id}")
    assert "双方在引荐中已经同意" in text(browser, link)
    made = post(browser, "/deals/new", {"introduction_id": str(asked.id)}, link)
    assert THEIR_PHONE in text(browser, made.location)
    assert PHONE in text(browser, made.location)
    assert made.location in text(browser, f"/introductions/{asked.id}"), (
        "and it leads on to the deal from then on"
    )


def test_each_reads_where_it_stands_and_who_must_act(table: Table) -> None:
    deal = table.open("enterprise", entry_id=table.entry(), message="先做三片试修")
    here = f"/deals/{deal.id}"
    theirs = text(client(table, "university"), here)
    assert "先做三片试修" in theirs
    assert "同意对接" in theirs
    assert "还有 14 天" in theirs
    assert not any(hidden in theirs for hidden in (SECRET, "客户为", ENTERPRISE_NAME, PHONE, "王工"))
    own = text(client(table, "enterprise"), here)
    assert "校方" in own
    assert 'value="agree"' not in own
    assert THEIR_PHONE not in own
    operators = text(client(table, "operator"), here)
    assert ENTERPRISE_NAME in operators
    assert PHONE not in operators


def test_agreeing_opens_the_contacts_at_once(table: Table) -> None:
    deal = table.open("enterprise")
    browser, here = client(table, "university"), f"/deals/{deal.id}"
    assert post(browser, f"{here}/consent", {"verb": "agree"}, here).status_code == 303
    page = text(browser, here)
    assert PHONE in page
    assert ENTERPRISE_NAME in page
    assert SECRET not in page


def test_a_refused_answer_keeps_what_was_typed(table: Table) -> None:
    deal = table.open("enterprise")
    browser, here = client(table, "university"), f"/deals/{deal.id}"
    refused = post(browser, f"{here}/consent", {"verb": "decline", "note": "粒径不合"}, here)
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert "请选择一个终止的原因" in page
    assert "粒径不合" in page
    done = post(
        browser, f"{here}/consent", {"verb": "decline", "reason": "indicators", "note": "粒径不合"}, here
    )
    assert done.status_code == 303
    ended = text(client(table, "enterprise"), here)
    assert "指标达不到" in ended
    assert "粒径不合" in ended
    assert "立项（已终止）" in ended


def test_the_manager_leads_it_on_and_a_stale_page_is_told(table: Table) -> None:
    deal = table.open("enterprise")
    consent.answer(table.world.platform, table.people["university"], deal.id, "agree")
    table.assign(deal)
    browser, here = client(table, "manager"), f"/deals/{deal.id}"
    assert "开始洽谈" in text(browser, here)
    revision = str(table.now(deal).revision)
    moved = post(
        browser, f"{here}/stage", {"verb": "negotiate", "revision": revision, "note": "周五面谈"}, here
    )
    assert moved.status_code == 303
    page = text(browser, here)
    assert "登记合同签订" in page
    assert "周五面谈" in page
    stale = post(browser, f"{here}/stage", {"verb": "sign", "revision": revision}, here)
    assert stale.status_code == 409
    assert "有了新进展" in stale.get_data(as_text=True)
    assert "登记合同签订" not in text(client(table, "enterprise"), here)


def test_notes_and_wishes_by_their_forms(table: Table) -> None:
    deal = table.open("enterprise")
    browser, here = client(table, "enterprise"), f"/deals/{deal.id}"
    assert post(browser, f"{here}/notes", {"note": " "}, here).status_code == 422
    assert post(browser, f"{here}/notes", {"note": "下周寄样"}, here).status_code == 303
    assert "下周寄样" in text(client(table, "university"), here)
    wish = {
        "asked_languages": ["en"],
        "asked_region": "亚特兰蒂斯",
        "revision": str(table.now(deal).revision),
    }
    refused = post(browser, f"{here}/wishes", wish, here)
    assert refused.status_code == 422
    assert "亚特兰蒂斯" in refused.get_data(as_text=True)
    saved = post(browser, f"{here}/wishes", wish | {"asked_region": "浙江"}, here)
    assert saved.status_code == 303
    assert "工作语言：英语" in text(browser, here)


def test_lists_and_boards_hold_ones_own(table: Table) -> None:
    deal = table.open("enterprise")
    link = f'href="/deals/{deal.id}"'
    for role in ("enterprise", "university", "operator"):
        browser = client(table, role)
        assert link in text(browser, "/deals?tab=open")
        assert link in text(browser, "/deals?view=board")
        assert link in text(browser, "/deals?q=激光熔覆")
    assert link in text(client(table, "university"), "/deals?tab=todo")
    assert link in text(client(table, "operator"), "/deals?tab=todo")
    assert link not in text(client(table, "enterprise"), "/deals?tab=todo")
    for role in ("rival", "college", "manager"):
        for path in ("/deals", "/deals?tab=open", "/deals?view=board", "/deals?q=激光熔覆"):
            assert link not in text(client(table, role), path)


def test_a_hidden_name_is_not_felt_out_by_searching(table: Table) -> None:
    deal = table.open("enterprise")
    link = f'href="/deals/{deal.id}"'
    words = f"/deals?tab=open&q={ENTERPRISE_NAME[2:6]}"
    assert link not in text(client(table, "university"), words)
    assert link in text(client(table, "operator"), words)


def test_a_manager_asked_finds_it_in_the_first_tab(table: Table) -> None:
    deal = table.open("enterprise")
    table.assign(deal, "offered")
    assert f'href="/deals/{deal.id}"' in text(client(table, "manager"), "/deals")


def test_a_recommendation_leads_to_a_deal(table: Table) -> None:
    browser = client(table, "enterprise")
    here = f"/needs/{table.need.id}?tab=weak"  # without the model words alone recommend nothing
    assert "/deals/new?entry_id=" in text(browser, here)
    deal = table.open("enterprise")
    page = text(browser, here)
    assert f'href="/deals/{deal.id}"' in page
    theirs = text(client(table, "university"), f"/achievements/{table.achievement.id}?tab=weak")
    assert f'href="/deals/{deal.id}"' in theirs


@pytest.mark.parametrize("role", ["rival", "college", "stranger", "manager"])
def test_for_others_there_is_no_such_deal(table: Table, role: str) -> None:
    deal = table.open("enterprise")
    browser, here = client(table, role), f"/deals/{deal.id}"
    assert browser.get(here).status_code == 404
    for form in ("consent", "stage", "end", "notes", "wishes", "extend"):
        sent = post(browser, f"{here}/{form}", {"verb": "agree", "reason": "price", "note": "x"})
        assert sent.status_code == 404, form


def test_a_private_note_is_on_no_page_but_an_operators(table: Table) -> None:
    deal = table.open("enterprise")
    notes.add(table.world.platform, table.people["operator"], deal.id, "企业去年逾期付款", "operators")
    here = f"/deals/{deal.id}"
    assert "企业去年逾期付款" in text(client(table, "operator"), here)
    for role in ("enterprise", "university"):
        assert "企业去年逾期付款" not in text(client(table, role), here)


def test_pages_cost_the_same_however_much_they_hold(table: Table) -> None:
    here = table.world.platform
    deal = table.open("enterprise")
    pages = [
        (role, path) for role in ("enterprise", "operator")
        for path in ("/deals?tab=open", "/deals?view=board", f"/deals/{deal.id}")
    ]  # fmt: skip
    browsers = {role: client(table, role) for role in ("enterprise", "operator")}
    for role, path in pages:
        assert (
            browsers[role].get(path).status_code == 200
        )  # the managers of a deal are ranked and kept on the first visit
    before = [queries(table.world, browsers[role], path) for role, path in pages]
    for n in range(4):
        need = table.world.listing(
            table.people["enterprise"], "needs", title=f"高温合金叶片激光熔覆修复粉末 {n}", industry="C37"
        )
        table.world.index()
        made = table.open("enterprise", entry_id=table.entry(need))
        consent.answer(here, table.people["university"], made.id, "agree")
        notes.add(here, table.people["enterprise"], deal.id, f"留言 {n}")
    stages.end(here, table.people["operator"], made.id, "price")
    assert [queries(table.world, browsers[role], path) for role, path in pages] == before


def test_the_head_counts_the_deals_that_wait_for_the_reader(table: Table) -> None:
    table.open("enterprise")

    def counted(role: str) -> str:
        page = table.world.client(f"{role}@example.org").get("/deals?tab=open").get_data(as_text=True)
        told = re.search(r'<a href="/deals"[^>]*>项目 (?:<span class="count-dot">(\d+)</span>)?', page)
        assert told is not None
        return told[1] or ""

    assert [counted(role) for role in ("enterprise", "university", "operator", "manager")] == [
        "",
        "1",
        "1",
        "",
    ]
