"""The part of a deal's page about its manager, and the whole list of managers, as read models; nothing is judged here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from wtforms import RadioField, TextAreaField

from matching.managers.explanation import TITLES
from repositories.accounts import ENTERPRISE
from repositories.assignments import ACCEPTED, OFFERED
from repositories.assignments import STATE_NAMES as ASSIGNMENT_NAMES
from services import managers
from services.deals.reading import Opened
from services.errors import IndexAway
from services.managers import Line, ManagersForDeal
from web import labels
from web.account.forms import PlainForm
from web.current import actor, platform
from web.listings.rows import Segments, marked

FIRST_SHOWN = 5
"""Managers on the deal's own page; the rest stand on a page of their own."""
LIST_SHOWN = 15
"""Lines of that page before `显示其余`: on a phone fifty of them are 20,000 pixels."""
FACTS = frozenset({
    "industry", "discipline", "region", "posts", "certificate", "stars", "record", "industry_record", "free_capacity",
    "finder",
})  # fmt: skip
"""Reasons that state one thing each: they share a line, so that experience stands out."""
_AS_SHARE: Callable[[float], str] = "{:.0%}".format
_AS_COUNT: Callable[[float], str] = "{:.0f} 个".format
_VALUES: Mapping[str, Callable[[float], str]] = {
    "profile_nearness": "相近度 {:.2f}".format, "past_nearness": "相近度 {:.2f}".format, "profile_words": "重合 {:.1f}".format,
    "record": _AS_COUNT, "industry_record": _AS_COUNT,
}  # fmt: skip


class DeclineForm(PlainForm):
    """Why a manager does not take a deal on."""

    reason = RadioField("原因", id="assignment-reason", validate_choice=False, render_kw={"required": True})
    note = TextAreaField("补充说明", id="assignment-note", description="只有平台运营能看到")


class ReleaseForm(PlainForm):
    """Why a manager leads a deal no more."""

    note = TextAreaField("原因", id="release-note", description="经理人会看到", render_kw={"required": True})


@dataclass(frozen=True, slots=True)
class AssignmentForms:
    """Forms that were refused, as they were typed; None where nothing was."""

    decline: DeclineForm | None = None
    release: ReleaseForm | None = None


NOTHING_TYPED = AssignmentForms()


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """A + line; the words of the profile that carried it are set in bold."""

    text: str
    segments: Segments
    is_fact: bool
    need_words: Sequence[str] = ()
    achievement_words: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One ranked manager; `load_after` and `sums` are None for who must not know."""

    rank: int
    talent_id: int
    name: str
    href: str
    facts: Sequence[str]
    record: str
    record_href: str
    score: int
    reasons: Sequence[ReasonLine]
    cautions: Sequence[Mapping[str, Any]]
    sums: Sequence[Mapping[str, Any]] | None
    load: int | None
    load_after: int | None
    capacity: int | None
    asked: str
    is_demo: bool


@dataclass(frozen=True, slots=True)
class Aside:
    """A manager who may not lead this deal."""

    name: str
    href: str
    text: str


@dataclass(frozen=True, slots=True)
class Ranked:
    """A list of managers; `away` says why there is none right now."""

    run_id: int | None = None
    rows: Sequence[Row] = ()
    rejections: Sequence[Aside] = ()
    total: int = 0
    considered: int = 0
    algorithm: str = ""
    by_operator: bool = False
    away: str = ""

    @property
    def more(self) -> int:
        """How many lines were left out."""
        return self.total - len(self.rows)


@dataclass(frozen=True, slots=True)
class Part:
    """What a deal's page says about its manager to one reader.

    `ranked` is there while nobody is asked; `mine` for the manager who was; `active` names him or her to operators.
    """

    ranked: Ranked | None
    active: Mapping[str, str] | None
    mine: Mapping[str, str] | None
    decline: DeclineForm
    release: ReleaseForm
    open_form: str
    list_href: str


def part(opened: Opened, forms: AssignmentForms = NOTHING_TYPED) -> Part | None:
    """The part for the person who is here, or None where there is nothing for him or her."""
    deal, place, active = opened.deal, opened.place, opened.active
    if not deal.is_under_way:
        return None
    reads_list = place.is_operator or (place.side == ENTERPRISE and deal.need.wants_manager)
    if not (reads_list or place.is_offered):
        return None
    ranked = None
    if reads_list and active is None:
        try:
            ranked = ranked_view(managers.for_seen(platform(), actor(), deal, place, FIRST_SHOWN))
        except IndexAway as away:
            ranked = Ranked(by_operator=place.is_operator, away=away.message)
    told = None
    if active is not None and opened.manager is not None:
        told = {
            "name": opened.manager.title, "href": url_for("talents.detail", row_id=active.talent_id),
            "state": active.state, "state_label": ASSIGNMENT_NAMES[active.state],
            "due": f"{labels.day(active.due_on)} 前答复，{labels.days_left(active.due_on)}" if active.state == OFFERED else "",
            "since": labels.day(active.answered_at) if active.state == ACCEPTED else "",
        }  # fmt: skip
    return Part(
        ranked=ranked, active=told if reads_list else None, mine=told if place.is_offered else None,
        decline=forms.decline or decline_form(), release=forms.release or ReleaseForm(formdata=None),
        open_form="decline" if forms.decline else ("release" if forms.release else ""),
        list_href=url_for("deals.managers", deal_id=deal.id),
    )  # fmt: skip


def decline_form(*, typed: bool = False) -> DeclineForm:
    """With the reasons there are; `typed`: filled from the request."""
    form = DeclineForm() if typed else DeclineForm(formdata=None)
    form.reason.choices = platform().vocabularies.decline_reasons.choices
    return form


def ranked_view(found: ManagersForDeal) -> Ranked:
    """A list as a page shows it."""
    return Ranked(
        run_id=found.run_id,
        rows=[_row(line) for line in found.items],
        rejections=[
            Aside(one.name, url_for("talents.detail", row_id=one.talent_id), one.text)
            for one in found.rejections
        ],
        total=found.total, considered=found.considered, algorithm=found.algorithm, by_operator=found.by_operator,
    )  # fmt: skip


def _row(line: Line) -> Row:
    talent, tally = line.talent, line.tally
    facts = (
        labels.name("talent_categories", talent.category),
        f"{labels.name('certificate_levels', talent.certificate_level)}证书"
        if talent.certificate_level
        else "",
        f"{talent.stars} 星" if talent.stars else "",
        "、".join(labels.place(code) for code in talent.regions[:3]) or labels.place(talent.region),
    )
    record = f"平台项目 {tally.led}，结项 {tally.completed}" if tally.led else ""
    return Row(
        rank=line.rank, talent_id=talent.id, name=talent.title, href=url_for("talents.detail", row_id=talent.id),
        facts=[fact for fact in facts if fact], record=record,
        record_href=url_for("talents.record", row_id=talent.id) if record else "", score=int(line.score),
        reasons=[
            ReasonLine(r["text"], marked(r["text"], r["words"]), r["feature"] in FACTS) for r in line.reasons
        ],
        cautions=line.cautions, sums=_sums(line) if line.contributions else None, load=line.load,
        load_after=line.load + 1 if line.load is not None else None, capacity=line.capacity,
        asked=ASSIGNMENT_NAMES.get(line.asked, ""), is_demo=talent.is_demo,
    )  # fmt: skip


def _sums(line: Line) -> list[Mapping[str, Any]]:
    """The arithmetic of a score, as its table reads."""
    return [
        {
            "label": TITLES[one["feature"]],
            "text": "" if one["value"] is None else _VALUES.get(one["feature"], _AS_SHARE)(one["value"]),
            "points": f"{one['points']:.1f}",
        }
        for one in line.contributions
    ]
