"""Lists of full listings, with long texts on both sides: what was meant to fit leads, and what fits nothing stays short.

The floors stand where the ranking stands: a change that costs anything here has to say so.
"""

from __future__ import annotations

import pytest

from benchmarks.demo_pairs import INTENDED, load_world, read_pairs
from config.vocabularies import Vocabularies
from matching.scoring import rank
from tests.unit.matching.world import CONTEXT, shipped

EVERY = 3
"""A third of the needs: all of them take ten seconds, and `benchmarks.demo_pairs` is there for that."""
MOST_LINES_WHERE_NOTHING_FITS = 4
"""Textile recycling has three neighbours of its industry just above the floor, and one that fits in part."""


@pytest.fixture(scope="module")
def lists():
    world, pairs = load_world(Vocabularies.load()), read_pairs()
    chosen = list(zip(world.need_names, world.needs, strict=True))[::EVERY]
    return [
        (
            pairs[name],
            [
                (world.achievement_names[one.achievement_id], one)
                for one in rank(shipped(), [need], world.achievements, CONTEXT)
            ],
        )
        for name, need in chosen
    ]


def test_the_pairs_name_every_need_and_only_what_exists():
    world, pairs = load_world(Vocabularies.load()), read_pairs()
    assert set(pairs) == set(world.need_names)
    assert {one for own in pairs.values() for one in own} <= set(world.achievement_names)


def test_what_was_meant_to_fit_leads_its_list(lists):
    assert all(own.get(listed[0][0]) == INTENDED for own, listed in lists if INTENDED in own.values())


def test_what_was_meant_to_fit_is_recommended_and_called_so(lists):
    meant = [one for own, listed in lists for name, one in listed if own.get(name) == INTENDED]
    assert sum(one.score >= shipped().recommended for one in meant) >= 0.95 * len(meant)
    assert sum(one.level >= 3 for one in meant) >= 0.95 * len(meant)


def test_where_nothing_fits_next_to_nothing_is_recommended(lists):
    for own, listed in lists:
        if not own:
            shown = sum(one.score >= shipped().recommended for _, one in listed)
            assert shown <= MOST_LINES_WHERE_NOTHING_FITS


def test_unrelated_listings_are_weak(lists):
    others = [one.level for own, listed in lists for name, one in listed if name not in own]
    assert sum(level == 1 for level in others) >= 0.98 * len(others)
    assert sum(level >= 3 for level in others) < 0.0005 * len(others)


def test_reasons_and_cautions_stay_short(lists):
    for _, listed in lists:
        for _, one in listed[:10]:
            assert len(one.cautions) <= 3
            assert len([reason for reason in one.reasons if reason.need_words]) <= 2
            assert all(len(word) >= 2 for reason in one.reasons for word in reason.need_words)
