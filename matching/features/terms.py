"""Features of structured fields. Each gives 0 … 1, or None where a side says nothing: unknown is worth no points."""

from __future__ import annotations

from matching.features.pair import Pair

SAME_SECTION = 0.4
SAME_PROVINCE = 0.5
TRL_SHORTFALL = (1.0, 0.6, 0.3)
"""Value when the achievement is 0, 1, 2 levels below what is wanted; further below it is 0."""
HOPELESS_PRICE = 2.0
"""A price of twice the budget is worth nothing; in between the value falls in a straight line."""


def industry(pair: Pair) -> float | None:
    """行业

    两边填写的国民经济行业大类相同得满分，只是门类相同得一部分分；有一方没填不计分。
    """
    a, b = pair.need.industry, pair.achievement.industry
    if not a or not b:
        return None
    if a == b:
        return 1.0
    return SAME_SECTION if a[0] == b[0] else 0.0


def region(pair: Pair) -> float | None:
    """地区

    两边在同一城市（或一方只写到省且同省）得分最高，同省不同市得一半；有一方没填不计分。
    """
    a, b = pair.need.region, pair.achievement.region
    if not a or not b:
        return None
    if a[:2] != b[:2]:
        return 0.0
    # "330000" names the whole province: any place in it is what was asked for.
    if a[:4] == b[:4] or a[2:] == "0000" or b[2:] == "0000":
        return 1.0
    return SAME_PROVINCE


def maturity(pair: Pair) -> float | None:
    """成熟度

    成果的技术成熟度达到需求期望得满分，差一两级按级递减，差三级及以上不得分；期望没写或成果未评估不计分。
    """
    wanted, has = pair.need.wanted_trl, pair.achievement.trl
    if wanted is None or has is None:
        return None
    shortfall = max(0, wanted - has)
    return TRL_SHORTFALL[shortfall] if shortfall < len(TRL_SHORTFALL) else 0.0


def mode(pair: Pair) -> float | None:
    """合作方式

    成果提供的合作方式里有一种正是需求希望的就得分；有一方没填不计分。
    """
    wanted, offered = pair.need.wanted_modes, pair.achievement.modes
    if not wanted or not offered:
        return None
    return 1.0 if wanted & offered else 0.0


def budget(pair: Pair) -> float | None:
    """预算与报价

    报价下限不超过预算上限得满分，超出越多得分越少，达到预算的两倍不得分；有一方没写金额不计分。
    """
    money, price = budget_of(pair), price_of(pair)
    if money is None or price is None:
        return None
    if price <= money:
        return 1.0
    return max(0.0, 1.0 - (price / money - 1.0) / (HOPELESS_PRICE - 1.0)) if money > 0 else 0.0


def budget_of(pair: Pair) -> int | None:
    """The most the need may spend, fen: the upper bound, or the only figure given."""
    need = pair.need
    return need.budget_max if need.budget_max is not None else need.budget_min


def price_of(pair: Pair) -> int | None:
    """The least the achievement may cost, fen: the lower bound, or the only figure given."""
    achievement = pair.achievement
    return achievement.price_min if achievement.price_min is not None else achievement.price_max
