"""Rows → the plain facts the matching room judges. All text is normalised here, once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from indexer.text import normalise
from matching.managers.types import TalentFacts, Tie
from matching.types import AchievementFacts, IpRight, NeedFacts
from repositories import achievements, needs
from repositories.vectors import Vector
from services.pasted import Pasted


def need_facts(need: Any, vector: Vector | None, *, with_confidential: bool = False) -> NeedFacts:
    """The need (a row or its judged columns) as others may know it; `with_confidential`: its owner's own run only."""
    text = needs.body_of(need)
    if with_confidential and need.confidential:
        text = f"{text}\n{need.confidential}"
    return NeedFacts(
        id=need.id,
        title=normalise(need.title),
        text=normalise(text),
        vector=vector,
        industry=need.industry,
        region=need.region,
        wanted_trl=need.wanted_trl,
        wanted_modes=frozenset(need.wanted_modes or ()),
        budget_min=need.budget_min,
        budget_max=need.budget_max,
        deadline=need.deadline,
        organisation_id=need.organisation_id,
    )


def pasted_facts(pasted: Pasted, vector: Vector | None) -> NeedFacts:
    """A need somebody pasted without an account: its words, and what they say of money and time."""
    return NeedFacts(
        id=0,
        title=normalise(pasted.title),
        text=normalise(pasted.text),
        vector=vector,
        industry="",
        region="",
        wanted_trl=None,
        wanted_modes=frozenset(),
        budget_min=pasted.budget_min,
        budget_max=pasted.budget_max,
        deadline=pasted.deadline,
        organisation_id=None,
    )


def achievement_facts(achievement: Any, vector: Vector | None) -> AchievementFacts:
    """The achievement (a row or its judged columns) as a pair's other side."""
    return AchievementFacts(
        id=achievement.id,
        title=normalise(achievement.title),
        text=normalise(achievements.body_of(achievement)),
        vector=vector,
        industry=achievement.industry,
        discipline=achievement.discipline,
        region=achievement.region,
        trl=achievement.trl,
        modes=frozenset(achievement.modes or ()),
        price_min=achievement.price_min,
        price_max=achievement.price_max,
        ip=tuple(_right(item) for item in achievement.ip or ()),
        organisation_id=achievement.organisation_id,
        confirmed_on=achievement.confirmed_on,
    )


def talent_facts(row: Any, vector: Vector | None) -> TalentFacts:
    """The profile (a row or its judged columns) as it is judged."""
    return TalentFacts(
        id=row.id,
        name=row.title,
        text=normalise(row.biography),
        vector=vector,
        category=row.category,
        stars=row.stars,
        certificate=row.certificate_level,
        posts=frozenset(row.posts or ()),
        disciplines=frozenset(row.disciplines or ()),
        industries=frozenset(row.industries or ()),
        region=row.region,
        regions=frozenset(row.regions or ()),
        languages=frozenset(row.languages or ()),
        ties=(
            *(_tie(item, "affiliation") for item in row.affiliations or ()),
            *(_tie(item, item.get("kind") or "other") for item in row.relations or ()),
        ),
        capacity=row.capacity,
    )


def _right(item: dict[str, Any]) -> IpRight:
    expiry = item.get("expiry")
    return IpRight(
        type=item.get("type", ""),
        number=item.get("number", ""),
        status=item.get("status", ""),
        expiry=date.fromisoformat(expiry) if expiry else None,
    )


def _tie(item: Mapping[str, Any], kind: str) -> Tie:
    return Tie(str(item.get("organisation") or ""), kind, _day(item.get("since")), _day(item.get("until")))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
