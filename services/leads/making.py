"""Making leads: after a need or an achievement is published, its best public pairs are laid before the managers.

The worker does it, never the request that publishes. A publication is done when its row says so, in the transaction
that stores its leads; a kill in between makes it anew, and what an outage left over is caught up.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from matching.types import FAIRLY_STRONG
from repositories import lead_making
from repositories.accounts import MANAGER
from repositories.database import Session
from repositories.lead_making import Made
from repositories.listing import find, lock
from repositories.match_runs import PUBLIC, FrozenEntry
from repositories.needs import Need
from services.access import Actor
from services.errors import IndexAway
from services.platform import Platform
from services.runs import OTHER_SIDE, frozen_run, other_id, subject_vector

log = logging.getLogger(__name__)

MOST = 5
"""Leads one publication makes: a manager reads a few good pairs, not a list."""
BATCH = 50
SECONDS = 5.0
"""So long one turn lasts: letters and expiry wait for it. The rest is made in the next one."""
READER = Actor(account_id=0, role=MANAGER)
"""Anybody who is signed in: managers read what is open to members."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn did: publications looked at, leads made and closed; `away`: the index did not answer."""

    looked_at: int = 0
    made: int = 0
    closed: int = 0
    away: bool = False


def make_due(platform: Platform, seconds: float = SECONDS) -> Turn:
    """Make the leads of what was published since, and close those a side of which has left the public."""
    until = time.monotonic() + seconds
    with platform.database.write() as session:
        closed = lead_making.close_left(session, platform.now())
    looked_at = made = 0
    try:
        for library, row_id in _due(platform):
            new = _make(platform, library, row_id)
            if new is not None:
                looked_at, made = looked_at + 1, made + new
            if time.monotonic() > until:
                break
    except IndexAway:
        return Turn(looked_at, made, closed, away=True)
    return Turn(looked_at, made, closed)


def reopen(platform: Platform) -> int:
    """Open the leads again whose two sides are both back in public; gives how many."""
    with platform.database.write() as session:
        return lead_making.reopen(session)


def _due(platform: Platform) -> Iterator[tuple[str, int]]:
    """Publications without leads, each once a turn: one that cannot be judged yet holds up no other."""
    for library in lead_making.MODELS:
        last = 0
        while True:
            with platform.database.read() as session:
                ids = lead_making.due(session, library, BATCH, last)
            yield from ((library, row_id) for row_id in ids)
            if len(ids) < BATCH:
                break
            last = ids[-1]


def _make(platform: Platform, library: str, row_id: int) -> int | None:
    """How many leads one publication made; None when it must be looked at again (changed, no vector yet, busy)."""
    model = lead_making.MODELS[library]
    with platform.database.read() as session:
        row = find(session, model, row_id)
    # Levels are fitted with meaning: a list by words alone would leave good pairs out for good.
    if row is None or not row.is_public or subject_vector(platform, row, PUBLIC) is None:
        return None
    run, _ = frozen_run(platform, READER, row, PUBLIC)
    if run.id is None:
        return None
    with platform.database.write() as session:
        held: Any = lock(session, model, row_id)
        if held is None or not held.is_public or held.revision != row.revision:
            return None
        held.leads_revision = held.revision
        worthy = {
            other_id(entry, library): entry
            for entry in run.entries
            if entry.level >= FAIRLY_STRONG and entry.score >= platform.ranker.recommended
        }
        _refresh(session, platform, held, worthy)
        if isinstance(held, Need) and not held.wants_manager:
            return 0
        return lead_making.add(session, library, _best(session, held, worthy), platform.now())


def _best(session: Session, row: Any, worthy: dict[int, FrozenEntry]) -> list[Made]:
    """The pairs that become leads: both sides have a house, and neither has met or passed the other."""
    partners = lead_making.partners(session, OTHER_SIDE[row.library], worthy)
    free = partners - lead_making.barred(session, row.library, row.id)
    return [
        Made(entry.need_id, entry.achievement_id, entry.id, entry.score, entry.level)
        for at, entry in worthy.items()
        if at in free and entry.id is not None
    ][:MOST]


def _refresh(session: Session, platform: Platform, row: Any, worthy: dict[int, FrozenEntry]) -> None:
    """Leads judged on an older text get the newest reasons; those that fit no longer are closed."""
    stale = []
    for lead, revision in lead_making.open_of(session, row.library, row.id):
        if revision == row.revision:
            continue
        entry = worthy.get(lead.achievement_id if row.library == "needs" else lead.need_id)
        if entry is None or entry.id is None:
            stale.append(lead.id)
        else:
            lead.entry_id, lead.score, lead.level = entry.id, entry.score, entry.level
    if stale:
        lead_making.close(session, stale, platform.now())
