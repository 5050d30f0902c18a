"""What walks do again and again: tab to something, look something up in the platform, wait for the index."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from docx import Document
from playwright.sync_api import Locator, Page, expect

from services.listings import entries
from services.platform import Platform
from tests.browser import stage

FOCUSED = "element => element === document.activeElement"
TABS = 140


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until `target` has the focus; its focus must be visible."""
    for _ in range(TABS):
        page.keyboard.press("Tab")
        if target.evaluate(FOCUSED):
            outline = target.evaluate("element => getComputedStyle(element).outlineStyle")
            assert outline != "none", "the focus cannot be seen"
            return
    raise AssertionError(f"{TABS} tabs did not reach {target}")


def need_form(folder: Path, title: str, text: str) -> Path:
    """A Word form as enterprises send it round: a heading and a table of two columns."""
    document = Document()
    document.add_heading("技术需求表", 1)
    table = document.add_table(rows=0, cols=2)
    for label, value in (("需求名称", title), ("需求描述", text), ("预算", "80 万元")):
        cells = table.add_row().cells
        cells[0].text, cells[1].text = label, value
    path = folder / "需求表.docx"
    document.save(str(path))
    return path


def own_need(platform: Platform, email: str, submit: bool = False, **fields: str) -> int:
    """A need of this person, entered by the use case."""
    person = stage.actor(platform, email)
    row = entries.create(platform, person, "needs", fields)
    if submit:
        entries.act(platform, person, "needs", row.id, "submit")
    return int(row.id)


def entry_of(page: Page, title: str) -> Locator:
    """The entry of a recommendation list whose achievement or need has this title."""
    heading = page.get_by_role("link", name=title, exact=True)
    return page.locator(".entry").filter(has=heading).first


def reload_until(page: Page, found: Callable[[], bool], seconds: float = 15.0) -> None:
    """Ask again until the index has it."""
    step = 300
    for _ in range(int(seconds * 1000 / step)):
        if found():
            return
        page.wait_for_timeout(step)
        page.reload()
    raise AssertionError("it did not come into the index")


def number_in(address: str) -> int:
    """The last number of an address's path."""
    return int(re.findall(r"/(\d+)", address)[-1])


def expect_flash(page: Page, text: str) -> None:
    """A message above the page."""
    expect(page.get_by_role("status").filter(has_text=text).first).to_be_visible()
