"""Ranks managers for a deal: forbid, score, explain. A score is a sum of points and depends on this deal and this manager
alone, never on who else is in the list."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from matching.managers import constraints
from matching.managers.cautions import cautions
from matching.managers.explanation import explain
from matching.managers.features import FEATURES
from matching.managers.types import Candidates, DealFacts, Fit, Judged, Ranking
from matching.ngrams import Ngrams
from matching.ranker import FULL_SCORE, BadRanker, Curve, curve_of
from matching.types import Context

SHOWN = 30
"""Managers of a list that get reasons and cautions: no list shows or keeps more."""

Points = tuple[tuple[str, float | None, float], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Additive:
    """Features with their curves of points. `name` ends in a digest of the data: it changes when they do."""

    name: str
    features: tuple[Callable[[Any], float | None], ...]
    curves: Mapping[str, Curve]

    @classmethod
    def from_data(
        cls, data: Mapping[str, Any], features: Sequence[Callable[[Any], float | None]] = FEATURES
    ) -> Additive:
        """From tables `name` and `features.<function>` (`points`, `knots`); raises BadRanker naming what is wrong."""
        try:
            name, tables = str(data["name"]), data["features"]
            curves = {feature: curve_of(feature, table) for feature, table in tables.items()}
        except KeyError as missing:
            raise BadRanker(f"the ranker's data lack {missing}") from missing
        known = {function.__name__ for function in features}
        if set(curves) != known:
            raise BadRanker(f"features without weight or function: {sorted(set(curves) ^ known)}")
        if abs(sum(curve.most for curve in curves.values()) - FULL_SCORE) > 1e-6:
            raise BadRanker("the points of all features together are not 100")
        told = json.dumps([name, tables], sort_keys=True, default=str)
        digest = hashlib.sha256(told.encode()).hexdigest()[:8]
        return cls(f"{name}-{digest}", tuple(features), curves)

    def points(self, fit: Any) -> Points:
        """(feature, value | None, points) of each feature; what a side leaves open has no value and no points."""
        found = []
        for feature in self.features:
            name, value = feature.__name__, feature(fit)
            found.append((name, value, 0.0 if value is None else self.curves[name](value)))
        return tuple(found)


def rank(
    ranker: Additive, ngrams: Ngrams, deal: DealFacts, candidates: Candidates, context: Context
) -> Ranking:
    """Managers for one deal, best first (equal scores by id), with everybody who was set aside and why.

    The first 30 carry reasons and cautions; the rest have score and contributions only.
    """
    rejections, scored = [], []
    for talent, standing in candidates.values():
        rejection = constraints.forbidden(deal, talent, standing, context)
        if rejection is not None:
            rejections.append(rejection)
            continue
        fit = Fit(
            deal.need, deal.achievement, talent, standing, ngrams, deal.asked, deal.finder_id
        )  # fmt: skip
        points = ranker.points(fit)
        scored.append((-score_of(points), talent.id, fit, points))
    scored.sort(key=itemgetter(0, 1))
    rejections.sort(key=lambda one: one.talent_id)
    return Ranking(
        tuple(_judged(ranker, deal, fit, points, context, place < SHOWN)
              for place, (_, _, fit, points) in enumerate(scored)),
        tuple(rejections),
    )  # fmt: skip


def score_of(points: Points) -> float:
    """The sum of the points."""
    return sum(one for _, _, one in points)


def _judged(
    ranker: Additive, deal: DealFacts, fit: Fit, points: Points, context: Context, explained: bool
) -> Judged:
    talent, standing = fit.talent, fit.standing
    reasons = explain(ranker.curves, fit, points, context) if explained else ()
    warnings = cautions(deal, talent, standing, points, context) if explained else ()
    return Judged(
        talent.id, score_of(points), points, standing.load, talent.capacity, reasons, warnings
    )  # fmt: skip
