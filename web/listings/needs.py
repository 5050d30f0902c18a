"""技术需求: the list, one's own, the form, and the page that decides everything."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Blueprint, render_template, send_file, url_for

from repositories import introductions, listing, proposals
from repositories.accounts import ENTERPRISE, OPERATOR
from repositories.needs import Need
from repositories.organisations import Organisation
from repositories.shown import Shown
from services import access, answering, confidential, doctor, exports, recommend
from services.errors import IndexAway
from services.listings import confirming, entries
from services.listings.library import LIBRARIES
from services.organisations import public_label
from web import labels
from web.access import ANYONE, rule
from web.current import actor, platform
from web.listings import pages
from web.listings.doctor import panel
from web.listings.routes import form_routes
from web.listings.rows import allowed_verbs, freshness, marked, need_row, next_step
from web.matches.ending import next_steps
from web.matches.page import list_context, narrowing

blueprint = Blueprint("needs", __name__, url_prefix="/needs")
form_routes(blueprint, ENTERPRISE, OPERATOR)

WRITTEN = {
    "kind": "info", "title": "这是您替企业拟的草稿，只有您看得到",
    "text": "下面的推荐供您参考；请企业确认之后，由企业自己请求引荐或对接。",
}  # fmt: skip


@blueprint.get("")
@rule(ANYONE)
def index() -> Any:
    """The public list."""
    return pages.index_page("needs")


@blueprint.get("/mine")
@rule(ENTERPRISE)
def mine() -> Any:
    """An enterprise's needs with their state and answers."""
    organisation_id = actor().organisation_id or 0
    with platform().database.read() as session:
        rows, around = pages.own_page(session, Need, organisation_id)
        asked = introductions.open_for(session, organisation_id, ENTERPRISE)
        laid_before = proposals.waiting_for(session, organisation_id)
    by_need: dict[int, list[Any]] = {}
    for one in asked:
        by_need.setdefault(one.need_id, []).append(one)
    return render_template(
        "listings/mine.html",
        nav_active="workbench",
        library=LIBRARIES["needs"],
        laid_before=laid_before,
        rows=[
            need_row(Shown(row, None), own=True, matches=_answers(by_need.get(row.id, []))) for row in rows
        ],
        old=confirming.count_old(platform(), actor(), "needs"),
        **around,
    )


@blueprint.post("/mine/confirm")
@rule(ENTERPRISE)
def confirm_all() -> Any:
    """Say of everything that was long not confirmed that it still stands."""
    return pages.take_confirmation("needs")


@blueprint.get("/<int:row_id>")
@rule(ANYONE)
def detail(row_id: int) -> Any:
    """A need; its owner (and the operator) sees the recommended achievements below it."""
    person, here = actor(), platform()
    need = entries.get(here, person, "needs", row_id)
    assert isinstance(need, Need)
    with here.database.read() as session:
        organisation = session.get(Organisation, need.organisation_id) if need.organisation_id else None
        agreed = introductions.between(session, need.id, person.organisation_id, (introductions.ACCEPTED,))
    owner, operator = access.owns(person, need), person.is_operator
    found, away = None, None
    chosen = narrowing()
    if owner or operator:
        try:
            found = recommend.for_listing(here, person, "needs", row_id, chosen)
        except IndexAway as trouble:
            away = trouble.message
    openings = confidential.openings(here, person, need) if owner or operator else []
    # A manager's draft for an enterprise is read here with its recommendations, and worked on in its own pages.
    written = owner and access.is_private_draft(need)
    edit_href = (
        url_for("proposals.edit", need_id=need.id) if written else url_for("needs.edit", row_id=need.id)
    )
    return render_template(
        "needs/detail.html",
        need=need_view(need, organisation, found, owner=owner, agreed=agreed, edit_href=edit_href),
        fresh=freshness(person, need),
        urls={"edit": edit_href} if written else _urls(need) if owner or operator else _answer(need),
        crumb=("代拟需求", url_for("proposals.detail", need_id=need.id)) if written else None,
        confidential_href=url_for("operator.confidential", need_id=row_id)
        if operator and need.confidential
        else "",
        aside_notes=[WRITTEN] if written else _notes(need, organisation, openings) if owner else [],
        recommendations_shown=owner or operator,
        compare_href=url_for("matches.compare", need_id=row_id) if found is not None else None,
        steps=next_steps(need, edit_href, allowed_verbs(person, need)) if owner and not written else [],
        nav_active="workbench" if owner else "needs",
        **list_context(found, "needs", row_id, chosen, may_act=owner and not written, away=away),
    )


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


def need_view(
    need: Need,
    organisation: Organisation | None,
    found: recommend.Recommendations | None,
    *,
    owner: bool,
    agreed: bool,
    edit_href: str,
) -> dict[str, Any]:
    """The head and the text of a need's page; the words that carried the recommendations are marked. `agreed`: an
    introduction both sides agreed to opened the enterprise's name to the reader."""
    person = actor()
    named = access.sees_enterprise_name(person, need, introduced=agreed)
    words = [w for item in (found.items[:10] if found else ()) for r in item.reasons for w in r["need_words"]]
    texts = [
        ("公开摘要", need.teaser, False), ("要解决的问题", need.problem, False), ("目标指标", need.indicators, False),
        ("约束条件", need.constraints, False), ("保密部分", need.confidential if owner else "", True),
    ]  # fmt: skip
    name_part = "企业名称公开" if need.show_name else "企业名称不公开"
    return {
        "id": need.id, "title": need.title, "state": need.state, "state_label": listing.STATE_NAMES[need.state],
        "state_parts": [name_part, next_step(need) if owner else ""],
        "name_shown": need.show_name, "organisation_label": public_label(organisation, shown=named),
        "budget_label": labels.money_range(need.budget_min, need.budget_max, "预算面议"),
        "deadline_label": f"{labels.day(need.deadline)} 前" if need.deadline else "",
        "region_label": labels.place(need.region), "industry_label": labels.name("industries", need.industry),
        "wanted_trl_label": f"TRL {need.wanted_trl} 及以上" if need.wanted_trl else "",
        "wanted_modes_label": labels.names("modes", need.wanted_modes),
        "is_bounty": need.is_bounty, "award_label": labels.wan(need.award), "is_demo": need.is_demo,
        "doctor": panel(doctor.of_need(platform(), need), edit_href) if owner or person.is_operator else None,
        "sections": [(label, marked(text, words), private) for label, text, private in texts if text],
    }  # fmt: skip


def _urls(need: Need) -> dict[str, str | None]:
    """What its owner may do with a need now."""

    allowed = allowed_verbs(actor(), need)

    def verb(name: str) -> str | None:
        return url_for("needs.act", row_id=need.id, verb=name) if name in allowed else None

    return {
        "edit": url_for("needs.edit", row_id=need.id), "export": url_for("needs.export", row_id=need.id),
        "publish": verb("submit"), "pause": verb("pause"), "resume": verb("resume"), "renew": verb("renew"),
        "withdraw": verb("withdraw"),
    }  # fmt: skip


def _answer(need: Need) -> dict[str, str | None]:
    """What a reader who has achievements may do; a visitor may be one and is asked to sign in on the way."""
    person = actor()
    offered = answering.may_answer(person, need) or not person.is_signed_in
    return {"answer": url_for("answering.options", need_id=need.id)} if offered else {}


def _notes(need: Need, organisation: Organisation | None, openings: list[Any]) -> list[dict[str, str]]:
    """What the owner must know before reading on."""
    notes = []
    if need.return_reason:
        notes.append({"kind": "bad", "title": "审核退回，请修改后再提交", "text": need.return_reason})
    if organisation is not None and not organisation.is_approved:
        text = "核验通过前，这条需求只为您自己匹配，不会公开；推荐照常可看，请求引荐和发布要等核验通过。"
        notes.append({"kind": "wait", "title": "贵单位正在核验中", "text": text})
    if openings:
        text = "；".join(f"{labels.moment(at)}，原因：{reason}" for at, reason in openings[:5])
        notes.append({"kind": "info", "title": f"平台运营调阅过保密部分 {len(openings)} 次", "text": text})
    return notes


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
