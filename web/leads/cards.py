"""Leads as read models: one card of the list, the filters around it, what stands on a lead's own page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from matching.managers.leads import LeadReasons, describe_leads
from repositories.leads import INTERESTED, PASSED, LeadAnswer, Opened
from repositories.talents import Talent
from services import access
from services.leads.reading import NEW, TAKEN, Line, Listed, Wish
from services.organisations import public_label
from web import labels
from web.current import actor, platform
from web.introductions.cards import Match, match_of, words_of
from web.listings.lists import Chip, Facet, Option, value_label
from web.listings.rows import Segments, marked

STATE_LABELS = {NEW: "待看", INTERESTED: "感兴趣", PASSED: "已婉拒", TAKEN: "已有人接手"}
DAYS = {"7": "7 天内", "30": "30 天内"}
LEVELS = {"4": "只看强", "3": "较强及以上"}
FEATURE_TITLES = {one.feature: one.title for one in describe_leads()}
FACET_TITLES = {"industry": "行业", "region": "地区", "level": "匹配程度", "days": "新鲜程度"}


@dataclass(frozen=True, slots=True)
class Side:
    """The need or the achievement of a lead, as a card shows it."""

    title: Segments
    owner: str
    facts: Sequence[str]
    text: Segments
    is_demo: bool


@dataclass(frozen=True, slots=True)
class Card:
    """One lead of the list: the need above, the achievement below, why these two, why me."""

    id: int
    href: str
    rank: int
    match: Match
    need: Side
    achievement: Side
    why: Sequence[str]
    why_score: int
    made: str
    crowd: str
    is_taken: bool
    state: str
    said: str
    urls: Mapping[str, str]


def card(line: Line) -> Card:
    """The card of one lead for the manager who reads it."""
    opened = line.opened
    need, achievement = opened.need, opened.achievement
    need_words, offer_words = (
        words_of(opened.entry, "need_words"),
        words_of(opened.entry, "achievement_words"),
    )
    owner = public_label(opened.enterprise, shown=access.sees_enterprise_name(actor(), need))
    return Card(
        id=opened.lead.id, href=url_for("leads.detail", lead_id=opened.lead.id), rank=line.rank,
        match=match_of(opened.entry),
        need=Side(
            marked(need.title, need_words), owner,
            _known(
                labels.money_range(need.budget_min, need.budget_max, "预算面议"), labels.place(need.region),
                f"期望 TRL ≥ {need.wanted_trl}" if need.wanted_trl else "",
                f"{labels.day(need.deadline)} 前" if need.deadline else "",
            ),
            marked(_short(need.teaser or need.problem), need_words), need.is_demo,
        ),
        achievement=Side(
            marked(achievement.title, offer_words), opened.university.name if opened.university else "",
            _known(
                labels.trl(achievement.trl), labels.names("modes", achievement.modes), labels.place(achievement.region),
                labels.money_range(achievement.price_min, achievement.price_max, ""),
            ),
            marked(_short(achievement.summary or achievement.abstract), offer_words), achievement.is_demo,
        ),
        why=[reason.text for reason in line.why.reasons], why_score=int(line.why.score),
        made=f"{labels.since(opened.lead.created_at)}出现", crowd=crowd(line), is_taken=line.is_taken,
        state=opened.answered.state if opened.answered else "", said=said(opened.answered),
        urls=urls(opened),
    )  # fmt: skip


def urls(opened: Opened) -> dict[str, str]:
    """Where a manager's answer goes, and where a deal is opened."""
    return {
        "answer": url_for("leads.answer", lead_id=opened.lead.id),
        "open": url_for(
            "deals.open_new", lead_id=opened.lead.id, back=url_for("leads.detail", lead_id=opened.lead.id)
        ),
    }


def crowd(line: Line) -> str:
    """What others did about a lead, without names."""
    if line.is_taken:
        return "已有人接手"
    return f"已有 {line.interested} 位经理人感兴趣" if line.interested else ""


def said(answer: LeadAnswer | None) -> str:
    """`已婉拒：方向不符`."""
    if answer is None or answer.state not in (INTERESTED, PASSED):
        return ""
    if answer.state == INTERESTED:
        return f"{labels.day(answer.answered_at)} 标记感兴趣"
    parts = (labels.name("pass_reasons", answer.reason), answer.note)
    return f"{labels.day(answer.answered_at)} 婉拒：{'；'.join(filter(None, parts))}"


def sums(why: LeadReasons) -> list[dict[str, Any]]:
    """The arithmetic of 为什么给我看, in the order of the ranking."""
    said_by = {reason.feature: reason.text for reason in why.reasons}
    return [
        {
            "label": FEATURE_TITLES[name],
            "text": said_by.get(name, "") if value is None or points < 1 or name in said_by else "相近不多",
            "points": f"{points:.1f}",
        }
        for name, value, points in why.contributions
    ]


def answers(found: Sequence[tuple[LeadAnswer, Talent]]) -> list[dict[str, str]]:
    """What each manager did, for operators."""
    return [
        {
            "name": talent.title, "href": url_for("talents.detail", row_id=talent.id),
            "what": said(answer) or f"{labels.day(answer.viewed_at)} 看过", "state": answer.state,
        }
        for answer, talent in found
    ]  # fmt: skip


def wish() -> Wish:
    """The filters in the address; nonsense is left out."""
    known = platform().vocabularies
    state, level, days = (request.args.get(name, "") for name in ("state", "level", "days"))

    def chosen(name: str, vocabulary: Any) -> tuple[str, ...]:
        return tuple(v for v in dict.fromkeys(request.args.getlist(name)) if vocabulary.has(v))[:20]

    return Wish(
        state=state if state in STATE_LABELS else NEW, industries=chosen("industry", known.industries),
        regions=chosen("region", known.regions), level=int(level) if level in LEVELS else None,
        days=int(days) if days in DAYS else None, newest=request.args.get("sort") == "newest",
    )  # fmt: skip


def around(found: Listed, now: Wish) -> dict[str, Any]:
    """Tabs, chips, facets and sorting around a page of leads; every address keeps the rest."""
    chosen: dict[str, tuple[str, ...]] = {
        "industry": now.industries, "region": now.regions, "level": (str(now.level),) if now.level else (),
        "days": (str(now.days),) if now.days else (),
    }  # fmt: skip

    def here(
        state: Mapping[str, tuple[str, ...]], answer: str = now.state, *, newest: bool = now.newest
    ) -> str:
        values: dict[str, Any] = {name: list(state[name]) for name in FACET_TITLES if state.get(name)}
        values |= {"state": answer if answer != NEW else None, "sort": "newest" if newest else None}
        return url_for("leads.index", **values)

    chips = [
        Chip(_label(name, value), here({**chosen, name: tuple(v for v in values if v != value)}))
        for name, values in chosen.items()
        for value in values
    ]
    facets = []
    for name in FACET_TITLES:
        single = name in ("level", "days")
        options = []
        for value, count in _options(name, found):
            active = value in chosen[name]
            kept = () if single else chosen[name]
            after = tuple(v for v in chosen[name] if v != value) if active else (*kept, value)
            options.append(Option(_label(name, value), count, here({**chosen, name: after}), active))
        if options:
            facets.append(Facet(name, FACET_TITLES[name], tuple(options)))
    return {
        "tabs": [
            {"label": label, "count": found.counts[state], "active": state == now.state, "href": here(chosen, state)}
            for state, label in STATE_LABELS.items()
        ],
        "chips": chips, "facets": facets, "clear_href": here({}), "has_filters": bool(chips),
        "sorts": [
            {"label": "最适合我", "active": not now.newest, "href": here(chosen, newest=False)},
            {"label": "最新", "active": now.newest, "href": here(chosen, newest=True)},
        ],
    }  # fmt: skip


def _options(name: str, found: Listed) -> list[tuple[str, Any]]:
    counts = found.facets.get(name, {})
    match name:
        case "days":
            return [(value, "") for value in DAYS]
        case "level":
            strong, fair = counts.get("4", 0), counts.get("3", 0)
            return [("4", strong), ("3", strong + fair)] if strong + fair else []
    return list(counts.items())


def _label(name: str, value: str) -> str:
    if name == "days":
        return DAYS[value]
    return LEVELS[value] if name == "level" else value_label(name, value)


def _known(*parts: str) -> list[str]:
    return [part for part in parts if part]


def _short(text: str, size: int = 90) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= size else f"{flat[:size]}…"
