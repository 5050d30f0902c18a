"""Review: one listing at a time, with three keys – publish, return, next."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from wtforms import TextAreaField

from repositories.listing import STATE_NAMES
from repositories.needs import Need
from services import doctor
from services import review as reviewing
from services.errors import Conflict, Invalid, NotFound, Stale
from services.listings.library import LIBRARIES
from web.access import rule
from web.account.forms import PlainForm
from web.current import actor, platform
from web.listings.doctor import panel
from web.listings.files import lines
from web.operator import accounts, leads, organisations, oversight, system
from web.operator.blueprint import blueprint, page
from web.operator.reading import change_view, reading

__all__ = ["accounts", "blueprint", "leads", "organisations", "oversight", "system"]

DONE = {"publish": "已发布", "return": "已退回"}
USUAL_REASONS = (
    "名称太笼统，请写明对象、方法和用途。",
    "缺少关键指标，请补充带单位的数字。",
    "内容里有联系方式或保密信息，请移到相应的栏目。",
    "与已发布的一条重复，请合并或说明区别。",
)


class ReturnForm(PlainForm):
    """Why a listing goes back to its owner."""

    reason = TextAreaField(
        "退回原因", description="提交人据此修改，请说清改哪里", render_kw={"required": True}
    )


@blueprint.get("")
@rule("operator")
def index() -> Any:
    """The operator's first page is what waits."""
    return redirect(url_for("operator.review"), 303)


@blueprint.get("/review")
@rule("operator")
def review() -> Any:
    """The listing that waits longest, or the one in the address."""
    wanted = request.args.get("library", "")
    at = request.args.get("at", "")
    return _page(wanted if wanted in LIBRARIES else "", _id(at), ReturnForm(), 200)


@blueprint.post("/review/<library>/<int:row_id>")
@rule("operator")
def decide(library: str, row_id: int) -> Any:
    """Publish or return what was read, then the next one."""
    if library not in LIBRARIES:
        raise NotFound()
    form, verb = ReturnForm(), request.form.get("verb", "")
    next_id = _id(request.form.get("next", ""))
    try:
        row = reviewing.decide(
            platform(),
            actor(),
            library,
            row_id,
            verb,
            form.reason.data or "",
            _id(request.form.get("revision", "")) or 0,
        )
    except Invalid as invalid:
        form.show(invalid)
        return _page(library, row_id, form, 422)
    except (Stale, Conflict) as trouble:
        form.form_errors = [trouble.message]
        return _page(library, row_id, form, 412 if isinstance(trouble, Stale) else 409)
    flash(f"{DONE[verb]}：{row.title}", "ok")
    return redirect(url_for("operator.review", library=library, at=next_id), 303)


def _page(library: str, at: int | None, form: ReturnForm, status: int) -> tuple[str, int]:
    here, person = platform(), actor()
    queues = reviewing.queues(here, person)
    chosen = library or next((q.library.name for q in queues if q.count), "achievements")
    one = reviewing.open_one(here, person, chosen, at)
    tabs = [
        {"label": q.library.noun, "count": q.count, "active": q.library.name == chosen,
         "href": url_for("operator.review", library=q.library.name)}
        for q in queues
    ]  # fmt: skip
    if one is None:
        return page("review_empty.html", "review", status, tabs=tabs, noun=LIBRARIES[chosen].noun, form=form)
    row = one.row
    return page(
        "review.html", "review", status, tabs=tabs, form=form, one=one, row=row, reading=reading(one.library, row),
        changes=[change_view(change) for change in one.changes], files=lines(one.files), usual_reasons=USUAL_REASONS,
        doctor=panel(doctor.of_need(here, row)) if isinstance(row, Need) else None,
        doubles=[
            {"title": d.row.title, "href": url_for(f"{chosen}.detail", row_id=d.row.id), "state": d.row.state,
             "state_label": STATE_NAMES[d.row.state], "owner": d.organisation.name if d.organisation else d.row.source,
             "alike": "名称相同" if d.alike == 1.0 else f"名称 {d.alike:.0%} 相同"}
            for d in one.doubles
        ],
        next_href=url_for("operator.review", library=chosen, at=one.next_id) if one.next_id else "",
    )  # fmt: skip


def _id(raw: str) -> int | None:
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else None
