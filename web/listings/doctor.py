"""需求体检 on pages: the panel beside the form, answered while one types; its own page of criteria; needs like this one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for

from matching.doctor import Diagnosis, Finding
from matching.doctor.cost import sentence, table
from repositories.accounts import ENTERPRISE, MANAGER, OPERATOR
from services import doctor
from services.errors import IndexAway
from web.access import ANYONE, rule
from web.current import actor, platform
from web.limits import check_limit
from web.listings.rows import need_row

blueprint = Blueprint("doctor", __name__, url_prefix="/needs")
SHOWN = 2
"""Findings of one criterion that are shown at a time: who has mended these sees the next."""


@blueprint.post("/check")
@rule(ENTERPRISE, MANAGER, OPERATOR)
@check_limit
def check() -> Any:
    """The panel for what stands in the form now. Nothing is stored, nothing is refused."""
    raw: dict[str, Any] = {name: request.form.get(name, "") for name in doctor.READS}
    raw["wanted_modes"] = request.form.getlist("wanted_modes")
    return render_template(
        "needs/_doctor_answer.html", doctor=panel(doctor.of_typed(platform(), raw), here=True)
    )


@blueprint.get("/criteria")
@rule(ANYONE)
def criteria() -> Any:
    """Written by the doctor itself: every check with its points and an example, and what was measured."""
    known = platform().doctor
    return render_template(
        "needs/criteria.html",
        nav_active="needs",
        criteria=[
            {"name": name, "lead": known.leads[key],
             "checks": [one for one in known.checks if one.criterion == key and one.points],
             "reminders": [one for one in known.checks if one.criterion == key and not one.points]}
            for key, name in known.criteria.items()
        ],
        measured=known.measured,
        cost=sentence(known.measured),
        rows=table(known.measured),
    )  # fmt: skip


@blueprint.get("/<int:row_id>/similar")
@rule(ENTERPRISE, MANAGER, OPERATOR)
def similar(row_id: int) -> Any:
    """A part of the need's page, fetched when it is opened: how others put something like it."""
    try:
        found = doctor.similar(platform(), actor(), row_id)
    except IndexAway as away:
        return render_template("needs/_similar.html", rows=[], away=away.message)
    return render_template("needs/_similar.html", rows=[need_row(one) for one in found], away="")


def form_panel(form: Any) -> dict[str, Any]:
    """The panel beside a need's form as it stands: empty, filled from a row, or come back with what was typed."""
    raw = {name: form[name].data for name in doctor.READS}
    return panel(doctor.of_typed(platform(), raw), here=True)


def panel(diagnosis: Diagnosis, edit_href: str = "", *, here: bool = False) -> dict[str, Any]:
    """What the panel shows. Findings lead to their fields: on this page (`here`), on the form at `edit_href`, or nowhere."""
    base = "" if here else edit_href

    def line(one: Finding) -> dict[str, Any]:
        return {
            "text": one.text, "suggestion": one.check.suggestion, "example": one.check.example,
            "href": f"{base}#{one.field}" if here or edit_href else "", "word": one.words[0] if one.words else "",
        }  # fmt: skip

    marks = []
    for mark in diagnosis.marks:
        found = diagnosis.of(mark.criterion)
        marks.append({"name": mark.name, "points": mark.points, "most": mark.most,
                      "findings": [line(one) for one in found[:SHOWN]], "more": len(found[SHOWN:])})  # fmt: skip
    return {
        "reads": doctor.READS, "points": diagnosis.points, "most": diagnosis.most, "count": len(diagnosis.findings), "marks": marks,
        "untouched": diagnosis.is_blank,
        "needs_help": diagnosis.needs_help and actor().role not in (MANAGER, OPERATOR), "help_href": f"{base}#wants_manager" if here or edit_href else "",
        "criteria_href": url_for("doctor.criteria"), "cost": sentence(platform().doctor.measured),
    }  # fmt: skip
