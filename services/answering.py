"""用自己的成果回应: a house that reads a public need lays one of its own achievements beside it.

Nothing was recommended to it, so nothing is frozen until it chooses: all its published achievements are judged by
the code that recommends, and the chosen pair becomes a public run of its own, on which the request then hangs.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

from repositories import introductions, listing
from repositories.accounts import INSTITUTION, UNIVERSITY
from repositories.achievements import Achievement
from repositories.needs import Need
from repositories.organisations import Organisation
from services import twins
from services.access import Actor, owns, require, require_signed_in
from services.errors import NotFound
from services.listings.entries import visible
from services.platform import Platform
from services.recommend import Item
from services.runs import judge_pairs

ROLES = frozenset({UNIVERSITY, INSTITUTION})
COMPARED = 500
"""The latest changed achievements that are judged; a house with more asks from the achievement's own page."""
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Options:
    """One's own achievements beside a need, best first: the first `SHOWN` of `published`."""

    need: Need
    items: tuple[Item, ...]
    published: int


def may_answer(actor: Actor, need: Need) -> bool:
    """Whether this person's house could lay an achievement beside the need."""
    return (
        actor.role in ROLES and actor.organisation_id is not None and need.is_public and not owns(actor, need)
    )


def options(platform: Platform, actor: Actor, need_id: int) -> Options:
    """What one could answer with; raises NotFound, Forbidden."""
    need = _need(platform, actor, need_id)
    assert actor.organisation_id is not None
    with platform.database.read() as session:
        published = listing.count_by_state(session, Achievement, actor.organisation_id).get(
            listing.PUBLISHED, 0
        )
        rows = listing.of_owner(session, Achievement, actor.organisation_id, 0, COMPARED, listing.PUBLISHED)
        asked = introductions.of_need(session, need_id)
        house = session.get(Organisation, actor.organisation_id)
    judged = judge_pairs(platform, need, [row.id for row in rows]) if rows else []
    by_id, floor = {row.id: row for row in rows}, platform.ranker.recommended
    items = [
        Item(
            rank=0, score=one.score, level=one.level, reasons=[asdict(r) for r in one.reasons],
            cautions=[asdict(c) for c in one.cautions],
            contributions=[{"feature": f, "value": v, "points": p} for f, v, p in one.contributions],
            row=by_id[one.achievement_id], organisation=house, introduction=asked.get(one.achievement_id),
            recommended=one.score >= floor,
        )
        for one in judged[:SHOWN]
    ]  # fmt: skip
    return Options(need, tuple(replace(item, rank=n) for n, item in enumerate(items, 1)), published)


def choose(platform: Platform, actor: Actor, need_id: int, achievement_id: int) -> int:
    """The entry to ask for an introduction with; raises NotFound (also for what is not one's own, or not public)."""
    need = _need(platform, actor, need_id)
    with platform.database.read() as session:
        row = listing.find(session, Achievement, achievement_id)
    if row is None or not owns(actor, row) or not row.is_public:
        raise NotFound("请从贵单位已发布的成果里选择一条。")
    return twins.judged_alone(platform, need, row)


def _need(platform: Platform, actor: Actor, need_id: int) -> Need:
    require_signed_in(actor)
    require(actor.role in ROLES)
    with platform.database.read() as session:
        need = visible(session, actor, "needs", need_id)
    assert isinstance(need, Need)
    if not may_answer(actor, need):
        raise NotFound()
    return need
