"""技术成果: the list, a university's own, the form, and a page with the needs that fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, url_for

from repositories import listing
from repositories.accounts import INSTITUTION, OPERATOR, UNIVERSITY
from repositories.achievements import Achievement
from repositories.organisations import Organisation
from repositories.shown import Shown
from services import access, evidence, recommend, temperature
from services.errors import IndexAway
from services.listings import confirming, entries
from services.listings.library import LIBRARIES
from web import labels
from web.access import ANYONE, rule
from web.current import actor, platform
from web.listings import pages
from web.listings.files import lines
from web.listings.routes import form_routes
from web.listings.rows import (
    Segments,
    achievement_row,
    allowed_verbs,
    freshness,
    marked,
    next_step,
    source_label,
)
from web.matches.page import list_context, narrowing

blueprint = Blueprint("achievements", __name__, url_prefix="/achievements")
OWNERS = (UNIVERSITY, INSTITUTION)
form_routes(blueprint, *OWNERS, OPERATOR)


@blueprint.get("")
@rule(ANYONE)
def index() -> Any:
    """The public list."""
    return pages.index_page("achievements")


@blueprint.get("/mine")
@rule(*OWNERS)
def mine() -> Any:
    """A university's achievements with their state."""
    with platform().database.read() as session:
        rows, around = pages.own_page(session, Achievement, actor().organisation_id or 0)
    return render_template(
        "listings/mine.html",
        nav_active="workbench",
        library=LIBRARIES["achievements"],
        rows=[achievement_row(Shown(row, None), own=True) for row in rows],
        old=confirming.count_old(platform(), actor(), "achievements"),
        **around,
    )


@blueprint.post("/mine/confirm")
@rule(*OWNERS)
def confirm_all() -> Any:
    """Say of everything that was long not confirmed that it still stands."""
    return pages.take_confirmation("achievements")


@blueprint.get("/<int:row_id>")
@rule(ANYONE)
def detail(row_id: int) -> Any:
    """An achievement; its owner (and the operator) sees the needs that fit below it."""
    person, here = actor(), platform()
    row = entries.get(here, person, "achievements", row_id)
    assert isinstance(row, Achievement)
    with here.database.read() as session:
        organisation = session.get(Organisation, row.organisation_id) if row.organisation_id else None
        stored = evidence.of_row(session, person, row)
    owner = access.owns(person, row)
    chosen, found, away = narrowing(), None, None
    if owner or person.is_operator:
        try:
            found = recommend.for_listing(here, person, "achievements", row_id, chosen)
        except IndexAway as trouble:
            away = trouble.message
    insider = owner or person.is_operator
    return render_template(
        "achievements/detail.html",
        achievement=achievement_view(row, organisation, owner=owner),
        files=lines(stored),
        fresh=freshness(person, row),
        is_owner=owner,
        show_recommendations=insider,
        temperature=_temperature_view(row_id) if insider else None,
        nav_active="workbench" if owner else "achievements",
        **list_context(found, "achievements", row_id, chosen, may_act=owner, away=away),
    )


def _temperature_view(row_id: int) -> dict[str, Any]:
    """How much demand points at an achievement, for its owner; too few to tell is None."""
    found = temperature.of_achievement(platform(), actor(), row_id)
    return {
        "days": temperature.WINDOW.days, "least": temperature.LEAST, "pointing": found.pointing,
        "reasons": [(labels.name("pass_reasons", reason), needs) for reason, needs in found.reasons],
    }  # fmt: skip


def achievement_view(
    row: Achievement, organisation: Organisation | None, *, owner: bool
) -> Mapping[str, Any]:
    """The head, the facts and the text of an achievement's page."""
    texts: list[tuple[str, Segments]] = [
        (label, marked(text, ()))
        for label, text in (("一句话简介", row.summary), ("成果详情", row.abstract))
        if text
    ]
    rights = [
        (
            labels.name("ip_types", item.get("type")), item.get("number") or "",
            labels.name("ip_statuses", item.get("status")), item.get("expiry") or "",
        )
        for item in row.ip or ()
    ]  # fmt: skip
    flags = [
        label for given, label in ((row.pay_later, "先使用后付费"), (row.open_license, "开放许可")) if given
    ]
    return {
        "id": row.id, "title": row.title, "state": row.state, "state_label": listing.STATE_NAMES[row.state],
        "return_reason": row.return_reason, "institution": organisation.name if organisation else "",
        "organisation_approved": organisation.is_approved if organisation else True,
        "is_demo": row.is_demo, "source": row.source, "source_label": source_label(row), "keywords": row.keywords or [],
        "trl": row.trl, "trl_label": labels.trl(row.trl),
        "trl_name": labels.name("trl", row.trl), "flags": flags, "rights": rights, "text": texts,
        "facts": [
            ("完成单位", organisation.name if organisation else ""), ("团队", row.team),
            ("所在地区", labels.place(row.region, full=True)), ("应用行业", labels.name("industries", row.industry)),
            ("学科", labels.name("disciplines", row.discipline)),
            ("战略性新兴产业", labels.name("strategic", row.strategic)),
            ("成果形式", labels.names("forms", row.forms)), ("合作方式", labels.names("modes", row.modes)),
            ("意向价格", labels.money_range(row.price_min, row.price_max, "面议")),
            ("最近确认", f"{labels.day(row.confirmed_on)}（{labels.since(row.confirmed_on)}）" if row.confirmed_on else ""),
            ("谁可以看", labels.name("visibility", row.visibility) if owner else ""),
        ],
        "contact": [("联系人", row.contact_name), ("电话", row.contact_phone), ("邮箱", row.contact_email)] if owner else [],
        "next": next_step(row) if owner else "",
        "allowed": allowed_verbs(actor(), row),
        "edit_href": url_for("achievements.edit", row_id=row.id),
    }  # fmt: skip
