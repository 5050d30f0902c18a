"""Reasons an enterprise would believe: whole words, both sides, no empty phrases; cautions that name both values."""

from __future__ import annotations

from datetime import date

import pytest

from matching.evidence import shared_words
from matching.money import amount
from matching.scoring import judge
from matching.types import IpRight
from tests.unit.matching.world import CONTEXT, achievement, need, shipped, vector


def told(left: str, right: str) -> list[str]:
    return [one.left for one in shared_words(shipped().ngrams, left, right)]


def reasons(a, b) -> dict[str, str]:
    return {one.feature: one.text for one in judge(shipped(), a, b, CONTEXT).reasons}


def cautions(a, b) -> dict[str, str]:
    return {one.code: one.text for one in judge(shipped(), a, b, CONTEXT).cautions}


@pytest.mark.parametrize(
    ("left", "right", "found"),
    [
        ("异步电机改造永磁同步电机", "轴承永磁同步电机驱动", ["永磁同步电机"]),
        ("高效激光熔覆技术研究与应用", "激光熔覆技术研究及其应用", ["激光熔覆"]),
        ("新型疫苗研发", "疫苗研制关键技术", ["疫苗"]),
        ("智能冷链物流监控管理系统", "企业质量管理系统", []),
        ("生产工艺及设备研究", "生产工艺与设备的应用研究", []),
        ("空气悬架设计", "油气悬架产品", ["悬架"]),
        ("5g基站led照明", "5g基站与led照明", ["led照明", "5g基站"]),
        ("2026年100项", "2026年100种", []),
        ("", "激光", []),
        ("谐波减速器柔轮早期疲劳断裂", "太阳轮早期裂纹提前报警", []),
        ("肺癌早期筛查", "肺癌早期诊断", ["肺癌早期"]),
        ("想把模具费用降下来", "把能耗降下来", []),
        ("保质期从30天延长到90天", "寿命由几天延长到四个月", []),
        ("活性染料染色", "催化剂活性", []),
        ("希望 6 个月内验证,处理后提高一倍以上", "6 个月内验证,处理后提高一倍以上,希望推广", []),
        ("我们要求每月供货 20 mm 以上", "我们每月供货 20 mm 以上", []),
        ("表面热处理", "一种表面热处理", ["表面热处理"]),
        ("芳烃硝化老装置改造", "愿与有重氮化老装置的企业合作", []),
        ("退役磷酸铁锂电池回收", "磷酸铁锂正极材料再生", ["磷酸铁锂"]),
        ("植物提取在线质控", "中药提取在线质控系统", ["提取在线质控"]),
    ],
)
def test_carrying_words_are_whole_and_say_something(left, right, found):
    assert sorted(told(left, right)) == sorted(found)


def test_words_are_quoted_as_each_side_writes_them():
    (one,) = shared_words(shipped().ngrams, "激光熔覆修复", "镍基 激光 熔覆 粉末")
    assert (one.left, one.right) == ("激光熔覆", "激光 熔覆")


def test_no_word_is_told_inside_another():
    found = told("锂离子电池与锂离子电池隔膜", "锂离子电池隔膜及锂离子电池")
    assert found == ["锂离子电池隔膜"]


def test_a_latin_word_is_never_cut():
    assert told("ledger台账", "led灯具台账") == ["台账"]


def test_words_of_titles_and_texts_are_quoted_from_both_sides():
    one = judge(
        shipped(),
        need("激光熔覆修复立柱", text="立柱表面镍基高温合金涂层脱落"),
        achievement("镍基高温合金激光 熔覆"),
        CONTEXT,
    )
    (reason,) = [reason for reason in one.reasons if reason.feature == "words"]
    assert reason.text == "题目都涉及 激光熔覆；需求说明中提到 镍基高温合金"
    assert reason.need_words == ("激光熔覆", "镍基高温合金")
    assert reason.achievement_words == ("激光 熔覆", "镍基高温合金")


def test_the_direction_that_found_the_words_is_named():
    found = reasons(need("光伏组件清洗"), achievement("机器人", text="用于光伏组件清洗,也用于其他"))
    assert found["words"].startswith("成果介绍中提到 光伏组件清洗")


def test_nearness_of_meaning_claims_no_words():
    one = judge(shipped(), need("甲", vector=vector(1, 0.1)), achievement("乙", vector=vector(1, 0)), CONTEXT)
    (reason,) = one.reasons
    assert (reason.feature, reason.text) == ("semantic_nearness", "整体意思相近")
    assert reason.need_words == reason.achievement_words == ()


def test_common_words_alone_are_called_that():
    (text,) = reasons(need("生产工艺研究"), achievement("生产工艺研究")).values()
    assert text == "只在常见用词上相近"


def test_fields_name_both_values():
    found = reasons(
        need(
            industry="C26",
            region="330200",
            wanted_trl=6,
            wanted_modes=frozenset({"license"}),
            budget_max=80_000_000,
        ),
        achievement(
            industry="C27", region="330100", trl=7, modes=frozenset({"license"}), price_min=50_000_000
        ),
    )
    assert "industry" not in found, "that both are 制造业 convinces nobody"
    assert "region" not in found, "half a point is no sentence"
    assert found["maturity"] == "成熟度 TRL 7，达到期望的 TRL 6"
    assert found["mode"] == "合作方式都接受许可"
    assert found["budget"] == "报价 50 万元起，在预算 80 万元以内"


def test_equal_fields_are_said_once():
    found = reasons(need(industry="C26", region="330200"), achievement(industry="C26", region="330200"))
    assert found["industry"] == "同属化学原料和化学制品制造业"
    assert found["region"] == "同在宁波市"
    assert reasons(need(region="330200"), achievement(region="330203"))["region"].startswith("同在宁波市（")


def test_what_falls_short_is_a_caution_and_not_a_reason_too():
    a = need(wanted_trl=7, budget_max=10_000_000)
    b = achievement(trl=6, price_min=12_000_000)
    assert not {"maturity", "budget"} & set(reasons(a, b))
    assert {"trl_below_wanted", "over_budget"} <= set(cautions(a, b))


def test_cautions_of_fields_name_both_values():
    found = cautions(
        need(region="330200", wanted_trl=7, wanted_modes=frozenset({"license"}), budget_max=10_000_000),
        achievement(region="510100", trl=4, modes=frozenset({"transfer"}), price_min=12_500_000),
    )
    assert found == {
        "trl_below_wanted": "成熟度 TRL 4，低于期望的 TRL 7",
        "over_budget": "报价 12.5 万元起，高于预算 10 万元",
        "modes_differ": "期望许可，成果只提供转让",
    }
    apart = cautions(need(region="330200"), achievement(region="510100"))
    assert apart == {"region_differs": "异地：需求在宁波市，成果在成都市"}
    county = cautions(need(region="330203"), achievement(region="510100"))
    assert county == {"region_differs": "异地：需求在宁波市海曙区，成果在成都市"}


def test_a_dead_right_is_called_by_its_kind():
    named = cautions(need(), achievement(ip=(IpRight("utility_model", "zl1", "lapsed"),)))
    assert named == {"ip_dead": "实用新型 zl1 已失效"}
    nameless = cautions(need(), achievement(ip=(IpRight("", "", "lapsed"),)))
    assert nameless == {"ip_dead": "一项知识产权 已失效"}


def test_at_most_three_cautions_are_told_and_what_could_end_a_deal_comes_first():
    rights = tuple(IpRight("invention_patent", f"zl{n}", "invalidated") for n in range(4))
    found = cautions(
        need(region="330200", wanted_trl=7, wanted_modes=frozenset({"license"}), budget_max=1),
        achievement(region="510100", trl=4, modes=frozenset({"transfer"}), price_min=10, ip=rights),
    )
    assert list(found) == ["ip_dead", "trl_below_wanted", "over_budget"]
    assert found["ip_dead"] == "zl0 已宣告无效；zl1 已宣告无效；等 4 项"


def test_an_application_beside_a_granted_right_is_no_caution():
    pending, granted = IpRight("invention_patent", "cn1", "pending"), IpRight("know_how", "", "granted")
    assert "ip_pending" not in cautions(need(), achievement(ip=(pending, granted)))
    assert cautions(need(), achievement(ip=(pending, pending)))["ip_pending"] == "知识产权尚在申请，未授权"


def test_what_was_not_asked_is_no_caution():
    assert cautions(need(), achievement(trl=1, region="510100", price_min=10**9)) == {}
    assert "trl_unknown" in cautions(need(wanted_trl=5), achievement())


def test_dead_and_unsettled_rights_are_told_apart():
    rights = (
        IpRight("invention_patent", "zl1", "granted", date(2025, 1, 1)),
        IpRight("invention_patent", "zl2", "invalidated"),
        IpRight("invention_patent", "zl3", "pending"),
        IpRight("invention_patent", "zl4", "granted", date(2030, 1, 1)),
    )
    found = cautions(need(), achievement(ip=rights))
    assert found == {"ip_dead": "zl1 已于 2025-01-01 到期；zl2 已宣告无效"}
    disputed = cautions(need(), achievement(ip=(IpRight("invention_patent", "zl5", "disputed"),)))
    assert disputed == {"ip_unsettled": "zl5 存在权属争议"}


def test_industry_alone_is_not_a_match():
    found = cautions(need("小麦育种", industry="C26"), achievement("大坝监测", industry="C26"))
    assert list(found) == ["only_industry"]
    assert "only_industry" not in cautions(need(industry="C26"), achievement(industry="C26"))


def test_an_old_deadline_is_said():
    assert "2026-01-31" in cautions(need(deadline=date(2026, 1, 31)), achievement())["deadline_passed"]


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (80_000_000, "80 万元"),
        (12_500_000, "12.5 万元"),
        (1_234_500_000_000, "1,234,500 万元"),
        (0, "0 万元"),
    ],
)
def test_amounts(fen, text):
    assert amount(fen) == text
