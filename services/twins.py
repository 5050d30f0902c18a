"""公开理由: the public twin of a judged pair, on which everything hangs that another party gets to see.

An owner's run may quote the confidential part and stays the owner's; an introduction, a lead or a deal shows the
same pair judged without it.
"""

from __future__ import annotations

from repositories import match_runs
from repositories.achievements import Achievement
from repositories.match_runs import PUBLIC, MatchEntry, MatchRun
from repositories.needs import Need
from services.access import Actor
from services.platform import Platform
from services.runs import SIDE, frozen_run, pair_run


def public_entry(
    platform: Platform, actor: Actor, entry: MatchEntry, need: Need, achievement: Achievement, side: str
) -> int:
    """The id of the entry others may see for `entry`, which `side` saw; raises IndexAway.

    Do not call it inside a transaction: it may ask the index and store a run.
    """
    if entry.run.basis == PUBLIC:
        return entry.id
    run, _ = frozen_run(platform, actor, need if side == SIDE["needs"] else achievement, PUBLIC)
    for twin in run.entries:
        if twin.achievement_id == achievement.id and twin.need_id == need.id and twin.id is not None:
            return twin.id
    return judged_alone(platform, need, achievement)


def judged_alone(platform: Platform, need: Need, achievement: Achievement) -> int:
    """The entry of a public run of this one pair, for one that only the confidential part brought into a list."""
    run: MatchRun = pair_run(platform, need, achievement)
    with platform.database.write() as session:
        known = match_runs.by_key(session, run.key)
        if known is None:
            session.add(run)
            session.flush()
            known = run
        return known.entries[0].id
