"""The checks of the need doctor, one need each: what fires, on which words, and what stays silent."""

from __future__ import annotations

import copy
import time

import pytest

from config.doctor import load
from matching.doctor import Doctor, Draft
from matching.doctor.cost import sentence, table
from matching.doctor.doctor import BadDoctorFile

DOCTOR = Doctor.from_data(load())
LONG = "目前人工听漏，漏损率偏高，一个月只能走一遍，老城区的铸铁管占了一半，常常找不到漏点在哪里。"
FIRM = "公司成立于 2009 年，注册资本 1000 万元，占地 30 亩，现有员工 300 人，是高新技术企业，产品畅销国内外。"


def fired(**fields: object) -> dict[str, tuple[str, ...]]:
    """name of check → the words it found."""
    found = DOCTOR.examine(Draft(**fields))  # type: ignore[arg-type]
    return {one.check.name: one.words for one in found.findings}


def points(criterion: str, **fields: object) -> int:
    found = DOCTOR.examine(Draft(**fields))  # type: ignore[arg-type]
    return next(mark.points for mark in found.marks if mark.criterion == criterion)


def test_nothing_written_earns_nothing_and_asks_for_help() -> None:
    found = DOCTOR.examine(Draft())
    assert (found.points, found.most) == (0, 20)
    assert found.needs_help


def test_a_whole_need_earns_everything() -> None:
    found = DOCTOR.examine(
        Draft(
            title="供水管网噪声和压力监测定位漏点",
            problem=LONG,
            indicators="定位误差 ≤ 5 m\n漏损率从 18 % 降到 10 % 以下",
            constraints="埋深 1.5 m 的现场，水温 5–35 ℃；先装 200 个点；单点成本不超过 2000 元；已有 SCADA 数据；由第三方验收。",
            budget=True, deadline=True, modes=True, maturity=True, industry=True, region=True,
        )
    )  # fmt: skip
    assert found.points == 20
    assert found.findings == ()
    assert not found.needs_help


@pytest.mark.parametrize(
    ("name", "words", "fields"),
    [
        ("enough", (), {"problem": "解决开裂问题"}),
        ("firm", ("成立于", "注册资本", "占地"), {"problem": FIRM}),
        ("object", ("新材料研发",), {"title": "新材料研发"}),
        ("current", (), {"problem": "希望把叶片修复后的强度提高到与新品相同，修复以后要能再用一万小时以上，热影响区不能开裂。"}),
        ("trouble", (), {"problem": "目前采用进口粉末修复叶片，希望换成国内的粉末，修复以后的叶片要能再用一万小时，强度与新品相同。"}),
        ("one", ("需求一", "需求二"), {"problem": f"需求一：宽温润滑脂添加剂。{LONG}需求二：油脂低速流动检测。"}),
        ("one", ("环保助剂的开发", "功能助剂的研发", "新装备的开发"), {"problem": f"{LONG}\n1、环保助剂的开发；\n2、功能助剂的研发；\n3、新装备的开发。"}),
        ("open", ("高层次人才",), {"title": "泵类产品高层次人才", "problem": LONG}),
        ("open", ("引进焊接专家",), {"problem": f"{LONG}希望引进焊接专家。"}),
        ("plain", ("SINS", "SLAM", "QWER"), {"problem": f"{LONG}需要 SINS、SLAM 和 QWER 组合。"}),
        ("stated", (), {"problem": "目前人工听漏，一个月走一遍"}),
        ("figures", (), {"problem": LONG, "indicators": "提高定位精度"}),
        ("units", ("强度≥ 400",), {"indicators": "抗拉强度≥ 400"}),
        ("bounds", ("寿命3000 h",), {"indicators": "寿命3000 h"}),
        ("concrete", ("先进", "高效"), {"indicators": "性能先进、高效"}),
        ("any", (), {"problem": "解决开裂问题"}),
        ("site", (), {"constraints": "单件成本不超过 300 元"}),
        ("acceptance", (), {"constraints": "单件成本不超过 300 元"}),
        ("scale", (), {"constraints": "在 900 ℃ 燃气中使用"}),
        ("limits", (), {"constraints": "在 900 ℃ 燃气中使用"}),
        ("tried", (), {"constraints": "在 900 ℃ 燃气中使用"}),
        ("budget", (), {}),
        ("deadline", (), {}),
        ("modes", (), {}),
        ("maturity", (), {}),
        ("place", (), {}),
    ],
)  # fmt: skip
def test_a_check_fires_on_the_very_words(name: str, words: tuple[str, ...], fields: dict[str, str]) -> None:
    found = fired(**fields)
    assert name in found
    assert [word.removeprefix("抗拉") for word in found[name]] == list(words)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("object", {"title": "喷漆工艺智能化改造"}),
        ("firm", {"problem": f"{FIRM}{LONG}"}),
        ("one", {"problem": f"{LONG}\n1、研究漏点声音的特征；\n2、研究压力的变化；\n3、建立模型。"}),
        ("open", {"problem": f"{LONG}希望与高校合作研发。"}),
        ("plain", {"problem": f"{LONG}捷联惯导（SINS）、即时定位（SLAM）、QWER（某某系统），需要用 PLC 和 LED。"}),
        ("plain", {"problem": f"{LONG}我们的牌子 ARMANI、MARA、VERRI 很有名。"}),
        ("units", {"indicators": "摩擦系数 ≤ 0.3\npH 值 ≥ 7\n抗压强度 ≥ 40 MPa"}),
        ("bounds", {"indicators": "能耗降低 20 %"}),
        ("concrete", {"indicators": "能耗更高效，单位能耗 ≤ 0.8 kWh/kg"}),
        ("concrete", {"problem": f"{FIRM}公司拥有先进的设备。{LONG}"}),
        ("concrete", {"title": "高效PERC电池的生产", "problem": f"{LONG}希望提高高效PERC电池的良率。"}),
        ("concrete", {"problem": f"{LONG}国际上使用的先进设备能够满足要求。"}),
        ("firm", {"problem": "产品太重，磨削时员工劳动强度大，希望一次装夹，自动完成磨削"}),
        ("bounds", {"title": "7T 轮胎式挖掘机", "problem": LONG}),
        ("units", {"indicators": "噪音 dB(A): ≤ 80"}),
        ("budget", {"problem": "公司拟出资60万元寻求合作伙伴"}),
        ("deadline", {"problem": "希望 6 个月内完成"}),
        ("modes", {"problem": "愿意与高校联合开发"}),
        ("maturity", {"problem": "已有小试，希望做到中试"}),
    ],
)  # fmt: skip
def test_a_check_stays_silent(name: str, fields: dict[str, str]) -> None:
    assert name not in fired(**fields)


def test_what_is_said_of_the_firm_is_no_indicator() -> None:
    assert points("indicators", problem=FIRM) == 0
    assert points("indicators", problem=f"{FIRM}年产值达到 5 亿元，产品合格率 99 % 以上。") == 0
    assert points("indicators", problem=f"{FIRM}希望把漏损率降到 10 % 以下。") == 5


def test_a_long_phrase_is_told_short_and_kept_whole() -> None:
    long = "替代易产生致癌亚硝胺物质的环保助剂的开发"
    found = DOCTOR.examine(Draft(problem=f"{LONG}\n1、{long}；\n2、功能助剂的研发；\n3、新装备的开发。"))
    finding = next(one for one in found.findings if one.check.name == "one")
    assert finding.words[0] == long
    assert f"“{long[:15]}…”" in finding.text


def test_one_gap_is_told_once() -> None:
    """Where hardly anything stands, the short text is the finding, not everything a text would hold."""
    found = fired(title="叶片修复", problem="开裂")
    assert "enough" in found
    assert not {"current", "trouble", "one", "units", "bounds", "site", "scale", "firm"} & set(found)


def test_filling_a_field_never_takes_points_away_from_the_frame() -> None:
    flags = ("budget", "deadline", "modes", "maturity", "industry", "region")
    earned = [points("commerce", **dict.fromkeys(flags[:n], True)) for n in range(len(flags) + 1)]
    assert earned == sorted(earned)
    assert earned[-1] == 5


def test_twenty_thousand_characters_take_no_time() -> None:
    before = time.process_time()
    for text in (LONG * 500, "高" * 20_000, "1、" * 10_000, "（" * 20_000, "A" * 20_000, "需求一" * 6_000):
        DOCTOR.examine(Draft(title=text, problem=text, indicators=text, constraints=text))
    assert time.process_time() - before < 3.0


def test_data_and_functions_must_fit() -> None:
    tables = load()
    broken = copy.deepcopy(tables)
    broken["checks"][0]["name"] = "unknown"
    with pytest.raises(BadDoctorFile, match="unknown"):
        Doctor.from_data(broken)
    broken = copy.deepcopy(tables)
    next(one for one in broken["checks"] if one["points"])["points"] = 3
    with pytest.raises(BadDoctorFile, match="5 points"):
        Doctor.from_data(broken)


def effect(label: str, ndcg: float, chance: float) -> dict[str, object]:
    return {"label": label, "needs": 100, "ndcg": ndcg, "low": ndcg - 0.01, "high": ndcg + 0.01, "chance": chance,
            "spearman": ndcg, "spearman_low": ndcg - 0.01, "spearman_high": ndcg + 0.01}  # fmt: skip


def test_the_sentence_about_cost_says_what_was_measured() -> None:
    known = {"needs": 158, "effects": [effect("只写名称", -0.034, 0.0002), effect("不写数字", 0.001, 0.8)]}
    assert "158 条" in sentence(known)
    assert "推荐的前十条，按满分 100 分算，只写名称会少 3 分" in sentence(known)
    assert "其余各项对推荐前十没有测出明确的影响" in sentence(known)
    known["effects"] = [effect("不写数字", -0.001, 0.4)]
    assert "没有测出变差" in sentence(known)
    known["effects"] = [effect("只写名称", -0.034, 0.0002)]
    assert "其余" not in sentence(known)
    assert sentence({}) == ""


def test_one_of_many_comparisons_must_be_clearer_than_one_alone() -> None:
    alone = {"needs": 1, "effects": [effect("不写目标", -0.007, 0.03)]}
    among = {"needs": 1, "effects": [effect("不写目标", -0.007, 0.03), *[effect("其他", 0.0, 0.9)] * 11]}
    assert "会少 1 分" in sentence(alone)
    assert "没有测出变差" in sentence(among)


def test_the_table_names_gains_as_plainly_as_costs() -> None:
    rows = table({"effects": [effect("a", -0.03, 0.001), effect("b", 0.0, 0.9), effect("c", 0.02, 0.001)]})
    assert [row[-1] for row in rows] == ["前十变差", "前十没有测出明确的影响", "前十反而变好"]


def test_what_is_shipped_was_measured() -> None:
    assert len(DOCTOR.measured["effects"]) > 5
    assert sentence(DOCTOR.measured)
    assert len(table(DOCTOR.measured)) == len(DOCTOR.measured["effects"])
