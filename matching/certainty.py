"""How sure a measured difference is: intervals and a paired test over needs, because needs differ far more than rankings.

A need is one draw; its pairs are not independent. Everything is seeded, so the same labels give the same figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

SEED = 20261122
DRAWS = 5_000
OUTSIDE = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Difference:
    """A mean difference over needs with its 95 % interval, and how often chance gives one as large (two-sided)."""

    mean: float
    low: float
    high: float
    chance: float


def interval(values: Sequence[float | None]) -> tuple[float, float]:
    """The 95 % bootstrap interval of the mean over needs; those without a value are left out. Raises without any."""
    known = _known(values)
    drawn = np.random.default_rng(SEED).integers(0, len(known), size=(DRAWS, len(known)))
    low, high = np.percentile(known[drawn].mean(axis=1), OUTSIDE)
    return round(float(low), 4), round(float(high), 4)


def paired(ours: Sequence[float | None], theirs: Sequence[float | None]) -> Difference:
    """Ours minus theirs, need by need, over the needs where both have a value: bootstrap and sign-flip test."""
    both = [(a, b) for a, b in zip(ours, theirs, strict=True) if a is not None and b is not None]
    gains = _known([a - b for a, b in both])
    signs = np.random.default_rng(SEED).choice((-1.0, 1.0), size=(DRAWS, len(gains)))
    flipped = np.abs((signs * gains).mean(axis=1))
    low, high = interval([float(gain) for gain in gains])
    chance = (1 + int((flipped >= abs(gains.mean()) - 1e-12).sum())) / (1 + DRAWS)
    return Difference(round(float(gains.mean()), 4), low, high, round(chance, 4))


def _known(values: Sequence[float | None]) -> np.ndarray:
    known = np.array([value for value in values if value is not None], dtype=float)
    if not len(known):
        raise ValueError("no need has a value")
    return known
