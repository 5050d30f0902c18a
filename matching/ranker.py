"""A ranker is data: a curve of points for each feature, thresholds of the four levels, frozen IDF.

Built from plain values that another room has read; never from a file. Curves are monotone and piecewise linear, so
each contribution is a number one can point at, and more of a feature never lowers a score.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from matching.features import FEATURES
from matching.ngrams import Ngrams
from matching.types import FAIR, FAIRLY_STRONG, STRONG, WEAK

FULL_SCORE = 100.0
WORDS, MEANING = "words", "semantic_nearness"
WORDS_MUST_SAY = 2.5
"""Power of the share of points that words give alone. On half of the demonstration's needs 31 of 35 pairs meant to fit are
then recommended, with 0.7 other lines a need; with 2 the same and 1.1, with 3 two pairs fewer and 0.3."""
Thresholds = tuple[float, float, float]


class BadRanker(ValueError):
    """The ranker's data do not make a ranker; the message names the entry."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Feature value → points, linear between knots and flat outside them."""

    values: tuple[float, ...]
    points: tuple[float, ...]

    def __call__(self, value: float) -> float:
        """The points of *value*."""
        after = bisect_right(self.values, value)
        if after == 0:
            return self.points[0]
        if after == len(self.values):
            return self.points[-1]
        low, high = self.values[after - 1], self.values[after]
        share = (value - low) / (high - low)
        return self.points[after - 1] + share * (self.points[after] - self.points[after - 1])

    @property
    def most(self) -> float:
        """The points of a perfect value."""
        return self.points[-1]


@dataclass(frozen=True, slots=True, eq=False)
class Ranker:
    """Everything a score depends on beside the pair. `name` ends in a digest of the data: it changes when they do.

    `recommended` is the least score with which a pair belongs into a list of recommendations at all. `thresholds` are
    for pairs with a text on both sides, `title_thresholds` where a side gives its title only and can prove less.
    """

    name: str
    curves: Mapping[str, Curve]
    thresholds: Thresholds
    title_thresholds: Thresholds
    recommended: float
    ngrams: Ngrams

    @classmethod
    def from_data(cls, data: Mapping[str, Any], idf: Mapping[str, float]) -> Ranker:
        """From the tables of weights.toml and gram → IDF; raises :class:`BadRanker` naming what is wrong."""
        try:
            curves = {name: curve_of(name, table) for name, table in data["features"].items()}
            settings = data["ngrams"]
            thresholds = _thresholds(data["levels"])
            title_thresholds = _thresholds(data["levels_of_titles"])
            recommended = float(data["levels"]["recommended"])
            ngrams = Ngrams(
                idf,
                unseen=float(settings["unseen"]),
                latin=float(settings["latin"]),
                number=float(settings["number"]),
                window=float(settings["window"]),
            )
            name = str(data["name"])
        except KeyError as missing:
            raise BadRanker(f"the ranker's data lack {missing}") from missing
        unknown = set(curves) - {function.__name__ for function in FEATURES}
        if unknown:
            raise BadRanker(f"features without a function: {sorted(unknown)}")
        # A ranker from before a feature was written goes on as it was: the newer one gives it no points.
        curves |= {f.__name__: Curve((0.0, 1.0), (0.0, 0.0)) for f in FEATURES if f.__name__ not in curves}
        if abs(sum(curve.most for curve in curves.values()) - FULL_SCORE) > 1e-6:
            raise BadRanker("the points of all features together are not 100")
        if any(list(own) != sorted(own) for own in (thresholds, title_thresholds)):
            raise BadRanker("levels: thresholds must rise from fair to strong")
        if not thresholds[0] <= recommended <= FULL_SCORE:
            raise BadRanker("levels.recommended must lie between fair and 100")
        return cls(f"{name}-{_digest(data, idf)}", curves, thresholds, title_thresholds, recommended, ngrams)

    def level(self, score: float, *, bare: bool = False) -> int:
        """4 强, 3 较强, 2 一般, 1 弱; *bare* where a side gives its title only."""
        thresholds = self.title_thresholds if bare else self.thresholds
        return (WEAK, FAIR, FAIRLY_STRONG, STRONG)[bisect_right(thresholds, score)]

    def words_alone(self, value: float) -> float:
        """The points of `words` where the model has given no vector yet: they stand for meaning too, and must say more."""
        words = self.curves[WORDS]
        return (words.most + self.curves[MEANING].most) * (words(value) / words.most) ** WORDS_MUST_SAY


def _thresholds(levels: Mapping[str, Any]) -> Thresholds:
    return float(levels["fair"]), float(levels["fairly_strong"]), float(levels["strong"])


def curve_of(name: str, table: Mapping[str, Any]) -> Curve:
    """The curve of a table with `points` and `knots`; raises :class:`BadRanker` naming it when it does not rise."""
    values = tuple(float(value) for value, _ in table["knots"])
    shares = tuple(float(share) for _, share in table["knots"])
    rising = all(low < high for low, high in pairwise(values))
    whole = len(values) > 1 and shares[0] == 0.0 and shares[-1] == 1.0
    if not whole or not rising or list(shares) != sorted(shares):
        raise BadRanker(f"features.{name}.knots must rise from share 0 to share 1")
    if float(table["points"]) < 0:
        raise BadRanker(f"features.{name}.points is negative")
    return Curve(values, tuple(share * float(table["points"]) for share in shares))


def _digest(data: Mapping[str, Any], idf: Mapping[str, float]) -> str:
    digest = hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False, default=str).encode())
    digest.update(repr((len(idf), round(sum(idf.values()), 3))).encode())
    return digest.hexdigest()[:8]
