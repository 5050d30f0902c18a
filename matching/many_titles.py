"""Many titles looked for in one listing in a single pass: what a list of two hundred pairs asks of `Ngrams.spoken_of`.

The definition is `Ngrams.spoken_of`, one pair at a time, and a test holds this to it. Here titles are numbers in arrays,
because most candidates of a large library were never judged before and nothing about them is remembered.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from matching.gram_codes import CHARACTER_BITS, Codes, letters_of, numbers_of, places
from matching.ngrams import CHARACTER_COUNTS, LATIN_RUN, TITLE_COUNTS, Ngrams, tighten
from matching.plain_words import EMPTY_PAIRS

Floats = NDArray[np.float64]

_EMPTY_PAIRS = np.sort(numbers_of(EMPTY_PAIRS))
_ROW_BITS = 20


class HanIdf:
    """The IDF of Han characters and pairs by number."""

    def __init__(self, ngrams: Ngrams) -> None:
        han = {gram: idf for gram, idf in ngrams.known.items() if not LATIN_RUN.search(gram)}
        numbers, idf = numbers_of(han), np.fromiter(han.values(), dtype=np.float64)
        order = np.argsort(numbers)
        self._numbers, self._idf, self._unseen = numbers[order], idf[order], ngrams.unseen

    def __call__(self, grams: Codes) -> Floats:
        """The IDF of each gram."""
        at, known = places(self._numbers, grams)
        return np.where(known, self._idf[at], self._unseen)


han_idf = lru_cache(maxsize=4)(HanIdf)


def spoken_of_each(ngrams: Ngrams, titles: Sequence[str], other_title: str, other_text: str) -> list[float]:
    """`Ngrams.spoken_of` of each of *titles* in one other listing."""
    other_title = tighten(other_title)
    length = TITLE_COUNTS * len(other_title) + len(other_text)
    if not length or not titles:
        return [0.0] * len(titles)
    rows, grams, times = _grams_of(titles)
    idf = han_idf(ngrams)(grams)
    weights = (1.0 + np.log(times)) * idf
    said = f"{other_title}\n" * TITLE_COUNTS + other_text
    heard = Counter(LATIN_RUN.findall(said))
    worth = weights * _worth(ngrams, grams, idf, said, len(other_text))
    # Of titles without a Han character there is nothing to count, and nothing counted comes back as whole numbers.
    squares = np.bincount(rows, weights * weights, len(titles)).astype(np.float64)
    totals = np.bincount(rows, worth, len(titles)).astype(np.float64)
    for row, title in enumerate(titles):
        if words := LATIN_RUN.findall(title):
            for word, n in Counter(words).items():
                weight = (1.0 + math.log(n)) * ngrams.idf(word)
                squares[row] += weight * weight
                totals[row] += weight * ngrams.worth(word, heard[word], len(other_text))
    scale = np.sqrt(np.where(squares > 0.0, squares, 1.0) * length)
    found: list[float] = (totals / scale).tolist()
    return found


def _grams_of(titles: Sequence[str]) -> tuple[Codes, Codes, Codes]:
    """(row, Han gram, how often it stands there) of the grams of each title, as `title_grams` cuts them."""
    letters = letters_of([tighten(title) for title in titles])
    characters, character_rows = letters.characters
    pairs, pair_rows = letters.pairs(letters.is_pair)
    # A pair between two words that say nothing is none; neighbours in the text are neighbours here.
    empty = np.zeros(len(letters.codes) + 2, dtype=np.bool_)
    empty[1:-1][letters.is_pair] = places(_EMPTY_PAIRS, pairs)[1]
    told = (empty[1:-1] | ~(empty[:-2] & empty[2:]))[letters.is_pair]
    rows = np.concatenate([character_rows, pair_rows[told]])
    grams = np.concatenate([characters, pairs[told]])
    # In the order of grams, so that looking them up goes through the table once.
    numbers, times = np.unique((grams << _ROW_BITS) | rows, return_counts=True)
    return numbers & ((1 << _ROW_BITS) - 1), numbers >> _ROW_BITS, times


def _worth(ngrams: Ngrams, grams: Codes, idf: Floats, said: str, text_length: int) -> Floats:
    """How much it counts that a listing says each gram, 0 where it does not."""
    letters = letters_of([said])
    pairs, _ = letters.pairs(letters.is_pair)
    known, counts = np.unique(np.concatenate([letters.characters[0], pairs]), return_counts=True)
    at, there = places(known, grams)
    count = np.where(there, counts[at] if len(known) else 0, 0).astype(np.float64)
    first = grams >> CHARACTER_BITS
    is_character = first == 0
    # 人人人 holds 人人 once, as one reads it.
    for place in np.flatnonzero(there & (first == (grams & ((1 << CHARACTER_BITS) - 1)))):
        count[place] = said.count(chr(int(first[place])) * 2)
    rate = -np.log1p(-np.minimum(np.exp(-idf), 1 - 1e-9)) / ngrams.window
    beyond = np.where(there, np.maximum(count - rate * text_length, 0.0), 0.0)
    return np.where(is_character, CHARACTER_COUNTS, 1.0) * idf * np.log1p(beyond)
