"""What leaving things out cost the ranking, in a sentence that says what was measured and no more.

The figures come from `python -m benchmarks.doctor`: real judged needs with a part taken out, ranked by the very code that
recommends, beside the same needs whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NOTICED = 0.005
"""Differences in nDCG@10 below this are not worth a sentence, even where chance does not explain them."""


def is_cost(effect: Mapping[str, Any]) -> bool:
    """Whether leaving this out made the list worse: the interval lies below nothing, and by a noticeable amount."""
    return bool(effect["high"] < 0 and effect["ndcg"] <= -NOTICED)


def is_gain(effect: Mapping[str, Any]) -> bool:
    """Whether leaving it out made the list better, which is said as plainly."""
    return bool(effect["low"] > 0 and effect["ndcg"] >= NOTICED)


def sentence(measured: Mapping[str, Any]) -> str:
    """One sentence for the panel; empty as long as nothing has been measured."""
    effects = measured.get("effects", [])
    if not effects:
        return ""
    costly = sorted((one for one in effects if is_cost(one)), key=lambda one: one["ndcg"])
    head = f"用 {measured['needs']} 条真实需求试过："
    rest = "写清其余各项，主要是帮看到需求的人判断能不能做，对推荐排序没有测出影响。"
    if not costly:
        return f"{head}少写这些，推荐排序没有测出变差；写清楚，是帮看到需求的人判断能不能做。"
    named = "，".join(
        f"{one['label']}会让推荐前十的质量（nDCG）下降 {-one['ndcg']:.3f}" for one in costly[:2]
    )
    return f"{head}{named}。{rest if len(costly) < len(effects) else ''}"


def table(measured: Mapping[str, Any]) -> list[tuple[str, str, str, str, str]]:
    """(what was left out, needs, change of nDCG@10, its interval, what that means), for the page of criteria."""
    return [
        (one["label"], str(one["needs"]), f"{one['ndcg']:+.3f}", f"{one['low']:+.3f} … {one['high']:+.3f}", _means(one))
        for one in measured.get("effects", [])
    ]  # fmt: skip


def _means(effect: Mapping[str, Any]) -> str:
    if is_cost(effect):
        return "推荐变差"
    return "推荐反而变好" if is_gain(effect) else "没有测出影响"
