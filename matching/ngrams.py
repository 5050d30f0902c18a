"""Texts as sparse vectors of characters, character pairs and Latin words, weighted by frozen IDF.

No dictionary: a Han run gives its single characters and pairs, a run of Latin letters or digits is one word. Long
texts never become vectors: a title's grams are looked for in them, which is as good on the labels and far quicker.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from matching.plain_words import EMPTY_PAIRS

FIRST_HAN = "\u3400"
HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_LATIN = rf"[^\W_{HAN}]+(?:\.\d+)*"
LATIN_RUN = re.compile(_LATIN)
"""A word of another script, or a number."""
_RUN = re.compile(rf"[{HAN}]+|{_LATIN}")
_HAN_RUN = re.compile(rf"[{HAN}]")
_BARE = re.compile(r"[\d.]+|.")
# Registries export titles as "激光 熔覆 LED 照明": a space beside a Han character says nothing, one between two Latin
# words does. Joined titles were better on the labels for the model (0.685 against 0.675) and no worse for pairs.
IDLE_SPACE = re.compile(rf"(?<=[{HAN}]) (?=\w)|(?<=\w) (?=[{HAN}])")

NEVER_TOGETHER = -1.0
TITLE_COUNTS = 5
"""Times a word of a listing's title counts as if it stood in its text: of 1, 3, 5 and 8 the order of the labels was best
from 3 on (nDCG@10 of the words alone 0.680, 0.694, 0.698, 0.700)."""
CHARACTER_COUNTS = 2.0
"""A single character counts twice what its weight says: there are two of them for each pair, and 铝 is still 铝 in 铝材."""
CACHED_TITLES = 8192
"""Titles whose vectors are kept, about 3 kB each: several hundred lists."""


def tighten(text: str) -> str:
    """*text* without the spaces that stand beside a Han character. ``"激光 熔覆 led 灯"`` → ``"激光熔覆led灯"``."""
    return IDLE_SPACE.sub("", text) if " " in text else text


def has_letters(text: str) -> bool:
    """Whether there is anything in *text* that gives a gram."""
    return _RUN.search(text) is not None


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


def title_grams(text: str) -> tuple[list[str], list[str]]:
    """(characters and Latin words, pairs): :func:`grams` without the pairs between two words that say nothing ("后提" of
    处理后提高): they are rare and mean nothing either, and where two people speak alike they would count for much."""
    words: list[str] = []
    told: list[str] = []
    for run in _RUN.findall(text):
        if not _HAN_RUN.match(run):
            words.append(run)
            continue
        words += run
        pairs = list(map("".join, pairwise(run)))
        if EMPTY_PAIRS.isdisjoint(pairs):
            told += pairs
            continue
        empty = [False, *(pair in EMPTY_PAIRS for pair in pairs), False]
        told += [p for at, p in enumerate(pairs, 1) if empty[at] or not (empty[at - 1] and empty[at + 1])]
    return words, told


@dataclass(frozen=True, slots=True)
class TitleVector:
    """A title's grams: `weights` (gram → log term frequency × IDF) and their Euclidean `length`, 0 without letters."""

    weights: Mapping[str, float]
    length: float

    @property
    def pairs(self) -> list[str]:
        """Those of its grams that are two Han characters."""
        return [gram for gram in self.weights if is_pair(gram)]


def is_pair(gram: str) -> bool:
    """Whether a gram of a title is two Han characters and not a Latin word of two letters."""
    return len(gram) == 2 and gram >= FIRST_HAN


class _Table(dict[str, float]):
    """gram → IDF, with an answer for what was not counted; a plain look-up, because a title asks it 36 times."""

    def __init__(self, idf: Mapping[str, float], unseen: float, latin: float, number: float) -> None:
        super().__init__(idf)
        self._unseen, self._latin, self._number = unseen, latin, number

    def __missing__(self, gram: str) -> float:
        if _HAN_RUN.match(gram):
            return self._unseen
        return self._number if _BARE.fullmatch(gram) else self._latin


class Ngrams:
    """Grams with their frozen IDF. Equal texts give the same cached vector; safe to share between threads."""

    def __init__(
        self, idf: Mapping[str, float], *, unseen: float, latin: float, number: float, window: float
    ) -> None:
        """An IDF is how surprising it is (−ln of the chance) to meet the gram within *window* characters of any text.

        *unseen* is the IDF of a Han gram the table lacks, *latin* that of a Latin word, *number* that of a number or a
        single letter.
        """
        table = _Table(idf, unseen, latin, number)
        self.idf: Callable[[str], float] = table.__getitem__
        """The weight of one gram; the rarer, the higher (about 1 … 10)."""
        self.known: Mapping[str, float] = table
        """The grams that were counted."""
        self.unseen, self.window = unseen, window
        self.rate = lru_cache(maxsize=len(table))(self._rate_of)
        self.vector = lru_cache(maxsize=CACHED_TITLES)(self._vector)

    def cohesion(self, left: str, right: str) -> float:
        """How much more often two Han characters stand together than chance has it (log), at most -1 for a pair that
        was never seen: rare characters beside each other prove nothing."""
        known = self.known.get
        together = known(left + right)
        alone = known(left, self.unseen) + known(right, self.unseen)
        return alone - together if together is not None else min(NEVER_TOGETHER, alone - self.unseen)

    def _rate_of(self, gram: str) -> float:
        """How often a gram is met in one character of any text, from its IDF."""
        return -math.log1p(-min(math.exp(-self.idf(gram)), 1 - 1e-9)) / self.window

    def surprise(self, gram: str, lengths: NDArray[np.int64]) -> NDArray[np.float64]:
        """−ln(chance that a text holds the gram), for texts of these lengths (0: there is none to be surprised at)."""
        chance = -np.expm1(-self.rate(gram) * np.maximum(lengths, 1))
        surprise: NDArray[np.float64] = -np.log(chance)
        return surprise

    def _vector(self, title: str) -> TitleVector:
        """The vector of a title; empty for a title without letters.

        Written in whole passes: a first list over titles nobody has judged yet is as quick as this function.
        """
        words, pairs = title_grams(tighten(title))
        words += pairs
        times = Counter(words)
        weights = dict(zip(times, map(self.idf, times), strict=True))
        if len(times) < len(words):
            for gram, n in times.items():
                if n > 1:
                    weights[gram] *= 1 + math.log(n)
        return TitleVector(weights, math.hypot(*weights.values()))

    def presence(self, title: TitleVector, text: str) -> float:
        """How surprising it is that so many of a title's grams occur in *text*; 0 … about 12.

        Each gram found counts its weight × −ln(chance that a text of this length holds it): a common word in a long
        text counts almost nothing, a rare one nearly its whole IDF, so that long texts do not match by their length.
        """
        length = len(text)
        rate = self.rate
        total = 0.0
        for gram, weight in title.weights.items():
            if gram in text:
                total -= weight * math.log(-math.expm1(-rate(gram) * length))
        return total / (title.length or 1.0)

    def worth(self, gram: str, count: int, text_length: int) -> float:
        """How much it counts that a gram stands *count* times where chance has it in a text of that length too."""
        beyond = count - self.rate(gram) * text_length if count else 0.0
        return self.idf(gram) * math.log1p(beyond) if beyond > 0 else 0.0

    def spoken_of(self, title: TitleVector, other_title: str, other_text: str) -> float:
        """How much another listing speaks of what a title names; 0 … about 10 (a title found whole: 4 … 7).

        Each gram counts its weight × IDF × ln(1 + how much oftener it stands there than chance has it in a text of that
        length), over the root of the length; standing in the other title counts five times. So what a listing is about
        is said in its title and said again, and neither common words nor length make a match.
        """
        other_title = tighten(other_title)
        text_length = len(other_text)
        length = TITLE_COUNTS * len(other_title) + text_length
        if not length or not title.length:
            return 0.0
        said = f"{other_title}\n" * TITLE_COUNTS + other_text
        counted, worth, total = said.count, self.worth, 0.0
        there = set()
        for gram, weight in title.weights.items():
            if gram < FIRST_HAN:
                total += weight * worth(gram, _latin_runs(said)[gram], text_length)
            elif len(gram) == 2:
                # A pair can only be there when both its characters are, which come first: most pairs need no search.
                if gram[0] in there and gram[1] in there:
                    total += weight * worth(gram, counted(gram), text_length)
            elif gram in said:
                there.add(gram)
                total += CHARACTER_COUNTS * weight * worth(gram, counted(gram), text_length)
        return total / (title.length * math.sqrt(length))


@lru_cache(maxsize=CACHED_TITLES)
def _latin_runs(text: str) -> Counter[str]:
    """How often each Latin word or number stands in *text*; a run counts whole, so that 5g is not found in 35g."""
    return Counter(LATIN_RUN.findall(text))


def cosine(a: TitleVector, b: TitleVector) -> float:
    """Cosine of two titles, 0 … 1."""
    if len(a.weights) > len(b.weights):
        a, b = b, a
    other = b.weights
    together = sum([weight * other[gram] for gram, weight in a.weights.items() if gram in other])
    return min(1.0, together / (a.length * b.length)) if together else 0.0
