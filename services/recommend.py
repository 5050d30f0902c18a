"""Recommendations, both ways through one piece of code: a need asks for achievements, an achievement for needs.

The index proposes, the database re-checks, the matching room judges (`services.judging`), the result is frozen
(`services.runs`); here it becomes a list for a person, with what that person did about each line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from matching.types import WEAK
from repositories import deal_lists, introductions, match_runs
from repositories.deal_lists import PairDeal
from repositories.introductions import Introduction
from repositories.match_runs import OWNER, PUBLIC, FrozenRun, Pass
from repositories.needs import Need
from repositories.shown import Shown, load_shown
from services import facts, vectors
from services.access import NOBODY, Actor, audience, owns, require
from services.judging import judge
from services.listings.entries import visible
from services.pasted import read_paste
from services.platform import Platform
from services.runs import OPEN, OTHER_SIDE, SHOWN, SIDE, Narrowing, frozen_run, other_id, unkept_run

__all__ = ["OTHER_SIDE", "SHOWN", "Item", "Narrowing", "Recommendations", "for_listing", "for_paste"]


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a recommendation list: the judged pair, the row behind it, what was done with it."""

    rank: int
    score: float
    level: int
    reasons: Sequence[Mapping[str, Any]]
    cautions: Sequence[Mapping[str, Any]]
    contributions: Sequence[Mapping[str, Any]]
    row: Any
    organisation: Any
    entry_id: int | None = None
    introduction: Introduction | None = None
    deal: PairDeal | None = None
    passed: Pass | None = None
    recommended: bool = True
    """Whether the score reaches the ranker's floor."""

    @property
    def shown_level(self) -> int:
        """The level people read: what is not recommended is called 弱, so that no list calls its leftovers 一般.

        `level` is the ranker's own, its lowest cut fitted on pairs of titles; programs get that one.
        """
        return self.level if self.recommended else WEAK


@dataclass(frozen=True, slots=True)
class Recommendations:
    """A list as it is shown. `items` reach the ranker's floor and are not passed; the others stand beside."""

    library: str
    run_id: int | None
    basis: str
    algorithm: str
    considered: int
    created_at: datetime
    items: tuple[Item, ...]
    weak: tuple[Item, ...] = ()
    passed: tuple[Item, ...] = ()
    by_meaning: bool = True
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def levels(self) -> Mapping[int, int]:
        """How many items stand on each level."""
        return Counter(item.level for item in self.items)


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
        done = introductions.of_need(session, row.id) if library == "needs" else (
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
    return _arranged(platform, library, run, known, limit, by_meaning, done, deals, passed)


def for_paste(platform: Platform, text: str, limit: int = 20) -> Recommendations:
    """Matches for a pasted need without an account: public achievements only; nothing is stored, not even a vector."""
    pasted = read_paste(text, platform.ranker.ngrams)
    vector = vectors.of_text(platform, "query", pasted.title, keep=False)
    need, asked = facts.pasted_facts(pasted, vector), f"{pasted.title}\n{pasted.text}"
    found = judge(
        platform, NOBODY, "achievements", need, vector, OPEN.to_filters(NOBODY, "achievements"), asked
    )
    run = unkept_run(platform, found)
    with platform.database.read() as session:
        ids = [entry.achievement_id for entry in run.entries]
        known = load_shown(session, "achievements", ids, audience(NOBODY))
    return _arranged(platform, "needs", run, known, limit, vector is not None)


def _arranged(
    platform: Platform,
    library: str,
    run: FrozenRun,
    known: Mapping[int, Shown],
    limit: int,
    by_meaning: bool,
    done: Mapping[int, Introduction] = MappingProxyType({}),
    deals: Mapping[int, PairDeal] = MappingProxyType({}),
    passed: Mapping[int, Pass] = MappingProxyType({}),
) -> Recommendations:
    """A run for a subject in `library` with the rows behind its entries, split into shown, weak and passed."""
    floor = platform.ranker.recommended
    items = [
        Item(
            rank=0, score=entry.score, level=entry.level, reasons=entry.reasons, cautions=entry.cautions,
            contributions=entry.contributions, row=known[other].row, organisation=known[other].organisation,
            entry_id=entry.id, introduction=done.get(other), deal=deals.get(other), passed=passed.get(other),
            recommended=entry.score >= floor,
        )
        for entry in run.entries
        if (other := other_id(entry, library)) in known
    ]  # fmt: skip
    good = [i for i in items if i.recommended and i.passed is None]
    weak = [i for i in items if not i.recommended and i.passed is None]
    return Recommendations(
        library=OTHER_SIDE[library], run_id=run.id, basis=run.basis, algorithm=run.ranker, considered=run.considered,
        created_at=run.created_at, items=_numbered(good[:limit]), weak=_numbered(weak[:limit], len(good)),
        passed=_numbered([i for i in items if i.passed is not None]), by_meaning=by_meaning, facets=run.facets,
    )  # fmt: skip


def _numbered(items: Sequence[Item], start: int = 0) -> tuple[Item, ...]:
    return tuple(replace(item, rank=n) for n, item in enumerate(items, start + 1))
