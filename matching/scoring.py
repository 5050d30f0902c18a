"""Pairs in, judgements out. A score depends on the pair alone, never on what else is in the list.

The same function serves both directions: one need with many achievements, or one achievement with many needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter

from matching.cautions import cautions
from matching.explanation import explain
from matching.features import FEATURES
from matching.features.pair import Pair, pairs_of
from matching.ranker import MEANING, WORDS, BadRanker, Curve, Ranker
from matching.types import AchievementFacts, Caution, Context, Judgement, NeedFacts, Reason

__all__ = ["BadRanker", "Curve", "Ranker", "judge", "rank"]


SHOWN = 50
"""Judgements of a list that get reasons and cautions: no list shows or keeps more, and words cost more than points."""

Points = tuple[tuple[str, float | None, float], ...]
_NAMED = tuple((feature.__name__, feature) for feature in FEATURES)
_PLACES = {name: at for at, (name, _) in enumerate(_NAMED)}
_WORDS, _MEANING = _PLACES[WORDS], _PLACES[MEANING]


def judge(ranker: Ranker, need: NeedFacts, achievement: AchievementFacts, context: Context) -> Judgement:
    """Score one pair and say why. What a side leaves open has the value None and contributes 0 points."""
    pair = Pair(ranker.ngrams, need, achievement)
    points = _points(ranker, pair)
    return _explained(ranker, pair, _score(points), points, context)


def rank(
    ranker: Ranker,
    needs: Sequence[NeedFacts],
    achievements: Sequence[AchievementFacts],
    context: Context,
    explained: int = SHOWN,
) -> list[Judgement]:
    """Judge each need with each achievement, best first; equal scores in the order of ids, so that a page is stable.

    The first *explained* carry reasons and cautions, exactly those of :func:`judge`; the rest have score, level and
    contributions only.
    """
    scored = []
    for pair in pairs_of(ranker.ngrams, needs, achievements):
        points = _points(ranker, pair)
        scored.append((-_score(points), pair.need.id, pair.achievement.id, pair, points))
    scored.sort(key=itemgetter(0, 1, 2))
    return [
        _explained(ranker, pair, -below, points, context)
        if place < explained
        else _judgement(ranker, pair, -below, points)
        for place, (below, _, _, pair, points) in enumerate(scored)
    ]


def _points(ranker: Ranker, pair: Pair) -> Points:
    """(feature, value | None, points) of each feature."""
    curves = ranker.curves
    points: list[tuple[str, float | None, float]] = []
    for name, feature in _NAMED:
        value = feature(pair)
        points.append((name, value, 0.0 if value is None else curves[name](value)))
    if points[_MEANING][1] is None:
        name, value, _ = points[_WORDS]
        # While the model is loading, a list is made of words alone, and the same floor and levels must hold for it.
        points[_WORDS] = (name, value, 0.0 if value is None else ranker.words_alone(value))
    return tuple(points)


def _score(points: Points) -> float:
    return sum([one for _, _, one in points])


def _judgement(
    ranker: Ranker,
    pair: Pair,
    score: float,
    points: Points,
    reasons: tuple[Reason, ...] = (),
    warnings: tuple[Caution, ...] = (),
) -> Judgement:
    return Judgement(
        pair.need.id, pair.achievement.id, score, ranker.level(score, bare=pair.bare), points, reasons, warnings
    )  # fmt: skip


def _explained(ranker: Ranker, pair: Pair, score: float, points: Points, context: Context) -> Judgement:
    reasons = explain(ranker.curves, pair, points, context)
    return _judgement(ranker, pair, score, points, reasons, cautions(pair, points, context))
