"""Introductions as read models: a line of the list, the two listings of a request, its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from matching.types import WEAK
from repositories.achievements import Achievement
from repositories.introductions import ACCEPTED, ASKED, STATE_NAMES, Introduction
from repositories.match_runs import MatchEntry
from repositories.needs import Need
from repositories.organisations import Organisation
from services import access
from services.organisations import public_label
from web import labels
from web.current import actor, platform
from web.listings.rows import Segments, marked
from web.matches.entries import LEVEL_LABELS, ReasonLine, whole

SIDE_NAMES = {"enterprise": "企业", "university": "校方"}
OTHER_SIDE = {"enterprise": "university", "university": "enterprise"}


@dataclass(frozen=True, slots=True)
class Line:
    """One request in a list."""

    href: str
    need_title: str
    need_owner: str
    achievement_title: str
    achievement_owner: str
    state: str
    state_label: str
    parts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Card:
    """One of the two listings."""

    kind: str
    title: Segments
    href: str
    owner: str
    facts: Sequence[tuple[str, str]]
    sections: Sequence[tuple[str, Segments]]
    is_mine: bool
    is_demo: bool


@dataclass(frozen=True, slots=True)
class Match:
    """Why the two were brought together."""

    level: int
    level_label: str
    score: int
    reasons: Sequence[ReasonLine]
    cautions: Sequence[Mapping[str, Any]]


def line(row: Introduction, houses: Mapping[int, Organisation]) -> Line:
    """A line of the list, the enterprise's name only where it may be read."""
    return Line(
        href=url_for("introductions.detail", introduction_id=row.id),
        need_title=row.need.title,
        need_owner=enterprise_name(row.need, houses.get(row.need.organisation_id or 0), row),
        achievement_title=row.achievement.title,
        achievement_owner=_name(houses.get(row.achievement.organisation_id or 0)),
        state=row.state, state_label=STATE_NAMES[row.state], parts=what_next(row),
    )  # fmt: skip


def what_next(row: Introduction) -> list[str]:
    """Who asked, since when, and what happens next: `等待校方答复，还有 3 天`."""
    parts = [f"{labels.day(row.asked_at)} 由{SIDE_NAMES[row.asked_by]}请求"]
    if row.state == ASKED:
        asked = OTHER_SIDE[row.asked_by]
        ours = access.owns(actor(), row.need if asked == "enterprise" else row.achievement)
        who = "您" if ours else SIDE_NAMES[asked]
        parts.append(f"等待{who}答复，{labels.days_left(row.due_on)}")
    elif row.answered_at:
        parts.append(f"{labels.day(row.answered_at)} {STATE_NAMES[row.state]}")
        if row.reason:
            parts.append(labels.name("pass_reasons", row.reason))
    return parts


def need_card(need: Need, owner: str, words: Sequence[str], *, introduced: bool, linked: bool = True) -> Card:
    """The need with its public text; the confidential part is on no card. `introduced`: something that still stands lays
    it before this person, published or not; `linked`: its own page opens by that too."""
    person = actor()
    if not access.sees(person, need, introduced=introduced):
        return _closed("需求", need, owner)
    opens = access.sees(person, need, introduced=introduced and linked)
    return Card(
        kind="需求", title=marked(need.title, words), href=url_for("needs.detail", row_id=need.id) if opens else "",
        owner=owner,
        facts=[
            ("预算", labels.money_range(need.budget_min, need.budget_max, "面议")),
            ("地区", labels.place(need.region)), ("行业", labels.name("industries", need.industry)),
            ("期望成熟度", f"TRL ≥ {need.wanted_trl}" if need.wanted_trl else ""),
            ("期望方式", labels.names("modes", need.wanted_modes)), ("期限", labels.day(need.deadline)),
        ],
        sections=_sections(
            (("公开摘要", need.teaser), ("要解决的问题", need.problem), ("目标指标", need.indicators),
             ("约束条件", need.constraints)), words,
        ),
        is_mine=access.owns(person, need), is_demo=need.is_demo,
    )  # fmt: skip


def achievement_card(
    achievement: Achievement, organisation: Organisation | None, words: Sequence[str], *, introduced: bool
) -> Card:
    """The achievement; its institution is public."""
    person = actor()
    if not access.sees(person, achievement, introduced=introduced):
        return _closed("成果", achievement, _name(organisation))
    href = url_for("achievements.detail", row_id=achievement.id) if access.sees(person, achievement) else ""
    return Card(
        kind="成果", title=marked(achievement.title, words), href=href, owner=_name(organisation),
        facts=[
            ("成熟度", labels.trl(achievement.trl)), ("方式", labels.names("modes", achievement.modes)),
            ("意向价格", labels.money_range(achievement.price_min, achievement.price_max, "面议")),
            ("地区", labels.place(achievement.region)), ("行业", labels.name("industries", achievement.industry)),
            ("团队", achievement.team),
        ],
        sections=_sections((("一句话简介", achievement.summary), ("成果详情", achievement.abstract)), words),
        is_mine=access.owns(person, achievement), is_demo=achievement.is_demo,
    )  # fmt: skip


def stands(row: Introduction) -> bool:
    """Whether the request lays both listings before both sides, published or not; one that ended does not."""
    return row.state in (ASKED, ACCEPTED)


def _closed(kind: str, listing: Need | Achievement, owner: str) -> Card:
    """A listing this person may not read any more: its name, as in the list of requests, and nothing that was written
    since."""
    return Card(kind=kind, title=marked(listing.title, ()), href="", owner=owner, facts=[], sections=[],
                is_mine=False, is_demo=listing.is_demo)  # fmt: skip


def match_of(entry: MatchEntry) -> Match:
    """Level, reasons and cautions of a frozen entry."""
    reasons = [
        ReasonLine(
            r["feature"], r["text"], round(r["contribution"], 1), r["need_words"], r["achievement_words"],
            marked(r["text"], [*r["need_words"], *r["achievement_words"]]),
        )
        for r in entry.reasons
    ]  # fmt: skip
    level = entry.level if entry.score >= platform().ranker.recommended else WEAK
    return Match(level, LEVEL_LABELS[level], whole(entry.score), reasons, entry.cautions)


def words_of(entry: MatchEntry, side: str) -> list[str]:
    """The words that carried the match on one side (`need_words` or `achievement_words`)."""
    return [word for reason in entry.reasons for word in reason[side]]


def history(row: Introduction) -> list[tuple[str, str, str]]:
    """[(moment, what happened, what was said)], oldest first."""
    asker, other = SIDE_NAMES[row.asked_by], SIDE_NAMES[OTHER_SIDE[row.asked_by]]
    happened = [(labels.moment(row.asked_at), f"{asker}请求引荐", row.message)]
    said = "；".join(filter(None, (labels.name("pass_reasons", row.reason), row.note)))
    if row.answered_at:
        told = {
            "accepted": f"{other}同意，双方联系方式开放", "declined": f"{other}婉拒", "recalled": f"{asker}撤回请求",
            "expired": "到期没有答复，请求结束",
        }  # fmt: skip
        happened.append((labels.moment(row.answered_at), told[row.state], said))
    return happened


def enterprise_name(need: Need, organisation: Organisation | None, row: Introduction | None) -> str:
    """The enterprise as this person may read it: by name once both agreed, else as it chose to be called."""
    agreed = row is not None and row.state == ACCEPTED
    return public_label(organisation, shown=access.sees_enterprise_name(actor(), need, introduced=agreed))


def _name(organisation: Organisation | None) -> str:
    return organisation.name if organisation else ""


def _sections(texts: Sequence[tuple[str, str]], words: Sequence[str]) -> list[tuple[str, Segments]]:
    return [(label, marked(text, words)) for label, text in texts if text]
