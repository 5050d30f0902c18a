"""Bundles of patents: what one team filed on one thing comes together, the rest stays apart, always in the same way."""

from __future__ import annotations

import random
from datetime import date

from indexer.text import normalise
from matching import bundling
from matching.bundling import Right, propose, reason_of
from tests.unit.matching.world import shipped

NGRAMS = shipped().ngrams
LASER = ("张望川", "李素心", "王砚")
WATER = ("赵清", "钱渡")


def right(number: int, title: str, people: tuple[str, ...] = (), **more: object) -> Right:
    return Right(number, title, normalise(title), inventors=people, **more)  # type: ignore[arg-type]


def family() -> list[Right]:
    """Two teams with two things each, and patents that belong to nobody's."""
    return [
        right(1, "一种镍基单晶叶片的激光增材修复方法", LASER), right(2, "单晶叶片激光修复用镍基粉末及其制备方法", LASER[:2]),
        right(3, "镍基单晶叶片激光修复装置", (LASER[0], LASER[2])), right(4, "一种高盐废水的正渗透浓缩系统", WATER),
        right(5, "正渗透浓缩高盐废水用汲取液", WATER), right(6, "一种教学用黑板擦", ("孙某",)),
        right(7, "钛合金表面的激光冲击强化夹具", LASER), right(8, "高盐废水正渗透浓缩装置的清洗方法", ("周某",)),
    ]  # fmt: skip


def test_one_team_and_one_thing_come_together() -> None:
    found = propose(family(), NGRAMS)
    assert [p.ids for p in found] == [(1, 2, 3), (4, 5)]
    assert "张望川" in found[0].reason
    assert "叶片" in found[0].reason
    assert "高盐废水" in found[1].reason
    assert not found[0].title.startswith("一种")


def test_the_order_of_the_list_makes_no_difference() -> None:
    first = propose(family(), NGRAMS)
    for seed in range(5):
        shuffled = family()
        random.Random(seed).shuffle(shuffled)
        assert propose(shuffled, NGRAMS) == first


def test_strangers_need_nearer_texts_than_colleagues() -> None:
    texts = ("一种污泥脱水装置", "污泥深度脱水的压滤装置")
    same = [right(n, text, WATER) for n, text in enumerate(texts, 1)]
    strangers = [right(1, texts[0], WATER), right(2, texts[1], ("周某",))]
    assert len(propose(same, NGRAMS)) == 1
    assert propose(strangers, NGRAMS) == []


def test_a_name_on_every_patent_proves_nothing() -> None:
    chief = "院长"
    rights = [
        right(n, f"第{n}号主题的{word}装置", (chief, f"甲{n}"))
        for n, word in enumerate("热水光电声磁力油气煤", 1)
    ]
    assert propose(rights, NGRAMS) == []


def test_the_same_title_of_two_teams_needs_like_abstracts() -> None:
    """“显示面板及显示装置” is the name of a hundred things."""
    title = "显示面板及显示装置"
    one = right(1, title, LASER, body="阵列基板上的薄膜晶体管采用氧化物半导体层，降低漏电流。")
    other = right(2, title, WATER, body="柔性盖板的弯折区设有缓冲胶层，弯折十万次不裂。")
    near = right(3, title, WATER, body="阵列基板上的薄膜晶体管采用氧化物半导体层，漏电流降低。")
    assert propose([one, other], NGRAMS) == []
    assert [p.ids for p in propose([one, near], NGRAMS)] == [(1, 3)]


def test_no_bundle_is_longer_than_an_achievement_can_hold() -> None:
    rights = [right(n, "单晶叶片激光修复用镍基粉末", LASER) for n in range(1, 31)]
    found = propose(rights, NGRAMS)
    assert {len(p.ids) for p in found} <= set(range(2, bundling.MOST + 1))
    assert sorted(i for p in found for i in p.ids) == sorted({i for p in found for i in p.ids})


def test_an_invention_and_a_utility_model_of_one_day_are_named() -> None:
    day = date(2020, 5, 6)
    pair = [
        right(1, "一种叶片夹具", LASER, type="invention_patent", filed_on=day),
        right(2, "一种叶片夹具", LASER, type="utility_model", filed_on=day),
    ]
    assert "同一天" in reason_of(pair, NGRAMS)
    assert propose(pair, NGRAMS)[0].ids == (1, 2)


def test_nothing_and_one_are_no_bundle() -> None:
    assert propose([], NGRAMS) == []
    assert propose(family()[:1], NGRAMS) == []
    assert propose([right(1, ""), right(2, "!!!")], NGRAMS) == []
