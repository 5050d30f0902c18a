"""What similar needs said of similar achievements: chosen (an agreed introduction, a deal) or set aside as unfit.

Measured on judged pairs with the labels of other folds standing in for feedback (docs/ranking.md). Only what is public
takes part, and what comes out says neither who spoke nor how many.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from matching.types import Heard, NeedFacts

CHOSEN, UNFIT = 1.0, -0.3
"""A pass counts less than a choice: people pass for reasons that are theirs alone."""
SIMILAR = 0.5
"""Cosine from which two needs, or two achievements, are taken for similar; of random needs 1 % of pairs are."""
ENOUGH = 0.3
"""Agreement that counts as whole. Values come in halves, so that points do not count heads."""


@dataclass(frozen=True, slots=True, eq=False)
class Feedback:
    """E events: unit vectors of need and achievement (E, d), weights (E,), ids of the needs (E,)."""

    needs: NDArray[np.float32]
    achievements: NDArray[np.float32]
    weights: NDArray[np.float32]
    need_ids: NDArray[np.int64]

    def for_needs(self, needs: Sequence[NeedFacts]) -> list[NeedFacts]:
        """The needs in their order, each with what similar needs said where one of them chose something. A need's own
        choices are no news to it."""
        if not len(self.weights):
            return list(needs)
        nothing = np.zeros(self.needs.shape[1], dtype=np.float32)
        known = [
            one.vector if one.vector is not None and one.vector.shape == nothing.shape else nothing
            for one in needs
        ]
        near = (np.stack(known) @ self.needs.T - SIMILAR) / (1 - SIMILAR)
        return [self._told(need, own) for need, own in zip(needs, near, strict=True)]

    def _told(self, need: NeedFacts, near: NDArray[np.float32]) -> NeedFacts:
        rows = np.flatnonzero((near > 0) & (self.need_ids != need.id))
        if not (self.weights[rows] > 0).any():
            return need
        return replace(need, heard=Heard(self.achievements[rows], self.weights[rows] * near[rows]))


def agreement(heard: Heard, achievement: NDArray[np.float32]) -> float:
    """How far an achievement (its unit vector) is what similar needs chose: 0, 0.5 or 1."""
    near = np.maximum((heard.achievements @ achievement - SIMILAR) / (1 - SIMILAR), 0)
    share = min(1.0, max(0.0, float(near @ heard.weights) / ENOUGH))
    return round(2 * share) / 2
