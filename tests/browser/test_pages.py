"""Every page of every role: no serious finding of axe in either colour scheme, nothing in the console, no breach of the
content security policy, nothing wider than a phone, and something one can put into a file when it is printed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Open, Site
from tests.browser.watching import Watch

pytestmark = pytest.mark.browser

ANYONE = (
    "/", "/match", "/about", "/privacy", "/how-we-rank", "/search", "/search?q=激光", "/search?q=zzqx",
    "/achievements", "/achievements?q=锻造&modes=license&sort=newest", "/achievements?q=zzqx&trl=9", "/achievements/{achievement}",
    "/achievements/{paper}", "/needs", "/needs/{others_need}", "/needs/criteria", "/talents", "/talents/{talent}", "/talents/{talent}/record", "/account/login",
    "/account/register", "/account/forgot", "/account/forgot/sent",
    "/account/reset/{reset}", "/account/confirm/{confirm}", "/api/docs", "/nowhere",
)  # fmt: skip
ENTERPRISE = (
    "/proposals", "/proposals/{laid_before}",
    "/needs/mine", "/needs/mine?state=returned", "/needs/new", "/needs/{need}", "/needs/{need}?sort=trl", "/needs/{need}?tab=teams",
    "/needs/{waiting_need}", "/needs/{returned_need}", "/needs/{need}/edit", "/matches/compare/{need}?with={with}",
    "/matches/compare/{need}", "/matches/why?{pair}", "/introductions", "/introductions/ask?entry_id={entry}",
    "/introductions/{introduction}", "/deals", "/deals?tab=open", "/deals?tab=completed", "/deals?view=board", "/deals/{waiting_deal}",
    "/deals/{talking_deal}", "/deals/new?entry_id={deal_entry}", "/inbox", "/imports", "/imports/needs", "/imports/batches/{batch}",
    "/account/settings", "/account/organisation", "/account/sessions", "/account/tokens", "/account/erase",
    "/operator/review",
)  # fmt: skip
UNIVERSITY = (
    "/deals", "/deals/{waiting_deal}", "/deals/{talking_deal}", "/deals/{found_deal}",
    "/achievements/mine", "/achievements/new", "/achievements/{achievement}", "/achievements/{draft_achievement}",
    "/achievements/{achievement}/edit", "/introductions", "/introductions/{introduction}", "/needs/{others_need}", "/needs/{others_need}/answer", "/inbox",
    "/patents", "/patents?standing=free&q=叶片", "/patents/{patent}", "/patents/bundles", "/patents/bundles/{bundle}", "/imports/patents",
)  # fmt: skip
MANAGER = (
    "/leads",
    "/leads?state=passed",
    "/leads?region=650000&level=4&days=7",
    "/leads/{lead}",
    "/proposals",
    "/proposals/new",
    "/proposals/{written}",
    "/proposals/{laid_before}",
    "/proposals/{written}/edit",
    "/needs/{written}",
    "/deals",
    "/deals?tab=open",
    "/deals?tab=ended",
    "/deals/{offered_deal}",
    "/deals/{led_deal}",
    "/deals/{found_deal}",
    "/deals/{ended_deal}",
    "/talents/mine",
    "/talents/new",
    "/talents/{talent}",
    "/account/settings",
    "/introductions",
)
NEWCOMER = ("/account/welcome", "/account/organisation", "/needs/mine", "/needs/new", "/inbox")
OPERATOR = (
    "/operator/leads", "/leads/{lead}",
    "/deals", "/deals?tab=open", "/deals?view=board", "/deals/{unassigned_deal}", "/deals/{unassigned_deal}/managers", "/deals/{led_deal}", "/deals/{waiting_deal}",
    "/operator/review", "/operator/review?library=needs", "/operator/review?library=talents", "/operator/organisations",
    "/operator/organisations/{pending}", "/operator/accounts", "/operator/accounts/{account}", "/operator/introductions",
    "/introductions/{introduction}", "/operator/confidential/{waiting_need}", "/operator/audit", "/operator/system",
    "/needs/{waiting_need}", "/needs/{need}/edit", "/achievements/{achievement}/edit", "/talents/{talent}/edit", "/imports",
    "/imports/organisations", "/patents", "/achievements/new", "/talents/new", "/inbox",
)  # fmt: skip
PAGES = [
    (role, path)
    for role, paths in (
        ("anyone", ANYONE), ("enterprise", ENTERPRISE), ("university", UNIVERSITY), ("manager", MANAGER),
        ("newcomer", NEWCOMER), ("operator", OPERATOR),
    )
    for path in paths
]  # fmt: skip
REFUSED = {("anyone", "/nowhere"): 404, ("enterprise", "/operator/review"): 403}
NO_PAGES = {
    "account.data", "account.credit_code", "imports.template_file", "imports.progress", "imports.refused_file", "inbox.read", "needs.export", "proposals.link",
    "operator.index", "doctor.similar", "patents.bundling", "health.alive", "health.ready", "evidence.download", "certificates.download",
}  # fmt: skip
"""Answers that are files, parts of a page or a way to another address."""
ALIKE = [
    [".entry:nth-child(n+4)"],
    [".row-item:nth-child(n+5)"],
    [".facet li:nth-child(n+4)"],
    [".api-body .block:nth-of-type(n+3)"],
]
"""What stands on a page many times is examined the first few times: fifty entries take axe 18 s."""
AXE = Axe().axe_script
GRAVE = ("serious", "critical")
HIDDEN_ON_PAPER = (
    ".site-nav, .site-search-slot, .site-account, .site-menu, .site-foot, .form-actions, .breadcrumb"
)
SHOTS = os.environ.get("SANKU_SHOTS", "")
"""A folder: every page is photographed into it at both widths, to be looked at."""


def test_every_page_is_visited(site: Site) -> None:
    """A page somebody adds has to be added here as well."""
    from app import create_app
    from config import settings

    app = create_app(settings.load({"SANKU_DATA": str(site.platform.settings.data)}))
    adapter = app.url_map.bind("localhost")
    visited = set()
    for _role, path in PAGES:
        address = path.format(**site.ids).partition("?")[0]
        if address != "/nowhere":
            visited.add(adapter.match(address, method="GET")[0])
    every = {
        rule.endpoint for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint != "static" and (not rule.rule.startswith("/api/") or rule.endpoint == "api_docs.page")
    }  # fmt: skip
    assert every - visited - NO_PAGES == set()


@pytest.mark.parametrize(("role", "path"), PAGES, ids=[f"{role}-{path}" for role, path in PAGES])
def test_page(site: Site, reader: Callable[[str], tuple[Page, Watch]], role: str, path: str) -> None:
    page, heard = reader(role)
    status = REFUSED.get((role, path), 200)
    heard.begin(status)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(media="screen", color_scheme="light")
    answer = page.goto(path.format(**site.ids))
    assert answer is not None
    assert answer.status == status
    photograph(page, role, path, 1440)
    assert findings(page) == []
    page.emulate_media(color_scheme="dark")
    assert findings(page, rules=["color-contrast"]) == []
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 390, "height": 844})
    photograph(page, role, path, 390)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0, f"{wide} px wider than a phone"
    page.emulate_media(media="print")
    assert page.locator(HIDDEN_ON_PAPER).filter(visible=True).count() == 0
    assert page.locator("main").locator("h1, h2").filter(visible=True).count()
    assert heard.complaints == []


@pytest.mark.parametrize("role", ["anyone", "enterprise", "operator"])
def test_menus_of_a_phone(open_page: Open, role: str) -> None:
    page = open_page(role, 390)
    page.goto("/")
    page.get_by_text("菜单").click()
    assert (
        page.get_by_role("navigation", name="主导航")
        .get_by_role("link", name="成果", exact=True)
        .is_visible()
    )
    assert findings(page) == []


def findings(page: Page, rules: list[str] | None = None) -> list[str]:
    """What axe holds against the page that is serious or critical: rule, element, remedy."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    options = {"resultTypes": ["violations"]} | (
        {"runOnly": {"type": "rule", "values": rules}} if rules else {}
    )
    found = page.evaluate(
        "([where, how]) => axe.run(where, how).then((all) => all.violations)", [{"exclude": ALIKE}, options]
    )
    return [
        f"{one['id']}: {' '.join(map(str, node['target']))}: {node['failureSummary']}"
        for one in found if one["impact"] in GRAVE
        for node in one["nodes"]
    ]  # fmt: skip


def photograph(page: Page, role: str, path: str, width: int) -> None:
    """Keep a picture where a folder was named."""
    if SHOTS:
        name = f"{role}-{path.strip('/').replace('/', '_').replace('?', '+').replace('{', '').replace('}', '') or 'home'}"
        page.screenshot(path=Path(SHOTS) / f"{name[:80]}-{width}.png", full_page=True)
