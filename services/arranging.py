"""A frozen run with the rows behind it, as the list a person reads: folded, spread, split into shown, near and passed.

Nothing is judged here and nothing is asked of the database: a run holds all it takes, and one from before something was
kept with it (`alike`) opens without it. What a person did since (passing) is laid over the run anew each time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Any

from matching.folding import DOUBLE, fold
from matching.shortfall import shortfalls
from matching.spreading import Placed, spread
from matching.types import FAIR, WEAK, NeedFacts
from repositories.deal_lists import PairDeal
from repositories.introductions import Introduction
from repositories.match_runs import FrozenRun, Pass
from repositories.shown import Shown
from services.facts import achievement_facts, need_facts
from services.judging import Facts
from services.platform import Platform
from services.runs import OTHER_SIDE, other_id


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a recommendation list: the judged pair, the row behind it, what was done with it."""

    rank: int
    """Its place by score, counted over everything that was not passed."""
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
    place: int = 0
    """Where a list shows it: by score, but for what was folded or moved."""
    folded: tuple[Item, ...] = ()
    """Nearly the same, in one entry with this one."""
    like_passed: str = ""
    """Title of what was passed on and is close to this."""
    moved_down: tuple[int, ...] = ()
    """Ids of those of the same institution that stand further down because of this one and others."""
    missing: tuple[str, ...] = ()
    """Of a near miss: what it lacks."""

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
    def recommended(self) -> tuple[Item, ...]:
        """`items` with what is folded into them, each behind its head."""
        return _unfolded(self.items)

    @property
    def ranked(self) -> tuple[Item, ...]:
        """Everything that was not passed, best score first: the list as programs take it."""
        return tuple(sorted((*self.recommended, *_unfolded(self.weak)), key=lambda item: item.rank))

    @property
    def everything(self) -> tuple[Item, ...]:
        """Every entry of the run that may be seen, whatever it is folded into or was done with it."""
        return (*self.recommended, *_unfolded(self.weak), *self.passed)

    @property
    def levels(self) -> Mapping[int, int]:
        """How many recommended items stand on each level."""
        return Counter(item.level for item in self.recommended)


@dataclass(frozen=True, slots=True)
class Done:
    """What was done with pairs of one subject, by id of the other side."""

    introductions: Mapping[int, Introduction] = field(default_factory=dict)
    deals: Mapping[int, PairDeal] = field(default_factory=dict)
    passed: Mapping[int, Pass] = field(default_factory=dict)


NOTHING = Done()


def arranged(
    platform: Platform, library: str, run: FrozenRun, known: Mapping[int, Shown], limit: int, subject: Facts,
    *, by_meaning: bool, done: Done = NOTHING,
) -> Recommendations:  # fmt: skip
    """The list of a run for `subject`, which is in `library`; at most `limit` entries each of shown and near."""
    alike = run.alike or ()
    lines = _lines(platform, library, run, known, done, alike)
    open_ranks = [rank for rank, item in lines.items() if item.passed is None]
    passed = [item for item in lines.values() if item.passed is not None]
    doubles = {(a, b) for a, b, kind in alike if kind == DOUBLE}
    heads = [
        replace(lines[group[0]], folded=tuple(lines[rank] for rank in group[1:]))
        if len(group) > 1
        else lines[group[0]]
        for group in fold(open_ranks, doubles)
    ]
    good = _spread(platform, library, [item for item in heads if item.recommended])
    near = [item for item in heads if not item.recommended]
    # What lies below 一般 by its own level did not come close: the best of the rest is no near miss.
    told = sum(item.level >= FAIR for item in near[: platform.lists.near_misses])
    near[:told] = [replace(item, missing=_missing(platform, subject, item)) for item in near[:told]]
    return Recommendations(
        library=OTHER_SIDE[library], run_id=run.id, basis=run.basis, algorithm=run.ranker, considered=run.considered,
        created_at=run.created_at, items=_placed(good[:limit]), weak=_placed(near[:limit], len(good)),
        passed=_placed(passed), by_meaning=by_meaning, facets=run.facets,
    )  # fmt: skip


def _lines(
    platform: Platform, library: str, run: FrozenRun, known: Mapping[int, Shown], done: Done,
    alike: Sequence[Sequence[Any]],
) -> dict[int, Item]:  # fmt: skip
    """The entries somebody may see now, by their rank in the run."""
    seen = [(entry, other) for entry in run.entries if (other := other_id(entry, library)) in known]
    passed = {entry.rank: known[other].row.title for entry, other in seen if other in done.passed}
    like_passed = _like_passed(passed, alike)
    counted = count(1)
    return {
        entry.rank: Item(
            rank=entry.rank if entry.rank in passed else next(counted), score=entry.score, level=entry.level,
            reasons=entry.reasons, cautions=entry.cautions, contributions=entry.contributions,
            row=known[other].row, organisation=known[other].organisation, entry_id=entry.id,
            introduction=done.introductions.get(other), deal=done.deals.get(other), passed=done.passed.get(other),
            recommended=entry.score >= platform.ranker.recommended, like_passed=like_passed.get(entry.rank, ""),
        )
        for entry, other in seen
    }  # fmt: skip


def _like_passed(passed: Mapping[int, str], alike: Sequence[Sequence[Any]]) -> dict[int, str]:
    """Rank → title of the best entry that was passed on and is close to it; from rank → title of the passed."""
    if not passed:
        return {}
    close = sorted((one, other) for a, b, _ in alike for one, other in ((a, b), (b, a)) if one in passed)
    return {other: passed[one] for one, other in reversed(close) if other not in passed}


def _spread(platform: Platform, library: str, items: Sequence[Item]) -> list[Item]:
    """The items in the order to show, each institution's last one at the head told what stands further down.

    Needs are never moved: that two of them have one owner must not be read off their order.
    """
    if library != "needs":
        return list(items)
    rules = platform.lists.spread
    placed = [Placed(item.row.organisation_id, item.level, item.score) for item in items]
    order, moved = spread(rules, placed)
    shown = [items[at] for at in order]
    down: dict[int, list[int]] = {}
    for at in moved:
        down.setdefault(items[at].row.organisation_id, []).append(items[at].row.id)
    for institution, ids in down.items():
        first = [n for n, item in enumerate(shown[: rules.first]) if item.row.organisation_id == institution]
        last = max(n for n in first if shown[n].row.id not in ids)
        shown[last] = replace(shown[last], moved_down=tuple(ids))
    return shown


def _missing(platform: Platform, subject: Facts, item: Item) -> tuple[str, ...]:
    """What the other side of a near miss lacks; its facts are mostly remembered from judging."""
    row = item.row
    library = "achievements" if isinstance(subject, NeedFacts) else "needs"
    other = platform.facts.get((library, row.id, row.projection))
    ngrams = platform.ranker.ngrams
    if isinstance(subject, NeedFacts):
        return shortfalls(ngrams, subject, other or achievement_facts(row, None), item.cautions)
    return shortfalls(ngrams, other or need_facts(row, None), subject, item.cautions)


def _unfolded(heads: Sequence[Item]) -> tuple[Item, ...]:
    return tuple(item for head in heads for item in (head, *head.folded))


def _placed(items: Sequence[Item], start: int = 0) -> tuple[Item, ...]:
    return tuple(replace(item, place=n) for n, item in enumerate(items, start + 1))
