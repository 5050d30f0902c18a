"""Recommendations, both ways through one piece of code: a need asks for achievements, an achievement for needs.

The index proposes, the database re-checks, the matching room judges (`services.judging`), the result is frozen
(`services.runs`) and becomes a list for a person (`services.arranging`).
"""

from __future__ import annotations

from typing import Any

from repositories import deal_lists, introductions, match_runs
from repositories.match_runs import OWNER, PUBLIC
from repositories.needs import Need, asked_text
from repositories.shown import load_shown
from services import facts, vectors
from services.access import NOBODY, Actor, audience, owns, require
from services.arranging import Done, Item, Recommendations, arranged
from services.judging import Facts, judge
from services.listings.entries import visible
from services.pasted import read_paste
from services.platform import Platform
from services.runs import OPEN, OTHER_SIDE, SHOWN, SIDE, Narrowing, frozen_run, other_id, unkept_run

__all__ = ["OTHER_SIDE", "SHOWN", "Item", "Narrowing", "Recommendations", "for_listing", "for_paste"]


def for_listing(
    platform: Platform,
    actor: Actor,
    library: str,
    row_id: int,
    narrowing: Narrowing = OPEN,
    limit: int = SHOWN,
) -> Recommendations:
    """What fits a need or an achievement, for its owner or an operator; raises NotFound, Forbidden, IndexAway.

    An operator always gets the public basis: the confidential part is opened by 调阅 only, never by a list.
    """
    with platform.database.read() as session:
        row = visible(session, actor, library, row_id)
        require(owns(actor, row) or actor.is_operator)
        asked = introductions.of_need(session, row.id) if library == "needs" else (
            introductions.of_achievement(session, row.id))  # fmt: skip
        deals = deal_lists.of_need(session, row.id) if library == "needs" else (
            deal_lists.of_achievement(session, row.id))  # fmt: skip
        key = "need_id" if library == "needs" else "achievement_id"
        passed = match_runs.passed_by(session, SIDE[library], **{key: row.id})
    basis = OWNER if isinstance(row, Need) and row.confidential and owns(actor, row) else PUBLIC
    run, by_meaning = frozen_run(platform, actor, row, basis, narrowing)
    with platform.database.read() as session:
        ids = [other_id(entry, library) for entry in run.entries]
        known = load_shown(session, OTHER_SIDE[library], ids, audience(actor))
    done = Done(asked, deals, passed)
    return arranged(platform, library, run, known, limit, _subject(row), by_meaning=by_meaning, done=done)


def for_paste(platform: Platform, text: str, limit: int = 20) -> Recommendations:
    """Matches for a pasted need without an account: public achievements only; nothing is stored, not even a vector."""
    pasted = read_paste(text, platform.ranker.ngrams)
    vector = vectors.of_text(platform, "query", asked_text(pasted.title, pasted.text), keep=False)
    need, asked = facts.pasted_facts(pasted, vector), f"{pasted.title}\n{pasted.text}"
    found = judge(
        platform, NOBODY, "achievements", need, vector, OPEN.to_filters(NOBODY, "achievements"), asked
    )
    run = unkept_run(platform, found)
    with platform.database.read() as session:
        ids = [entry.achievement_id for entry in run.entries]
        known = load_shown(session, "achievements", ids, audience(NOBODY))
    return arranged(platform, "needs", run, known, limit, need, by_meaning=vector is not None)


def _subject(row: Any) -> Facts:
    """A subject's public facts, which say what a near miss lacks; nothing is judged by them."""
    return facts.need_facts(row, None) if isinstance(row, Need) else facts.achievement_facts(row, None)
