"""Choosing a manager for a deal: the whole list, asking one, the manager's answer, taking a deal back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from repositories.accounts import OPERATOR
from services import assignments, managers
from services.errors import Conflict, Invalid
from web.access import SIGNED_IN, rule
from web.current import actor, platform
from web.deals.blueprint import blueprint
from web.deals.managers import LIST_SHOWN, AssignmentForms, ReleaseForm, decline_form, ranked_view
from web.deals.page import detail_page


@blueprint.get("/<int:deal_id>/managers", endpoint="managers")
@rule(SIGNED_IN)
def managers_page(deal_id: int) -> Any:
    """Everybody who was ranked, and for operators everybody who was set aside."""
    most = managers.SHOWN if request.args.get("all") == "1" else LIST_SHOWN
    found = managers.for_deal(platform(), actor(), deal_id, most)
    return render_template(
        "deals/managers.html", nav_active="deals", deal=found.deal,
        ranked=ranked_view(found),
        may_assign=found.by_operator and found.active is None,
    )  # fmt: skip


@blueprint.post("/<int:deal_id>/assignment")
@rule(OPERATOR)
def assign(deal_id: int) -> Any:
    """Ask one of the list to lead the deal."""

    def act() -> None:
        one = assignments.offer(platform(), actor(), deal_id, _number("run_id"), _number("talent_id"))
        flash(f"邀请已发出，请对方在 {one.due_on.isoformat()} 前确认；逾期会提醒您请下一位。", "ok")

    return _done(deal_id, act)


@blueprint.post("/<int:deal_id>/assignment/answer")
@rule(SIGNED_IN)
def answer_assignment(deal_id: int) -> Any:
    """Take the deal on, or decline with a reason; a manager who declined sees the deal no more."""
    form, verb = decline_form(typed=True), request.form.get("verb", "")
    declined = verb == "decline"

    def act() -> None:
        reason, note = (form.reason.data or "", form.note.data or "") if declined else ("", "")
        assignments.answer(platform(), actor(), deal_id, verb, reason, note)
        flash("已婉拒，平台运营会另请经理人。" if declined else "已接手这个项目，双方会收到通知。", "ok")

    leaves = declined and not actor().is_operator
    return _done(deal_id, act, AssignmentForms(decline=form), to=url_for("deals.index") if leaves else "")


@blueprint.post("/<int:deal_id>/assignment/release")
@rule(OPERATOR)
def release(deal_id: int) -> Any:
    """Take the deal back from its manager."""
    form = ReleaseForm()

    def act() -> None:
        assignments.release(platform(), actor(), deal_id, form.note.data or "")
        flash("已解除，经理人和双方会收到通知。可以从下面的名单另行指派。", "ok")

    return _done(deal_id, act, AssignmentForms(release=form))


def _done(deal_id: int, act: Callable[[], None], forms: AssignmentForms | None = None, to: str = "") -> Any:
    """Take the step; a refused form is shown again as it was typed. What others did meanwhile is told on the page of the
    new state, with the status that says so."""
    try:
        act()
    except Invalid as invalid:
        form = (forms.decline or forms.release) if forms else None
        if form is not None:
            form.show(invalid)
        return detail_page(
            deal_id, 422, refused="" if form else invalid.errors[0].message, assignment=forms
        )  # fmt: skip
    except Conflict as conflict:
        return detail_page(deal_id, 409, refused=conflict.message)
    return redirect(to or url_for("deals.detail", deal_id=deal_id), 303)


def _number(name: str) -> int:
    """A number of the form; what is none names nothing."""
    raw = request.form.get(name, "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else 0
