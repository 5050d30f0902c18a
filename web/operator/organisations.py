"""Organisations: who waits to be checked, one of them with its doubles and its people, and mending it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from wtforms import EmailField, RadioField, StringField, TextAreaField

from repositories import organisations as rows
from repositories.accounts import ROLE_NAMES, active_of
from repositories.organisations import PENDING, PROPOSED, STATE_NAMES, Organisation
from services import accounts, invitations, organisations
from services.credit_code import explain
from services.differences import Piece, pieces
from services.errors import Conflict, Invalid, NotFound, Stale
from services.listings.catalogue import ORGANISATION
from web import labels
from web.access import rule
from web.account.forms import PlainForm
from web.current import actor, platform
from web.forms import CatalogueForm, form_for, region_suggestions
from web.introductions.views import pagination
from web.listings.lists import page_number
from web.operator.blueprint import blueprint, page

PER_PAGE = 30
DEFAULT_ROLE = {"enterprise": "enterprise", "university": "university", "institute": "university",
                "transfer_institution": "institution"}  # fmt: skip


class DecisionForm(PlainForm):
    """Approve, or reject with a reason."""

    reason = TextAreaField("不通过的原因", description="提交人据此更正", render_kw={"required": True})


class WordsForm(PlainForm):
    """Why proposed words are not taken."""

    reason = TextAreaField("不采用的原因", description="对方据此修改")


class InviteForm(PlainForm):
    """One more person of an organisation."""

    name = StringField("姓名", render_kw={"required": True})
    email = EmailField("邮箱", render_kw={"required": True})
    role = RadioField(
        "代表哪一方", choices=[(r, ROLE_NAMES[r]) for r in accounts.SIGN_UP_ROLES], validate_choice=False
    )


@blueprint.get("/organisations", endpoint="organisations")
@rule("operator")
def index() -> Any:
    """Organisations by state, those waiting first; searched by name or code."""
    words, state = request.args.get("q", "").strip()[:100], request.args.get("state", "")
    number = page_number()
    with platform().database.read() as session:
        counts, proposed = rows.count_by_state(session, words), rows.count_proposed(session, words)
        if state not in (*STATE_NAMES, PROPOSED, "all"):
            waiting = PENDING if counts.get(PENDING) else PROPOSED if proposed else "all"
            state = "all" if words else waiting
        chosen = "" if state == "all" else state
        found = rows.page(session, chosen, words, (number - 1) * PER_PAGE, PER_PAGE)
    total = sum(counts.values())
    counts[PROPOSED] = proposed
    tabs = [(key, label, counts.get(key, 0)) for key, label in STATE_NAMES.items()]
    tabs = [*tabs[:1], (PROPOSED, "资料改动", proposed), *tabs[1:], ("all", "全部", total)]
    return page(
        "organisations.html", "organisations", q=words, state=state,
        tabs=[
            {"label": label, "count": n, "active": key == state,
             "href": url_for("operator.organisations", state=key, q=words or None)}
            for key, label, n in tabs
        ],
        rows=[
            {"href": url_for("operator.organisation", organisation_id=o.id), "name": o.name, "uscc": o.uscc or "未登记代码",
             "kind": labels.name("organisation_kinds", o.kind), "region": labels.place(o.region), "state": o.state,
             "state_label": STATE_NAMES[o.state], "since": labels.since(o.created_at), "is_demo": o.is_demo}
            for o in found
        ],
        pagination=pagination(number, counts.get(chosen, total) if chosen else total, PER_PAGE,
                              "operator.organisations", state=state, q=words or None),
    )  # fmt: skip


@blueprint.get("/organisations/<int:organisation_id>")
@rule("operator")
def organisation(organisation_id: int) -> Any:
    """One organisation."""
    row = _find(organisation_id)
    return _page(row, form_for(ORGANISATION, row), DecisionForm(), _invite_form(row), 200)


@blueprint.post("/organisations/<int:organisation_id>")
@rule("operator")
def save_organisation(organisation_id: int) -> Any:
    """Mend an organisation, name and code included."""
    row = _find(organisation_id)
    form, raw = form_for(ORGANISATION, row), request.form.get("revision", "")
    revision = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else -1
    try:
        organisations.edit(platform(), actor(), organisation_id, form.typed(), revision)
    except Invalid as invalid:
        form.show(invalid)
        return _page(
            row, form, DecisionForm(formdata=None), _invite_form(row, blank=True), 422, opened="edit"
        )
    except Stale as stale:
        form.form_errors = [stale.message]
        return _page(
            row, form, DecisionForm(formdata=None), _invite_form(row, blank=True), 412, opened="edit"
        )
    flash("单位信息已保存，相关条目会重新进入检索。", "ok")
    return redirect(url_for("operator.organisation", organisation_id=organisation_id), 303)


@blueprint.post("/organisations/<int:organisation_id>/decision")
@rule("operator")
def decide_organisation(organisation_id: int) -> Any:
    """Approve, or reject with a reason; the next waiting one is one click away."""
    form, row = DecisionForm(), _find(organisation_id)
    approve = request.form.get("verb") == "approve"
    try:
        organisations.decide(platform(), actor(), organisation_id, approve, form.reason.data or "")
    except Invalid as invalid:
        form.show(invalid)
        return _page(
            row,
            form_for(ORGANISATION, row, typed=False),
            form,
            _invite_form(row, blank=True),
            422,
            opened="reject",
        )
    except Conflict as conflict:
        flash(conflict.message, "bad")
    else:
        flash(f"{'核验通过' if approve else '核验未通过'}：{row.name}，已通知对方。", "ok")
    return redirect(url_for("operator.organisation", organisation_id=organisation_id), 303)


@blueprint.post("/organisations/<int:organisation_id>/words")
@rule("operator")
def settle_words(organisation_id: int) -> Any:
    """Let the words its people propose stand, or decline them with a reason."""
    form, row = WordsForm(prefix="words-"), _find(organisation_id)
    accept, raw = request.form.get("verb") == "accept", request.form.get("revision", "")
    revision = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else -1
    try:
        organisations.settle(platform(), actor(), organisation_id, accept, revision, form.reason.data or "")
    except Invalid as invalid:
        form.show(invalid)
        return _page(row, form_for(ORGANISATION, row, typed=False), DecisionForm(formdata=None),
                     _invite_form(row, blank=True), 422, words=form)  # fmt: skip
    except (Stale, Conflict) as trouble:
        flash(trouble.message, "bad")
    else:
        flash(f"{'已采用' if accept else '未采用'}：{row.name} 的资料改动，已通知对方。", "ok")
    return redirect(url_for("operator.organisation", organisation_id=organisation_id), 303)


@blueprint.post("/organisations/<int:organisation_id>/people")
@rule("operator")
def invite(organisation_id: int) -> Any:
    """Open an account for one more of its people; the link that sets the password is shown this once."""
    row = _find(organisation_id)
    form = _invite_form(row)
    try:
        account, path = invitations.invite(
            platform(), actor(), organisation_id, form.typed(), form.role.data or ""
        )
    except Invalid as invalid:
        form.show(invalid)
        return _page(
            row,
            form_for(ORGANISATION, row, typed=False),
            DecisionForm(formdata=None),
            form,
            422,
            opened="invite",
        )
    blank = _invite_form(row, blank=True)
    link = platform().settings.base_url + path if path else ""
    return _page(row, form_for(ORGANISATION, row, typed=False), DecisionForm(formdata=None), blank, 201,
                 invited=account.name, link=link)  # fmt: skip


def _proposed(row: Organisation) -> list[tuple[str, list[Piece]]]:
    """(label, what changes between the words that stand and those that wait)."""
    wanted = row.proposed or {}
    return [
        (one.label, list(pieces(getattr(row, one.name) or "", wanted[one.name] or "")))
        for one in ORGANISATION
        if one.name in wanted
    ]


def _find(organisation_id: int) -> Organisation:
    with platform().database.read() as session:
        row = session.get(Organisation, organisation_id) if organisation_id < 2**31 else None
    if row is None:
        raise NotFound()
    return row


def _invite_form(row: Organisation, *, blank: bool = False) -> InviteForm:
    role = DEFAULT_ROLE.get(row.kind, "manager")
    # The prefix keeps its fields apart from those of the form that mends the organisation, on the same page.
    return (
        InviteForm(formdata=None, role=role, prefix="person-")
        if blank
        else InviteForm(role=role, prefix="person-")
    )


def _page(
    row: Organisation, form: CatalogueForm, decision: DecisionForm, invitation: InviteForm, status: int, *,
    opened: str = "", invited: str = "", link: str = "", words: WordsForm | None = None,
) -> tuple[str, int]:  # fmt: skip
    here = platform()
    with here.database.read() as session:
        people = active_of(session, row.id)
        twins = rows.doubles(session, row)
        waiting = rows.page(session, PENDING, "", 0, 2)
    following = next((o for o in waiting if o.id != row.id), None)
    return page(
        "organisation.html", "organisations", status, row=row, form=form, decision=decision, invitation=invitation,
        words=words or WordsForm(formdata=None, prefix="words-"), proposed=_proposed(row),
        opened=opened, invited=invited, link=link, state_label=STATE_NAMES[row.state],
        kind_label=labels.name("organisation_kinds", row.kind), region_label=labels.place(row.region, full=True),
        parts=explain(row.uscc or "", here.vocabularies.regions), regions=region_suggestions(),
        people=[(p.id, p.name, p.email or "", ROLE_NAMES[p.role]) for p in people],
        doubles=[(o.id, o.name, o.uscc or "", STATE_NAMES[o.state]) for o in twins],
        next_href=url_for("operator.organisation", organisation_id=following.id) if following else "",
    )  # fmt: skip
