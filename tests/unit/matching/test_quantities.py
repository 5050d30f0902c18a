"""Figures in texts: what is read, and what merely holds digits."""

from __future__ import annotations

import time

import pytest

from matching.quantities import quantities
from matching.units import lookup


@pytest.mark.parametrize(
    ("text", "low", "high", "comparator", "symbol"),
    [
        ("结合强度不低于 400 MPa", 400, 400, ">=", "MPa"),
        ("结合强度不低于 400 mpa", 400, 400, ">=", "MPa"),
        ("容量保持率＞80%", 80, 80, ">", "%"),
        ("寿命 3000 小时以上", 3000, 3000, ">=", "h"),
        ("漏点定到 5 米以内", 5, 5, "<=", "m"),
        ("降至 3–5天", 3, 5, "<=", "天"),
        ("热影响区 0.2～0.5mm", 0.2, 0.5, "", "mm"),
        ("在-40°C到40°C之间", -40, 40, "", "℃"),
        ("流速在每秒1mm左右", 1, 1, "~", "mm"),
        ("处理能力 800吨/日", 800, 800, "", "t/天"),
        ("COD≤50mg/升", 50, 50, "<=", "mg/L"),
        ("预算5-10万元", 50_000, 100_000, "", "元"),
        ("能耗降低三成", 3, 3, "", "成"),
        ("良品率百分之八十", 80, 80, "", "%"),
        ("粒径1.5×10^-6 m", 1.5e-6, 1.5e-6, "", "m"),
        ("产量1,200.5 kg", 1200.5, 1200.5, "", "kg"),
        ("功率90KW以下", 90, 90, "<=", "kW"),
        ("抗拉强度 ≥ 400", 400, 400, ">=", ""),
        ("年生产能力达5亿多件", 5e8, 5e8, ">=", "件"),
        ("市场超过40亿美元", 4e9, 4e9, ">", "美元"),
    ],
)
def test_a_figure_is_read_with_its_unit_and_its_direction(
    text: str, low: float, high: float, comparator: str, symbol: str
) -> None:
    (found,) = quantities(text)
    assert (found.low, found.high) == pytest.approx((low, high))
    assert (found.comparator, found.unit.symbol) == (comparator, symbol)
    assert text[found.start : found.end] == found.text == found.text.strip()


@pytest.mark.parametrize(
    "text",
    ["KST-2000 机组", "按 GB/T 13745-2009 与 ISO9001", "5G 通信、3D 打印、Q235、45#钢", "2019年10月完成", "1、目标；2、方法 （3）其他",
     "第3道工序", "型号 A356", "国家“一五”时期", "一种新工艺，第一次成果", "满足 3C 过充",
     "1.1研发防摇控制器", "工业4.0时代", "专利201610018402.3"],
)  # fmt: skip
def test_what_only_holds_digits_is_no_figure(text: str) -> None:
    assert quantities(text) == ()


def test_a_dash_between_two_measures_is_no_range() -> None:
    assert [(one.low, one.high, one.unit.symbol) for one in quantities("制冷量38℃-20150W")] == [
        (38, 38, "℃"),
        (20150, 20150, "W"),
    ]


def test_units_of_one_measure_compare_and_rates_only_with_the_same_rate() -> None:
    kilo, mega = lookup("kPa"), lookup("mpa")
    assert kilo is not None
    assert mega is not None
    assert kilo.measure == mega.measure
    assert 1000 * kilo.factor == pytest.approx(mega.factor)
    assert lookup("mW") != lookup("MW")
    per_day, plain = lookup("t/d"), lookup("t")
    assert per_day == lookup("吨/天")
    assert per_day != plain
    assert lookup("台") is not None
    assert lookup("台").measure != lookup("件").measure  # type: ignore[union-attr]
    assert lookup("没有这个") is None


def test_a_long_text_of_digits_is_read_in_no_time() -> None:
    before = time.process_time()
    quantities("9" * 20_000)
    quantities("1 - " * 5_000)
    quantities("12,345." * 3_000)
    assert time.process_time() - before < 1.0
