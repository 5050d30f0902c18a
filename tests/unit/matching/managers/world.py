"""A deal and a manager to vary, and the weights that ship."""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import Any

from config.rankers import MANAGERS, load_tables
from matching.managers.ranker import Additive
from matching.managers.types import Asked, DealFacts, Fit, Party, PastDeal, Standing, TalentFacts
from matching.types import Context
from tests.unit.matching import world
from tests.unit.matching.world import achievement, need, vector

TODAY = world.TODAY
CONTEXT = Context(
    TODAY,
    {
        **world.CONTEXT.names, "510000": "四川省", "510100": "成都市", "510104": "锦江区", "430": "材料科学",
        "senior": "高级", "middle": "中级", "junior": "初级", "en": "英语", "de": "德语", "selection": "技术成果筛选",
        "market": "市场对接", "own_company": "本人设立或控股",
    },
)  # fmt: skip
ENTERPRISE = Party("enterprise", ((11, "矿安装备股份有限公司"), (10, "矿安集团")))
UNIVERSITY = Party("university", ((21, "青岚理工大学"),))
TEXT = "做过九年激光熔覆工艺, 熟悉液压支架修复"


@cache
def weights() -> Additive:
    return Additive.from_data(load_tables(MANAGERS))


def deal(**fields: Any) -> DealFacts:
    one = DealFacts(
        id=1,
        need=need(vector=vector(1, 0, 0), industry="C35", region="330200"),
        achievement=achievement(
            vector=vector(1, 1, 0), industry="C26", region="510100", discipline="430"
        ),
        parties=(ENTERPRISE, UNIVERSITY),
    )  # fmt: skip
    return dataclasses.replace(one, **fields)


def talent(talent_id: int = 5, **fields: Any) -> TalentFacts:
    return TalentFacts(**{"id": talent_id, "name": "演示·周望川", "capacity": 5, **fields})


def fit(
    person: TalentFacts | None = None, standing: Standing | None = None, of: DealFacts | None = None
) -> Fit:
    one = of or deal()
    return Fit(
        one.need, one.achievement, person or talent(), standing or Standing(), world.shipped().ngrams, one.asked,
        one.finder_id,
    )  # fmt: skip


def past(outcome: str = "completed", *direction: float, industry: str = "C35") -> PastDeal:
    return PastDeal(outcome, industry, "330200", vector(*(direction or (1, 0, 0))))


__all__ = [
    "CONTEXT", "ENTERPRISE", "TEXT", "TODAY", "UNIVERSITY", "Asked", "Standing", "deal", "fit", "past", "talent",
    "vector", "weights",
]  # fmt: skip
