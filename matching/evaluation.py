"""How good a ranking is on judged pairs. Pure metrics; the ranking itself comes from the code that recommends.

Levels run from 1 (unrelated) to 4 (strong) and may be fractional where several people judged. Unjudged pairs are
unknown and take no part.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.ngrams import grams, tighten

CUT = 10
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Scored:
    """One judged pair with the score and level the platform gave it. `need` is any key that groups pairs."""

    need: object
    level: float
    score: float
    predicted: int


def ndcg(levels: Sequence[float], scores: Sequence[float], cut: int = CUT) -> float | None:
    """nDCG of one need: gain 2^(level-1)-1, discount log2(rank+1), ideal over the same list; None without any gain.

    Equal scores share the mean of their gains, so the order of the file cannot help.
    """
    gains = np.exp2(np.asarray(levels, dtype=float) - 1.0) - 1.0
    if gains.size == 0 or gains.max() <= 0:
        return None
    _, group = np.unique(np.asarray(scores, dtype=float), return_inverse=True)
    shared = (np.bincount(group, weights=gains) / np.bincount(group))[group]
    placed = shared[np.argsort(-group, kind="stable")][:cut]
    ideal = np.sort(gains)[::-1][:cut]
    discount = 1.0 / np.log2(np.arange(len(placed)) + 2.0)
    return float((placed * discount).sum() / (ideal * discount).sum())


def spearman(levels: Sequence[float], scores: Sequence[float]) -> float | None:
    """Rank correlation of one need, ties at their mean rank; None where all levels or all scores are equal."""
    a, b = _ranks(np.asarray(levels, dtype=float)), _ranks(np.asarray(scores, dtype=float))
    if a.size < 2 or a.std() == 0 or b.std() == 0:
        # One order without differences agrees with nothing; one label for all says nothing about an order.
        return 0.0 if a.size >= 2 and a.std() > 0 else None
    return float(np.corrcoef(a, b)[0, 1])


def level_score(levels: Sequence[float], predicted: Sequence[int]) -> float:
    """1 / (1 + mean |predicted - level|) over all pairs."""
    return float(
        1.0 / (1.0 + np.abs(np.asarray(levels, dtype=float) - np.asarray(predicted, dtype=float)).mean())
    )


def report(
    scored: Sequence[Scored], baselines: Mapping[str, Sequence[float]] | None = None
) -> dict[str, int | float | dict[str, dict[str, float]]]:
    """The numbers `evaluate` prints. *baselines*: name → one score per pair, in the order of *scored*.

    `needs` counts those with at least one gain. Two baselines are always there: `random` (the expectation of any
    order) and `always_2` (its level score). Raises ValueError without pairs.
    """
    if not scored:
        raise ValueError("no judged pairs to evaluate")
    lists = _by_need(scored)
    levels = np.array([one.level for one in scored])
    table = {
        name: _ranking(lists, levels, np.asarray(scores, dtype=float))
        for name, scores in {**(baselines or {}), "random": [0.0] * len(scored)}.items()
    }
    table["always_2"] = {"level_score": _rounded(level_score(levels.tolist(), [2] * len(scored)))}
    ours = _ranking(lists, levels, np.array([one.score for one in scored]))
    counted = sum(1 for rows in lists if np.max(levels[rows]) > 1)
    return {
        "needs": counted,
        "pairs": len(scored),
        **ours,
        "level_score": _rounded(level_score(levels.tolist(), [one.predicted for one in scored])),
        "baselines": table,
    }


def per_need(scored: Sequence[Scored], scores: Sequence[float]) -> dict[str, list[float | None]]:
    """nDCG and Spearman of each need, in the order in which needs first appear; None where undefined."""
    lists, levels = _by_need(scored), np.array([one.level for one in scored])
    given = np.asarray(scores, dtype=float)
    return {
        f"ndcg_at_{CUT}": [ndcg(levels[rows].tolist(), given[rows].tolist()) for rows in lists],
        "spearman": [spearman(levels[rows].tolist(), given[rows].tolist()) for rows in lists],
    }


def reliability(scored: Sequence[Scored]) -> list[dict[str, float]]:
    """For each level the platform named: pairs, their mean true level, and the share that is at least that."""
    found = []
    for named in sorted({one.predicted for one in scored}):
        own = [one.level for one in scored if one.predicted == named]
        at_least = sum(level >= named - 0.5 for level in own) / len(own)
        found.append(
            {"named": named, "pairs": len(own), "mean_level": _rounded(sum(own) / len(own)), "at_least": _rounded(at_least)}
        )  # fmt: skip
    return found


def title_tfidf(need_titles: Sequence[str], achievement_titles: Sequence[str]) -> list[float]:
    """The baseline every ranking must beat: TF-IDF cosine of characters and pairs of the two titles of each pair.

    IDF is taken from the distinct achievement titles given (smoothed, as is usual), nothing of the ranker is used.
    """
    distinct = {title: Counter(grams(tighten(title))) for title in {*need_titles, *achievement_titles}}
    corpus = set(achievement_titles)
    spread = Counter(gram for title in corpus for gram in distinct[title])
    vectors = {}
    for title, counts in distinct.items():
        weights = {g: n * (math.log((1 + len(corpus)) / (1 + spread[g])) + 1) for g, n in counts.items()}
        length = math.sqrt(sum(w * w for w in weights.values())) or 1.0
        vectors[title] = {g: w / length for g, w in weights.items()}
    return [
        sum(w * vectors[a].get(g, 0.0) for g, w in vectors[n].items())
        for n, a in zip(need_titles, achievement_titles, strict=True)
    ]


def z_sum(needs: Sequence[object], *scores: Sequence[float]) -> list[float]:
    """The sum of several scores, each standardised over the judged list of its need. A baseline only: it depends on
    the list, so it can serve neither levels nor frozen reasons."""
    total = np.zeros(len(needs))
    places: dict[object, list[int]] = {}
    for at, need in enumerate(needs):
        places.setdefault(need, []).append(at)
    for values in scores:
        column = np.asarray(values, dtype=float)
        for rows in places.values():
            part = column[rows]
            total[rows] += (part - part.mean()) / (part.std() or 1.0)
    return [float(value) for value in total]


def _ranking(lists: Sequence[list[int]], levels: Floats, scores: Floats) -> dict[str, float]:
    """nDCG and Spearman, each the mean over the needs where it is defined."""
    gains = [ndcg(levels[rows].tolist(), scores[rows].tolist()) for rows in lists]
    orders = [spearman(levels[rows].tolist(), scores[rows].tolist()) for rows in lists]
    return {f"ndcg_at_{CUT}": _mean(gains), "spearman": _mean(orders)}


def _by_need(scored: Sequence[Scored]) -> list[list[int]]:
    lists: dict[object, list[int]] = {}
    for at, one in enumerate(scored):
        lists.setdefault(one.need, []).append(at)
    return list(lists.values())


def _ranks(values: Floats) -> Floats:
    _, group, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts).astype(float)
    ranks: Floats = (last - (counts - 1) / 2.0)[group]
    return ranks


def _mean(values: Sequence[float | None]) -> float:
    known = [value for value in values if value is not None]
    return _rounded(sum(known) / len(known)) if known else 0.0


def _rounded(value: float) -> float:
    return round(value, 4)
