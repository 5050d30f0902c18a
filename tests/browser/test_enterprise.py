"""An enterprise: signs up, posts a need with a kept draft, works through its recommendations; and all of it by keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.browser import stage
from tests.browser.conftest import Open, Site
from tests.browser.walking import entry_of, expect_flash, own_need, tab_to
from tests.support import next_uscc

pytestmark = pytest.mark.browser
both_widths = pytest.mark.parametrize("width", [1440, 390])
TITLE = "供水管网漏损率高，想用噪声和压力监测给漏点定位"
PROBLEM = "老城区铸铁管占一半，漏损率 18%，人工听漏一个月只能走一遍。想在一个分区先装噪声记录仪和压力计，把漏点定到 5 米以内。"
NUMBERS: Iterator[int] = count(1)


def sign_up(page: Page) -> None:
    """Register an enterprise with a code whose check digit is right; ends on the page that says what is next."""
    number = next(NUMBERS)
    page.goto("/account/register")
    page.get_by_label("发布技术需求").check()
    page.get_by_label("单位全称").fill(f"浏览器里注册的第{number}家水务有限公司")
    page.get_by_label("统一社会信用代码").press_sequentially(next_uscc())
    expect(page.locator(".code-parts .ok").last).to_be_visible()
    expect(page.locator(".code-parts .bad")).to_have_count(0)
    page.get_by_label("您的姓名").fill("王工")
    page.get_by_label("邮箱").fill(f"walker{number}@example.org")
    page.get_by_label("密码", exact=True).fill(stage.PASSWORD)
    page.get_by_role("button", name="注册并开始匹配").click()
    expect(page.get_by_text("等平台核验单位")).to_be_visible()


@both_widths
def test_sign_up_post_with_a_kept_draft_and_work_through_the_list(
    open_page: Open, tmp_path: Path, width: int
) -> None:
    page = open_page(width=width)
    sign_up(page)
    page.get_by_role("link", name="发布第一条需求").click()
    keep_a_draft(page)
    page.get_by_role("button", name="提交并查看推荐").click()
    expect(page).to_have_url(re.compile(r"/needs/\d+$"))
    expect(page.get_by_text("贵单位正在核验中")).to_be_visible()
    expect(page.locator(".level-word").first).to_have_text(re.compile("强"))
    look_at_reasons(page, width)
    filter_the_list(page)
    compare_four(page, width)
    pass_and_undo(page)
    export(page, tmp_path)


def keep_a_draft(page: Page) -> None:
    page.get_by_label("需求名称").fill(TITLE)
    page.get_by_label(re.compile("^要解决的问题")).fill(PROBLEM)
    page.get_by_label(re.compile("^预算上限")).fill("80")
    expect(page.get_by_text("= 800,000 元")).to_be_visible()
    expect(page.get_by_text("草稿已存在本机")).to_be_visible()
    page.reload()
    expect(page.get_by_text("已恢复草稿")).to_be_visible()
    expect(page.get_by_label("需求名称")).to_have_value(TITLE)
    expect(page.get_by_label(re.compile("^要解决的问题"))).to_have_value(PROBLEM)


def look_at_reasons(page: Page, width: int) -> None:
    entry = page.locator(".entry").first
    reason = entry.locator(".reason[data-need-words]").filter(has=page.locator("mark")).first
    if width > 500:
        reason.hover()
    else:
        reason.tap()
    lit = page.locator("[data-need-text] mark.on")
    expect(lit.first).to_be_attached()
    words = re.sub(r"\s", "", reason.inner_text())
    assert all(piece in words or words.endswith(piece) for piece in lit.all_inner_texts()[:1])
    entry.get_by_role("link", name="为什么").click()
    dialog = page.locator("dialog#overlay")
    expect(dialog.get_by_role("heading", name=re.compile("为什么推荐这一项"))).to_be_visible()
    rows = dialog.locator(".sums tbody .n").all_inner_texts()
    whole = float(dialog.locator(".sums tfoot .n").inner_text())
    assert sum(map(float, rows)) == pytest.approx(whole, abs=0.5)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def filter_the_list(page: Page) -> None:
    before = page.locator(".tabs [aria-current]").inner_text()
    page.locator(".facet-bar summary").filter(has_text="合作方式").click()
    page.locator(".facet-bar .menu[open] a").first.click()
    chip = page.get_by_role("link", name=re.compile("^去掉筛选"))
    expect(chip).to_be_visible()
    expect(page).to_have_url(re.compile("modes="))
    chip.click()
    expect(chip).to_have_count(0)
    expect(page.locator(".tabs [aria-current]")).to_have_text(before)
    page.get_by_role("link", name=re.compile("^只是相近")).click()
    expect(page).to_have_url(re.compile("tab=weak"))
    expect(page.locator(".entry")).to_have_count(15)
    page.get_by_role("link", name=re.compile("显示其余")).click()
    expect(page.locator(".entry").nth(15)).to_be_visible()
    expect(page).to_have_url(re.compile("all=1"))
    page.get_by_role("link", name=re.compile("^推荐成果")).click()
    expect(page.locator(".level-word").first).to_have_text("强")


def compare_four(page: Page, width: int) -> None:
    boxes, names = page.get_by_role("checkbox", name="对比"), []
    boxes.first.check()
    names.append(page.locator(".entry-title a").first.inner_text())
    page.get_by_role("link", name=re.compile("^只是相近")).click()
    expect(page.locator(".entry")).to_have_count(15)
    for at in range(3):
        boxes.nth(at).check()
        names.append(page.locator(".entry-title a").nth(at).inner_text())
    expect(boxes.nth(3)).to_be_disabled()
    expect(page.get_by_text("已选 4 项")).to_be_visible()
    page.get_by_role("link", name="并排对比").click()
    table = page.get_by_role("region", name="对比表")
    expect(table.locator("thead a")).to_have_text(names)
    expect(table.get_by_role("rowheader", name="理由与提醒")).to_be_visible()
    page.get_by_role("link", name="返回推荐列表").click()


def pass_and_undo(page: Page) -> None:
    title = page.locator(".entry-title a").first.inner_text()
    entry_of(page, title).locator("summary", has_text="不合适").click()
    reasons = entry_of(page, title).locator(".menu-body button")
    expect(reasons).to_have_count(8)
    reasons.first.click()
    expect_flash(page, "已移到“已婉拒”")
    expect(page.locator(".entry-title a", has_text=title)).to_have_count(0)
    page.get_by_role("link", name=re.compile("已婉拒 1")).click()
    page.get_by_role("button", name="撤销婉拒").click()
    expect_flash(page, "重新回到推荐列表")
    page.get_by_role("link", name=re.compile("^推荐成果")).click()
    expect(page.locator(".entry-title a", has_text=title)).to_have_count(1)


def export(page: Page, folder: Path) -> None:
    with page.expect_download() as coming:
        page.get_by_role("link", name="导出").click()
    path = folder / "recommendations.xlsx"
    coming.value.save_as(path)
    sheet = load_workbook(path).active
    assert sheet is not None
    cells = [str(value) for row in sheet.iter_rows(values_only=True) for value in row if value is not None]
    assert page.locator(".entry-title a").first.inner_text() in cells


@both_widths
def test_two_sides_meet(site: Site, open_page: Open, width: int) -> None:
    wanted = {
        1440: ("热锻模一用就裂，求型腔堆焊渗氮再制造", "热锻模具型腔梯度堆焊与离子渗氮复合再制造"),
        390: (
            "行星齿轮箱变工况下故障漏报，求编码器与振动融合诊断",
            "变工况行星齿轮箱弱故障诊断系统（编码器与振动融合）",
        ),
    }
    title, achievement = wanted[width]
    need = own_need(site.platform, stage.ENTERPRISE, submit=True, title=title, contact_name="甲方联系人")
    page = open_page("enterprise", width)
    page.goto(f"/needs/{need}")
    entry_of(page, achievement).get_by_role("link", name="请求引荐").click()
    expect(page.get_by_text("不会看到保密部分")).to_be_visible()
    page.get_by_label(re.compile("^给对方的话")).fill("想先看样件。")
    page.get_by_role("button", name="请求引荐").click()
    entry_of(page, achievement).get_by_role("link", name="等待校方答复，还有 14 天").click()
    expect(page).to_have_url(re.compile(r"/introductions/\d+$"))
    address = page.url
    page.goto("/needs/mine")
    expect(page.locator(".row-item", has_text=title)).to_contain_text("引荐 1 次 · 1 次待答复")
    other = open_page("university", width)
    other.goto("/inbox")
    other.locator(".row-item.new").filter(has_text=re.compile("引荐")).first.click()
    other.goto(address)
    expect(other.get_by_text("想先看样件。").first).to_be_visible()
    expect(other.get_by_text("蜀屏精密铸锻")).to_have_count(0)
    other.get_by_role("button", name="同意引荐").click()
    for side in (other, page):
        side.goto(address)
        contacts = side.get_by_label("联系方式")
        expect(contacts).to_contain_text("甲方联系人")
        expect(contacts).to_contain_text("蜀屏精密铸锻")
        expect(contacts).to_contain_text("青岚理工大学")
    page.goto("/needs/mine")
    expect(page.locator(".row-item", has_text=title)).to_contain_text("1 次同意")


def test_the_whole_walk_by_keyboard(open_page: Open) -> None:
    page = open_page()
    page.goto("/account/login")
    tab_to(page, page.get_by_label("邮箱"))
    page.keyboard.type(stage.ENTERPRISE)
    tab_to(page, page.get_by_label("密码", exact=True))
    page.keyboard.type(stage.PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="我的需求", level=1)).to_be_visible()
    tab_to(page, page.get_by_role("link", name="发布需求"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="发布需求", level=1)).to_be_visible()
    tab_to(page, page.get_by_role("link", name="跳到正文"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("需求名称"))
    page.keyboard.type("供水管网漏损定位与分区压力优化")
    tab_to(page, page.get_by_role("button", name="提交并查看推荐"))
    page.keyboard.press("Enter")
    expect(page.locator(".entry").first).to_be_visible()
    links = page.locator(".entry-title a")
    page.keyboard.press("j")
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(links.nth(0)).to_be_focused()
    wanted = links.nth(0).inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(wanted)
    page.go_back()
    page.keyboard.press("j")
    entry = page.locator(".entry").first
    tab_to(page, entry.get_by_role("link", name="为什么"))
    page.keyboard.press("Enter")
    expect(page.locator("dialog#overlay")).to_be_visible()
    page.keyboard.press("Escape")
    expect(entry.get_by_role("link", name="为什么")).to_be_focused()
    tab_to(page, entry.locator("summary", has_text="不合适"))
    page.keyboard.press("Enter")
    expect(entry.locator(".menu-body")).to_be_visible()
    page.keyboard.press("Escape")
    expect(entry.locator(".menu-body")).to_be_hidden()
    page.keyboard.press("k")
    tab_to(page, entry.get_by_role("link", name="请求引荐"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="请求引荐", level=1)).to_be_visible()
    tab_to(page, page.get_by_role("button", name="请求引荐"))
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("等待校方答复")).first).to_be_visible()
