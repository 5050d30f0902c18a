"""Answering a need one reads with an achievement of one's own: choose it, see how it fits, ask."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from repositories.accounts import INSTITUTION, UNIVERSITY
from repositories.shown import Shown
from services import answering
from services.errors import NotFound
from web.access import rule
from web.current import actor, platform
from web.listings.rows import need_row
from web.matches.entries import entry_view, introduction_label

blueprint = Blueprint("answering", __name__, url_prefix="/needs/<int:need_id>/answer")


@blueprint.get("")
@rule(UNIVERSITY, INSTITUTION)
def options(need_id: int) -> Any:
    """One's own published achievements beside the need, best first."""
    found = answering.options(platform(), actor(), need_id)
    return render_template(
        "matches/answer.html", nav_active="needs", need=need_row(Shown(found.need, None)), need_id=need_id,
        title=found.need.title,
        entries=[
            (entry_view(item, "achievements", None), introduction_label(item.introduction, "needs"))
            for item in found.items
        ],
        published=found.published, compared=min(found.published, answering.COMPARED),
    )  # fmt: skip


@blueprint.post("")
@rule(UNIVERSITY, INSTITUTION)
def choose(need_id: int) -> Any:
    """Take one: on to the page that asks for the introduction."""
    raw = request.form.get("achievement_id", "")
    if not (raw.isascii() and raw.isdigit() and len(raw) < 10):
        raise NotFound()
    entry_id = answering.choose(platform(), actor(), need_id, int(raw))
    back = url_for("answering.options", need_id=need_id)
    return redirect(url_for("introductions.ask", entry_id=entry_id, back=back), 303)
