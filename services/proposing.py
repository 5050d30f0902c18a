"""Whom it is worth to judge for a deal: the best of all managers, scored at once; where they do not fit into memory, those
the index and the database name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from indexer.port import Filters, IndexUnavailable
from matching.managers import at_once
from matching.managers.at_once import AllFit
from matching.managers.features import asked_industries
from matching.managers.ranker import SHOWN
from matching.managers.types import DealFacts
from repositories import assignments, roster, shown
from repositories.database import Session
from services import roster as table
from services.access import Actor, audience
from services.errors import IndexAway
from services.indexed import refuse_unbuilt
from services.platform import Platform
from services.roster import Held

WORTH_JUDGING = SHOWN + 5
"""The best of all: a few more than a list shows, because the database may say something else of one or the other."""
SET_ASIDE = 20
"""Those who would stand in front and may not lead the deal: operators read why."""
CANDIDATES = 60
"""Proposals asked of the index by what profiles say."""
FITTING = 80
"""Further ones among those who know the industry and serve the region of a side, nearest first."""
EXPERIENCED = 50
"""Managers taken from the database because they led deals in the industries of this one."""
ENOUGH = 50
"""With fewer than that (a young platform, a model that is not warm yet) others are looked at too."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """Whom to judge, chosen of so many."""

    talent_ids: frozenset[int]
    considered: int


def proposed(session: Session, platform: Platform, actor: Actor, deal: DealFacts) -> Proposed:
    """Managers to judge for a deal, with the finder and those who were asked before. Raises IndexAway."""
    before = {*deal.declined, *deal.expired}
    if deal.finder_id is not None:
        before.add(deal.finder_id)
    held = table.current(session, platform)
    if held is None:
        found = _by_index(session, platform, actor, deal) | before
        return Proposed(frozenset(found), len(found))
    return _of_all(session, platform, held, deal, before)


def _of_all(session: Session, platform: Platform, held: Held, deal: DealFacts, before: set[int]) -> Proposed:
    own = roster.of_houses(session, {house for party in deal.parties for house, _ in party.houses})
    paused = roster.paused_with_record(session, asked_industries(deal), SET_ASIDE)
    ids, points, may_not = [], [], []
    for part in held.parts:
        fit = AllFit(deal, part.roster, part.past, platform.ranker.ngrams)
        ids.append(part.roster.ids[part.alive])
        points.append(at_once.scores(platform.manager_ranker, fit)[part.alive])
        may_not.append(at_once.forbidden(fit, platform.today(), own)[part.alive])
    everybody, all_points, forbidden = np.concatenate(ids), np.concatenate(points), np.concatenate(may_not)
    order = np.lexsort((everybody, -all_points))
    best = order[~forbidden[order]][:WORTH_JUDGING]
    set_aside = order[forbidden[order]][:SET_ASIDE]
    chosen = {*everybody[best].tolist(), *everybody[set_aside].tolist(), *paused, *before}
    return Proposed(frozenset(chosen), len(everybody))


def _by_index(session: Session, platform: Platform, actor: Actor, deal: DealFacts) -> set[int]:
    industries = tuple(sorted(asked_industries(deal)))
    text = f"{deal.need.title}\n{deal.achievement.title}"
    gone = shown.gone(session, "talents", audience(actor))
    known = assignments.experienced(session, industries, EXPERIENCED)
    try:
        hits = platform.index.candidates("talents", text, deal.need.vector, CANDIDATES, excluded=gone)
        hits += platform.index.candidates(
            "talents", text, deal.need.vector, FITTING, _fitting(deal, industries), gone
        )
    except IndexUnavailable as away:
        raise IndexAway() from away
    if not hits:
        refuse_unbuilt(platform, "talents")
    found = {*known, *(hit.id for hit in hits)}
    if len(found) < ENOUGH:
        found.update(row.row.id for row in shown.newest_public(session, "talents", ENOUGH, audience(actor)))
    return found


def _fitting(deal: DealFacts, industries: tuple[str, ...]) -> Filters:
    """The industries of both sides, and their places with the provinces they lie in; what is open filters nothing."""
    places = {code for code in (deal.need.region, deal.achievement.region) if code}
    regions = tuple(sorted(places | {f"{code[:2]}0000" for code in places}))
    return Filters(keywords={"industries": industries, "regions": regions}).narrowed()
