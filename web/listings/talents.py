"""技术转移人才: the list, the profile with its record, and a manager's own form."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from repositories import listing
from repositories.accounts import MANAGER, OPERATOR
from repositories.deals import STATE_NAMES as DEAL_STATES
from repositories.talents import Talent, of_account
from services import access, evidence
from services import record as records
from services.errors import Invalid, NotFound
from services.listings import entries
from services.listings.fields import DECLARED
from services.record import FIGURES, Record
from web import labels
from web.access import ANYONE, rule
from web.current import actor, platform
from web.listings import pages
from web.listings.files import lines
from web.listings.routes import form_routes
from web.listings.rows import allowed_verbs, freshness, load_label, next_step

blueprint = Blueprint("talents", __name__, url_prefix="/talents")
form_routes(blueprint, MANAGER, OPERATOR)


@blueprint.get("")
@rule(ANYONE)
def index() -> Any:
    """The public list."""
    return pages.index_page("talents", lambda ids: records.briefs(platform(), ids))


@blueprint.get("/mine")
@rule(MANAGER)
def mine() -> Any:
    """A manager's own profile, or the form that makes it."""
    with platform().database.read() as session:
        row = of_account(session, actor().account_id or 0)
    if row is None:
        return redirect(url_for("talents.new"))
    return redirect(url_for("talents.detail", row_id=row.id))


@blueprint.get("/<int:row_id>")
@rule(ANYONE)
def detail(row_id: int) -> Any:
    """A profile: what the platform confirmed, and apart from it what the person stated."""
    row = entries.get(platform(), actor(), "talents", row_id)
    assert isinstance(row, Talent)
    owner = access.owns(actor(), row)
    with platform().database.read() as session:
        stored = evidence.of_row(session, actor(), row)
        checked = evidence.is_checked(session, row)
    return render_template(
        "talents/detail.html",
        talent=talent_view(row, owner=owner, checked=checked),
        files=lines(stored),
        record=record_view(row.id, records.of_talent(platform(), actor(), row_id)),
        fresh=freshness(actor(), row),
        is_owner=owner,
        nav_active="talents",
    )


@blueprint.get("/<int:row_id>/record")
@rule(ANYONE)
def record(row_id: int) -> Any:
    """The rows behind one figure of the record."""
    what, industry = request.args.get("what", "led"), request.args.get("industry", "")
    try:
        row, known, rows = records.rows(platform(), actor(), row_id, what, industry)
    except Invalid as invalid:
        raise NotFound() from invalid
    here = url_for("talents.record", row_id=row_id)
    return render_template(
        "talents/record.html",
        talent={"id": row.id, "name": row.title, "is_demo": row.is_demo},
        record=record_view(row.id, known),
        tabs=[
            {"label": label, "count": known.counts[name], "active": name == what,
             "href": url_for("talents.record", row_id=row_id, what=name, industry=industry or None)}
            for name, label in FIGURES.items()
        ],
        industry=labels.name("industries", industry) if industry in known.industries else "",
        clear_href=f"{here}?what={what}",
        inside=actor().is_operator or access.owns(actor(), row),
        rows=[_record_row(one) for one in rows],
        nav_active="talents",
    )  # fmt: skip


def talent_view(row: Talent, *, owner: bool, checked: bool) -> dict[str, Any]:
    """A profile as its page shows it; `checked`: an operator has seen the certificate itself."""
    inside = DECLARED in access.open_circles(actor(), row)
    held = sorted(row.affiliations or (), key=lambda a: (not _is_now(a), a.get("since") or ""))
    return {
        "id": row.id, "name": row.title, "state": row.state, "state_label": listing.STATE_NAMES[row.state],
        "return_reason": row.return_reason, "is_demo": row.is_demo, "stars": row.stars,
        "category_label": labels.name("talent_categories", row.category),
        "level_label": labels.name("certificate_levels", row.certificate_level),
        "biography": row.biography, "history": row.history,
        "now": "、".join(" ".join(filter(None, (a.get("organisation"), a.get("title")))) for a in held if _is_now(a)),
        "facts": [
            ("常驻地区", labels.place(row.region)),
            ("服务地区", "、".join(labels.place(code) for code in row.regions or ())),
            ("从事岗位", labels.names("talent_posts", row.posts)), ("熟悉行业", labels.names("industries", row.industries)),
            ("熟悉学科", labels.names("disciplines", row.disciplines)),
            ("工作语言", labels.names("languages", row.languages)),
            ("能力等级", labels.name("certificate_levels", row.certificate_level)),
            ("证书编号", row.certificate_number), ("证书", "运营已核对原件扫描件" if checked else ""), ("发证日期", labels.day(row.certificate_date)),
            ("最近确认", f"{labels.day(row.confirmed_on)}（{labels.since(row.confirmed_on)}）" if row.confirmed_on else ""),
        ],
        "affiliations": [
            (a.get("organisation", ""), a.get("title", ""), a.get("since") or "", a.get("until") or "至今") for a in held
        ],
        "relations": [
            (r.get("organisation", ""), labels.name("relation_kinds", r.get("kind")), r.get("since") or "",
             r.get("until") or "至今")
            for r in row.relations or ()
        ] if inside else [],
        "declares": inside,
        "next": next_step(row) if owner else "",
        "allowed": allowed_verbs(actor(), row),
    }  # fmt: skip


def record_view(talent_id: int, known: Record) -> dict[str, Any]:
    """The figures with the addresses of the rows behind them."""
    here = {what: url_for("talents.record", row_id=talent_id, what=what) for what in FIGURES}
    return {
        "any": bool(known.counts["led"]),
        "figures": [(known.counts[what], label, here[what]) for what, label in FIGURES.items()],
        "reasons": [(labels.name("end_reasons", code), count) for code, count in known.reasons.items()],
        "ended_href": here["ended"],
        "industries": [
            (labels.name("industries", code), count, url_for("talents.record", row_id=talent_id, industry=code))
            for code, count in known.industries.items()
        ],
        "days_label": f"{known.median_days} 天" if known.median_days is not None else "",
        "negotiated_href": here["negotiated"],
        "as_of": labels.day(platform().now()),
        "load": known.load, "capacity": known.capacity, "load_label": load_label(known.load, known.capacity),
    }  # fmt: skip


def _is_now(affiliation: dict[str, Any]) -> bool:
    today: date = platform().today()
    until, since = affiliation.get("until"), affiliation.get("since")
    return not (until and until < today.isoformat()) and not (since and since > today.isoformat())


def _record_row(one: records.Row) -> dict[str, str]:
    return {
        "title": one.title or "一项未公开的成果",
        "href": url_for("achievements.detail", row_id=one.achievement_id) if one.achievement_id else "",
        "industry": labels.name("industries", one.industry),
        "outcome": DEAL_STATES[one.state],
        "reason": labels.name("end_reasons", one.reason),
        "month": one.month,
        "deal_href": url_for("deals.detail", deal_id=one.deal_id) if one.deal_id else "",
    }
