"""Rows → the plain facts by which managers are judged: profiles, standings, and a deal with its two houses.

A profile's facts are kept by its projection counter; what every deal changes (load, deals led) is read each time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from matching.managers.types import (
    COMPLETED,
    ENDED,
    UNDER_WAY,
    Asked,
    Candidates,
    DealFacts,
    Party,
    PastDeal,
    Standing,
    TalentFacts,
)
from matching.types import AchievementFacts, NeedFacts
from repositories import assignments, deals, manager_facts
from repositories.accounts import ENTERPRISE, UNIVERSITY
from repositories.assignments import Led
from repositories.database import Session, day_of
from repositories.deals import Deal
from repositories.manager_facts import Head
from repositories.vectors import Vector
from services import roster
from services.facts import talent_facts
from services.platform import Platform

LIBRARY = "talents"
_OUTCOMES = {deals.COMPLETED: COMPLETED, deals.ENDED: ENDED}


@dataclass(frozen=True, slots=True)
class Managers:
    """Facts of managers by id, with what a frozen ranking says of each: revision, and a token that changes when the
    facts do."""

    candidates: Candidates
    revisions: Mapping[int, int]
    tokens: Mapping[int, tuple[Any, ...]]


def load(session: Session, platform: Platform, talent_ids: Collection[int]) -> Managers:
    """The managers behind ids, whatever the state of their profiles; five queries at most, fewer while the table of all
    managers knows them."""
    heads = manager_facts.heads(session, talent_ids)
    loads = assignments.loads(session, heads)
    led = assignments.past(session, heads)
    profiles = _profiles(session, platform, heads)
    near = roster.need_vectors(session, platform, {one.vector_key for one in led})
    past: dict[int, list[PastDeal]] = {}
    marks: dict[int, list[Any]] = {}
    for one in led:
        past.setdefault(one.talent_id, []).append(_past_deal(one, near.get(one.vector_key)))
        marks.setdefault(one.talent_id, []).append((one.deal_id, one.state, one.need_projection))
    return Managers(
        {
            i: (profiles[i], _standing(head, loads.get(i, 0), tuple(past.get(i, ()))))
            for i, head in heads.items()
            if i in profiles
        },
        {i: head.revision for i, head in heads.items()},
        {
            i: (i, head.projection, head.is_public, head.has_account, sorted(head.house_ids), loads.get(i, 0),
                marks.get(i, []))
            for i, head in heads.items()
        },
    )  # fmt: skip


def load_one(session: Session, platform: Platform, talent_id: int) -> tuple[TalentFacts, Standing] | None:
    """One manager as he or she stands within a transaction, without the deals of the past: enough to forbid, not to
    score."""
    heads = manager_facts.heads(session, [talent_id])
    if talent_id not in heads:
        return None
    profile = _profiles(session, platform, heads)[talent_id]
    return profile, _standing(heads[talent_id], assignments.loads(session, [talent_id]).get(talent_id, 0), ())


def deal_facts(session: Session, deal: Deal, need: NeedFacts, achievement: AchievementFacts) -> DealFacts:
    """A deal as managers are judged for it; two queries."""
    houses = manager_facts.houses(session, (deal.enterprise_id, deal.university_id))
    before = assignments.of_deal(session, deal.id)
    return DealFacts(
        id=deal.id,
        need=need,
        achievement=achievement,
        parties=(
            Party(ENTERPRISE, houses.get(deal.enterprise_id, ())),
            Party(UNIVERSITY, houses.get(deal.university_id, ())),
        ),
        asked=Asked(
            posts=frozenset(deal.asked_posts),
            certificate=deal.asked_certificate,
            languages=frozenset(deal.asked_languages),
            region=deal.asked_region,
        ),
        finder_id=deal.finder_id,
        declined=frozenset(one.talent_id for one in before if one.state == assignments.DECLINED),
        expired=frozenset(one.talent_id for one in before if one.state == assignments.EXPIRED),
    )


def _profiles(session: Session, platform: Platform, heads: Mapping[int, Head]) -> dict[int, TalentFacts]:
    found = {}
    for i, head in heads.items():
        found[i] = platform.facts.get((LIBRARY, i, head.projection))
        if found[i] is None and (one := roster.profile(platform, i, head.projection)) is not None:
            platform.facts.put((LIBRARY, i, head.projection), one)
            found[i] = one
    missing = [i for i, known in found.items() if known is None]
    if missing:
        for row, vector in manager_facts.columns(session, missing, platform.embedder.model_id):
            one = talent_facts(row, vector)
            if vector is not None:  # one that is still on its way may arrive without the row changing
                platform.facts.put((LIBRARY, row.id, heads[row.id].projection), one)
            found[row.id] = one
    return {i: known for i, known in found.items() if known is not None}


def _standing(head: Head, load: int, past: tuple[PastDeal, ...]) -> Standing:
    return Standing(load, past, head.house_ids, head.has_account, head.is_public)


def _past_deal(one: Led, vector: Vector | None) -> PastDeal:
    closed = day_of(one.closed_at) if one.closed_at else None
    return PastDeal(_OUTCOMES.get(one.state, UNDER_WAY), one.industry, one.region, vector, closed)
