"""A need written for an enterprise as its writer and the enterprise read it, whole."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for

from repositories.needs import Need
from repositories.organisations import Organisation
from repositories.proposals import CONFIRMED, EXPIRED, REFUSED, STATE_NAMES, WAITING, Proposal
from services.listings.library import library_of
from services.proposals import answering
from services.proposals.answering import Opened
from web import labels
from web.current import actor, platform
from web.operator.reading import reading
from web.proposals.forms import AskForm, RefuseForm

KINDS = {WAITING: "waiting", CONFIRMED: "ok", REFUSED: "declined", EXPIRED: "expired"}


def opened_page(
    need_id: int, status: int, *, ask_form: AskForm | None = None, refuse_form: RefuseForm | None = None
) -> tuple[str, int]:
    """The page of one need, for whoever of the two may read it."""
    opened = answering.open_one(platform(), actor(), need_id)
    need, proposal = opened.need, opened.proposal
    return render_template(
        "proposals/detail.html", nav_active="leads", opened=opened, need=need, proposal=proposal,
        reading=reading(library_of("needs"), need), state=_state(opened), parts=_parts(opened),
        house=opened.organisation.name if opened.organisation else "",
        ask_form=ask_form or AskForm(formdata=None), refuse_form=refuse_form or RefuseForm(formdata=None),
    ), status  # fmt: skip


def draft_line(need: Need, proposal: Proposal | None) -> dict[str, Any]:
    """A manager's draft in the list."""
    kind, label = (
        ("draft", "草稿") if proposal is None else (KINDS[proposal.state], STATE_NAMES[proposal.state])
    )
    return {
        "href": url_for("proposals.detail", need_id=need.id), "title": need.title, "kind": kind, "label": label,
        "parts": [f"{labels.since(need.updated_at)}修改", _next(proposal)],
    }  # fmt: skip


def sent_line(proposal: Proposal, house: Organisation) -> dict[str, Any]:
    """A request in a manager's history: the enterprise and what became of it, never the need it took over."""
    return {
        "house": house.name, "kind": KINDS[proposal.state], "label": STATE_NAMES[proposal.state],
        "parts": [f"{labels.day(proposal.asked_at)} 请确认", _outcome(proposal)],
        "note": proposal.note,
    }  # fmt: skip


def received_line(proposal: Proposal, need: Need, manager: str) -> dict[str, Any]:
    """A request in an enterprise's list; the need is named while it waits and once it is the enterprise's own."""
    open_here = proposal.state == WAITING
    own = proposal.state == CONFIRMED and need.organisation_id == proposal.organisation_id
    href = url_for("proposals.detail", need_id=need.id) if open_here else ""
    return {
        "href": url_for("needs.detail", row_id=need.id) if own else href,
        "title": need.title if open_here or own else "技术经理人代拟的需求",
        "kind": KINDS[proposal.state], "label": "等您确认" if open_here else STATE_NAMES[proposal.state],
        "parts": [f"由{manager or '技术经理人'}代拟", f"{labels.day(proposal.asked_at)} 送来", _outcome(proposal)],
    }  # fmt: skip


def _state(opened: Opened) -> tuple[str, str]:
    if opened.proposal is None:
        return "draft", "草稿"
    if opened.waits:
        return "waiting", "等待企业确认" if opened.is_writer else "等您确认"
    return KINDS[opened.proposal.state], STATE_NAMES[opened.proposal.state]


def _parts(opened: Opened) -> list[str]:
    proposal = opened.proposal
    if proposal is None:
        return ["只有您看得到", "下一步：请企业确认"]
    if opened.waits:
        seen = "只有您和这家企业看得到" if opened.is_writer else "只有贵单位和拟稿人看得到"
        return [seen, f"{labels.days_left(proposal.due_on)}（{proposal.due_on.isoformat()} 前）"]
    return ["只有您看得到", _outcome(proposal)]


def _next(proposal: Proposal | None) -> str:
    if proposal is None:
        return "只有您看得到；下一步：请企业确认"
    if proposal.state == WAITING:
        return f"等待企业确认，{labels.days_left(proposal.due_on)}"
    return "可以修改后再请确认"


def _outcome(proposal: Proposal) -> str:
    if proposal.state == WAITING:
        return labels.days_left(proposal.due_on)
    return f"{labels.day(proposal.answered_at)} {STATE_NAMES[proposal.state]}"
