"""Managers ranked for a deal: who is proposed, why, who was set aside; frozen, so that an assignment hangs on what was
seen.

All managers are scored at once to find whom it is worth to judge (`services.proposing`); those are judged one by one, by
what the database says now. The operator reads everything; the deal's enterprise reads the order and the reasons, and
nothing of rejections or loads.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, cast

from matching.managers import ranker as manager_ranker
from matching.managers.types import DealFacts, Judged, Ranking
from matching.types import AchievementFacts, Context, NeedFacts
from repositories import assignments, manager_runs, record
from repositories.accounts import ENTERPRISE
from repositories.assignments import Assignment
from repositories.database import Session
from repositories.deals import STATE_NAMES, Deal
from repositories.listing import page_by_id
from repositories.manager_facts import names as talent_names
from repositories.manager_runs import FrozenManager, FrozenRanking
from repositories.record import Tally
from repositories.talents import Talent
from services import manager_facts, proposing, vectors
from services.access import Actor, require, require_signed_in
from services.deals.standing import Standing, seen
from services.errors import Conflict
from services.judging import facts_of
from services.manager_facts import Managers
from services.platform import Platform

log = logging.getLogger(__name__)

SHOWN = manager_ranker.SHOWN
"""Lines kept of a ranking."""


@dataclass(frozen=True, slots=True)
class Line:
    """One ranked manager as a person reads it; `load` is None for who must not know how busy a manager is."""

    rank: int
    entry_id: int | None
    talent: Talent
    score: float
    reasons: Sequence[Mapping[str, Any]]
    cautions: Sequence[Mapping[str, Any]]
    contributions: Sequence[Mapping[str, Any]]
    load: int | None
    capacity: int | None
    tally: Tally
    asked: str = ""
    """State of the latest assignment of this manager to this deal, empty where never asked."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """A manager who may not lead this deal, and why."""

    talent_id: int
    name: str
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class ManagersForDeal:
    """A ranking as it is shown; `run_id` is None when it could not be kept, and nothing can hang on it then."""

    deal: Deal
    run_id: int | None
    algorithm: str
    considered: int
    total: int
    """How many lines the whole list has."""
    items: tuple[Line, ...]
    rejections: tuple[SetAside, ...]
    active: Assignment | None
    by_operator: bool


def for_deal(platform: Platform, actor: Actor, deal_id: int, limit: int = SHOWN) -> ManagersForDeal:
    """Managers for one deal, for an operator or its enterprise; raises NotFound, Forbidden, Conflict (a closed deal),
    IndexAway."""
    require_signed_in(actor)
    with platform.database.read() as session:
        deal, place = seen(session, actor, deal_id)
    return for_seen(platform, actor, deal, place, limit)


def for_seen(
    platform: Platform, actor: Actor, deal: Deal, place: Standing, limit: int = SHOWN
) -> ManagersForDeal:
    """The same for a deal that was just read, by where the person stands towards it."""
    require(place.is_operator or place.side == ENTERPRISE)
    if not deal.is_under_way:
        raise Conflict(f"项目已经是“{STATE_NAMES[deal.state]}”，不再需要推荐技术经理人。")
    run = frozen_run(platform, actor, deal)
    entries = run.entries[:limit]
    rejections = run.rejections if place.is_operator else []
    with platform.database.read() as session:
        ids = {entry.talent_id for entry in entries}
        rows = page_by_id(session, Talent, ids)
        names = talent_names(session, [one["talent_id"] for one in rejections])
        tallies = record.tallies(session, ids)
        offers = assignments.of_deal(session, deal.id)
    asked = {one.talent_id: one.state for one in offers}
    return ManagersForDeal(
        deal=deal, run_id=run.id, algorithm=run.ranker, considered=run.considered,
        total=len(run.entries),
        items=tuple(
            _line(entry, rows[entry.talent_id], tallies, asked, place.is_operator)
            for entry in entries if entry.talent_id in rows
        ),
        rejections=tuple(
            SetAside(one["talent_id"], names[one["talent_id"]], one["reason"], one["text"])
            for one in rejections if one["talent_id"] in names
        ),
        active=next((one for one in offers if one.state in assignments.ACTIVE), None), by_operator=place.is_operator,
    )  # fmt: skip


def frozen_run(platform: Platform, actor: Actor, deal: Deal) -> FrozenRanking:
    """The ranking of a deal: found again while nothing it rests on has changed, else judged and kept. Raises IndexAway.

    A page view never fails because the write lock is busy: then the ranking is shown and not kept (its id is None).
    """
    sides = _sides(platform, deal)
    with platform.database.read() as session:
        facts = manager_facts.deal_facts(session, deal, *sides)
        found = proposing.proposed(session, platform, actor, facts)
        managers = manager_facts.load(session, platform, found.talent_ids)
        key = _key(platform, deal, facts, managers)
        known = manager_runs.FROZEN.find(session, key)
    if known is not None:
        return known
    context = context_of(platform)
    ranking = manager_ranker.rank(
        platform.manager_ranker, platform.ranker.ngrams, facts, managers.candidates, context
    )
    return _keep(platform, deal, key, ranking, managers, found.considered)


def context_of(platform: Platform) -> Context:
    """The day, and the names of all codes that managers are judged by."""
    words = platform.vocabularies
    own = {**words.languages.names, **words.relation_kinds.names}
    # The platform's names are thousands and never written to: looked up behind these, not copied.
    return Context(today=platform.today(), names=ChainMap(own, cast("dict[str, str]", platform.names)))


def deal_facts(session: Session, platform: Platform, deal: Deal) -> DealFacts:
    """A deal as managers are judged for it."""
    return manager_facts.deal_facts(session, deal, *_sides(platform, deal))


def _sides(platform: Platform, deal: Deal) -> tuple[NeedFacts, AchievementFacts]:
    """The need and the achievement of a deal; the need is encoded when nobody has done so yet."""
    need, achievement = deal.need, deal.achievement
    needs: list[NeedFacts] = facts_of(platform, "needs", {need.id: need.projection})
    offers: list[AchievementFacts] = facts_of(
        platform, "achievements", {achievement.id: achievement.projection}
    )
    wanted = needs[0]
    if wanted.vector is None:
        vector = vectors.of_text(platform, need.embedding_kind, need.embedding_text, keep=True)
        wanted = replace(wanted, vector=vector)
    return wanted, offers[0]


def _key(platform: Platform, deal: Deal, facts: DealFacts, managers: Managers) -> str:
    """Equal keys mean the same deal, the same managers standing where they stood, the same weights, the same day."""
    parts = {
        "deal": (deal.id, deal.need.projection, deal.achievement.projection, deal.finder_id),
        "asked": (deal.asked_posts, deal.asked_languages, deal.asked_certificate, deal.asked_region),
        "houses": [party.houses for party in facts.parties],
        "before": (sorted(facts.declined), sorted(facts.expired)),
        "managers": [managers.tokens[i] for i in sorted(managers.tokens)],
        "by_meaning": facts.need.vector is not None, "model": platform.embedder.model_id,
        "ranker": platform.manager_ranker.name, "day": platform.today().isoformat(),
    }  # fmt: skip
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _keep(
    platform: Platform, deal: Deal, key: str, ranking: Ranking, managers: Managers, considered: int
) -> FrozenRanking:
    """Store a ranking unless the database is busy; the one another process stored first is taken instead."""
    run: dict[str, Any] = {
        "key": key, "deal_id": deal.id, "ranker": platform.manager_ranker.name, "created_at": platform.now(),
        "considered": considered,
        "rejections": [
            {"talent_id": one.talent_id, "reason": one.code, "text": one.text} for one in ranking.rejections
        ],
    }  # fmt: skip
    entries = [
        _entry(one, rank, managers.revisions[one.talent_id])
        for rank, one in enumerate(ranking.judged[:SHOWN], 1)
    ]
    try:
        with platform.database.write(briefly=True) as session:
            return manager_runs.FROZEN.keep(session, run, entries)
    except platform.database.busy_errors as busy:
        log.warning("a ranking of managers was not kept: %s", busy)
    return manager_runs.FROZEN.unkept(run, entries)


def _entry(one: Judged, rank: int, revision: int) -> dict[str, Any]:
    """The columns of a line; lists where the database gives lists, so that a new ranking reads like one found again."""
    return {
        "rank": rank, "talent_id": one.talent_id, "talent_revision": revision, "score": one.score, "load": one.load,
        "capacity": one.capacity,
        "contributions": [{"feature": f, "value": v, "points": p} for f, v, p in one.contributions],
        "reasons": [
            {"feature": r.feature, "text": r.text, "contribution": r.contribution, "words": list(r.words)}
            for r in one.reasons
        ],
        "cautions": [asdict(c) for c in one.cautions],
    }  # fmt: skip


def _line(
    entry: FrozenManager, talent: Talent, tallies: Mapping[int, Tally], asked: Mapping[int, str], whole: bool
) -> Line:
    return Line(
        rank=entry.rank, entry_id=entry.id, talent=talent, score=entry.score, reasons=entry.reasons,
        cautions=entry.cautions if whole else (), contributions=entry.contributions if whole else (),
        load=entry.load if whole else None, capacity=entry.capacity if whole else None,
        tally=tallies.get(entry.talent_id, Tally()), asked=asked.get(entry.talent_id, "") if whole else "",
    )  # fmt: skip
