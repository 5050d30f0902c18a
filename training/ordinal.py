"""Proportional odds over monotone, piecewise linear curves: the one score whose cuts say which level is likelier than not.

Level at least c is as likely as not where the score passes the cut of c; naming the level between two cuts is then the
median, which has the least expected |error|. All slopes are held at zero or above, so more of a feature never lowers it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.optimize import minimize

LEVELS = (1.5, 2.5, 3.5)
"""A fractional level is the mean of several people; half way up counts as the upper one."""
QUANTILES = (0.03, 0.5, 0.8, 0.95, 0.999)
"""Knots of a curve. Below the first a value is worth nothing: those pairs are as far apart as texts get."""
RIDGE = 3e-4
"""Tried 3e-5 … 3e-3: the same within 0.001 out of fold."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """`knots[f]` are values of feature f, `heights[f]` the score there (0 at the first); `cuts` of levels 2, 3, 4."""

    knots: list[np.ndarray]
    heights: list[np.ndarray]
    cuts: np.ndarray

    def score(self, values: np.ndarray) -> np.ndarray:
        """(P,) scores of (P, features)."""
        columns = zip(values.T, self.knots, self.heights, strict=True)
        total: np.ndarray = np.sum([np.interp(v, k, h) for v, k, h in columns], axis=0)
        return total

    def level(self, values: np.ndarray) -> np.ndarray:
        """(P,) levels 1 … 4."""
        return 1 + (self.score(values)[:, None] > self.cuts).sum(axis=1)


def fit(values: np.ndarray, level: np.ndarray, knots: list[np.ndarray] | None = None) -> Fitted:
    """Curves and cuts from (P, features) and (P,) levels; *knots* are those of another fit where not the values' own."""
    knots = knots or [
        np.unique(np.maximum(np.round(np.quantile(column, QUANTILES), 3), 0.0)) for column in values.T
    ]
    segments = [(at, low, high) for at, own in enumerate(knots) for low, high in pairwise(own)]
    covered = np.stack(
        [np.clip((values[:, at] - low) / (high - low), 0, 1) for at, low, high in segments], axis=1
    )
    reached = np.stack([level >= least for least in LEVELS], axis=1).astype(float)
    count, size = len(level), len(segments)

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        rises, cuts = parameters[:size], parameters[size:]
        odds = (covered @ rises)[:, None] - cuts
        wrong = 1 / (1 + np.exp(-odds)) - reached
        total = (np.logaddexp(0, odds) - reached * odds).sum() / count + RIDGE * rises @ rises
        slope = np.concatenate(
            [covered.T @ wrong.sum(axis=1) / count + 2 * RIDGE * rises, -wrong.sum(axis=0) / count]
        )
        return float(total), slope

    start = np.concatenate([np.full(size, 0.5), [1.0, 3.0, 5.0]])
    bounds = [(0.0, None)] * size + [(None, None)] * len(LEVELS)
    found = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B").x
    rises, heights = found[:size], []
    for at in range(values.shape[1]):
        own = [rise for rise, (feature, _, _) in zip(rises, segments, strict=True) if feature == at]
        heights.append(np.concatenate([[0.0], np.cumsum(own)]))
    return Fitted(knots, heights, found[size:])
