"""技术需求: the list, one's own, the form, and the page that decides everything."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Blueprint, render_template, request, send_file, url_for

from repositories import introductions, listing
from repositories.accounts import ENTERPRISE, OPERATOR
from repositories.needs import Need
from repositories.organisations import Organisation
from repositories.shown import Shown
from services import access, confidential, exports, recommend
from services.completeness import completeness
from services.errors import IndexAway
from services.listings import entries
from services.listings.catalogue import NEED
from services.organisations import public_label
from web import labels
from web.access import ANYONE, rule
from web.current import actor, platform
from web.forms import form_for
from web.listings import pages
from web.listings.rows import marked, need_row
from web.matches.entries import entry_view, filters_view, index_note, narrowing, run_view, tail_note

blueprint = Blueprint("needs", __name__, url_prefix="/needs")
OWN_PER_PAGE = 30


@blueprint.get("")
@rule(ANYONE)
def index() -> Any:
    """The public list."""
    return pages.index_page("needs")


@blueprint.get("/mine")
@rule(ENTERPRISE)
def mine() -> Any:
    """An enterprise's needs with their state and answers."""
    person, here = actor(), platform()
    state = request.args.get("state", "")
    with here.database.read() as session:
        organisation_id = person.organisation_id or 0
        counts = listing.count_by_state(session, Need, organisation_id)
        rows = listing.of_owner(
            session, Need, organisation_id, 0, 200, state if state in listing.STATE_NAMES else ""
        )
        asked = introductions.open_for(session, organisation_id, ENTERPRISE)
    by_need: dict[int, list[Any]] = {}
    for one in asked:
        by_need.setdefault(one.need_id, []).append(one)
    return render_template(
        "needs/mine.html",
        nav_active="workbench",
        rows=[
            need_row(Shown(row, None), own=True, matches=_answers(by_need.get(row.id, []))) for row in rows
        ],
        state_tabs=pages.state_tabs("needs.mine", counts, state),
    )


@blueprint.get("/new")
@rule(ENTERPRISE, OPERATOR)
def new() -> Any:
    """The form, empty; a text pasted on the home page comes along."""
    form = form_for(NEED)
    return pages.form_page("needs", form)


@blueprint.post("/new")
@rule(ENTERPRISE, OPERATOR)
def create() -> Any:
    """Take the form."""
    return pages.take_new("needs")


@blueprint.get("/<int:row_id>")
@rule(ANYONE)
def detail(row_id: int) -> Any:
    """A need; its owner (and the operator) sees the recommended achievements below it."""
    person, here = actor(), platform()
    need = entries.get(here, person, "needs", row_id)
    with here.database.read() as session:
        organisation = session.get(Organisation, need.organisation_id) if need.organisation_id else None
    owner = access.owns(person, need)
    found, away = None, None
    chosen = narrowing()
    if owner or person.is_operator:
        try:
            found = recommend.for_listing(here, person, "needs", row_id, chosen)
        except IndexAway as trouble:
            away = trouble.message
    context: dict[str, Any] = {
        "need": need_view(need, organisation, owner=owner), "run": None, "items": [], "weak": [], "passed": [],
        "filters": {"chips": [], "facets": []}, "tail_note": "", "index_note": away, "is_owner": owner,
        "show_recommendations": owner or person.is_operator,
        "pass_reasons": [(t.code, t.name) for t in here.vocabularies.pass_reasons],
        "row": need, "openings": confidential.openings(here, person, need) if owner or person.is_operator else [],
        "nav_active": "workbench" if owner else "needs", "tab": request.args.get("tab", "recommended"),
    }  # fmt: skip
    if found is not None:
        context |= {
            "run": run_view(found),
            "items": [entry_view(i, "achievements", row_id) for i in found.items],
            "weak": [entry_view(i, "achievements", row_id) for i in found.weak[:10]],
            "passed": [entry_view(i, "achievements", row_id) for i in found.passed],
            "filters": filters_view("needs.detail", row_id, chosen, found.facets),
            "tail_note": tail_note(found, "成果"),
            "index_note": index_note(found),
        }
    return render_template("needs/detail.html", **context)


@blueprint.get("/<int:row_id>/edit")
@rule(ENTERPRISE, OPERATOR)
def edit(row_id: int) -> Any:
    """The form, filled."""
    row = entries.get(platform(), actor(), "needs", row_id)
    access.require(access.may_edit(actor(), row))
    return pages.form_page("needs", form_for(NEED, row), row=row)


@blueprint.post("/<int:row_id>/edit")
@rule(ENTERPRISE, OPERATOR)
def save(row_id: int) -> Any:
    """Take the edited form."""
    return pages.take_edit("needs", row_id)


@blueprint.post("/<int:row_id>/<verb>")
@rule(ENTERPRISE, OPERATOR)
def act(row_id: int, verb: str) -> Any:
    """Submit, pause, withdraw, renew … ."""
    return pages.take_verb("needs", row_id, verb)


@blueprint.get("/<int:row_id>/recommendations.xlsx")
@rule(ENTERPRISE, OPERATOR)
def export(row_id: int) -> Any:
    """The recommended achievements as a spreadsheet."""
    found = recommend.for_listing(platform(), actor(), "needs", row_id, narrowing())
    need = entries.get(platform(), actor(), "needs", row_id)
    body = exports.recommendations_workbook(platform(), found, need)
    return send_file(
        BytesIO(body), as_attachment=True, download_name=f"推荐成果-{row_id}.xlsx",
        mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )  # fmt: skip


def need_view(need: Need, organisation: Organisation | None, *, owner: bool) -> dict[str, Any]:
    """The head and the text of a need's page."""
    person = actor()
    named = access.sees_enterprise_name(person, need)
    done = completeness(need)
    sections = [
        ("公开摘要", need.teaser), ("要解决的问题", need.problem), ("目标指标", need.indicators),
        ("约束条件", need.constraints),
    ]  # fmt: skip
    return {
        "id": need.id, "title": need.title, "state": need.state,
        "state_label": listing.STATE_NAMES[need.state], "return_reason": need.return_reason,
        "name_shown": need.show_name, "organisation_label": public_label(organisation, shown=named),
        "organisation_approved": organisation.is_approved if organisation else True,
        "budget_label": labels.money_range(need.budget_min, need.budget_max, "预算面议"),
        "award_label": labels.wan(need.award), "is_bounty": need.is_bounty,
        "deadline_label": f"{labels.day(need.deadline)} 前" if need.deadline else "",
        "expires_label": f"有效期至 {labels.day(need.expires_on)}" if need.expires_on else "",
        "region_label": labels.place(need.region), "industry_label": labels.name("industries", need.industry),
        "trl_label": f"期望成熟度 ≥ TRL {need.wanted_trl}" if need.wanted_trl else "",
        "modes_label": labels.names("modes", need.wanted_modes),
        "completeness": {
            "have": done.have, "of": done.of,
            "missing": [{"label": f.label, "href": url_for("needs.edit", row_id=need.id) + f"#{f.name}"}
                        for f in done.missing],
        } if owner else None,
        "text": [(label, marked(text, ())) for label, text in sections if text],
        "confidential": need.confidential if owner else "", "has_confidential": bool(need.confidential),
        "is_demo": need.is_demo, "contact": [
            ("联系人", need.contact_name), ("电话", need.contact_phone), ("邮箱", need.contact_email)
        ] if owner or person.is_operator else [],
        "allowed": [v for v in ("submit", "recall", "pause", "resume", "withdraw", "renew") if need.allows(v)],
        "updated_label": labels.moment(need.updated_at),
    }  # fmt: skip


def _answers(asked: list[Any]) -> str:
    if not asked:
        return ""
    waiting = sum(1 for one in asked if one.state == "asked")
    agreed = sum(1 for one in asked if one.state == "accepted")
    parts = [
        f"引荐 {len(asked)} 次",
        f"{agreed} 次同意" if agreed else "",
        f"{waiting} 次待答复" if waiting else "",
    ]
    return " · ".join(filter(None, parts))
