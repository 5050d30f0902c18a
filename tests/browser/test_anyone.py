"""Without an account: paste, upload, search, narrow, read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from matching.features import FEATURES
from matching.managers.features import FEATURES as MANAGER_FEATURES
from tests.browser.conftest import Open
from tests.browser.walking import need_form

pytestmark = pytest.mark.browser
both_widths = pytest.mark.parametrize("width", [1440, 390])
PASTED = (
    "前轴、曲轴热锻模一用就裂，三千件就报废。想找型腔堆焊、渗氮再制造的办法，单次寿命翻一番，模具费用降三成。"
)
WANTED = "热锻模具型腔梯度堆焊与离子渗氮复合再制造"


def expect_answer(page: Page) -> None:
    """Matches with reasons, what speaks against them, and what was asked; nothing that needs an account."""
    first = page.locator(".entry").first
    expect(first.get_by_role("heading", name=WANTED)).to_be_visible()
    expect(first.locator(".reason").first).to_be_visible()
    expect(first.locator(".level-word")).to_have_text(re.compile("强"))
    expect(page.get_by_text("没有保存：关掉这一页就没有了")).to_be_visible()
    expect(page.get_by_role("link", name="请求引荐", exact=True)).to_have_count(0)


@both_widths
def test_a_pasted_need_is_answered_at_once(open_page: Open, width: int) -> None:
    page = open_page(width=width)
    page.goto("/")
    page.get_by_label("您的技术需求").fill(PASTED)
    page.get_by_role("button", name="找成果").click()
    expect_answer(page)
    reason = page.locator(".entry .reason[data-need-words]").filter(has=page.locator("mark")).first
    reason.click()
    expect(page.locator("[data-need-text] mark.on").first).to_be_attached()
    if page.get_by_text("显示其余").count():
        page.get_by_text("显示其余").click()
        expect(page.locator(".entry").nth(15)).to_be_visible()
    page.get_by_text("改一改，再找一次").click()
    page.get_by_label("您的技术需求").fill("供水管网漏损率高，想用噪声和压力监测给漏点定位。")
    page.get_by_role("button", name="再找一次").click()
    expect(page.locator(".entry").first).to_contain_text("供水管网")


@both_widths
def test_a_need_form_is_answered_too(open_page: Open, tmp_path: Path, width: int) -> None:
    page = open_page(width=width)
    page.goto("/")
    title, _, rest = PASTED.partition("。")
    page.get_by_label("上传需求表").set_input_files(need_form(tmp_path, title, rest))
    expect(page.get_by_text("需求表.docx")).to_be_visible()
    page.get_by_role("button", name="找成果").click()
    expect(page.get_by_text("来自文件 需求表.docx")).to_be_visible()
    expect_answer(page)


@both_widths
def test_an_empty_box_says_what_to_do_and_an_example_is_one_click(open_page: Open, width: int) -> None:
    page = open_page(width=width)
    page.goto("/")
    page.get_by_role("button", name="找成果").click()
    expect(page.get_by_role("alert")).to_contain_text("至少一句话")
    page.locator(".examples button").first.click()
    expect(page.locator(".entry").first).to_be_visible()
    expect(page.locator(".level-word").first).to_have_text(re.compile("强"))


@both_widths
def test_one_box_searches_the_three_libraries(open_page: Open, width: int) -> None:
    page = open_page(width=width)
    page.goto("/")
    if width < 500:
        page.get_by_text("菜单").click()
    box = page.get_by_label("搜索三库").filter(visible=True)
    box.fill("钛合金")
    box.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("技术成果（[1-9]"))).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("技术需求（[1-9]"))).to_be_visible()
    expect(page.locator(".row-item mark").first).to_be_visible()
    page.get_by_role("link", name="查看全部").first.click()
    expect(page).to_have_url(re.compile(r"/achievements\?q="))


@both_widths
def test_the_address_of_a_list_holds_everything(open_page: Open, width: int) -> None:
    page = open_page(width=width)
    page.goto("/achievements")
    total = page.locator(".total b")
    shown = total.inner_text()
    whole = int(shown.replace(",", ""))
    if width < 500:
        page.get_by_text("筛选", exact=True).click()
    facet = page.locator("details.facet").filter(has_text="合作方式").get_by_role("link").first
    count = int(facet.locator(".n").inner_text())
    facet.click()
    expect(total).to_have_text(str(count))
    assert 0 < count < whole
    chip = page.get_by_role("link", name=re.compile("去掉筛选：合作方式"))
    expect(chip).to_be_visible()
    page.get_by_text(re.compile("^排序：")).click()
    page.get_by_role("link", name="成熟度高").click()
    expect(page).to_have_url(re.compile("sort=trl"))
    page.get_by_role("link", name="下一页").click()
    expect(page).to_have_url(re.compile("page=2"))
    expect(page.get_by_text("第 2 页")).to_be_visible()
    titles = page.locator(".row-title").all_inner_texts()
    again = open_page(width=width)
    again.goto(page.url)
    assert again.locator(".row-title").all_inner_texts() == titles
    page.go_back()
    expect(page.get_by_text("第 1 页")).to_be_visible()
    chip.click()
    expect(total).to_have_text(shown)
    page.locator(".row-title a").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("complementary", name="要点")).to_be_visible()


@both_widths
def test_words_are_marked_and_what_only_meaning_finds_stands_apart(open_page: Open, width: int) -> None:
    page = open_page(width=width)
    page.goto("/achievements?q=激光熔覆")
    expect(page.locator(".row-title mark").first).to_have_text(re.compile("激光"))
    expect(page.get_by_role("heading", name="意思相近，用词不同")).to_be_visible()


@both_widths
def test_how_we_rank_is_written_by_the_ranking(open_page: Open, width: int) -> None:
    page = open_page(width=width)
    page.goto("/how-we-rank")
    for place, features in enumerate((FEATURES, MANAGER_FEATURES)):
        shown = page.locator("ol.features").nth(place)
        expect(shown.locator("li")).to_have_count(len(features))
        most = [float(text) for text in shown.locator(".most b").all_inner_texts()]
        assert sum(most) == pytest.approx(100)
    assert all(len(text) > 10 for text in page.locator(".features li p").all_inner_texts())
