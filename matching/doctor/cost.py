"""What leaving things out cost the ranking, in a sentence that says what was measured and no more.

The figures come from `python -m benchmarks.doctor`: real judged needs with a part taken out, ranked by the very code that
recommends, beside the same needs whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

NOTICED = 0.005
"""Differences in nDCG@10 below this are not worth a sentence, even where chance does not explain them."""
CHANCE = 0.05
"""Shared among all comparisons of one measure: of twelve, one is below 0.05 by chance alone every other time."""

Effect = Mapping[str, Any]


def is_cost(effect: Effect, compared: int) -> bool:
    """Whether leaving this out clearly made the first ten worse; `compared`: how many effects were measured together."""
    return _is_clear(effect, compared) and bool(effect["ndcg"] <= -NOTICED)


def is_gain(effect: Effect, compared: int) -> bool:
    """Whether it clearly made them better, which is said as plainly."""
    return _is_clear(effect, compared) and bool(effect["ndcg"] >= NOTICED)


def _is_clear(effect: Effect, compared: int) -> bool:
    return bool(effect["chance"] < CHANCE / compared)


def sentence(measured: Mapping[str, Any]) -> str:
    """One sentence for the panel; empty as long as nothing has been measured."""
    effects: Sequence[Effect] = measured.get("effects", ())
    if not effects:
        return ""
    head = f"用 {measured['needs']} 条真实需求试过："
    costly = sorted((one for one in effects if is_cost(one, len(effects))), key=lambda one: one["ndcg"])
    if not costly:
        return f"{head}少写这些，推荐前十没有测出变差；写清楚，是帮看到需求的人判断能不能做。"
    head += "推荐的前十条，按满分 100 分算，"
    named = "、".join(f"{one['label']}会少 {-100 * one['ndcg']:.0f} 分" for one in costly)
    if len(costly) == len(effects):
        return f"{head}{named}。"
    return f"{head}{named}；其余各项对推荐前十没有测出明确的影响，写清楚是帮看到需求的人判断能不能做。"


def table(measured: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """(what was left out, needs it changed, nDCG@10, its interval, Spearman, its interval, what that means): changes."""
    effects: Sequence[Effect] = measured.get("effects", ())
    return [
        (
            one["label"], str(one["needs"]), f"{one['ndcg']:+.3f}", _interval(one["low"], one["high"]),
            f"{one['spearman']:+.3f}", _interval(one["spearman_low"], one["spearman_high"]), _means(one, len(effects)),
        )
        for one in effects
    ]  # fmt: skip


def _interval(low: float, high: float) -> str:
    return f"{low:+.3f} … {high:+.3f}"


def _means(effect: Effect, compared: int) -> str:
    if is_cost(effect, compared):
        return "前十变差"
    return "前十反而变好" if is_gain(effect, compared) else "前十没有测出明确的影响"
