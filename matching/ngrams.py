"""Texts as sparse vectors of characters, character pairs and Latin words, weighted by frozen IDF.

No dictionary: a Han run gives its single characters and pairs, a run of Latin letters or digits is one word. Long
texts never become vectors: a title's grams are looked for in them, which is as good on the labels and far quicker.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from matching.plain_words import EMPTY_PAIRS

HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_RUN = re.compile(rf"[{HAN}]+|[^\W_{HAN}]+(?:\.\d+)*")
_HAN_RUN = re.compile(rf"[{HAN}]")
_BARE = re.compile(r"[\d.]+|.")
# Registries export titles as "激光 熔覆 LED 照明": a space beside a Han character says nothing, one between two Latin
# words does. Joined titles were better on the labels for the model (0.685 against 0.675) and no worse for pairs.
IDLE_SPACE = re.compile(rf"(?<=[{HAN}]) (?=\w)|(?<=\w) (?=[{HAN}])")

NEVER_TOGETHER = -1.0
CACHED_TITLES = 8192
"""Titles whose vectors are kept, about 3 kB each: several hundred lists of 200 candidates."""


def tighten(text: str) -> str:
    """*text* without the spaces that stand beside a Han character. ``"激光 熔覆 led 灯"`` → ``"激光熔覆led灯"``."""
    return IDLE_SPACE.sub("", text) if " " in text else text


def grams(text: str) -> Iterator[str]:
    """Characters and pairs of each Han run, and each Latin or number run as one word, in the order of *text*."""
    for match in _RUN.finditer(text):
        run = match.group()
        if _HAN_RUN.match(run):
            yield from run
            for start in range(len(run) - 1):
                yield run[start : start + 2]
        else:
            yield run


def title_grams(text: str) -> Iterator[str]:
    """:func:`grams` without the pairs between two words that say nothing ("后提" of 处理后提高): they are rare and mean
    nothing either, and where two people speak alike they would count for much."""
    for match in _RUN.finditer(text):
        run = match.group()
        if not _HAN_RUN.match(run):
            yield run
            continue
        yield from run
        pairs = [run[start : start + 2] for start in range(len(run) - 1)]
        empty = [False, *(pair in EMPTY_PAIRS for pair in pairs), False]
        for at, pair in enumerate(pairs, 1):
            if empty[at] or not (empty[at - 1] and empty[at + 1]):
                yield pair


@dataclass(frozen=True, slots=True)
class TitleVector:
    """A title's grams. `unit` has length 1 (gram → weight). `words` and `pairs` hold (gram, unit weight, rate): single
    characters and Latin words in the one, pairs of Han characters in the other; the rate is of one character of text."""

    unit: Mapping[str, float]
    words: tuple[tuple[str, float, float], ...]
    pairs: tuple[tuple[str, float, float], ...]


class Ngrams:
    """Grams with their frozen IDF. Equal texts give the same cached vector; safe to share between threads."""

    def __init__(
        self, idf: Mapping[str, float], *, unseen: float, latin: float, number: float, window: float
    ) -> None:
        """An IDF is how surprising it is (−ln of the chance) to meet the gram within *window* characters of any text.

        *unseen* is the IDF of a Han gram the table lacks, *latin* that of a Latin word, *number* that of a number or a
        single letter.
        """
        self._idf = idf
        self._unseen = unseen
        self._latin = latin
        self._number = number
        self._window = window
        self.vector = lru_cache(maxsize=CACHED_TITLES)(self._vector)

    def idf(self, gram: str) -> float:
        """The weight of one gram; the rarer, the higher (about 1 … 10)."""
        known = self._idf.get(gram)
        if known is not None:
            return known
        if _HAN_RUN.match(gram):
            return self._unseen
        return self._number if _BARE.fullmatch(gram) else self._latin

    def cohesion(self, left: str, right: str) -> float:
        """How much more often two Han characters stand together than chance has it (log), at most -1 for a pair that
        was never seen: rare characters beside each other prove nothing."""
        known = self._idf.get
        together = known(left + right)
        alone = known(left, self._unseen) + known(right, self._unseen)
        return alone - together if together is not None else min(NEVER_TOGETHER, alone - self._unseen)

    def _rate(self, gram: str) -> float:
        """How often a gram is met in one character of any text, from its IDF."""
        return -math.log1p(-min(math.exp(-self.idf(gram)), 1 - 1e-9)) / self._window

    def _vector(self, title: str) -> TitleVector:
        """The unit vector of a title, log term frequency × IDF; empty for a title without letters."""
        counts = Counter(title_grams(tighten(title)))
        weights = {g: (1 + math.log(n)) * self.idf(g) for g, n in counts.items()}
        length = math.sqrt(sum(w * w for w in weights.values())) or 1.0
        unit = {g: w / length for g, w in weights.items()}
        words: list[tuple[str, float, float]] = []
        pairs: list[tuple[str, float, float]] = []
        for gram, weight in unit.items():
            is_pair = len(gram) == 2 and _HAN_RUN.match(gram)
            (pairs if is_pair else words).append((gram, weight, self._rate(gram)))
        return TitleVector(unit, tuple(words), tuple(pairs))

    def presence(self, title: TitleVector, text: str) -> float:
        """How surprising it is that so many of a title's grams occur in *text*; 0 … about 12.

        Each gram found counts its weight × −ln(chance that a text of this length holds it): a common word in a long
        text counts almost nothing, a rare one nearly its whole IDF, so that long texts do not match by their length.
        """
        length = len(text)
        found = 0.0
        present = set()
        for gram, weight, rate in title.words:
            if gram in text:
                present.add(gram)
                found -= weight * math.log(-math.expm1(-rate * length))
        for pair, weight, rate in title.pairs:
            # A pair can only be there when both its characters are: most pairs need no search.
            if pair[0] in present and pair[1] in present and pair in text:
                found -= weight * math.log(-math.expm1(-rate * length))
        return found


def cosine(a: TitleVector, b: TitleVector) -> float:
    """Cosine of two titles, 0 … 1."""
    if len(a.unit) > len(b.unit):
        a, b = b, a
    other = b.unit
    return min(1.0, sum(weight * other[gram] for gram, weight in a.unit.items() if gram in other))
