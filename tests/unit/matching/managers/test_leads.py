"""Leads for a manager: a score is the sum of its contributions, each feature counts what it says, reasons are honest."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from functools import cache
from typing import Any

import pytest

from config.rankers import MANAGERS, load_tables
from matching.managers import leads
from matching.managers.lead_table import LeadTable
from matching.managers.leads import FEATURES, describe_leads, explained, fit_of, useful_posts
from matching.managers.ranker import Additive
from matching.managers.types import LeadFacts, Standing, TalentFacts
from matching.types import IpRight
from tests.unit.matching import world
from tests.unit.matching.managers.world import CONTEXT, TODAY, deal, past, talent, vector

NGRAMS = world.shipped().ngrams


@cache
def ranker() -> Additive:
    return Additive.from_data(load_tables(MANAGERS)["leads"], FEATURES)


def lead(lead_id: int = 1, **fields: Any) -> LeadFacts:
    one = LeadFacts(lead_id, deal().need, deal().achievement, 66.0, TODAY)
    return dataclasses.replace(one, **fields)


def points(
    one: LeadFacts, person: TalentFacts | None = None, standing: Standing | None = None
) -> dict[str, float]:
    fit = fit_of(NGRAMS, one, person or talent(), standing or Standing(), TODAY)
    return {name: gained for name, _, gained in ranker().points(fit)}


def scores(some: list[LeadFacts], person: TalentFacts, standing: Standing | None = None) -> list[float]:
    table = LeadTable(NGRAMS, some)
    return table.scores(ranker(), person, standing or Standing(), TODAY).tolist()


FULL = talent(
    text="做过九年激光熔覆工艺, 熟悉液压支架修复", vector=vector(1, 0, 0), industries=frozenset({"C35"}),
    regions=frozenset({"330000"}), disciplines=frozenset({"430"}), posts=frozenset({"market"}),
)  # fmt: skip


def test_every_feature_has_name_words_and_weight() -> None:
    described = {one.feature: one for one in describe_leads()}
    assert set(described) == set(ranker().curves) == {function.__name__ for function in FEATURES}
    assert all(one.title and one.text for one in described.values())
    assert sum(curve.most for curve in ranker().curves.values()) == pytest.approx(100)


def test_a_score_is_the_sum_of_what_is_said() -> None:
    why = explained(ranker(), NGRAMS, lead(), FULL, Standing(past=(past(),)), CONTEXT)
    assert why.score == pytest.approx(sum(gained for _, _, gained in why.contributions))
    assert scores([lead()], FULL, Standing(past=(past(),))) == pytest.approx([why.score])
    told = [reason.contribution for reason in why.reasons]
    assert told == sorted(told, reverse=True)
    assert sum(told) <= why.score + 1e-9


def test_a_score_depends_on_no_other_lead() -> None:
    alone = scores([lead()], FULL)
    many = scores([*(lead(n, score=float(40 + n)) for n in range(2, 9)), lead()], FULL)
    assert many[-1] == alone[0]


def test_nearness_of_the_profile_and_of_past_deals_counts() -> None:
    assert points(lead(), FULL)["profile_nearness"] > points(lead(), talent())["profile_nearness"] == 0
    near = Standing(past=(past(),))
    assert points(lead(), FULL, near)["past_nearness"] > points(lead(), FULL)["past_nearness"] == 0


def test_industry_region_and_posts_count() -> None:
    had = points(lead(), FULL)
    for name in ("industry", "region", "posts"):
        assert had[name] > points(lead(), talent())[name] == 0, name


def test_a_stronger_pair_and_a_fresher_lead_count_more() -> None:
    assert points(lead(score=80.0))["pair_strength"] > points(lead(score=50.0))["pair_strength"]
    fresh, old = lead(), lead(made_on=TODAY - timedelta(days=20))
    assert points(fresh)["freshness"] > points(old)["freshness"] > 0
    assert points(lead(made_on=TODAY - timedelta(days=90)))["freshness"] == 0
    assert points(lead(made_on=None))["freshness"] == 0
    # a lead of the future (a clock that was put back) is as fresh as can be, not fresher
    assert points(lead(made_on=TODAY + timedelta(days=3)))["freshness"] == points(fresh)["freshness"]


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"trl": 8}, {"market"}),
        ({"trl": None}, {"market", "selection"}),
        ({"trl": 8, "modes": frozenset({"equity"})}, {"market", "finance"}),
        ({"trl": 8, "modes": frozenset({"license"}), "ip": (IpRight(),)}, {"market", "ip_consulting"}),
        ({"trl": 8, "modes": frozenset({"license"})}, {"market"}),
    ],
)
def test_the_work_a_pair_brings(fields: dict[str, Any], wanted: set[str]) -> None:
    offer = dataclasses.replace(deal().achievement, **{"ip": (), "modes": frozenset(), **fields})
    assert useful_posts(deal().need, offer) == wanted


def test_reasons_say_what_was_seen() -> None:
    why = explained(ranker(), NGRAMS, lead(made_on=TODAY - timedelta(days=3)), FULL, Standing(), CONTEXT)
    said = {reason.feature: reason.text for reason in why.reasons}
    assert said["pair_strength"] == "需求和成果匹配 66 分"
    assert said["freshness"] == "3 天前出现的线索"
    assert said["posts"] == "用得上您从事的市场对接"
    words = next(reason.words for reason in why.reasons if reason.feature == "profile_words")
    assert words
    assert all(word in FULL.text for word in words)
    assert "今天出现的线索" in [
        r.text for r in explained(ranker(), NGRAMS, lead(), FULL, Standing(), CONTEXT).reasons
    ]


def test_nobody_in_particular_sees_the_lead_itself() -> None:
    why = explained(ranker(), NGRAMS, lead(), TalentFacts(id=0, name=""), Standing(), CONTEXT)
    assert {reason.feature for reason in why.reasons} == {"pair_strength", "freshness"}
    assert leads.LEAST_POINTS > 0
