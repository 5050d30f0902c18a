"""From a need to a deal with its manager: four people, one after the other, each on his or her own screen."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from repositories.achievements import Achievement
from repositories.leads import Lead
from services.listings import entries
from services.platform import Platform
from tests.browser import stage
from tests.browser.conftest import Open, Site
from tests.browser.walking import expect_flash, number_in, own_need

pytestmark = pytest.mark.browser
both_widths = pytest.mark.parametrize("width", [1440, 390])
HARVESTER = "丘陵山地自走式履带马铃薯收获机"
LEAD_SECONDS = 60.0


@both_widths
def test_need_lead_deal_and_assignment(site: Site, open_page: Open, width: int) -> None:
    title = f"丘陵山地马铃薯机械化收获，求履带自走式收获机 {width}"
    need_id = own_need(
        site.platform, stage.ENTERPRISE, submit=True, title=title, industry="C35", region="510600", wanted_trl="6",
        problem="坡地地块小，轮式马铃薯收获机上不去、伤薯多，要履带式的丘陵山地马铃薯收获机。",
        confidential=stage.SECRET,
    )  # fmt: skip
    entries.act(site.platform, stage.actor(site.platform, stage.OPERATOR), "needs", need_id, "publish")

    manager = open_page("manager", width)
    manager.goto(f"/leads/{lead_of(site.platform, need_id)}")
    expect(manager.get_by_role("heading", name="为什么这两个合适")).to_be_visible()
    manager.get_by_role("link", name="发起对接").click()
    expect(manager.get_by_text("企业和校方都有 14 天答复")).to_be_visible()
    manager.get_by_label(re.compile("^给对方的话")).fill("两家都在四川，可以先约一次田间演示。")
    manager.get_by_role("button", name="立项", exact=True).click()
    expect_flash(manager, "已立项")
    deal = f"/deals/{number_in(manager.url)}"
    expect(manager.locator(".todos")).to_contain_text("企业")
    expect(manager.locator("main")).not_to_contain_text("蜀屏")

    enterprise = open_page("enterprise", width)
    find(enterprise, "待我答复", title)
    expect(enterprise.get_by_text("两家都在四川").first).to_be_visible()
    enterprise.get_by_role("button", name="同意对接").click()
    expect_flash(enterprise, "已同意对接")
    expect(enterprise.get_by_role("heading", name=re.compile("联系方式如下"))).to_have_count(0)

    university = open_page("university", width)
    find(university, "待我答复", title)
    expect(university.locator("main")).not_to_contain_text(stage.SECRET)
    university.get_by_role("button", name="同意对接").click()
    expect(university.get_by_role("heading", name=re.compile("联系方式如下"))).to_be_visible()

    operator = open_page("operator", width)
    find(operator, "待指派经理人", title)
    operator.get_by_role("link", name=re.compile(r"^全部 \d+ 位")).click()
    chosen = operator.locator(".manager-row", has_text="演示·鲜于松").first
    expect(chosen.locator(".reason").first).to_be_visible()
    expect(chosen).to_contain_text("线索")
    chosen.get_by_text("指派", exact=True).click()
    chosen.get_by_role("button", name="确认指派").click()
    expect_flash(operator, "邀请已发出")
    expect(operator.locator(".steps [aria-current]")).to_contain_text("撮合中")

    find(manager, "待我确认", title)
    expect(manager.locator("main")).to_contain_text("蜀屏")
    manager.get_by_role("button", name="接手这个项目").click()
    expect_flash(manager, "已接手")
    manager.get_by_label(re.compile("^说明")).first.fill("周五上午田间演示")
    manager.get_by_role("button", name="开始洽谈").click()
    expect(manager.locator(".steps [aria-current]")).to_contain_text("洽谈")

    enterprise.goto(deal)
    expect(enterprise.locator(".timeline")).to_contain_text("周五上午田间演示")
    expect(enterprise.locator(".seats")).to_contain_text("演示·鲜于松")
    expect(enterprise.get_by_role("heading", name=re.compile("联系方式如下"))).to_be_visible()
    for person in (manager, enterprise, university, operator):
        wide = person.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide == 0


@both_widths
def test_the_board_is_columns_on_a_desk_and_a_list_on_a_phone(open_page: Open, width: int) -> None:
    page = open_page("operator", width)
    page.goto("/deals")
    page.get_by_role("link", name="看板").click()
    columns = page.locator(".board-column")
    expect(columns).to_have_count(5)
    left = [columns.nth(n).bounding_box() for n in range(5)]
    places = [round(box["x"]) for box in left if box is not None]
    assert (len(set(places)) == 5) == (width == 1440)
    page.locator(".deal-card").first.get_by_role("link").click()
    expect(page.get_by_role("heading", name="参与各方")).to_be_visible()


def find(page: Page, tab: str, title: str) -> None:
    """Through the menu's own way: the list of deals, its first tab, the deal."""
    page.goto("/deals?tab=todo")
    expect(page.locator(".tabs [aria-current]")).to_contain_text(tab)
    page.get_by_role("link", name=re.compile(re.escape(title))).click()
    expect(page).to_have_url(re.compile(r"/deals/\d+$"))


def lead_of(platform: Platform, need_id: int) -> int:
    """The lead of the need with the harvester, once the worker has made it."""
    deadline = time.monotonic() + LEAD_SECONDS
    while time.monotonic() < deadline:
        with platform.database.read() as session:
            found = session.scalar(
                select(Lead.id).join(Achievement, Achievement.id == Lead.achievement_id)
                .where(Lead.need_id == need_id, Achievement.title == HARVESTER)
            )  # fmt: skip
        if found is not None:
            return int(found)
        time.sleep(0.5)
    raise AssertionError("no lead was made")
