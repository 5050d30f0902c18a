"""Looking after the whole: all introductions, opening a confidential part, and the log of who did what."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from wtforms import TextAreaField

from repositories import accounts as account_rows
from repositories import audit as audit_rows
from repositories import introductions as rows
from repositories import organisations
from repositories.introductions import STATE_NAMES
from repositories.needs import Need
from services import confidential as opening
from services.errors import Invalid, NotFound
from services.listings import entries
from web import labels
from web.access import rule
from web.account.forms import PlainForm
from web.current import actor, platform
from web.introductions import cards
from web.introductions.views import pagination
from web.listings.lists import page_number
from web.operator.accounts import action_label
from web.operator.blueprint import blueprint, page

PER_PAGE = 30
KINDS = (
    ("", "全部"), ("listing.", "条目"), ("organisation.", "单位"), ("introduction.", "引荐"),
    ("lead.", "线索"), ("proposal.", "代拟需求"), ("deal.", "项目"),
    ("assignment.", "指派"),
    ("confidential.", "调阅"), ("import.", "导入"), ("file.", "材料"), ("account.", "账户"), ("password.", "密码"), ("token.", "令牌"),
)  # fmt: skip
OBJECTS = {
    "needs": ("需求", "needs.detail", "row_id"), "achievements": ("成果", "achievements.detail", "row_id"),
    "talents": ("技术经理人", "talents.detail", "row_id"),
    "organisations": ("单位", "operator.organisation", "organisation_id"),
    "accounts": ("账户", "operator.account", "account_id"),
    "introductions": ("引荐", "introductions.detail", "introduction_id"),
    "leads": ("线索", "leads.detail", "lead_id"), "imports": ("导入文件", "", ""),
    "deals": ("项目", "deals.detail", "deal_id"),
    "demonstration": ("演示内容", "", ""),
}  # fmt: skip


REASONS = {
    "introduction.decline": "pass_reasons", "deal.declined": "end_reasons", "deal.ended": "end_reasons",
    "deal.unanswered": "end_reasons", "assignment.decline": "decline_reasons",
}  # fmt: skip
"""Decisions whose reason is a code, and of which vocabulary."""
COUNTED = (("new", "新增"), ("updated", "更新"), ("refused", "未通过"))


class OpeningForm(PlainForm):
    """Why a confidential part is opened."""

    reason = TextAreaField(
        "调阅原因", description="需求方会马上收到通知，并在需求页看到这条原因", render_kw={"required": True}
    )


@blueprint.get("/introductions")
@rule("operator")
def introductions() -> Any:
    """All requests by state."""
    state, number = request.args.get("state", ""), page_number()
    state = state if state in STATE_NAMES else ""
    with platform().database.read() as session:
        counts = rows.count_by_state(session)
        found = rows.latest(session, state, (number - 1) * PER_PAGE, PER_PAGE)
        houses = organisations.by_ids(
            session, [i for r in found for i in (r.need.organisation_id, r.achievement.organisation_id)]
        )
    total = sum(counts.values())
    tabs = [("", "全部", total), *((key, label, counts.get(key, 0)) for key, label in STATE_NAMES.items())]
    return page(
        "introductions.html", "introductions",
        tabs=[
            {"label": label, "count": n, "active": key == state, "href": url_for("operator.introductions", state=key or None)}
            for key, label, n in tabs
        ],
        rows=[cards.line(row, houses) for row in found],
        pagination=pagination(number, counts.get(state, 0) if state else total, PER_PAGE, "operator.introductions",
                              state=state or None),
    )  # fmt: skip


@blueprint.get("/confidential/<int:need_id>")
@rule("operator")
def confidential(need_id: int) -> Any:
    """The form that must be filled before a confidential part opens."""
    return _opening_page(need_id, OpeningForm(), 200)


@blueprint.post("/confidential/<int:need_id>")
@rule("operator")
def open_confidential(need_id: int) -> Any:
    """Open it once. The text stands in this answer only; to read it again takes another reason."""
    form = OpeningForm()
    try:
        text = opening.open_part(platform(), actor(), need_id, form.reason.data or "")
    except Invalid as invalid:
        form.show(invalid)
        return _opening_page(need_id, form, 422)
    return _opening_page(need_id, OpeningForm(formdata=None), 200, text)


@blueprint.get("/audit")
@rule("operator")
def audit() -> Any:
    """Who did what to whom, and why; newest first, by kind and by person."""
    kind, number = request.args.get("kind", ""), page_number()
    kind = kind if kind in dict(KINDS) else ""
    raw = request.args.get("by", "")
    by = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else None
    about = _about(request.args.get("of", ""))
    of = f"{about[0]}-{about[1]}" if about else None
    with platform().database.read() as session:
        found = audit_rows.latest(session, (number - 1) * PER_PAGE, PER_PAGE + 1, kind, by, about)
        names = account_rows.names_of(session, [r.account_id for r in found] + [by])
    more = len(found) > PER_PAGE

    def at(number: int) -> str:
        return url_for("operator.audit", kind=kind or None, by=by, of=of, page=number if number > 1 else None)

    chips = (
        [(f"操作人：{names[by]}", url_for("operator.audit", kind=kind or None, of=of))] if by in names else []
    )
    if about is not None:
        chips.append(
            (f"对象：{OBJECTS[about[0]][0]} {about[1]}", url_for("operator.audit", kind=kind or None, by=by))
        )
    return page(
        "audit.html", "audit", chosen=[{"label": label, "remove_href": href} for label, href in chips],
        tabs=[
            {"label": label, "count": None, "active": key == kind,
             "href": url_for("operator.audit", kind=key or None, by=by, of=of)}
            for key, label in KINDS
        ],
        rows=[_row(row, names) for row in found[:PER_PAGE]], number=number,
        prev_href=at(number - 1) if number > 1 else "", next_href=at(number + 1) if more else "",
    )  # fmt: skip


def _about(raw: str) -> tuple[str, int] | None:
    """`needs-12` as (table, id); None for anything else."""
    kind, _, number = raw.partition("-")
    usable = kind in OBJECTS and number.isascii() and number.isdigit() and len(number) < 10
    return (kind, int(number)) if usable else None


def _detail(detail: Any) -> str:
    """How much an action touched: fields of one thing, or rows of many."""
    if not isinstance(detail, dict):
        return ""
    if fields := detail.get("fields"):
        return f"改了 {len(fields)} 项"
    counted = [f"{word} {detail[key]} 条" for key, word in COUNTED if detail.get(key)]
    if counted:
        return "、".join(counted)
    ids = detail.get("rows")
    total = sum(len(some) for some in ids.values()) if isinstance(ids, dict) else 0
    return f"涉及 {total} 条" if total else ""


def _row(row: Any, names: dict[int, str]) -> dict[str, Any]:
    gone = row.object_type.startswith(audit_rows.GONE)
    noun, endpoint, key = OBJECTS.get(
        row.object_type.removeprefix(audit_rows.GONE), (row.object_type, "", "")
    )
    if gone:
        noun, endpoint = f"已移除的演示{noun}", ""
    return {
        "at": labels.moment(row.at), "who": names.get(row.account_id, "") or ("已注销用户" if row.account_id else "演示账户" if gone else "系统"),
        "who_href": url_for("operator.audit", by=row.account_id) if row.account_id else "",
        "what": action_label(row.action), "object": f"{noun} {row.object_id}",
        "href": url_for(endpoint, **{key: row.object_id}) if endpoint else "",
        "reason": labels.name(REASONS[row.action], row.reason) if row.action in REASONS else row.reason,
        "detail": _detail(row.detail),
    }  # fmt: skip


def _opening_page(need_id: int, form: OpeningForm, status: int, text: str = "") -> tuple[str, int]:
    need = entries.get(platform(), actor(), "needs", need_id)
    assert isinstance(need, Need)
    if not need.confidential:
        raise NotFound("这条需求没有保密部分。")
    return page(
        "confidential.html", "review", status, need=need, form=form, text=text,
        openings=[(labels.moment(at), reason) for at, reason in opening.openings(platform(), actor(), need)],
    )  # fmt: skip
