"""All managers (and all leads) at once are scored and forbidden exactly as each alone, by the functions that define it."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.rankers import MANAGERS, load_tables
from matching.managers import constraints, ranker
from matching.managers.at_once import VALUES, AllFit, forbidden, scores
from matching.managers.features import FEATURES
from matching.managers.gram_table import GramTable
from matching.managers.lead_table import LeadTable
from matching.managers.leads import FEATURES as LEAD_FEATURES
from matching.managers.leads import fit_of
from matching.managers.past_table import PastTable
from matching.managers.ranker import Additive, score_of
from matching.managers.roster import Roster
from matching.managers.types import LeadFacts, Standing, Tie
from matching.types import IpRight
from tests.unit.matching.managers.world import (
    CONTEXT,
    ENTERPRISE,
    TODAY,
    UNIVERSITY,
    Asked,
    deal,
    fit,
    past,
    talent,
    vector,
    weights,
)
from tests.unit.matching.world import achievement, need, shipped

TEXTS = ("", "做过九年激光熔覆工艺, 熟悉液压支架修复", "小麦育种 led 与 5g 基站", "plc v3.5 控制_led")
# Sums of these are the same in any order, so that nothing but the code can make a difference.
EXACT = st.none() | st.lists(st.sampled_from([-0.5, 0.0, 0.25, 0.5]), min_size=3, max_size=3).map(
    lambda parts: np.array(parts, dtype=np.float32)
)
CODES = st.frozensets(st.sampled_from(["C", "C35", "C26", "A01", "A"]), max_size=3)
PLACES = st.frozensets(st.sampled_from(["510000", "510104", "330200", "110000"]), max_size=2)
DAYS = st.none() | st.sampled_from([date(2020, 1, 1), CONTEXT.today, date(2030, 1, 1)])
HOUSES = st.sampled_from(
    ["青岚理工大学", "青岚理工大学（技术转移中心）", "青岚", "矿安集团", "矿安集团股份公司", "", "别处研究院"]
)
TIES = st.lists(
    st.builds(Tie, HOUSES, st.sampled_from(["affiliation", "own_company"]), DAYS, DAYS), max_size=3
).map(tuple)
PEOPLE = st.builds(
    talent, text=st.sampled_from(TEXTS), vector=EXACT, industries=CODES, regions=PLACES,
    region=st.sampled_from(["", "510100"]), certificate=st.sampled_from(["", "junior", "senior", "未知"]),
    stars=st.integers(0, 7), capacity=st.integers(0, 5), disciplines=st.frozensets(st.sampled_from(["430", "110"])),
    posts=st.frozensets(st.sampled_from(["selection", "market"])), languages=st.frozensets(st.sampled_from(["en", "de"])),
    ties=TIES,
)  # fmt: skip
PAST = st.builds(
    lambda outcome, industry, at: past(outcome, industry=industry) if at is None else
    type(past())(outcome, industry, "330200", at), st.sampled_from(["completed", "ended", "under_way"]),
    st.sampled_from(["", "C35", "C26"]), EXACT,
)  # fmt: skip
STANDINGS = st.builds(Standing, load=st.integers(0, 5), past=st.lists(PAST, max_size=5).map(tuple))
ASKED = st.builds(
    Asked, posts=st.frozensets(st.sampled_from(["selection", "market"])),
    certificate=st.sampled_from(["", "junior", "senior"]), languages=st.frozensets(st.sampled_from(["en", "de"])),
    region=st.sampled_from(["", "510104", "330000"]),
)  # fmt: skip
TITLES = st.sampled_from(["", "液压支架立柱激光熔覆", "LED 灯 5G 基站 3.5 节能".lower(), "小麦"])
DEALS = st.builds(
    lambda title, other, near, far, industry, region, **fields: deal(
        need=need(title=title, vector=near, industry=industry, region=region),
        achievement=achievement(title=other, vector=far, industry="C26", region="", discipline="430"), **fields,
    ), TITLES, TITLES, EXACT, EXACT, st.sampled_from(["", "C", "C35"]), st.sampled_from(["", "330200", "510104"]),
    finder_id=st.none() | st.integers(1, 6), asked=ASKED, declined=st.frozensets(st.integers(1, 6), max_size=2),
    parties=st.sampled_from([(), (ENTERPRISE,), (ENTERPRISE, UNIVERSITY)]),
)  # fmt: skip


def all_fit(one, people):
    roster = Roster.of([person for person, _ in people])
    lines = [(at, led) for at, (_, standing) in enumerate(people) for led in standing.past]
    table = PastTable.of(
        [standing.load for _, standing in people], [at for at, _ in lines], [led.outcome for _, led in lines],
        [led.industry for _, led in lines], [led.vector for _, led in lines],
    )  # fmt: skip
    return AllFit(one, roster, table, shipped().ngrams)


@given(DEALS, st.lists(st.tuples(PEOPLE, STANDINGS), max_size=6))
@settings(max_examples=400, deadline=None)
def test_all_at_once_are_judged_as_each_alone(one, drawn):
    people = [(talent(n, **_fields(person)), standing) for n, (person, standing) in enumerate(drawn, 1)]
    told = all_fit(one, people)
    found, may_not = scores(weights(), told), forbidden(told, CONTEXT.today)
    assert len(found) == len(may_not) == len(people)
    for at, (person, standing) in enumerate(people):
        alone = score_of(weights().points(fit(person, standing, one)))
        assert found[at] == pytest.approx(alone, abs=1e-9)
        assert may_not[at] == (constraints.forbidden(one, person, standing, CONTEXT) is not None)


def _fields(person):
    return {name: getattr(person, name) for name in type(person).__slots__ if name not in ("id", "name")}


def test_real_vectors_give_the_same_order_of_points():
    generator = np.random.default_rng(7)
    people = [
        (talent(n, text=TEXTS[n % 4], vector=vector(*generator.normal(size=3))), Standing()) for n in range(1, 60)
    ]  # fmt: skip
    one = deal(need=need(vector=vector(1, 2, 0)), achievement=achievement(vector=vector(0, 1, 1)))
    found = scores(weights(), all_fit(one, people))
    for at, (person, standing) in enumerate(people):
        assert found[at] == pytest.approx(score_of(weights().points(fit(person, standing, one))), abs=1e-3)


def test_an_account_of_a_side_is_set_aside():
    people = [(talent(n), Standing()) for n in (1, 2, 3)]
    assert forbidden(all_fit(deal(parties=()), people), CONTEXT.today, {2}).tolist() == [False, True, False]


def test_every_feature_is_there_for_all_at_once():
    assert list(VALUES) == [feature.__name__ for feature in FEATURES]
    assert ranker.FEATURES == FEATURES


@given(
    st.lists(st.text("激光熔覆修复, led5g.𠀀_v3", max_size=12), max_size=6),
    st.text("激光熔覆 led5.𠀀3", max_size=12),
)
@settings(max_examples=400, deadline=None)
def test_grams_stand_where_they_are_found_by_reading(texts, title):
    ngrams = shipped().ngrams
    told = ngrams.vector(title)
    found = GramTable(texts).presence(ngrams, told)
    assert found == pytest.approx([ngrams.presence(told, text) if text else 0.0 for text in texts], abs=1e-9)


LEADS = st.builds(
    lambda title, other, near, far, industry, region, days, trl, modes, rights: LeadFacts(
        1, need(title=title, vector=near, industry=industry, region=region, wanted_trl=trl),
        achievement(title=other, vector=far, industry="C26", region="", discipline="430", trl=3, modes=modes, ip=rights),
        50.0 + days, None if days == 9 else TODAY - timedelta(days=days),
    ), TITLES, TITLES, EXACT, EXACT, st.sampled_from(["", "C", "C35"]), st.sampled_from(["", "330200", "510104"]),
    st.sampled_from([-1, 0, 9, 29, 60]), st.none() | st.integers(1, 9),
    st.frozensets(st.sampled_from(["transfer", "equity"])), st.sampled_from([(), (IpRight(),)]),
)  # fmt: skip


@given(st.lists(LEADS, max_size=6), st.lists(LEADS, max_size=3), PEOPLE, STANDINGS)
@settings(max_examples=400, deadline=None)
def test_all_leads_are_scored_as_each_alone(some, before, person, standing):
    ngrams, ranks = shipped().ngrams, lead_ranker()
    table = LeadTable(ngrams, some, LeadTable(ngrams, before))
    alone = [score_of(ranks.points(fit_of(ngrams, one, person, standing, TODAY))) for one in some]
    assert table.scores(ranks, person, standing, TODAY) == pytest.approx(alone, abs=1e-9)


@cache
def lead_ranker():
    return Additive.from_data(load_tables(MANAGERS)["leads"], LEAD_FEATURES)
