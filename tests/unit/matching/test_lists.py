"""Judged pairs as a list: what is folded, what is moved, which team stands where, what a near miss lacks."""

from __future__ import annotations

import copy
import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.rankers import LISTS, load_tables
from matching.folding import DOUBLE, SIMILAR, alike, fold
from matching.lists import BadListRules, ListRules
from matching.shortfall import shortfalls, unmentioned
from matching.spreading import Placed, spread
from matching.teams import Work, gather
from tests.unit.matching.world import achievement, need, shipped, vector

RULES = ListRules.from_data(load_tables(LISTS))
NGRAMS = shipped().ngrams
PROCESS = (
    "针对单晶叶片叶尖磨损，团队用激光熔覆在叶尖逐层堆出镍基合金，再以数控铣削恢复型面；堆焊区晶粒与基体取向偏差小于六度，"
    "高温持久寿命达到新件的九成，已修复三百余件并装机运行两千小时，尚未在带热障涂层的叶片上验证。"
)
OTHER = (
    "热障涂层叶片在检修前要先去掉涂层。这里用高压水射流配合弱酸浸泡剥离陶瓷层和粘结层，"
    "以涡流测厚判断终点，基体减薄控制在八微米以内，废液经中和沉淀后回用，单件时间由两天缩短到四小时。"
)
NEAR, FAR = vector(1.0, 0.1), vector(0.1, 1.0)


def offer(n, title, text="", **fields):
    return achievement(title, id=n, text=text, **fields)


def kinds(*listings, by_owner=True):
    return alike(RULES.folding, NGRAMS, listings, by_owner=by_owner)


def test_one_text_under_two_titles_is_one_entry_and_one_title_over_two_texts_is_two():
    a = offer(1, "单晶叶片激光修复方法", PROCESS, vector=NEAR, organisation_id=1)
    b = offer(2, "单晶叶片激光修复装置", PROCESS + "另附装置图。", vector=NEAR, organisation_id=2)
    c = offer(3, "单晶叶片激光修复方法", OTHER, vector=NEAR, organisation_id=1)
    assert kinds(a, b, c) == [(1, 2, DOUBLE), (1, 3, SIMILAR), (2, 3, SIMILAR)]


def test_what_lies_far_apart_is_not_compared():
    a = offer(1, "单晶叶片激光修复方法", PROCESS, vector=NEAR)
    assert kinds(a, offer(2, "涂层剥离", OTHER, vector=FAR)) == []


def test_bare_titles_are_doubles_of_one_owner_only():
    titles = ("低温压力容器钢及生产方法", "低温压力容器钢的生产方法")
    own = [offer(n, t, vector=NEAR, organisation_id=7) for n, t in enumerate(titles, 1)]
    assert kinds(*own) == [(1, 2, DOUBLE)]
    assert kinds(*own, by_owner=False) == [(1, 2, SIMILAR)]
    others = [dataclasses.replace(one, organisation_id=one.id) for one in own]
    assert kinds(*others) == [(1, 2, SIMILAR)]
    nobodys = [dataclasses.replace(one, organisation_id=None) for one in own]
    assert kinds(*nobodys) == [(1, 2, SIMILAR)]


def test_without_vectors_titles_say_what_is_worth_a_look():
    a = offer(1, "单晶叶片激光修复方法", PROCESS)
    b = offer(2, "单晶叶片激光修复装置", PROCESS, vector=NEAR)
    c = offer(3, "污泥热解炭化", OTHER)
    assert kinds(a, b, c) == [(1, 2, DOUBLE)]
    assert kinds() == []


def test_folding_joins_heads_never_members():
    # 3 is like 2, and 2 was folded under 1: 3 stands alone, because nobody sees 2 before opening it
    assert fold([1, 2, 3, 4], {(1, 2), (2, 3)}) == [(1, 2), (3,), (4,)]
    # with 1 passed on, 2 becomes a head and takes 3
    assert fold([2, 3, 4], {(1, 2), (2, 3)}) == [(2, 3), (4,)]


@given(st.sets(st.tuples(st.integers(1, 12), st.integers(1, 12)).filter(lambda p: p[0] < p[1])))
def test_folding_keeps_everything_once_and_in_order(doubles):
    groups = fold(range(1, 13), doubles)
    assert sorted(one for group in groups for one in group) == list(range(1, 13))
    assert [group[0] for group in groups] == sorted(group[0] for group in groups)
    assert all((group[0], one) in doubles for group in groups for one in group[1:])


def placed(*entries):
    return [Placed(institution, level, score) for institution, level, score in entries]


def test_no_institution_floods_the_head_of_a_list():
    flood = placed(*((1, 3, 74.0 - n) for n in range(5)), (2, 3, 69.0), (3, 3, 68.0))
    order, moved = spread(RULES.spread, flood)
    assert order == [0, 1, 2, 5, 6, 3, 4]
    assert moved == [3, 4]


def test_what_is_clearly_weaker_or_of_a_lower_level_does_not_come_first():
    weaker = placed(*((1, 3, 74.0 - n) for n in range(5)), (2, 3, 63.0))
    assert spread(RULES.spread, weaker) == ([0, 1, 2, 3, 4, 5], [])
    lower = placed(*((1, 3, 66.0 - n) for n in range(4)), (2, 2, 62.9))
    assert spread(RULES.spread, lower) == ([0, 1, 2, 3, 4], [])
    nobodys = placed(*((None, 3, 74.0 - n) for n in range(6)), (2, 3, 68.0))
    assert spread(RULES.spread, nobodys)[1] == []


@given(st.lists(st.tuples(st.none() | st.integers(1, 3), st.floats(45, 100)), max_size=25))
def test_spreading_loses_nothing_and_never_puts_a_lower_level_first(drawn):
    entries = sorted((Placed(i, shipped().level(s), s) for i, s in drawn), key=lambda e: -e.score)
    order, moved = spread(RULES.spread, entries)
    assert sorted(order) == list(range(len(entries)))
    levels = [entries[place].level for place in order]
    assert levels == sorted(levels, reverse=True)
    assert set(moved) <= set(order[RULES.spread.most :])
    rest = order[RULES.spread.first :]
    assert rest == sorted(rest)


def work(institution, team, level, score, recommended=True):
    return Work(institution, team, level, score, recommended)


def test_teams_stand_by_their_best_works():
    works = [
        work(1, "叶片组", 4, 88), work(2, "", 3, 74), work(1, " 叶片 组", 3, 70), work(3, "涂层组", 4, 80),
        work(3, "涂层组", 4, 79), work(1, "粉末组", 3, 68), work(None, "论文作者", 4, 90),
        work(1, "叶片组", 2, 55, recommended=False),
    ]  # fmt: skip
    teams = gather(works, near_works=2)
    assert [(t.institution, t.team, t.works) for t in teams] == [
        (3, "涂层组", (3, 4)), (1, "叶片组", (0, 2)), (2, "", (1,)), (1, "粉末组", (5,)),
    ]  # fmt: skip
    assert teams[1].levels == {4: 1, 3: 1}
    assert (teams[1].near, teams[1].is_near) == (1, False)


def test_a_team_whose_works_only_came_close_is_named_behind_all_others():
    close = [
        work(1, "甲", 2, 58, False),
        work(2, "乙", 2, 57, False),
        work(1, "甲", 2, 56, False),
        work(3, "丙", 2, 62),
    ]
    assert [(t.institution, t.works, t.is_near) for t in gather(close, near_works=2)] == [
        (3, (3,), False),
        (1, (0, 2), True),
    ]
    assert gather([], near_works=2) == []


@pytest.mark.parametrize(
    ("title", "text", "missing"),
    [
        ("泡菜盐渍池高盐废水就地处理", "盐渍土壤里的植物", ("泡菜", "高盐废水就地")),
        (
            "北方冬季储能用磷酸铁锂电芯低温性能提升",
            "电芯内部温度估计，储能电站冬季北方运行，磷酸铁锂",
            ("低温",),
        ),
        ("AGV 导航精度", "导航精度 2 毫米", ("agv",)),
        ("AGV 导航精度", "agv 导航精度", ()),
        ("求购一种新型设备", "没有关系的文字", ()),
        ("镁合金压铸", "铝合金压铸件", ("镁合金",)),
    ],
)
def test_words_the_other_side_never_mentions(title, text, missing):
    assert unmentioned(NGRAMS, title.lower(), text) == missing


def test_a_near_miss_says_what_is_missing():
    asks = need("单晶叶片激光修复", text="修复后结合强度不低于 400 MPa", budget_max=100)
    cautions = [
        {"code": "trl_below_wanted", "text": "成熟度 TRL 3，低于期望的 TRL 6"},
        {"code": "region_differs", "text": "异地"},
    ]
    silent = offer(1, "单晶叶片激光修复", "只说做法，不给数字。" * 8)
    assert shortfalls(NGRAMS, asks, silent, cautions) == (
        "成熟度 TRL 3，低于期望的 TRL 6", "指标没有给出数值", "报价未说明",
    )  # fmt: skip
    whole = offer(1, "单晶叶片激光修复", "结合强度 420 MPa", price_min=50)
    assert shortfalls(NGRAMS, asks, whole, []) == ("用词和意思都只是部分相近",)
    bare = offer(1, "涂层剥离")
    assert shortfalls(NGRAMS, asks, bare, []) == (
        "没有提到需求里的“单晶叶片激光修复”", "只有名称，没有说明做法和指标", "报价未说明",
    )  # fmt: skip


def test_rules_are_data_with_a_name_that_changes_with_them():
    data = load_tables(LISTS)
    changed = copy.deepcopy(data)
    changed["folding"]["same_text"] = 0.6
    assert ListRules.from_data(changed).name != RULES.name
    for spoil in (
        lambda d: d["folding"].pop("similar"),
        lambda d: d["spread"].update(most=11),
        lambda d: d["folding"].update(same_text=1.5),
        lambda d: d.pop("teams"),
    ):
        broken = copy.deepcopy(data)
        spoil(broken)
        with pytest.raises(BadListRules):
            ListRules.from_data(broken)
