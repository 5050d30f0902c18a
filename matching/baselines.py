"""Rankings that ours must beat, computed from the same titles and vectors in the same run. Nothing here ranks for people."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from matching.ngrams import grams, tighten

K1, B = 1.2, 0.75


def bm25(need_titles: Sequence[str], achievement_titles: Sequence[str]) -> list[float]:
    """BM25 over characters and pairs: the need's title asks, the distinct achievement titles are the collection."""
    documents = {title: Counter(grams(tighten(title))) for title in set(achievement_titles)}
    spread = Counter(gram for counts in documents.values() for gram in counts)
    lengths = {title: counts.total() for title, counts in documents.items()}
    usual = sum(lengths.values()) / len(lengths)
    asked = {title: set(grams(tighten(title))) for title in set(need_titles)}

    def worth(gram: str, counts: Counter[str], length: int) -> float:
        rare = math.log(1 + (len(documents) - spread[gram] + 0.5) / (spread[gram] + 0.5))
        return rare * counts[gram] * (K1 + 1) / (counts[gram] + K1 * (1 - B + B * length / usual))

    return [
        sum(worth(gram, documents[title], lengths[title]) for gram in asked[need] if gram in documents[title])
        for need, title in zip(need_titles, achievement_titles, strict=True)
    ]


def text_tfidf(
    needs: Sequence[tuple[str, str]], achievement_titles: Sequence[str], longest: int
) -> list[float]:
    """TF-IDF cosine (log term frequency) of grams up to *longest* characters: a need's title and text against a title."""
    documents = {title: _counts(title, longest) for title in set(achievement_titles)}
    spread = Counter(gram for counts in documents.values() for gram in counts)
    rare = {gram: math.log((1 + len(documents)) / (1 + count)) + 1 for gram, count in spread.items()}
    offered = {title: _unit(counts, rare) for title, counts in documents.items()}
    asked = {need: _unit(_counts(" ".join(need), longest), rare) for need in set(needs)}
    return [
        sum(weight * asked[need].get(gram, 0.0) for gram, weight in offered[title].items())
        for need, title in zip(needs, achievement_titles, strict=True)
    ]


def fixed_sum(
    needs: Sequence[tuple[str, str]], achievement_titles: Sequence[str], nearness: Sequence[float]
) -> list[float]:
    """Characters + (characters and pairs) + twice the model, each divided by one global constant; no labels."""
    parts = [
        np.asarray(text_tfidf(needs, achievement_titles, 1)),
        np.asarray(text_tfidf(needs, achievement_titles, 2)),
        np.asarray(nearness, dtype=float),
    ]
    scaled = [part / (part.std() or 1.0) for part in parts]
    total = scaled[0] + scaled[1] + 2.0 * scaled[2]
    return [float(one) for one in total]


def _counts(text: str, longest: int) -> Counter[str]:
    return Counter(gram for gram in grams(tighten(text)) if longest > 1 or len(gram) == 1)


def _unit(counts: Counter[str], rare: dict[str, float]) -> dict[str, float]:
    weights = {g: (1 + math.log(n)) * rare[g] for g, n in counts.items() if g in rare}
    length = math.sqrt(sum(w * w for w in weights.values())) or 1.0
    return {g: w / length for g, w in weights.items()}
