"""All managers against one deal in a few milliseconds: who is worth being judged, and who may not lead it at all.

The functions of `features` and the rules of `constraints` remain the definition, one manager at a time; what is said here
of all at once is held equal to them by a test. Nobody is shown by these numbers: the best are judged again one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from matching.managers.code_lists import Mask, Values
from matching.managers.constraints import level
from matching.managers.features import (
    SECOND_TEXT,
    asked_industries,
    asked_regions,
    place_worth,
    same_field,
    serves,
)
from matching.managers.past_table import PastTable
from matching.managers.ranker import Additive
from matching.managers.roster import Roster
from matching.managers.types import CERTIFICATES, DealFacts
from matching.ngrams import Ngrams


@dataclass(frozen=True, slots=True, eq=False)
class AllFit:
    """A deal and everybody. `past` has the places of `roster`."""

    deal: DealFacts
    roster: Roster
    past: PastTable
    ngrams: Ngrams


def scores(ranker: Additive, fit: AllFit) -> Values:
    """The score (0–100) of every manager for the deal, by place."""
    total = np.zeros(len(fit.roster))
    for feature in ranker.features:
        name = feature.__name__
        values, curve = VALUES[name](fit), ranker.curves[name]
        total += np.where(np.isnan(values), 0.0, np.interp(values, curve.values, curve.points))
    return total


def forbidden(fit: AllFit, today: date, own_house: Collection[int] = ()) -> Mask:
    """Who may not lead the deal, by place; `own_house` are the managers whose account acts for a side. Everybody of the
    roster is public."""
    deal, roster = fit.deal, fit.roster
    found: Mask = fit.past.loads >= roster.capacities
    if deal.asked.certificate in CERTIFICATES:
        found |= roster.levels < level(deal.asked.certificate)
    for language in deal.asked.languages:
        found |= ~roster.languages.holding(language) & ~roster.languages.empty
    if deal.asked.region:
        region = deal.asked.region
        found |= (
            roster.served.best(lambda one: float(serves(region, frozenset({one})))) < 1
        ) & ~roster.served.empty
    found |= np.isin(roster.ids, [*deal.declined, *own_house])
    for house in {name for party in deal.parties for _, name in party.houses}:
        found[roster.ties.held_on(house, today)] = True
    return found


def _profile_nearness(fit: AllFit) -> Values:
    roster = fit.roster
    sides = [
        vector
        for vector in (fit.deal.need.vector, fit.deal.achievement.vector)
        if vector is not None and roster.vectors.shape[1:] == vector.shape
    ]
    if not sides:
        return _nothing(fit)
    # The mean of the nearnesses is the nearness to the mean, and the table of vectors is read once.
    near = (roster.vectors @ (np.sum(sides, axis=0) / np.float32(len(sides)))).astype(np.float64)
    return np.where(roster.known, near, np.nan)


def _profile_words(fit: AllFit) -> Values:
    titles = [title for title in (fit.deal.need.title, fit.deal.achievement.title) if title]
    if not titles:
        return _nothing(fit)
    found = np.stack([fit.roster.texts.presence(fit.ngrams, fit.ngrams.vector(title)) for title in titles])
    highest: Values = found.max(axis=0)
    words: Values = highest + SECOND_TEXT * (found.sum(axis=0) - highest)
    return np.where(fit.roster.silent, np.nan, words)


def _past_nearness(fit: AllFit) -> Values:
    return fit.past.nearest(fit.deal.need.vector)


def _industry(fit: AllFit) -> Values:
    lists, asked = fit.roster.industries, asked_industries(fit.deal)
    if not asked:
        return _nothing(fit)
    worth = sum(lists.best(lambda one, code=code: same_field(code, frozenset({one}))) for code in asked)  # type: ignore[misc]
    return np.where(lists.empty, np.nan, worth / len(asked))


def _region(fit: AllFit) -> Values:
    lists, asked = fit.roster.served, asked_regions(fit.deal)
    if not asked:
        return _nothing(fit)
    worth = sum(lists.best(lambda one, code=code: place_worth(code, frozenset({one}))) for code in asked)  # type: ignore[misc]
    return np.where(lists.empty, np.nan, worth / len(asked))


def _discipline(fit: AllFit) -> Values:
    lists, asked = fit.roster.disciplines, fit.deal.achievement.discipline
    return np.where(lists.empty, np.nan, lists.holding(asked)) if asked else _nothing(fit)


def _posts(fit: AllFit) -> Values:
    lists, asked = fit.roster.posts, fit.deal.asked.posts
    if not asked:
        return _nothing(fit)
    share = np.sum([lists.holding(code) for code in asked], axis=0) / len(asked)
    return np.where(lists.empty, np.nan, share)


def _certificate(fit: AllFit) -> Values:
    return fit.roster.certificates


def _stars(fit: AllFit) -> Values:
    return fit.roster.stars


def _record(fit: AllFit) -> Values:
    return fit.past.completed_deals()


def _industry_record(fit: AllFit) -> Values:
    return fit.past.in_industries(asked_industries(fit.deal))


def _free_capacity(fit: AllFit) -> Values:
    capacities = fit.roster.capacities
    free = np.maximum(0, capacities - fit.past.loads) / np.maximum(capacities, 1)
    return np.where(capacities > 0, free, np.nan)


def _finder(fit: AllFit) -> Values:
    if fit.deal.finder_id is None:
        return _nothing(fit)
    return (fit.roster.ids == fit.deal.finder_id).astype(np.float64)


def _nothing(fit: AllFit) -> Values:
    return np.full(len(fit.roster), np.nan)


VALUES: Mapping[str, Callable[[AllFit], Values]] = {
    "profile_nearness": _profile_nearness,
    "profile_words": _profile_words,
    "past_nearness": _past_nearness,
    "industry": _industry,
    "discipline": _discipline,
    "region": _region,
    "posts": _posts,
    "certificate": _certificate,
    "stars": _stars,
    "record": _record,
    "industry_record": _industry_record,
    "free_capacity": _free_capacity,
    "finder": _finder,
}
"""Each feature of `features` for all managers at once, by place; nan where it has no value."""
