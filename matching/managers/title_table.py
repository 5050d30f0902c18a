"""The grams of many titles, looked for in one text in one pass: what `Ngrams.presence` says of each title alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from matching.ngrams import Ngrams

Values = NDArray[np.float64]
Grams = tuple[NDArray[np.int32], Values]
"""(numbers of a title's grams, their weights over the title's length)."""

MOST_GRAMS = 200_000
"""With more of them those of titles that are gone are left behind."""


class TitleTable:
    """Titles by place. Never changed once it is made; the next one takes over the titles that are already cut."""

    def __init__(self, ngrams: Ngrams, titles: Sequence[str], known: TitleTable | None = None) -> None:
        """Cut the titles that `known` does not have."""
        if known is not None and len(known._numbers) > MOST_GRAMS:
            known = None
        self._numbers: dict[str, int] = dict(known._numbers) if known is not None else {}
        of_title: Mapping[str, Grams] = known._of_title if known is not None else {}
        self._of_title: dict[str, Grams] = {
            title: of_title.get(title) or self._cut(ngrams, title) for title in titles
        }
        rates = list(known._rates) if known is not None else []
        rates += [ngrams.rate(gram) for gram in list(self._numbers)[len(rates) :]]
        self._rates: Values = np.array(rates)
        found = [self._of_title[title] for title in titles]
        self._grams = np.concatenate([np.empty(0, dtype=np.int32), *(numbers for numbers, _ in found)])
        self._weights = np.concatenate([np.empty(0), *(weights for _, weights in found)])
        self._titles = np.repeat(np.arange(len(titles)), [len(numbers) for numbers, _ in found])
        self._count = len(titles)

    def presence(self, text: str) -> Values:
        """`Ngrams.presence` of each title in a text."""
        there = np.fromiter(
            (gram in text for gram in self._numbers), dtype=np.bool_, count=len(self._numbers)
        )
        surprise = np.zeros(len(self._numbers))
        if text:
            surprise[there] = -np.log(-np.expm1(-self._rates[there] * len(text)))
        found = np.bincount(self._titles, self._weights * surprise[self._grams], minlength=self._count)
        return found.astype(np.float64, copy=False)

    def _cut(self, ngrams: Ngrams, title: str) -> Grams:
        cut = ngrams.vector(title)
        numbers = [self._numbers.setdefault(gram, len(self._numbers)) for gram in cut.weights]
        weights = np.fromiter(cut.weights.values(), dtype=np.float64, count=len(numbers))
        return np.array(numbers, dtype=np.int32), weights / (cut.length or 1.0)
