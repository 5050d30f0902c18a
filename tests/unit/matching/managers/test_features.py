"""One test for each reason for choosing a manager, and one that none is without name, words, weight and test."""

from __future__ import annotations

import dataclasses

import pytest

from matching.managers.features import (
    FEATURES,
    certificate,
    described,
    discipline,
    finder,
    free_capacity,
    industry,
    industry_record,
    past_nearness,
    posts,
    profile_nearness,
    profile_words,
    record,
    region,
    stars,
)
from tests.unit.matching.managers.world import (
    TEXT,
    Asked,
    Standing,
    deal,
    fit,
    past,
    talent,
    vector,
    weights,
)

SILENT = deal(
    need=dataclasses.replace(deal().need, vector=None, industry="", region=""),
    achievement=dataclasses.replace(deal().achievement, vector=None, industry="", region="", discipline=""),
)


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.__name__)
def test_every_feature_has_a_page_a_weight_and_a_test(feature):
    page = {one.feature: one for one in described()}[feature.__name__]
    assert 2 <= len(page.title) <= 8
    assert page.text.endswith("。")
    assert weights().curves[feature.__name__].most > 0
    assert f"test_{feature.__name__}" in globals()


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.__name__)
def test_what_nobody_said_is_unknown_and_not_zero(feature):
    assert feature(fit(talent(capacity=0), Standing(), SILENT)) is None


def test_profile_nearness():
    both = profile_nearness(fit(talent(vector=vector(1, 0, 0))))
    assert both == pytest.approx((1 + 0.5**0.5) / 2)
    assert profile_nearness(fit(talent(vector=vector(0, 0, 1)))) == pytest.approx(0)
    only_need = dataclasses.replace(deal(), achievement=SILENT.achievement)
    assert profile_nearness(fit(talent(vector=vector(1, 0, 0)), of=only_need)) == pytest.approx(1)
    assert profile_nearness(fit(talent(vector=vector(1, 0)))) is None  # another model's vector


def test_profile_words():
    near, far = profile_words(fit(talent(text=TEXT))), profile_words(fit(talent(text="小麦育种二十年")))
    assert near > 3
    assert far == 0


def test_past_nearness():
    done, ended = (past_nearness(fit(standing=Standing(past=(past(how),)))) for how in ("completed", "ended"))
    under_way = past_nearness(fit(standing=Standing(past=(past("under_way"),))))
    assert done > under_way > ended > 0
    three = Standing(past=tuple(past() for _ in range(3)))
    diluted = Standing(past=(*three.past, *(past("completed", 0, 0, 1) for _ in range(20))))
    assert past_nearness(fit(standing=diluted)) == past_nearness(fit(standing=three)) == pytest.approx(1)


def test_industry():
    assert industry(fit(talent(industries=frozenset({"C35", "C26"})))) == 1
    assert industry(fit(talent(industries=frozenset({"C"})))) == 1  # the whole section
    one, section = (industry(fit(talent(industries=frozenset({code})))) for code in ("C35", "C27"))
    assert one > section > industry(fit(talent(industries=frozenset({"A01"})))) == 0


def test_discipline():
    assert discipline(fit(talent(disciplines=frozenset({"430"})))) == 1
    assert discipline(fit(talent(disciplines=frozenset({"110"})))) == 0


def test_region():
    assert region(fit(talent(regions=frozenset({"330000", "510000"})))) == 1  # both provinces
    assert region(fit(talent(regions=frozenset({"330000"})))) == 0.5
    assert region(fit(talent(regions=frozenset({"330100"})))) == 0.25  # another city of one province
    assert region(fit(talent(region="510104"))) == 0.5  # lives in the city
    assert region(fit(talent(region="510100", regions=frozenset({"110000"})))) == 0  # what is served counts


def test_posts():
    asked = deal(asked=Asked(posts=frozenset({"selection", "market"})))
    assert posts(fit(talent(posts=frozenset({"selection", "finance"})), of=asked)) == 0.5
    assert posts(fit(talent(posts=frozenset({"selection"})))) is None


def test_certificate():
    junior, middle, senior = (certificate(fit(talent(certificate=c))) for c in ("junior", "middle", "senior"))
    assert 0 < junior < middle < senior == 1


def test_stars():
    assert stars(fit(talent(stars=5))) == 1
    assert stars(fit(talent(stars=2))) == pytest.approx(0.4)


def test_record():
    assert record(fit(standing=Standing(past=(past(), past("ended"), past("under_way"))))) == 1
    assert record(fit(standing=Standing(past=(past("ended"),)))) == 0


def test_industry_record():
    led = Standing(past=(past(), past(industry="A01"), past("ended")))
    assert industry_record(fit(standing=led)) == 1.5


def test_free_capacity():
    assert free_capacity(fit(talent(capacity=4), Standing(load=1))) == 0.75
    assert free_capacity(fit(talent(capacity=2), Standing(load=3))) == 0


def test_finder():
    assert finder(fit(talent(5), of=deal(finder_id=5))) == 1
    assert finder(fit(talent(5), of=deal(finder_id=6))) == 0
