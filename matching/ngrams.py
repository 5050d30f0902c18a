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

HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_RUN = re.compile(rf"[{HAN}]+|[^\W_{HAN}]+(?:\.\d+)*")
_HAN_RUN = re.compile(rf"[{HAN}]")
# Registries export titles as "激光 熔覆 LED 照明": a space beside a Han character says nothing, one between two Latin
# words does. Joined titles were better on the labels for the model (0.685 against 0.675) and no worse for pairs.
IDLE_SPACE = re.compile(rf"(?<=[{HAN}]) (?=\w)|(?<=\w) (?=[{HAN}])")

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


@dataclass(frozen=True, slots=True)
class TitleVector:
    """A title's grams. `unit` has length 1 (gram → weight). `words` and `pairs` hold (gram, unit weight × IDF): single
    characters and Latin words in the one, pairs of Han characters in the other."""

    unit: Mapping[str, float]
    words: tuple[tuple[str, float], ...]
    pairs: tuple[tuple[str, float], ...]


class Ngrams:
    """Grams with their frozen IDF. Equal texts give the same cached vector; safe to share between threads."""

    def __init__(
        self,
        idf: Mapping[str, float],
        *,
        unseen: float,
        latin: float,
        length_offset: float,
        length_power: float,
    ) -> None:
        """*unseen* is the IDF of a Han gram the table lacks, *latin* that of a Latin word.

        *length_offset* and *length_power* say how a long text's chance of holding a gram grows with its length:
        presence is divided by (characters + offset) ** power.
        """
        self._idf = idf
        self._unseen = unseen
        self._latin = latin
        self._offset = length_offset
        self._power = length_power
        self.vector = lru_cache(maxsize=CACHED_TITLES)(self._vector)

    def idf(self, gram: str) -> float:
        """The weight of one gram; the rarer, the higher (about 1 … 10)."""
        known = self._idf.get(gram)
        if known is not None:
            return known
        return self._unseen if _HAN_RUN.match(gram) else self._latin

    def cohesion(self, left: str, right: str) -> float:
        """How much more often two Han characters stand together than chance has it (log); 0 for a pair never seen."""
        together = self._idf.get(left + right)
        if together is None:
            return 0.0
        return self._idf.get(left, self._unseen) + self._idf.get(right, self._unseen) - together

    def _vector(self, title: str) -> TitleVector:
        """The unit vector of a title, log term frequency × IDF; empty for a title without letters."""
        weights = {g: (1 + math.log(n)) * self.idf(g) for g, n in Counter(grams(tighten(title))).items()}
        length = math.sqrt(sum(w * w for w in weights.values())) or 1.0
        unit = {g: w / length for g, w in weights.items()}
        words: list[tuple[str, float]] = []
        pairs: list[tuple[str, float]] = []
        for gram, weight in unit.items():
            is_pair = len(gram) == 2 and _HAN_RUN.match(gram)
            (pairs if is_pair else words).append((gram, weight * self.idf(gram)))
        return TitleVector(unit, tuple(words), tuple(pairs))

    def presence(self, title: TitleVector, text: str) -> float:
        """How much of a title's weight occurs in a long *text*, per expected length of it; 0 … about 3.

        Like the cosine of the two, with the long side's length taken from a frozen curve and each gram counted once.
        """
        present = {gram: weight for gram, weight in title.words if gram in text}
        found = sum(present.values())
        for pair, weight in title.pairs:
            # A pair can only be there when both its characters are: most pairs need no search.
            if pair[0] in present and pair[1] in present and pair in text:
                found += weight
        return found / (len(text) + self._offset) ** self._power


def cosine(a: TitleVector, b: TitleVector) -> float:
    """Cosine of two titles, 0 … 1."""
    if len(a.unit) > len(b.unit):
        a, b = b, a
    other = b.unit
    return min(1.0, sum(weight * other[gram] for gram, weight in a.unit.items() if gram in other))
