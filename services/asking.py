"""Before asking for an introduction: what its page shows, and what still stands in the way."""

from __future__ import annotations

from dataclasses import dataclass

from repositories import deal_lists, introductions, organisations
from repositories.achievements import Achievement
from repositories.introductions import Introduction
from repositories.listing import find
from repositories.match_runs import PUBLIC, MatchEntry
from repositories.needs import Need
from repositories.organisations import Organisation
from services.access import Actor, require, require_signed_in, side_of
from services.errors import Conflict, NotFound
from services.introductions import ENTERPRISE, refuse_second, refuse_unready
from services.platform import Platform


@dataclass(frozen=True, slots=True)
class Prepared:
    """A pair about to be asked for: `hindrance` says why it cannot be asked yet (empty: it can)."""

    entry: MatchEntry
    need: Need
    achievement: Achievement
    side: str
    enterprise: Organisation | None
    university: Organisation | None
    hindrance: str
    known: Introduction | None


def prepare(platform: Platform, actor: Actor, entry_id: int) -> Prepared:
    """What the page that asks shows before anything is sent; raises NotFound as asking itself does."""
    require_signed_in(actor)
    with platform.database.read() as session:
        entry = session.get(MatchEntry, entry_id) if 0 < entry_id < 2**31 else None
        need = find(session, Need, entry.need_id) if entry else None
        achievement = find(session, Achievement, entry.achievement_id) if entry else None
        if entry is None or need is None or achievement is None:
            raise NotFound()
        side = side_of(actor, need, achievement)
        require(bool(side) and (entry.run.basis == PUBLIC or side == ENTERPRISE), seen=False)
        known = introductions.of_pair(session, need.id, achievement.id)
        houses = organisations.by_ids(session, (need.organisation_id, achievement.organisation_id))
        deal = deal_lists.of_need(session, need.id).get(achievement.id)
    hindrance = ""
    try:
        refuse_unready(actor, need, achievement, side)
        refuse_second(deal)
    except Conflict as conflict:
        hindrance = conflict.message
    return Prepared(
        entry, need, achievement, side, houses.get(need.organisation_id or 0),
        houses.get(achievement.organisation_id or 0), hindrance, known,
    )  # fmt: skip
