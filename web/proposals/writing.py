"""The manager's pages: the list, writing a draft, asking the enterprise, taking the request back."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from repositories.accounts import ENTERPRISE, MANAGER
from services.errors import Conflict, Invalid, Stale
from services.proposals import answering, asking, drafting
from web.access import rule
from web.current import actor, platform
from web.forms import CatalogueForm, form_for, region_suggestions
from web.limits import limiter
from web.listings.doctor import form_panel
from web.listings.pages import YUAN_PER_WAN
from web.proposals.blueprint import blueprint
from web.proposals.forms import AskForm
from web.proposals.reading import draft_line, opened_page, received_line, sent_line


@blueprint.get("")
@rule(MANAGER, ENTERPRISE)
def index() -> Any:
    """A manager's drafts and what became of the requests; what an enterprise was asked."""
    found = answering.listed(platform(), actor())
    states = {proposal.need_id: proposal for proposal, _ in found.sent}
    return render_template(
        "proposals/index.html", nav_active="leads", is_manager=actor().role == MANAGER,
        drafts=[draft_line(need, states.get(need.id)) for need in found.drafts],
        sent=[sent_line(proposal, house) for proposal, house in found.sent],
        received=[received_line(proposal, need, name) for proposal, need, name in found.received],
    )  # fmt: skip


@blueprint.get("/new")
@rule(MANAGER)
def new() -> Any:
    """The form, empty."""
    return _form_page(form_for(drafting.FIELDS))


@blueprint.post("/new")
@rule(MANAGER)
def create() -> Any:
    """Take the form: 303 to the draft; 422 with everything typed kept."""
    form = form_for(drafting.FIELDS)
    try:
        need = drafting.create(platform(), actor(), form.typed(), YUAN_PER_WAN)
    except Invalid as invalid:
        form.show(invalid)
        return _form_page(form, status=422)
    except Conflict as conflict:
        form.form_errors = [conflict.message]
        return _form_page(form, status=409)
    flash("草稿已保存，只有您看得到。下一步：请企业确认。", "ok")
    return redirect(url_for("proposals.detail", need_id=need.id), 303)


@blueprint.get("/<int:need_id>/edit")
@rule(MANAGER)
def edit(need_id: int) -> Any:
    """The form, filled."""
    opened = answering.open_one(platform(), actor(), need_id)
    if opened.waits:
        flash("正在等企业确认，内容不能改；要改请先撤回请求。", "wait")
        return redirect(url_for("proposals.detail", need_id=need_id), 303)
    return _form_page(form_for(drafting.FIELDS, opened.need), row=opened.need)


@blueprint.post("/<int:need_id>/edit")
@rule(MANAGER)
def save(need_id: int) -> Any:
    """Take the edited form; a stale one shows what was typed beside the newest version."""
    opened = answering.open_one(platform(), actor(), need_id)
    form = form_for(drafting.FIELDS)
    raw = request.form.get("revision", "")
    revision = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else -1
    try:
        drafting.edit(
            platform(), actor(), need_id, form.typed(), revision=revision, yuan_per_unit=YUAN_PER_WAN
        )
    except Invalid as invalid:
        form.show(invalid)
        return _form_page(form, row=opened.need, status=422)
    except Stale:
        return _form_page(form, row=opened.need, status=412, stale=True)
    except Conflict as conflict:
        form.form_errors = [conflict.message]
        return _form_page(form, row=opened.need, status=409)
    flash("已保存。", "ok")
    return redirect(url_for("proposals.detail", need_id=need_id), 303)


@blueprint.post("/<int:need_id>/ask")
@rule(MANAGER)
@limiter.limit("30 per hour")
def ask(need_id: int) -> Any:
    """Ask the enterprise of this name or code to take the draft over."""
    form = AskForm()
    try:
        proposal = asking.ask(platform(), actor(), need_id, form.organisation.data or "")
    except Invalid as invalid:
        form.show(invalid)
        return opened_page(need_id, 422, ask_form=form)
    except Conflict as conflict:
        form.form_errors = [conflict.message]
        return opened_page(need_id, 409, ask_form=form)
    flash(f"已请企业确认，{proposal.due_on.isoformat()} 前答复有效；有结果会通知您。", "ok")
    return redirect(url_for("proposals.detail", need_id=need_id), 303)


@blueprint.post("/<int:need_id>/recall")
@rule(MANAGER)
def recall(need_id: int) -> Any:
    """Take the request back."""
    try:
        asking.recall(platform(), actor(), need_id)
    except Conflict as conflict:
        flash(conflict.message, "bad")
    else:
        flash("已撤回，企业不再看得到；改好后可以再请确认。", "ok")
    return redirect(url_for("proposals.detail", need_id=need_id), 303)


@blueprint.post("/<int:need_id>/discard")
@rule(MANAGER)
def discard(need_id: int) -> Any:
    """Delete the draft."""
    try:
        drafting.discard(platform(), actor(), need_id)
    except Conflict as conflict:
        flash(conflict.message, "bad")
        return redirect(url_for("proposals.detail", need_id=need_id), 303)
    flash("草稿已删除。", "ok")
    return redirect(url_for("proposals.index"), 303)


def _form_page(
    form: CatalogueForm, *, row: Any = None, status: int = 200, stale: bool = False
) -> tuple[str, int]:
    return render_template(
        "proposals/form.html", nav_active="leads", form=form, row=row, stale=stale, regions=region_suggestions(),
        houses=[], doctor=form_panel(form),
    ), status  # fmt: skip
