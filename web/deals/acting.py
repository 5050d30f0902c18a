"""One deal and every step a person can take on it: answering, moving on, ending, writing, asking for a kind of manager."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for

from services.deals import consent, notes, stages
from services.errors import Conflict, Invalid, Stale
from web.access import SIGNED_IN, rule
from web.current import actor, platform
from web.deals.blueprint import blueprint
from web.deals.forms import NoteForm, reason_form, wish_form
from web.deals.page import detail_page

ANSWERED = {
    "agree": "已同意对接。双方都同意后，联系方式马上向双方开放。", "decline": "已答复不同意，项目终止，对方会收到通知。",
}  # fmt: skip


@blueprint.get("/<int:deal_id>")
@rule(SIGNED_IN)
def detail(deal_id: int) -> Any:
    """Who takes part, where it stands, what is next and by whom, why these two, what happened."""
    return detail_page(deal_id)


@blueprint.post("/<int:deal_id>/consent")
@rule(SIGNED_IN)
def answer(deal_id: int) -> Any:
    """Agree or decline for one's own side."""
    form, verb = reason_form(), request.form.get("verb", "")

    def act() -> None:
        consent.answer(platform(), actor(), deal_id, verb, form.reason.data or "", form.note.data or "")
        flash(ANSWERED[verb], "ok")

    return _done(deal_id, act, decline=form)


@blueprint.post("/<int:deal_id>/stage")
@rule(SIGNED_IN)
def stage(deal_id: int) -> Any:
    """Lead the deal on to its next stage."""

    def act() -> None:
        verb, note = request.form.get("verb", ""), request.form.get("note", "")
        moved = stages.move(platform(), actor(), deal_id, verb, revision=_revision(), note=note)
        flash(f"项目进入“{stages.STATE_NAMES[moved.state]}”，各方会收到通知。", "ok")

    return _done(deal_id, act)


@blueprint.post("/<int:deal_id>/end")
@rule(SIGNED_IN)
def end(deal_id: int) -> Any:
    """Terminate the deal with a reason."""
    form = reason_form()

    def act() -> None:
        reason, note = form.reason.data or "", form.note.data or ""
        stages.end(platform(), actor(), deal_id, reason, note, revision=_revision())
        flash("项目已终止，原因记在经过里，各方会收到通知。", "ok")

    return _done(deal_id, act, end=form)


@blueprint.post("/<int:deal_id>/notes")
@rule(SIGNED_IN)
def write(deal_id: int) -> Any:
    """Write a line into the timeline."""
    form = NoteForm()

    def act() -> None:
        notes.add(platform(), actor(), deal_id, form.note.data or "", form.circle.data or "deal")
        flash("留言已记在经过里。", "ok")

    return _done(deal_id, act, note=form)


@blueprint.post("/<int:deal_id>/wishes")
@rule(SIGNED_IN)
def wishes(deal_id: int) -> Any:
    """Say what this deal asks of its manager."""
    form = wish_form()

    def act() -> None:
        notes.ask_of_manager(platform(), actor(), deal_id, form.typed(), revision=_revision())
        flash("对经理人的要求已保存，推荐会按新的要求重新计算。", "ok")

    return _done(deal_id, act, wish=form)


@blueprint.post("/<int:deal_id>/extend")
@rule(SIGNED_IN)
def extend(deal_id: int) -> Any:
    """Give the side that has not answered more time."""

    def act() -> None:
        deal = consent.extend(platform(), actor(), deal_id)
        flash(f"答复期限延至 {deal.answer_due_on.isoformat()}。", "ok")

    return _done(deal_id, act)


def _done(deal_id: int, act: Callable[[], None], **forms: Any) -> Any:
    """Take the step; a refused form is shown again as it was typed, anything else leads back to the page."""
    try:
        act()
    except Invalid as invalid:
        for form in forms.values():
            form.show(invalid)
        return detail_page(deal_id, 422, refused="" if forms else invalid.errors[0].message, **forms)
    except Stale as stale:
        return detail_page(deal_id, 409, refused=stale.message, **forms)
    except Conflict as conflict:
        flash(conflict.message, "bad")
    return redirect(url_for("deals.detail", deal_id=deal_id), 303)


def _revision() -> int:
    """The revision the page showed; without one it cannot be the present one."""
    raw = request.form.get("revision", "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else -1
