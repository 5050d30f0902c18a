"""One test for each reason of the ranking, and one that none is without name, words, weight and test."""

from __future__ import annotations

import numpy as np
import pytest

from matching.features import FEATURES, describe
from matching.features.indicators import compared, figures
from matching.features.meaning import semantic_nearness
from matching.features.similar import similar_needs
from matching.features.terms import budget, industry, maturity, mode, region
from matching.features.wording import words
from matching.feedback import CHOSEN, UNFIT, Feedback
from matching.types import Heard
from tests.unit.matching.world import achievement, need, pair, shipped, vector


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.__name__)
def test_every_feature_has_a_page_a_weight_and_a_test(feature):
    page = {one.feature: one for one in describe()}[feature.__name__]
    assert 2 <= len(page.title) <= 8
    assert page.text.endswith("。")
    assert shipped().curves[feature.__name__].most > 0
    assert f"test_{feature.__name__}" in globals()


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.__name__)
def test_what_nobody_said_is_unknown_and_not_zero(feature):
    assert feature(pair(need(""), achievement(""))) is None


def test_words():
    title = "污水处理膜"
    same = words(pair(need(title), achievement(title)))
    asked = words(pair(need("环保", text="我们需要污水处理膜"), achievement(title)))
    offered = words(pair(need(title), achievement("环保", text="本成果是一种污水处理膜")))
    assert words(pair(need("激光熔覆"), achievement("小麦育种"))) == 0.0
    assert words(pair(need("环保", text="小麦"), achievement("激光熔覆"))) == 0.0
    assert 1.0 < asked < same
    assert 1.0 < offered < same


def test_a_rare_word_in_common_counts_more_than_a_common_one():
    rare = words(pair(need("石墨烯导热膜研究"), achievement("石墨烯电极")))
    common = words(pair(need("石墨烯导热膜研究"), achievement("电极研究")))
    assert rare > common > 0


def test_what_stands_in_the_title_or_is_said_again_counts_more():
    title, filler = "污水处理膜", "小麦玉米水稻大豆"
    once = words(pair(need("环保", text=title + filler + filler), achievement(title)))
    twice = words(pair(need("环保", text=title + filler + title), achievement(title)))
    in_title = words(pair(need(title, text="环保" + filler), achievement(title)))
    assert once < twice < in_title


def test_titles_exported_with_spaces_are_the_same_titles():
    a, b = need("激光熔覆 led 灯"), achievement("激光 熔覆 led灯")
    assert words(pair(a, b)) == pytest.approx(words(pair(a, achievement("激光熔覆led灯"))))


def test_a_latin_word_is_found_whole_or_not_at_all():
    found = words(pair(need("5g 基站"), achievement("5g 天线")))
    inside = words(pair(need("35g 基站"), achievement("5g 天线")))
    assert found > inside == 0.0


def test_a_description_on_the_other_side_too_never_lowers_the_words_found():
    one = pair(need("环保", text="我们需要污水处理膜"), achievement("污水处理膜"))
    both = pair(need("环保", text="我们需要污水处理膜"), achievement("污水处理膜", text="与此无关"))
    assert words(both) >= words(one)


def test_common_words_in_a_long_text_count_little():
    wishes = "我们希望在 6 个月内验证,处理后提高一倍以上,要求稳定可靠,并提供现场服务。"
    prose = wishes + "水稻玉米大豆高粱棉花油菜花生甘薯" * 40
    wish = need("希望 6 个月内验证,处理后提高一倍以上", text="大豆")
    chance = words(pair(wish, achievement("小麦育种", text=prose + "行星齿轮")))
    meant = words(pair(need("行星齿轮", text="大豆"), achievement("小麦育种", text=prose + "行星齿轮")))
    assert chance < 0.5 * meant


def test_a_longer_text_must_hold_more_to_mean_as_much():
    title, filler = "污水处理膜", "小麦玉米水稻大豆高粱棉花油菜花生"
    short = words(pair(need("环保", text=title + filler), achievement(title)))
    long = words(pair(need("环保", text=title + filler * 80), achievement(title)))
    assert 0 < long < short


def test_both_directions_together_say_more_than_one():
    one = pair(need("污水处理膜", text="含盐废水回用"), achievement("含盐废水回用"))
    both = pair(one.need, achievement("含盐废水回用", text="污水处理膜"))
    assert words(both) > words(one)


def test_semantic_nearness():
    a, b = vector(1, 0), vector(1, 1)
    assert semantic_nearness(pair(need(vector=a), achievement(vector=a))) == pytest.approx(1.0)
    assert semantic_nearness(pair(need(vector=a), achievement(vector=b))) == pytest.approx(2**-0.5, abs=1e-6)
    assert semantic_nearness(pair(need(vector=a), achievement())) is None
    assert semantic_nearness(pair(need(vector=a), achievement(vector=vector(1, 1, 1)))) is None


@pytest.mark.parametrize(
    ("a", "b", "value"),
    [("C26", "C26", 1.0), ("C26", "C27", 0.4), ("C", "C27", 0.4), ("C26", "A01", 0.0), ("", "C26", None)],
)
def test_industry(a, b, value):
    assert industry(pair(need(industry=a), achievement(industry=b))) == value


@pytest.mark.parametrize(
    ("a", "b", "value"),
    [
        ("330200", "330203", 1.0),
        ("330200", "330100", 0.5),
        ("330000", "330100", 1.0),
        ("330200", "510100", 0.0),
        ("330200", "", None),
    ],
)
def test_region(a, b, value):
    assert region(pair(need(region=a), achievement(region=b))) == value


@pytest.mark.parametrize(
    ("wanted", "has", "value"),
    [(6, 6, 1.0), (6, 9, 1.0), (6, 5, 0.6), (6, 4, 0.3), (6, 3, 0.0), (6, None, None)],
)
def test_maturity(wanted, has, value):
    assert maturity(pair(need(wanted_trl=wanted), achievement(trl=has))) == value


@pytest.mark.parametrize(
    ("wanted", "offered", "value"),
    [
        ({"license"}, {"license", "transfer"}, 1.0),
        ({"license"}, {"transfer"}, 0.0),
        ({"license"}, set(), None),
    ],
)
def test_mode(wanted, offered, value):
    one = pair(need(wanted_modes=frozenset(wanted)), achievement(modes=frozenset(offered)))
    assert mode(one) == value


@pytest.mark.parametrize(
    ("money", "price", "value"), [(100, 80, 1.0), (100, 150, 0.5), (100, 200, 0.0), (0, 5, 0.0), (0, 0, 1.0)]
)
def test_budget(money, price, value):
    assert budget(pair(need(budget_max=money), achievement(price_min=price))) == pytest.approx(value)


def test_one_figure_stands_for_a_range():
    assert budget(pair(need(budget_min=100), achievement(price_max=90))) == 1.0
    assert budget(pair(need(budget_min=100), achievement())) is None


@pytest.mark.parametrize(
    ("asked", "offered", "value"),
    [
        ("结合强度不低于 400 mpa。", "实测结合强度达到 0.41 gpa。", 1.0),
        ("结合强度不低于 400 mpa。", "实测结合强度为 380 mpa。", 0.0),
        ("结合强度≥400mpa，孔隙率≤1%", "结合强度 412 mpa，孔隙率 2%", 0.5),
        ("纯度要求 99.9% 以上", "纯度 99.95%", 1.0),
        ("能耗不超过 2 kwh", "能耗约 7 mj", 1.0),
        ("工作温区在 20~80℃，粘接强度≥3 mpa", "粘接强度 2.5–3.5 mpa", 1.0),
        # What is not comparable is unknown: another name, another measure, a change, the other way round, no bound.
        ("结合强度不低于 400 mpa。", "抗压强度 300 mpa", None),
        ("结合强度不低于 400 mpa。", "结合强度 12 kn", None),
        ("回收率不低于 90%", "回收率提高 5%", None),
        ("亚硝酸盐>30 mg/kg", "亚硝酸盐≤8 mg/kg", None),
        ("结合强度 400 mpa", "结合强度 300 mpa", None),
        ("厚度≤5 mm", "厚度 8 mm", None),
    ],
)
def test_figures(asked, offered, value):
    assert figures(pair(need(text=asked), achievement(text=offered))) == value


def test_figures_are_told_as_both_sides_write_them():
    (one,) = compared(pair(need(text="1000次容量保持率≥85%"), achievement(text="循环后容量保持率为 88.5%")))
    assert (one.name, one.asked, one.offered, one.is_met) == ("容量保持率", "≥85%", "88.5%", True)
    assert compared(pair(need(text="回收率≥90%"), achievement("回收率 95%"))) == (), (
        "a bare title states nothing"
    )


SPOKEN = vector(1, 0, 0)


def _heard(weights: list[float], places: list[np.ndarray]) -> Heard:
    return Heard(np.stack(places), np.array(weights, dtype=np.float32))


def test_similar_needs():
    liked = _heard([1.0], [SPOKEN])
    assert similar_needs(pair(need(heard=liked), achievement(vector=SPOKEN))) == 1.0
    assert similar_needs(pair(need(heard=liked), achievement(vector=vector(0, 1, 0)))) is None
    assert similar_needs(pair(need(heard=liked), achievement(vector=vector(0.62, 0.8, 0)))) == 1.0
    assert similar_needs(pair(need(heard=_heard([0.2], [SPOKEN])), achievement(vector=SPOKEN))) == 0.5
    # What similar needs found unfit takes away from what they chose, and takes nothing from the rest.
    mixed = _heard([0.3, -0.3], [SPOKEN, SPOKEN])
    assert similar_needs(pair(need(heard=mixed), achievement(vector=SPOKEN))) is None
    assert similar_needs(pair(need(heard=liked), achievement(vector=vector(1, 0)))) is None, "another model"


def test_feedback_is_heard_by_similar_needs_only():
    said = Feedback(
        needs=np.stack([SPOKEN, vector(0, 1, 0)]),
        achievements=np.stack([vector(0, 0, 1), vector(0, 1, 1)]),
        weights=np.array([CHOSEN, UNFIT], dtype=np.float32),
        need_ids=np.array([7, 8]),
    )
    near, own, far, passed, blank = said.for_needs([
        need(id=1, vector=vector(1, 0.1, 0)), need(id=7, vector=SPOKEN), need(id=2, vector=vector(0, 0, 1)),
        need(id=3, vector=vector(0, 1, 0)), need(id=4),
    ])  # fmt: skip
    assert near.heard is not None
    assert len(near.heard.weights) == 1
    assert own.heard is None, "a need's own choice is no news to it"
    assert far.heard is None
    assert passed.heard is None, "where nothing was chosen, a pass takes nothing away"
    assert blank.heard is None
