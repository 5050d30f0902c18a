"""Which entries of one list are nearly the same, and folding them into one entry that opens in place.

Titles alone do not say it: two inventions called 显示面板 are two, a process and its device told in one text are one. So
texts decide, and titles only where there is no text. Found once when a run is made, and frozen with it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.ngrams import Ngrams, cosine, tighten
from matching.ngrams import grams as title_grams
from matching.types import AchievementFacts, NeedFacts

DOUBLE, SIMILAR = "double", "similar"
"""Folded into one entry, or only named beside each other once one of them was passed on."""
RUN = 4
"""Characters of the runs two texts are compared by: shorter ones are shared by any two texts of one trade."""
_FACTOR, _MIX = np.uint64(0x100000001B3), np.uint64(0x9E3779B97F4A7C15)
Alike = tuple[int, int, str]
"""(place, place, DOUBLE or SIMILAR), places from 1, the better one first."""
Facts = NeedFacts | AchievementFacts


@dataclass(frozen=True, slots=True)
class FoldingRules:
    """The table `folding` of config/lists.toml, which says where each number comes from."""

    closer_look: float
    same_text: float
    related_text: float
    close_title: float
    same_title: float
    similar: float
    similar_words: float
    least_text: int
    read: int

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> FoldingRules:
        """From the table; raises KeyError naming what is missing."""
        return cls(**{f.name: data[f.name] for f in fields(cls)})


def alike(
    rules: FoldingRules, ngrams: Ngrams, listings: Sequence[Facts], *, by_owner: bool = True
) -> list[Alike]:
    """Pairs of listings, given best first, that are nearly the same or close.

    `by_owner` False: nothing may follow from two listings having one owner, because owners may be hidden.
    """
    nearness, known = _nearness(listings)
    look = _worth_a_look(rules, listings, nearness, known)
    texts = [_text(one, rules) for one in listings]
    near = np.array([bool(text) for text in texts], dtype=np.bool_) & (look | look.T).any(axis=0)
    told = np.zeros_like(nearness)
    told[np.ix_(near, near)] = _shares([text for text, one in zip(texts, near, strict=True) if one])
    both = np.logical_and.outer(near, near)
    double = both & (
        (told >= rules.same_text) | ((told >= rules.related_text) & (nearness >= rules.close_title))
    )
    if by_owner:
        for a, b in np.argwhere(look & ~both & _one_owner(listings)).tolist():
            double[a, b] = _titles(ngrams, listings[a], listings[b]) >= rules.same_title
    similar = (nearness >= rules.similar) | ~np.logical_and.outer(known, known)
    return [
        (a + 1, b + 1, DOUBLE if double[a, b] else SIMILAR)
        for a, b in np.argwhere(look & (double | similar)).tolist()
    ]


def _one_owner(listings: Sequence[Facts]) -> NDArray[np.bool_]:
    """Which pairs of listings have one owner that is known."""
    owners = np.array([one.organisation_id or 0 for one in listings])
    same: NDArray[np.bool_] = np.equal.outer(owners, owners) & (owners != 0)
    return same


def fold(order: Sequence[int], doubles: Collection[tuple[int, int]]) -> list[tuple[int, ...]]:
    """Groups of what is nearly the same, head first, in the *order* given; *doubles* hold the better one first.

    Each joins the first head it is a double of, never a double of a double: what is folded is like what is seen.
    """
    groups: dict[int, list[int]] = {}
    for one in order:
        head = next((h for h in groups if (h, one) in doubles or (one, h) in doubles), None)
        if head is None:
            groups[one] = [one]
        else:
            groups[head].append(one)
    return [tuple(members) for members in groups.values()]


def _nearness(listings: Sequence[Facts]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """(cosines of all pairs, 0 where a vector is missing; which listings have one)."""
    known = np.array([one.vector is not None for one in listings], dtype=np.bool_)
    nearness = np.zeros((len(listings), len(listings)), dtype=np.float32)
    if known.any():
        vectors = np.stack([one.vector for one in listings if one.vector is not None])
        nearness[np.ix_(known, known)] = vectors @ vectors.T
    return nearness, known


def _worth_a_look(
    rules: FoldingRules,
    listings: Sequence[Facts],
    nearness: NDArray[np.float32],
    known: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Pairs of places (the better one first) near enough to be looked at; by their titles where a vector is missing."""
    look: NDArray[np.bool_] = np.triu(nearness >= rules.closer_look, 1)
    if known.all():
        return look
    grams = [frozenset(title_grams(tighten(one.title))) for one in listings]
    for a, b in combinations(range(len(listings)), 2):
        if known[a] and known[b]:
            continue
        # Twelve hundred cosines would take as long as all judging; sets say quickly which titles share half their grams.
        shared = 2 * len(grams[a] & grams[b])
        look[a, b] = shared >= rules.similar_words * (len(grams[a]) + len(grams[b]))
    return look


def _titles(ngrams: Ngrams, one: Facts, other: Facts) -> float:
    return cosine(ngrams.vector(one.title), ngrams.vector(other.title))


def _text(one: Facts, rules: FoldingRules) -> str:
    """The beginning of a listing's text without white space; empty where it is too short to prove anything."""
    text = "".join(one.text[: 2 * rules.read].split())[: rules.read]
    return text if len(text) >= rules.least_text else ""


def _shares(texts: Sequence[str]) -> NDArray[np.float32]:
    """For all pairs of texts, which share of the shorter one's runs of characters stands in the other too.

    Every second run is looked at, chosen by its own number: fifty texts of one trade are all near one another, and a
    list may not wait for twelve hundred comparisons.
    """
    numbers = []
    for text in texts:
        letters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
        run = letters[: len(letters) - RUN + 1]
        for step in range(1, RUN):
            run = run * _FACTOR + letters[step : len(letters) - RUN + 1 + step]
        numbers.append(run[(run * _MIX) >> np.uint64(63) == 0])
    rows = np.repeat(np.arange(len(texts)), [len(one) for one in numbers])
    known, place = np.unique(np.concatenate([*numbers, np.empty(0, np.uint64)]), return_inverse=True)
    there = np.zeros((len(texts), len(known)), dtype=np.float32)
    there[rows, place] = 1.0
    sizes = there.sum(axis=1)
    shares: NDArray[np.float32] = (there @ there.T) / np.maximum(np.minimum.outer(sizes, sizes), 1.0)
    return shares
