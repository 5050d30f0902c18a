"""Which characters, pairs and Latin words stand in which of many texts: one title against all profiles in one pass.

Says exactly what `Ngrams.presence` says of each text alone, ten thousand at a time. Han grams are found by sorted
numbers, not by a dictionary of sets: three million of them are made in a quarter of a second and take 25 MB.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matching.gram_codes import letters_of, number_of
from matching.ngrams import HAN, Ngrams, TitleVector

Rows = NDArray[np.int32]

MOST_TEXTS = 1 << 20
"""A row and two characters share a number of 62 bits."""
_ROW_BITS = 20
_HAN_GRAM = re.compile(rf"[{HAN}]{{1,2}}")
_RUN = re.compile(rf"(?:[^\W_{HAN}]|\.)+")
"""What a Latin word of a title can stand in: words are cut at their dots there, and `5` stands in `v3.5` too."""
_NOWHERE = np.empty(0, dtype=np.int32)


class GramTable:
    """The grams of texts in normal form, by place. Never changed once it is made."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Cut `texts`; at most `MOST_TEXTS`."""
        if len(texts) > MOST_TEXTS:
            raise ValueError(f"{len(texts)} texts are more than {MOST_TEXTS}")
        lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        self._lengths, self._length_of = np.unique(lengths, return_inverse=True)
        letters = letters_of(texts)
        characters, character_rows = letters.characters
        pairs, pair_rows = letters.pairs(letters.is_pair)
        numbers = np.concatenate([characters, pairs]) << _ROW_BITS
        numbers |= np.concatenate([character_rows, pair_rows])
        numbers.sort()
        numbers = numbers[_changes(numbers)]
        self._rows: Rows = (numbers & (MOST_TEXTS - 1)).astype(np.int32)
        self._length_at = self._length_of[self._rows]
        grams = numbers >> _ROW_BITS
        starts = _changes(grams)
        self._grams, self._starts = grams[starts], np.append(np.flatnonzero(starts), len(grams))
        runs: dict[str, list[int]] = {}
        for row, text in enumerate(texts):
            for run in set(_RUN.findall(text)):
                runs.setdefault(run, []).append(row)
        self._runs = {run: np.array(found, dtype=np.int32) for run, found in runs.items()}

    def __len__(self) -> int:
        """How many texts."""
        return len(self._length_of)

    def rows(self, gram: str) -> Rows:
        """The texts that hold a gram, by place."""
        if not _HAN_GRAM.fullmatch(gram):
            found = [rows for run, rows in self._runs.items() if gram in run]
            return np.unique(np.concatenate(found)) if found else _NOWHERE
        return self._rows[self._places(gram)]

    def _places(self, gram: str) -> slice:
        """Where the rows of a Han character or pair stand."""
        number = number_of(gram)
        at = int(np.searchsorted(self._grams, number))
        if at == len(self._grams) or self._grams[at] != number:
            return slice(0, 0)
        return slice(int(self._starts[at]), int(self._starts[at + 1]))

    def presence(self, ngrams: Ngrams, title: TitleVector) -> NDArray[np.float64]:
        """`Ngrams.presence` of a title in each text."""
        total = np.zeros(len(self))
        for gram, weight in title.weights.items():
            if _HAN_GRAM.fullmatch(gram):
                here = self._places(gram)
                rows, lengths = self._rows[here], self._length_at[here]
            else:
                rows = self.rows(gram)
                lengths = self._length_of[rows]
            if len(rows):
                total[rows] += (weight * ngrams.surprise(gram, self._lengths))[lengths]
        return total / (title.length or 1.0)


def _changes(sorted_numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Where a sorted array has a number for the first time."""
    first = np.ones(len(sorted_numbers), dtype=np.bool_)
    np.not_equal(sorted_numbers[1:], sorted_numbers[:-1], out=first[1:])
    return first
