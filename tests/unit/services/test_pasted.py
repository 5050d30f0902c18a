"""A pasted need: the sentence that states it stands for the title; money and a day are read where they are written."""

from __future__ import annotations

from datetime import date

import pytest

from services.pasted import read_paste
from tests.unit.matching.world import shipped


@pytest.mark.parametrize(("text", "title"), [
    ("激光熔覆修复用粉末\n现用粉末开裂", "激光熔覆修复用粉末"),
    ("我们做风电齿轮箱，行星轮轴承早期点蚀。希望找到工艺。", "我们做风电齿轮箱，行星轮轴承早期点蚀"),
    ("\n\n  轴承点蚀怎么办？急  ", "轴承点蚀怎么办"),
    ("需求内容：兽药发酵罐在线取样装置", "兽药发酵罐在线取样装置"),
    ("针状焦\n公司成立于1997年，需要原料预处理工艺。", "针状焦"),
    ("技术需求\n开发针状焦原料预处理工艺。", "开发针状焦原料预处理工艺"),
    ("长" * 100, "长" * 60),
    ("急", "急"),
    ("", ""),
])  # fmt: skip
def test_a_plain_paste_begins_with_its_title(text: str, title: str) -> None:
    pasted = read_paste(text, shipped().ngrams)
    assert (pasted.title, pasted.text) == (title, text.strip())


def test_talk_of_the_firm_is_no_need() -> None:
    text = (
        "我公司成立于1998年，位于洛阳，是一家集研发、生产、销售于一体的高新技术企业，现有员工600人，年产值3亿元。"
        "公司先后通过多项认证，产品销往全国市场。"
        "目前采用环氧乙烷灭菌，周期长且有残留，急需开发一种耐辐照聚丙烯材料，替代现有聚丙烯。"
        "欢迎联系我们。"
    )
    assert "耐辐照聚丙烯材料" in read_paste(text, shipped().ngrams).title


@pytest.mark.parametrize(("text", "least", "most"), [
    ("解决叶片开裂，预算 50-80 万元。", 50_000_000, 80_000_000),
    ("公司拟出资60万元寻求合作。", None, 60_000_000),
    ("经费约为1.5亿元，分三年", None, 15_000_000_000),
    ("年产值3亿元，总资产 72 亿元", None, None),
    ("预算待定", None, None),
])  # fmt: skip
def test_money_is_read_where_it_is_offered(text: str, least: int | None, most: int | None) -> None:
    pasted = read_paste(text, shipped().ngrams)
    assert (pasted.budget_min, pasted.budget_max) == (least, most)


@pytest.mark.parametrize(("text", "day"), [
    ("需在2027年3月15日前完成样机", date(2027, 3, 15)),
    ("2027年6月底前交付", date(2027, 6, 30)),
    ("截止日期：2026-12-31", date(2026, 12, 31)),
    ("公司2012年3月建成，2015年5月投产", None),
    ("2027年13月前", None),
])  # fmt: skip
def test_a_day_is_read_where_it_ends_something(text: str, day: date | None) -> None:
    assert read_paste(text, shipped().ngrams).deadline == day
