"""All open leads as arrays, so that ten thousand of them are scored for a manager in milliseconds.

The functions of `leads` remain the definition, one lead at a time; what is said here of all at once is held equal to them
by a test. What looks at codes alone is asked of those functions, once for each distinct combination.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from matching.managers import features as shared
from matching.managers.features import NEAREST_DEALS, OUTCOME_SHARE, SECOND_TEXT, UNDER_WAY_SHARE
from matching.managers.leads import FRESH_DAYS, LeadFit, fit_of
from matching.managers.past_table import stacked
from matching.managers.ranker import Additive
from matching.managers.title_table import TitleTable, Values
from matching.managers.types import LeadFacts, Standing, TalentFacts
from matching.ngrams import Ngrams
from matching.types import AchievementFacts, NeedFacts, Vector

Places = NDArray[np.intp]
Side = TypeVar("Side", NeedFacts, AchievementFacts)
_CODES: Mapping[
    str,
    tuple[
        Callable[[LeadFit], float | None],
        Callable[[NeedFacts], Hashable],
        Callable[[AchievementFacts], Hashable],
    ],
] = {
    "industry": (shared.industry, lambda need: need.industry, lambda offer: offer.industry),
    "discipline": (shared.discipline, lambda need: None, lambda offer: offer.discipline),
    "region": (shared.region, lambda need: need.region, lambda offer: offer.region),
    "posts": (
        shared.posts, lambda need: (need.wanted_trl, need.wanted_modes),
        lambda offer: (offer.trl, offer.modes, bool(offer.ip)),
    ),
}  # fmt: skip
"""Features of codes: the function, and what it looks at on each side."""


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """The distinct needs (or achievements) of the leads, and which of them each lead has."""

    of_lead: Places
    vectors: NDArray[np.float32]
    known: NDArray[np.bool_]
    titles: Places
    """The place of each one's title among the titles of both sides; -1 without one."""

    def nearness(self, vector: Vector | None) -> Values:
        """How near each lead's side is to a vector; nan where nothing can be compared."""
        if vector is None or self.vectors.shape[1:] != vector.shape:
            return np.full(len(self.of_lead), np.nan)
        near = np.where(self.known, (self.vectors @ vector).astype(np.float64), np.nan)
        return near[self.of_lead]


class LeadTable:
    """Leads by place, in the order they were given. Never changed once it is made."""

    def __init__(self, ngrams: Ngrams, leads: Sequence[LeadFacts], known: LeadTable | None = None) -> None:
        """Turn leads into arrays; titles that `known` has cut are taken over from it."""
        self._ngrams = ngrams
        needs = _distinct([one.need for one in leads])
        offers = _distinct([one.achievement for one in leads])
        titles = {one.title: None for group in (needs[0], offers[0]) for one in group if one.title}
        self._titles: TitleTable = TitleTable(
            ngrams, list(titles), known._titles if known is not None else None
        )
        at = {title: place for place, title in enumerate(titles)}
        self._needs, self._offers = _sides(*needs, at), _sides(*offers, at)
        self._combined = {}
        for name, (_, of_need, of_offer) in _CODES.items():
            one = _numbered(needs[0], of_need)[needs[1]]
            other = _numbered(offers[0], of_offer)[offers[1]]
            _, first, combination = np.unique(
                one * (len(offers[0]) + 1) + other, return_index=True, return_inverse=True
            )
            self._combined[name] = combination, [leads[at] for at in first.tolist()]
        self._strength = np.array([one.score for one in leads], dtype=np.float64)
        self._made_on = np.array(
            [one.made_on.toordinal() if one.made_on else np.nan for one in leads], dtype=np.float64
        )

    def __len__(self) -> int:
        """How many leads."""
        return len(self._strength)

    def scores(self, ranker: Additive, talent: TalentFacts, standing: Standing, today: date) -> Values:
        """The score (0–100) of every lead for one manager, by place."""
        total = np.zeros(len(self))
        for feature in ranker.features:
            name = feature.__name__
            values, curve = self._values(name, talent, standing, today), ranker.curves[name]
            total += np.where(np.isnan(values), 0.0, np.interp(values, curve.values, curve.points))
        return total

    def _values(self, name: str, talent: TalentFacts, standing: Standing, today: date) -> Values:
        """One feature of every lead; nan where it has no value."""
        if name in _CODES:
            return self._of_codes(name, talent, standing, today)
        if name == "profile_nearness":
            return _mean(self._needs.nearness(talent.vector), self._offers.nearness(talent.vector))
        if name == "profile_words":
            return self._words(talent.text)
        if name == "past_nearness":
            return self._past(standing)
        if name == "pair_strength":
            return self._strength
        if name == "freshness":
            age = np.maximum(0.0, today.toordinal() - self._made_on)
            fresh: Values = np.maximum(0.0, FRESH_DAYS - age)
            return fresh
        raise KeyError(name)

    def _of_codes(self, name: str, talent: TalentFacts, standing: Standing, today: date) -> Values:
        function = _CODES[name][0]
        combination, examples = self._combined[name]
        told = [function(fit_of(self._ngrams, one, talent, standing, today)) for one in examples]
        return np.array([np.nan if value is None else value for value in told], dtype=np.float64)[combination]

    def _words(self, text: str) -> Values:
        if not text:
            return np.full(len(self), np.nan)
        # One more place for a side without a title.
        present = np.append(self._titles.presence(text), np.nan)
        one, other = (present[side.titles][side.of_lead] for side in (self._needs, self._offers))
        return np.fmax(one, other) + SECOND_TEXT * np.nan_to_num(np.minimum(one, other))

    def _past(self, standing: Standing) -> Values:
        led = [deal for deal in standing.past if deal.vector is not None]
        near = np.full((len(self._needs.known), max(len(led), 1)), np.nan)
        for column, deal in enumerate(led):
            if deal.vector is not None and self._needs.vectors.shape[1:] == deal.vector.shape:
                share = OUTCOME_SHARE.get(deal.outcome, UNDER_WAY_SHARE)
                near[:, column] = (
                    np.maximum(0.0, (self._needs.vectors @ deal.vector).astype(np.float64)) * share
                )
        near[~self._needs.known] = np.nan
        nothing = np.isnan(near).all(axis=1)
        best = -np.sort(-np.nan_to_num(near), axis=1)[:, :NEAREST_DEALS]
        return np.where(nothing, np.nan, best.sum(axis=1) / NEAREST_DEALS)[self._needs.of_lead]


def _distinct(sides: Sequence[Side]) -> tuple[list[Side], Places]:
    """(each side once, which of them each lead has); leads of one listing share the same facts."""
    place: dict[int, int] = {}
    found: list[Side] = []
    of_lead = np.empty(len(sides), dtype=np.intp)
    for at, one in enumerate(sides):
        if id(one) not in place:
            place[id(one)] = len(found)
            found.append(one)
        of_lead[at] = place[id(one)]
    return found, of_lead


def _sides(distinct: Sequence[Side], of_lead: Places, titles: Mapping[str, int]) -> Sides:
    vectors, known = stacked([one.vector for one in distinct])
    return Sides(
        of_lead, vectors, known, np.array([titles.get(one.title, -1) for one in distinct], dtype=np.intp)
    )


def _numbered(distinct: Sequence[Side], key: Callable[[Side], Hashable]) -> Places:
    """A number for what each side says; equal numbers mean the same."""
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(key(one), len(numbers)) for one in distinct], dtype=np.intp)


def _mean(one: Values, other: Values) -> Values:
    """The mean of what is known; nan where neither is."""
    return np.where(np.isnan(one), other, np.where(np.isnan(other), one, (one + other) / 2))
