"""What a score promises: it is the sum of its contributions, grows with each, and depends on the pair alone."""

from __future__ import annotations

import copy
import dataclasses
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.rankers import FOLDER, load
from matching.constraints import NOTHING_TO_JUDGE, OWN_ORGANISATION, forbidden
from matching.features import FEATURES
from matching.ranker import BadRanker
from matching.scoring import SHOWN, Ranker, judge, rank
from matching.types import AchievementFacts, IpRight, NeedFacts
from tests.unit.matching.world import CONTEXT, achievement, need, shipped, vector

WORDS = st.lists(
    st.sampled_from(
        ["激光", "熔覆", "研究", "石墨烯", " ", "led", "5g", "。", "锆", "小麦", "的", "系统", "𠀀", "-"]
    ),
    max_size=12,
).map("".join)
CODES = st.sampled_from(["", "C", "C26", "C27", "A01"])
REGIONS = st.sampled_from(["", "330000", "330200", "330203", "510100"])
TRL = st.none() | st.integers(1, 9)
MODES = st.frozensets(st.sampled_from(["license", "transfer", "development"]))
MONEY = st.none() | st.integers(0, 10**13)
VECTORS = st.none() | st.integers(0, 2**16).map(
    lambda seed: vector(*np.random.default_rng(seed).normal(size=8))
)
RIGHTS = st.lists(
    st.builds(
        IpRight, status=st.sampled_from(["granted", "expired", "pending", ""]), expiry=st.none() | st.dates()
    ),
    max_size=3,
).map(tuple)
NEEDS = st.builds(
    NeedFacts, id=st.integers(1, 9), title=WORDS, text=WORDS, vector=VECTORS, industry=CODES, region=REGIONS,
    wanted_trl=TRL, wanted_modes=MODES, budget_min=MONEY, budget_max=MONEY, deadline=st.none() | st.dates(),
)  # fmt: skip
ACHIEVEMENTS = st.builds(
    AchievementFacts, id=st.integers(1, 9), title=WORDS, text=WORDS, vector=VECTORS, industry=CODES, region=REGIONS,
    trl=TRL, modes=MODES, price_min=MONEY, price_max=MONEY, ip=RIGHTS, confirmed_on=st.none() | st.dates(),
)  # fmt: skip


@given(NEEDS, ACHIEVEMENTS)
@settings(max_examples=300, deadline=None)
def test_a_score_is_the_sum_of_its_contributions_and_quotes_only_what_is_there(a, b):
    one = judge(shipped(), a, b, CONTEXT)
    assert [name for name, _, _ in one.contributions] == [feature.__name__ for feature in FEATURES]
    assert one.score == pytest.approx(sum(points for _, _, points in one.contributions))
    assert 0 <= one.score <= 100 + 1e-9
    assert all(points == 0 for _, value, points in one.contributions if value is None)
    assert one.level == shipped().level(one.score, bare=not (a.text and b.text))
    points = {name: p for name, _, p in one.contributions}
    for reason in one.reasons:
        assert reason.text
        assert reason.contribution == points[reason.feature] > 0
        assert all(word in a.title or word in a.text for word in reason.need_words)
        assert all(word in b.title or word in b.text for word in reason.achievement_words)
    places = [(not r.need_words, -r.contribution) for r in one.reasons]
    assert places == sorted(places), "what can be checked first, then the weightiest"
    assert all(caution.text for caution in one.cautions)


@given(NEEDS, st.lists(ACHIEVEMENTS, max_size=6, unique_by=lambda one: one.id))
@settings(max_examples=100, deadline=None)
def test_a_list_is_the_judgements_of_its_pairs_in_order(a, others):
    listed = rank(shipped(), [a], others, CONTEXT)
    assert {one.achievement_id: one for one in listed} == {
        b.id: judge(shipped(), a, b, CONTEXT) for b in others
    }
    assert [(-one.score, one.achievement_id) for one in listed] == sorted(
        (-one.score, one.achievement_id) for one in listed
    )
    assert rank(shipped(), [a], others[::-1], CONTEXT) == listed


@given(NEEDS, ACHIEVEMENTS)
@settings(max_examples=100, deadline=None)
def test_the_other_direction_is_the_same_judgement(a, b):
    assert rank(shipped(), [a], [b], CONTEXT) == [judge(shipped(), a, b, CONTEXT)]


@given(st.floats(-1, 5), st.floats(-1, 5))
def test_more_of_a_feature_never_lowers_the_score(a, b):
    low, high = sorted((a, b))
    for curve in shipped().curves.values():
        assert 0 <= curve(low) <= curve(high) <= curve.most


def test_what_is_better_in_the_pair_is_better_in_the_score():
    base = need(
        industry="C26", region="330200", wanted_trl=7, wanted_modes=frozenset({"license"}), budget_max=100
    )
    poor = achievement(industry="A01", region="510100", trl=2, modes=frozenset({"transfer"}), price_min=500)
    better = {
        "industry": "C26",
        "region": "330200",
        "trl": 7,
        "modes": frozenset({"license"}),
        "price_min": 50,
    }
    before = judge(shipped(), base, poor, CONTEXT).score
    for field, value in better.items():
        assert judge(shipped(), base, dataclasses.replace(poor, **{field: value}), CONTEXT).score > before


def test_fields_alone_never_lift_a_pair_above_weak():
    """Same industry, place, maturity, mode and price, but about something else: no recommendation."""
    curves = shipped().curves
    fields = sum(curves[name].most for name in ("industry", "region", "maturity", "mode", "budget"))
    assert shipped().level(fields) == 1


def test_a_good_pair_is_strong_and_an_unrelated_one_weak():
    near = vector(1, 0.1)
    good = judge(
        shipped(),
        need("锂离子电池硅碳负极材料", text="寻求硅碳负极材料的制备工艺,提高锂离子电池能量密度", vector=near),
        achievement(
            "锂离子电池硅碳负极材料制备", text="硅碳负极材料的制备工艺,用于锂离子电池", vector=vector(1, 0)
        ),
        CONTEXT,
    )
    bad = judge(
        shipped(), need("小麦育种", vector=near), achievement("大坝监测", vector=vector(0, 1)), CONTEXT
    )
    assert good.level == 4
    assert bad.level == 1


def test_two_unrelated_listings_of_many_words_are_weak_and_not_recommended():
    """What a pasted need and an achievement share by way of speaking: time, quantity, wishes."""
    asked = "我们做风电齿轮箱,行星轮轴承在低速重载下早期点蚀,希望找到能在 6 个月内验证的表面强化工艺,处理后疲劳寿命提高一倍以上。"
    offered = "本成果经过 6 个月验证,霉菌毒素处理后降解率达到 90% 以上,成本降低一倍以上,希望与饲料企业合作,完成中试放大和现场应用。"
    one = judge(
        shipped(),
        need(asked[:60], text=asked, vector=vector(1, 0)),
        achievement("玉米赤霉烯酮与黄曲霉毒素协同降解酶", text=offered * 3, vector=vector(0.05, 1)),
        CONTEXT,
    )
    assert one.level == 1
    assert one.score < shipped().recommended
    assert not [word for reason in one.reasons for word in reason.need_words]


def test_only_the_first_of_a_long_list_carry_words():
    others = [achievement(id=number) for number in range(1, SHOWN + 6)]
    listed = rank(shipped(), [need()], others, CONTEXT)
    assert all(one.reasons for one in listed[:SHOWN])
    assert not any(one.reasons for one in listed[SHOWN:])
    assert [one.achievement_id for one in listed] == sorted(one.achievement_id for one in listed)


def test_forbidden_pairs_keep_their_reason():
    mine = forbidden(need(organisation_id=7), achievement(organisation_id=7), CONTEXT)
    empty = forbidden(need(), achievement(" "), CONTEXT)
    assert (mine.code, empty.code) == (OWN_ORGANISATION, NOTHING_TO_JUDGE)
    assert mine.text
    assert (mine.need_id, mine.achievement_id) == (1, 2)
    assert forbidden(need(""), achievement(), CONTEXT).code == NOTHING_TO_JUDGE
    assert forbidden(need(organisation_id=None), achievement(organisation_id=None), CONTEXT) is None


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda data: data["features"].pop("region"), "100"),
        (lambda data: data["features"].update(astrology=data["features"]["mode"]), "astrology"),
        (lambda data: data["features"]["region"].update(points=50.0), "100"),
        (lambda data: data["features"]["region"].update(points=-1.0), "region"),
        (lambda data: data["features"]["region"].update(knots=[[0.0, 0.0], [0.0, 1.0]]), "knots"),
        (lambda data: data["features"]["region"].update(knots=[[0.0, 0.0], [0.5, 0.9], [1.0, 0.8]]), "knots"),
        (lambda data: data["levels"].update(fair=99.0), "levels"),
        (lambda data: data["levels_of_titles"].update(strong=1.0), "levels"),
        (lambda data: data["levels"].update(recommended=1.0), "recommended"),
        (lambda data: data["levels"].pop("recommended"), "recommended"),
        (lambda data: data.pop("ngrams"), "ngrams"),
    ],
)
def test_broken_data_are_refused_by_name(change, word):
    tables, idf = load()
    changed = copy.deepcopy(tables)
    change(changed)
    with pytest.raises(BadRanker, match=word):
        Ranker.from_data(changed, idf)


def test_a_ranker_older_than_a_feature_goes_on_without_it():
    former, idf = load(FOLDER / "weights-sanku-2.toml")
    old = Ranker.from_data(former, idf)
    assert "similar_needs" not in former["features"]
    assert old.curves["similar_needs"].most == 0.0
    judged = judge(old, need(text="结合强度≥400mpa"), achievement(text="结合强度 412 mpa"), CONTEXT)
    points = {name: (value, given) for name, value, given in judged.contributions}
    assert points["figures"] == (1.0, 0.0)


def test_the_name_changes_with_the_data():
    tables, idf = load()
    changed = copy.deepcopy(tables)
    changed["levels"]["strong"] += 1
    assert Ranker.from_data(changed, idf).name != shipped().name
    assert Ranker.from_data(copy.deepcopy(tables), idf).name == shipped().name


def test_a_ranker_does_not_read_the_clock():
    old = achievement(confirmed_on=date(2020, 1, 1), organisation_id=7)
    early = dataclasses.replace(CONTEXT, today=date(2020, 2, 1))
    assert not judge(shipped(), need(), old, early).cautions
    assert [c.code for c in judge(shipped(), need(), old, CONTEXT).cautions] == ["long_unconfirmed"]


def test_without_a_vector_words_stand_for_meaning_too():
    wish, offer = "锂离子电池硅碳负极材料", "锂离子电池硅碳负极材料制备"
    alone = judge(shipped(), need(wish), achievement(offer), CONTEXT)
    little = judge(shipped(), need(wish), achievement("锂矿开采"), CONTEXT)
    assert alone.score >= shipped().recommended > little.score
    with_vector = judge(
        shipped(), need(wish, vector=vector(1, 0)), achievement(offer, vector=vector(0, 1)), CONTEXT
    )
    words = {name: points for name, _, points in with_vector.contributions}["words"]
    assert words <= shipped().curves["words"].most
