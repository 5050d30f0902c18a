"""The blueprint all operator pages hang on, and the row of pages above them with what waits on each."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for

from repositories import desk
from web.current import platform

blueprint = Blueprint("operator", __name__, url_prefix="/operator")

PAGES = (
    ("operator.review", "审核", ("achievements", "needs", "talents")),
    ("operator.organisations", "单位", ("organisations",)),
    ("operator.accounts", "账户", ()),
    ("operator.introductions", "引荐", ()),
    ("operator.leads", "线索", ()),
    ("patents.index", "专利", ()),
    ("imports.index", "导入", ()),
    ("operator.audit", "操作记录", ()),
    ("operator.system", "系统状态", ("parked",)),
)


def page(template: str, active: str, status: int = 200, **context: Any) -> tuple[str, int]:
    """An operator's page with the row of pages above it."""
    with platform().database.read() as session:
        waiting = desk.waiting(session)
    rows = [
        {"label": label, "href": url_for(endpoint), "active": endpoint == f"operator.{active}",
         "count": sum(waiting[key] for key in counted) or None if counted else None}
        for endpoint, label, counted in PAGES
    ]  # fmt: skip
    return render_template(
        f"operator/{template}", nav_active="workbench", desk=rows, waiting=waiting, **context
    ), status
