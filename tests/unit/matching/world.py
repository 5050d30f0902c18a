"""Facts for the tests of judgement: a plain pair to vary, and the ranker that ships."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import numpy as np

from config.rankers import load
from matching.features.pair import Pair
from matching.scoring import Ranker
from matching.types import AchievementFacts, Context, NeedFacts

TODAY = date(2026, 3, 1)
CONTEXT = Context(
    TODAY,
    {
        "C": "制造业", "C26": "化学原料和化学制品制造业", "C27": "医药制造业", "A": "农、林、牧、渔业", "A01": "农业",
        "330000": "浙江省", "330100": "杭州市", "330200": "宁波市", "330203": "海曙区", "510100": "成都市",
        "utility_model": "实用新型", "license": "许可", "transfer": "转让", "development": "开发",
    },
)  # fmt: skip


@cache
def shipped() -> Ranker:
    return Ranker.from_data(*load())


def vector(*values: float) -> np.ndarray:
    one = np.asarray(values, dtype=np.float32)
    return one / np.linalg.norm(one)


def need(title: str = "激光熔覆修复矿山液压支架立柱", **fields: Any) -> NeedFacts:
    return NeedFacts(**{"id": 1, "title": title, **fields})


def achievement(title: str = "镍基合金粉末激光熔覆工艺", **fields: Any) -> AchievementFacts:
    return AchievementFacts(**{"id": 2, "title": title, **fields})


def pair(a: NeedFacts | None = None, b: AchievementFacts | None = None) -> Pair:
    return Pair(shipped().ngrams, a or need(), b or achievement())
