"""One need written for an enterprise: read by the two sides, answered by the enterprise."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for

from repositories.accounts import ENTERPRISE, MANAGER
from services.errors import Conflict, Invalid, Stale
from services.proposals import answering
from web.access import rule
from web.current import actor, platform
from web.proposals import writing
from web.proposals.blueprint import blueprint
from web.proposals.forms import RefuseForm
from web.proposals.reading import opened_page

__all__ = ["blueprint", "writing"]


@blueprint.get("/<int:need_id>")
@rule(MANAGER, ENTERPRISE)
def detail(need_id: int) -> Any:
    """The whole text, for its writer and for the enterprise that was asked."""
    return opened_page(need_id, 200)


@blueprint.get("/link/<secret>")
@rule(ENTERPRISE)
def link(secret: str) -> Any:
    """The link of the letter leads to the page; opening it changes nothing, because mail scanners open every link."""
    return redirect(url_for("proposals.detail", need_id=answering.by_link(platform(), actor(), secret)), 303)


@blueprint.post("/<int:need_id>/answer")
@rule(ENTERPRISE)
def answer(need_id: int) -> Any:
    """Confirm the need as one's own, or refuse it with a reason."""
    form, verb = RefuseForm(), request.form.get("verb", "")
    raw = request.form.get("revision", "")
    revision = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else -1
    try:
        need, _ = answering.answer(platform(), actor(), need_id, verb, form.reason.data or "", revision)
    except Invalid as invalid:
        form.show(invalid)
        return opened_page(need_id, 422, refuse_form=form)
    except (Stale, Conflict) as trouble:
        flash(trouble.message, "bad")
        stale = isinstance(trouble, Stale)
        return redirect(
            url_for("proposals.detail", need_id=need_id) if stale else url_for("proposals.index"), 303
        )
    if verb == "confirm":
        flash("已确认：这条需求归贵单位所有，已提交审核；您可以随时修改。", "ok")
        return redirect(url_for("needs.detail", row_id=need.id), 303)
    flash("已答复不认领，拟稿人会看到原因；贵单位不再看到这条草稿。", "ok")
    return redirect(url_for("proposals.index"), 303)
