"""需求体检 while one types: answered after a pause, each finding leads to its words, nothing jumps, all of it by keyboard."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, Site
from tests.browser.walking import own_need, tab_to

pytestmark = pytest.mark.browser
both_widths = pytest.mark.parametrize("width", [1440, 390])
VAGUE = "目前用进口粉末修复叶片，热影响区经常开裂。希望换成性能先进、高效节能的国产粉末，提高叶片寿命。"
SHIFT = """window.shifted = 0; new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });"""


def open_form(page: Page, width: int) -> None:
    page.goto("/needs/new")
    expect(page.locator("#doctor-said")).to_have_text(re.compile("还没有写"))
    opened = page.locator("[data-doctor-fold]").get_attribute("open") is not None
    assert opened == (width > 1000)


@both_widths
def test_a_pause_in_typing_is_answered_and_a_finding_leads_to_its_words(open_page: Open, width: int) -> None:
    page = open_page("enterprise", width)
    open_form(page, width)
    page.evaluate(SHIFT)
    page.get_by_label("需求名称").fill("激光熔覆修复叶片用粉末")
    page.locator("#problem").fill(VAGUE)
    said = page.locator("#doctor-said")
    expect(said).to_have_text(re.compile(r"\d+/20，\d+ 处可以写清"))
    assert said.get_attribute("aria-live") == "polite"
    if width < 1000:
        page.locator("[data-doctor-fold] > summary").click()
    finding = page.locator(".doctor a[data-doctor-word]").first
    expect(finding).to_contain_text("“先进”")
    finding.click()
    expect(page.locator("#problem")).to_be_focused()
    chosen = "field => field.value.slice(field.selectionStart, field.selectionEnd)"
    assert page.locator("#problem").evaluate(chosen) == "先进"
    if width < 1000:
        assert page.locator("[data-doctor-fold]").get_attribute("open") is None
    assert page.evaluate("window.shifted") < 0.02


def test_mending_raises_the_mark(open_page: Open) -> None:
    page = open_page("enterprise")
    open_form(page, 1440)
    page.locator("#problem").fill(VAGUE)
    said = page.locator("#doctor-said")
    expect(said).to_have_text(re.compile(r"\d+/20，"))
    before = int(said.inner_text().partition("/")[0])
    page.locator("#indicators").fill("结合强度 ≥ 400 MPa")
    page.get_by_label(re.compile("^预算上限")).fill("80")
    expect(said).not_to_have_text(re.compile(rf"^{before}/"))
    assert int(said.inner_text().partition("/")[0]) > before


def test_a_manager_writing_for_an_enterprise_has_it_too(open_page: Open) -> None:
    page = open_page("manager")
    page.goto("/proposals/new")
    page.locator("#problem").fill(VAGUE)
    expect(page.locator("#doctor-body")).to_contain_text("“先进”")


@both_widths
def test_by_keyboard_from_the_panel_to_the_field(open_page: Open, width: int) -> None:
    page = open_page("enterprise", width)
    open_form(page, width)
    page.locator("#problem").fill(VAGUE)
    expect(page.locator("#doctor-said")).to_have_text(re.compile("处可以写清"))
    page.locator("main form .form-actions a").focus()
    summary = page.locator("[data-doctor-fold] > summary")
    tab_to(page, summary)
    if width < 1000:
        page.keyboard.press("Enter")
        assert page.locator("[data-doctor-fold]").get_attribute("open") is not None
    tab_to(page, page.locator(".doctor a[href='#budget_max']"))
    page.keyboard.press("Enter")
    expect(page.get_by_label(re.compile("^预算上限"))).to_be_focused()


@both_widths
def test_the_owner_opens_it_on_the_needs_page_with_similar_needs(
    site: Site, open_page: Open, width: int
) -> None:
    need = own_need(site.platform, "enterprise@demo.example", title="盾构滚刀磨损", problem="看不见")
    page = open_page("enterprise", width)
    page.goto(f"/needs/{need}")
    fold = page.locator(".need-head .doctor-fold")
    fold.locator("summary").click()
    expect(fold.locator(".doctor-mark")).to_have_count(4)
    expect(fold.locator(".doctor-others li a, .doctor-others p").first).to_be_visible()
    fold.get_by_role("link", name="没有写预算").click()
    expect(page).to_have_url(re.compile(rf"/needs/{need}/edit#budget_max$"))


@both_widths
def test_the_open_panel_has_no_serious_finding_of_axe(open_page: Open, width: int) -> None:
    page = open_page("enterprise", width)
    open_form(page, width)
    page.locator("#problem").fill(VAGUE)
    expect(page.locator("#doctor-said")).to_have_text(re.compile("处可以写清"))
    page.locator("[data-doctor-fold]").evaluate("fold => { fold.open = true; }")
    found = Axe().run(page, context="aside.doctor").response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
