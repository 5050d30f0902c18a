"""Han characters and pairs of many texts as numbers, for what has to look at thousands of them in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CHARACTER_BITS = 21
"""A code point; two of them make a pair's number."""
_HAN_RANGES = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0x20000, 0x3FFFF))

Codes = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Letters:
    """All characters of some texts one after the other: `codes`, the text each stands in (`rows`), whether it `is_han`;
    `is_pair`: whether it and the next one are a Han pair of one text (the last character never begins one)."""

    codes: Codes
    rows: Codes
    is_han: Mask
    is_pair: Mask

    @property
    def characters(self) -> tuple[Codes, Codes]:
        """(number, row) of each Han character."""
        return self.codes[self.is_han], self.rows[self.is_han]

    def pairs(self, those: Mask) -> tuple[Codes, Codes]:
        """(number, row) of the pairs that begin where *those* says, which holds within `is_pair`."""
        first = np.flatnonzero(those)
        return (self.codes[first] << CHARACTER_BITS) | self.codes[first + 1], self.rows[first]


def letters_of(texts: Sequence[str]) -> Letters:
    """The characters of *texts*."""
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(
        np.int64
    )
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    rows = np.repeat(np.arange(len(texts), dtype=np.int64), lengths)
    is_han = np.zeros(len(codes), dtype=np.bool_)
    for first, last in _HAN_RANGES:
        is_han |= (codes >= first) & (codes <= last)
    is_pair = np.zeros(len(codes), dtype=np.bool_)
    is_pair[:-1] = is_han[:-1] & is_han[1:] & (rows[:-1] == rows[1:])
    return Letters(codes, rows, is_han, is_pair)


def number_of(gram: str) -> int:
    """The number of a Han character or pair."""
    return ord(gram) if len(gram) == 1 else (ord(gram[0]) << CHARACTER_BITS) | ord(gram[1])


def numbers_of(grams: Iterable[str]) -> Codes:
    """The numbers of Han characters and pairs."""
    return np.fromiter(map(number_of, grams), dtype=np.int64)


def places(sorted_numbers: Codes, wanted: Codes) -> tuple[Codes, Mask]:
    """(where each of *wanted* stands in *sorted_numbers* or some place of it, whether it does stand there)."""
    if not len(sorted_numbers):
        return np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted), dtype=np.bool_)
    at = np.minimum(np.searchsorted(sorted_numbers, wanted), len(sorted_numbers) - 1)
    return at, sorted_numbers[at] == wanted
