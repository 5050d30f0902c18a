"""What speaks against a pair, or should be asked first. Cautions cost no points: they are said, and people decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from matching.features.pair import Pair
from matching.features.terms import budget_of, price_of
from matching.money import amount
from matching.types import Caution, Context, IpRight

_DEAD = {
    "invalidated": "已宣告无效",
    "rejected": "已被驳回",
    "withdrawn": "已撤回",
    "lapsed": "已失效",
    "expired": "已到期",
}
_UNSETTLED = {
    "disputed": "存在权属争议",
    "invalidating": "正被请求宣告无效",
    "pledged": "已质押，处分须经质权人同意",
    "pending": "尚未授权",
}
CONFIRMATION_LASTS = timedelta(days=365)
ONLY_INDUSTRY_SHARE = 0.5
"""When the industry gives at least this share of all points, and words and meaning less than the rest, we say so."""
_WORDS_AND_MEANING = frozenset({"title_words", "body_words", "semantic_nearness"})


def cautions(
    pair: Pair, contributions: Sequence[tuple[str, float | None, float]], context: Context
) -> tuple[Caution, ...]:
    """All cautions of a pair, in the order of weight for an enterprise."""
    found = [
        _common_ground(contributions),
        _maturity(pair),
        _budget(pair),
        *_rights(pair.achievement.ip, context.today),
        _modes(pair, context),
        _region(pair, context),
        _confirmation(pair.achievement.confirmed_on, context.today),
        _deadline(pair.need.deadline, context.today),
    ]
    return tuple(one for one in found if one is not None)


def _common_ground(contributions: Sequence[tuple[str, float | None, float]]) -> Caution | None:
    points = {name: p for name, _, p in contributions}
    total = sum(points.values())
    content = sum(points.get(name, 0.0) for name in _WORDS_AND_MEANING)
    industry = points.get("industry", 0.0)
    if industry > 0 and industry >= ONLY_INDUSTRY_SHARE * total and content < total - content:
        return Caution("only_industry", "除行业相同外，题目和内容几乎没有共同点")
    return None


def _maturity(pair: Pair) -> Caution | None:
    wanted, has = pair.need.wanted_trl, pair.achievement.trl
    if wanted is None:
        return None
    if has is None:
        return Caution("trl_unknown", f"成果未评估成熟度，需求期望 TRL {wanted}")
    if has < wanted:
        return Caution("trl_below_wanted", f"成熟度 TRL {has}，低于期望的 TRL {wanted}")
    return None


def _budget(pair: Pair) -> Caution | None:
    money, price = budget_of(pair), price_of(pair)
    if money is None or price is None or price <= money:
        return None
    return Caution("over_budget", f"报价 {amount(price)}起，高于预算 {amount(money)}")


def _rights(rights: Sequence[IpRight], today: date) -> list[Caution]:
    """One caution for dead rights, one for unsettled ones; the number says which right is meant."""
    dead, unsettled = [], []
    for right in rights:
        label = f"知识产权 {right.number}" if right.number else "一项知识产权"
        if right.status in _DEAD:
            dead.append(f"{label} {_DEAD[right.status]}")
        elif right.expiry is not None and right.expiry < today:
            dead.append(f"{label} 已于 {right.expiry.isoformat()} 到期")
        elif right.status in _UNSETTLED:
            unsettled.append(f"{label} {_UNSETTLED[right.status]}")
    found = []
    if dead:
        found.append(Caution("ip_dead", "；".join(dead)))
    if unsettled:
        found.append(Caution("ip_unsettled", "；".join(unsettled)))
    return found


def _modes(pair: Pair, context: Context) -> Caution | None:
    wanted, offered = pair.need.wanted_modes, pair.achievement.modes
    if not wanted or not offered or wanted & offered:
        return None
    return Caution("modes_differ", f"希望{_names(wanted, context)}，成果只提供{_names(offered, context)}")


def _region(pair: Pair, context: Context) -> Caution | None:
    a, b = pair.need.region, pair.achievement.region
    if not a or not b or a[:2] == b[:2]:
        return None
    return Caution("region_differs", f"不在同一省份（需求：{context.name(a)}；成果：{context.name(b)}）")


def _confirmation(confirmed_on: date | None, today: date) -> Caution | None:
    if confirmed_on is None or today - confirmed_on <= CONFIRMATION_LASTS:
        return None
    return Caution("long_unconfirmed", f"成果信息自 {confirmed_on.isoformat()} 以来未再确认")


def _deadline(deadline: date | None, today: date) -> Caution | None:
    if deadline is None or deadline >= today:
        return None
    return Caution("deadline_passed", f"需求的截止日期 {deadline.isoformat()} 已过")


def _names(codes: frozenset[str], context: Context) -> str:
    return "、".join(context.name(code) for code in sorted(codes))
