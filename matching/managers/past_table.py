"""The standings of many managers as arrays: how busy each is, and every deal any of them led."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.managers.code_lists import CodeLists, Values
from matching.managers.features import NEAREST_DEALS, NOT_COMPLETED, OUTCOME_SHARE, UNDER_WAY_SHARE
from matching.managers.types import COMPLETED
from matching.types import Vector


@dataclass(frozen=True, slots=True, eq=False)
class PastTable:
    """Deals led, one line each, by the manager's place; `loads` by place. Never changed once it is made."""

    loads: NDArray[np.int64]
    people: NDArray[np.int64]
    """Whose deal a line is: a place."""
    completed: NDArray[np.bool_]
    shares: Values
    """What the nearness of a deal counts, by its outcome."""
    industries: CodeLists
    vectors: NDArray[np.float32]
    """The need's vector of each line; without one, zeros."""
    known: NDArray[np.bool_]

    @classmethod
    def of(
        cls, loads: Sequence[int], people: Sequence[int], outcomes: Sequence[str], industries: Sequence[str],
        vectors: Sequence[Vector | None],
    ) -> PastTable:  # fmt: skip
        """`loads` by place; of each deal led the place of its manager, its outcome, industry and need's vector."""
        rows, known = stacked(vectors)
        return cls(
            np.array(loads, dtype=np.int64), np.array(people, dtype=np.int64),
            np.array([one == COMPLETED for one in outcomes], dtype=np.bool_),
            np.array([OUTCOME_SHARE.get(one, UNDER_WAY_SHARE) for one in outcomes], dtype=np.float64),
            CodeLists([(code,) for code in industries]), rows, known,
        )  # fmt: skip

    def nearest(self, vector: Vector | None) -> Values:
        """`past_nearness` against the vector of a need, by place; nan where nothing can be compared."""
        found = np.full(len(self.loads), np.nan)
        if vector is None or not len(self.people) or self.vectors.shape[1:] != vector.shape:
            return found
        near = (np.maximum(0.0, (self.vectors @ vector).astype(np.float64)) * self.shares)[self.known]
        people = self.people[self.known]
        order = np.lexsort((-near, people))
        near, people = near[order], people[order]
        # The place of a line among those of its manager, nearest first.
        rank = np.arange(len(people)) - np.searchsorted(people, people)
        first = rank < NEAREST_DEALS
        total = np.bincount(people[first], near[first], minlength=len(found)) / NEAREST_DEALS
        found[people] = total[people]
        return found

    def led(self) -> NDArray[np.bool_]:
        """Who led any deal, by place."""
        return np.bincount(self.people, minlength=len(self.loads)) > 0

    def completed_deals(self) -> Values:
        """`record`, by place."""
        counted = np.bincount(self.people, self.completed, minlength=len(self.loads))
        return np.where(self.led(), counted, np.nan)

    def in_industries(self, asked: Collection[str]) -> Values:
        """`industry_record` for the industries of a deal, by place."""
        if not asked:
            return np.full(len(self.loads), np.nan)
        same = self.industries.best(lambda code: float(code in asked))
        worth = same * np.where(self.completed, 1.0, NOT_COMPLETED)
        return np.where(self.led(), np.bincount(self.people, worth, minlength=len(self.loads)), np.nan)


def stacked(vectors: Sequence[Vector | None]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """((n, d) vectors with zeros where there is none, which are known); those of another length than most count as none.

    Vectors of different length come from two models; comparing them would mean nothing.
    """
    sizes = [len(one) for one in vectors if one is not None]
    size = max(set(sizes), key=sizes.count) if sizes else 0
    known = np.fromiter(
        (one is not None and len(one) == size for one in vectors), dtype=np.bool_, count=len(vectors)
    )
    rows = np.zeros((len(vectors), size), dtype=np.float32)
    for at, one in enumerate(vectors):
        if known[at]:
            rows[at] = one
    return rows, known
