"""One server and one Chromium for all browser tests; a page for whoever is asked for, at either width."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from services.platform import Platform
from tests.browser import serving, stage
from tests.browser.watching import Watch, watch

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--lang=zh-CN",
)  # fmt: skip
WIDTHS = {1440: 900, 390: 844}
PATIENCE = 15_000


@dataclass
class Site:
    """The running server: its address, its platform, parts of addresses by name, sign-ins by role."""

    url: str
    platform: Platform
    ids: dict[str, Any]
    sign_ins: dict[str, Any] = field(default_factory=dict)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The platform with its demonstration content, indexed, the model warm."""
    app = serving.build(tmp_path_factory.mktemp("browser"))
    here = app.extensions["sanku"]
    # Which achievements lead a list depends on whether the model answers already.
    serving.wait_until_warm(app)
    ids = stage.set_up(here)
    with serving.served(app) as url, serving.indexed(here):
        yield Site(url, here, ids)
    here.database.close()
    here.index.close()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """The browser: SANKU_CHROMIUM, else what is installed."""
    path = os.environ.get("SANKU_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
    yield browser
    browser.close()


Open = Callable[..., Page]


@pytest.fixture
def open_page(site: Site, chromium: Browser) -> Iterator[Open]:
    """`open_page(role, width)` gives an empty page signed in as that role ("anyone": nobody). When the test ends,
    whatever the console or the content security policy complained about fails it."""
    contexts: list[BrowserContext] = []
    watches: list[Watch] = []

    def make(role: str = "anyone", width: int = 1440) -> Page:
        context = _context(site, chromium, role, width)
        contexts.append(context)
        page = context.new_page()
        watches.append(watch(page))
        return page

    yield make
    for context in contexts:
        context.close()
    assert [line for one in watches for line in one.complaints] == []


@pytest.fixture(scope="session")
def reader(site: Site, chromium: Browser) -> Iterator[Callable[[str], tuple[Page, Watch]]]:
    """`reader(role)` gives one page of that role for the whole run, for tests that only read: its cache stays warm."""
    known: dict[str, tuple[Page, Watch]] = {}

    def of(role: str) -> tuple[Page, Watch]:
        if role not in known:
            page = _context(site, chromium, role, 1440).new_page()
            known[role] = page, watch(page)
        return known[role]

    yield of
    for page, _ in known.values():
        page.context.close()


def _context(site: Site, chromium: Browser, role: str, width: int) -> BrowserContext:
    """A fresh profile; without motion, so that nothing is caught between two colours."""
    state = None if role == "anyone" else _sign_in(site, chromium, role)
    context = chromium.new_context(
        base_url=site.url, viewport={"width": width, "height": WIDTHS[width]}, locale="zh-CN", has_touch=width < 500,
        timezone_id="Asia/Shanghai", storage_state=state, reduced_motion="reduce", color_scheme="light",
    )  # fmt: skip
    context.set_default_timeout(PATIENCE)
    return context


def _sign_in(site: Site, chromium: Browser, role: str) -> Any:
    """The cookies of a role; signing in by the form happens once."""
    if role not in site.sign_ins:
        context = chromium.new_context(base_url=site.url, locale="zh-CN")
        page = context.new_page()
        page.goto("/account/login")
        page.get_by_label("邮箱").fill(stage.EMAILS[role])
        page.get_by_label("密码", exact=True).fill(stage.PASSWORD)
        page.get_by_role("main").get_by_role("button", name="登录").click()
        page.wait_for_url(lambda address: "/account/login" not in address)
        site.sign_ins[role] = context.storage_state()
        context.close()
    return site.sign_ins[role]
