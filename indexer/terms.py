"""Which words of a query are looked up, and how many of them a document must have.

Both engines use it, so that totals can be equal. A pasted need of 2,000 characters has 1,500 bigrams: looked up all
together they match nine documents of ten and take 30 ms, so the most informative ones stand for the text.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from indexer.text import normalise, search_terms, tokens

MAX_TERMS = 60
MAX_CHARACTERS = 4000
"""Of a longer query text the rest is not looked at."""

TITLE_WEIGHT = 3
"""So often do the terms of a title count against once for those of the body."""


def grams(normal: str) -> list[str]:
    """Index terms of *normalised* text, repetitions kept: bigrams and words."""
    cut = tokens(normal)
    return [*cut.bigrams, *cut.words]


def required_matches(terms: int) -> int:
    """Of so many query terms, how many a document must have to be a word match.

    Up to two: all; up to twelve: 60 %, rounded up; of each five beyond, one more. Examples: 1 → 1, 2 → 2, 3 → 2,
    12 → 8, 60 → 17. A bigram across two words ("石墨烯|涂料" → 烯涂, "废水|处理" → 水处) thus spoils nothing.
    """
    if terms <= 2:
        return terms
    return math.ceil(0.6 * min(terms, 12)) + max(0, terms - 12) // 5


@dataclass(frozen=True, slots=True)
class Grams:
    """The terms of a query text with how often each stands in it, in the order of the text."""

    counts: Mapping[str, int]
    limit: int

    @property
    def is_long(self) -> bool:
        """Whether there are more than are looked up, so that one has to choose."""
        return len(self.counts) > self.limit


def grams_of(text: str, limit: int = MAX_TERMS) -> Grams:
    """What raw query *text* could be looked up by."""
    normal = normalise(text[:MAX_CHARACTERS])
    counts = Counter(grams(normal))
    for term in search_terms(normal):
        counts.setdefault(term, 1)
    return Grams(counts, limit)


def best_terms(wanted: Grams, document_frequency: Callable[[str], int], documents: int) -> tuple[str, ...]:
    """The terms by which a query is looked up, at most the limit.

    A short text gives all its terms, known to the index or not, for what was typed was meant. Of a long one the
    unknown are left out and the rest ordered by (1 + ln tf) · idf, ties in the order of the text. The idf is capped
    at a frequency of 1 in 5,000: what is rarer is as often a bigram across two words as a rare word.
    """
    if not wanted.is_long:
        return tuple(wanted.counts)
    floor = max(1.0, documents / 5000)
    weighted: list[tuple[float, int, str]] = []
    for order, (term, count) in enumerate(wanted.counts.items()):
        frequency = document_frequency(term)
        if frequency:
            idf = math.log(1 + documents / max(floor, frequency))
            weighted.append((-(1 + math.log(count)) * idf, order, term))
    weighted.sort()
    return tuple(term for _, _, term in weighted[: wanted.limit])


def query_terms(
    text: str, document_frequency: Callable[[str], int], documents: int, limit: int = MAX_TERMS
) -> tuple[str, ...]:
    """The at most *limit* terms by which raw query *text* is looked up; see :func:`best_terms`."""
    return best_terms(grams_of(text, limit), document_frequency, documents)


def is_character(term: str) -> bool:
    """Whether a query term is one Han character: engines keep those in a field of their own."""
    return len(term) == 1 and bool(tokens(term).unigrams)
