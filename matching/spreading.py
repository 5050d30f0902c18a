"""No institution fills the head of a list while others fit as well. A soft rule: it moves, it never takes away.

Scores stay what they are: an entry is moved down only behind entries of its own level that lie hardly below it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SpreadRules:
    """At most `most` of one institution among the `first`, unless the rest lies over `margin` points below."""

    first: int
    most: int
    margin: float

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> SpreadRules:
        """From the table `spread` of config/lists.toml; raises KeyError naming what is missing."""
        return cls(int(data["first"]), int(data["most"]), float(data["margin"]))


@dataclass(frozen=True, slots=True)
class Placed:
    """What the rule looks at of an entry. `institution` None: nobody stands behind it, and it is never moved."""

    institution: int | None
    level: int
    score: float


def spread(rules: SpreadRules, entries: Sequence[Placed]) -> tuple[list[int], list[int]]:
    """(places of *entries*, which come best first, in the order to show; those among them that were moved down).

    What was moved stands again in the order of scores behind the first places.
    """
    waiting = list(range(len(entries)))
    shown: list[int] = []
    taken: Counter[int] = Counter()
    while waiting and len(shown) < rules.first:
        best = waiting[0]
        chosen = best
        if _is_full(rules, entries[best], taken):
            chosen = next((one for one in waiting if _may_pass(rules, entries, best, one, taken)), best)
        waiting.remove(chosen)
        shown.append(chosen)
        institution = entries[chosen].institution
        if institution is not None:
            taken[institution] += 1
    order = shown + waiting
    passed_by = [one for place, one in enumerate(order) if any(later > one for later in order[:place])]
    return order, passed_by


def _is_full(rules: SpreadRules, entry: Placed, taken: Counter[int]) -> bool:
    return entry.institution is not None and taken[entry.institution] >= rules.most


def _may_pass(
    rules: SpreadRules, entries: Sequence[Placed], best: int, other: int, taken: Counter[int]
) -> bool:
    """Whether *other* may come before *best*, whose institution has its share already."""
    same_level = entries[other].level == entries[best].level
    near = entries[best].score - entries[other].score <= rules.margin
    return same_level and near and not _is_full(rules, entries[other], taken)
