"""Every lead of the platform with what managers said to it."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from repositories.leads import OPERATOR_STATES
from services.leads import reading
from services.organisations import public_label
from web import labels
from web.access import rule
from web.current import actor, platform
from web.introductions.cards import match_of
from web.leads import cards
from web.listings.lists import page_number, pagination
from web.operator.blueprint import blueprint, page

PER_PAGE = 30
TABS = dict(zip(OPERATOR_STATES, ("全部", "开放", "有人感兴趣", "有人婉拒", "已关闭"), strict=True))


@blueprint.get("/leads")
@rule("operator")
def leads() -> Any:
    """The newest leads by state; each opens to its own page."""
    state, number = request.args.get("state", ""), page_number()
    state = state if state in TABS else ""
    found = reading.for_operators(platform(), actor(), state, (number - 1) * PER_PAGE, PER_PAGE)
    rows = []
    for one in found.rows:
        match = match_of(one.entry)
        rows.append({
            "href": url_for("leads.detail", lead_id=one.lead.id), "need": one.need.title,
            "achievement": one.achievement.title, "enterprise": public_label(one.enterprise, shown=True),
            "university": one.university.name if one.university else "", "level": match.level_label,
            "score": match.score, "made": labels.day(one.lead.created_at), "is_demo": one.need.is_demo,
            "closed": f"{labels.day(one.lead.closed_at)} 关闭" if one.lead.closed_at else "",
            "answers": cards.answers(found.answers.get(one.lead.id, ())),
        })  # fmt: skip
    return page(
        "leads.html", "leads", rows=rows,
        tabs=[
            {"label": label, "count": found.counts[key], "active": key == state,
             "href": url_for("operator.leads", state=key or None)}
            for key, label in TABS.items()
        ],
        pagination=pagination(number, found.counts[state], PER_PAGE, "operator.leads", state=state or None),
    )  # fmt: skip
