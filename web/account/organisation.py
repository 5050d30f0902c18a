"""The organisation's page for its own people: its state, what they may change, who else acts for it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from repositories.accounts import ROLE_NAMES, active_of
from repositories.organisations import STATE_NAMES, Organisation
from services import organisations
from services.errors import Invalid, NotFound, Stale
from services.listings.catalogue import ORGANISATION
from services.organisations import OPERATORS_FIELDS
from web import labels
from web.access import SIGNED_IN, rule
from web.account.blueprint import blueprint, tabs
from web.current import actor, platform
from web.forms import CatalogueForm, form_for, region_suggestions

OWN_FIELDS = tuple(one for one in ORGANISATION if one.name not in OPERATORS_FIELDS)


@blueprint.get("/organisation")
@rule(SIGNED_IN)
def organisation() -> Any:
    """The page; people without an organisation have none."""
    row = _own()
    return _page(row, _form(row), 200)


@blueprint.post("/organisation")
@rule(SIGNED_IN)
def save_organisation() -> Any:
    """Take the form; name, code and kind are the operators' to change."""
    form = _form(_own())
    raw = request.form.get("revision", "")
    revision = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 10 else -1
    try:
        organisations.edit(platform(), actor(), actor().organisation_id or 0, form.typed(), revision)
    except Invalid as invalid:
        form.show(invalid)
        return _page(_own(), form, 422)
    except Stale as stale:
        form.form_errors = [stale.message]
        return _page(_own(), form, 412)
    waits = bool(_own().proposed)
    flash(
        "已保存。称呼、简介、网址的改动等平台审核，通过前公开显示的仍是原来的。"
        if waits
        else "单位信息已保存。",
        "ok",
    )
    return redirect(url_for("account.organisation"), 303)


def _form(row: Organisation) -> CatalogueForm:
    """What one wants to be read of it, whether or not an operator has seen it yet."""
    return form_for(OWN_FIELDS, SimpleNamespace(**organisations.as_wanted(row)))


def _own() -> Organisation:
    with platform().database.read() as session:
        row = session.get(Organisation, actor().organisation_id or 0)
    if row is None:
        raise NotFound("您的账户没有关联单位。")
    return row


def _page(row: Organisation, form: CatalogueForm, status: int) -> tuple[str, int]:
    with platform().database.read() as session:
        people = active_of(session, row.id)
    return render_template(
        "account/organisation.html", form=form, tabs=tabs("account.organisation"), row=row,
        state_label=STATE_NAMES[row.state], kind_label=labels.name("organisation_kinds", row.kind),
        people=[(person.name, ROLE_NAMES[person.role], person.id == actor().account_id) for person in people],
        regions=region_suggestions(), contact=platform().settings.operator_contact,
    ), status  # fmt: skip
