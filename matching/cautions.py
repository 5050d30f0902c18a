"""What speaks against a pair, or should be asked first. Cautions cost no points: they are said, and people decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from matching.features.indicators import compared
from matching.features.pair import Pair
from matching.features.terms import budget_of, price_of
from matching.money import amount
from matching.types import AchievementFacts, Caution, Context, IpRight

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
}
_PENDING = "pending"
MOST_CAUTIONS = 3
"""Cautions told of one pair: more are read by nobody, and the weightiest stand first."""
MOST_RIGHTS = 2
CONFIRMATION_LASTS = timedelta(days=180)
"""How long an owner's word that a listing stands is taken for granted."""
ONLY_INDUSTRY_SHARE = 0.5
"""When the industry gives at least this share of all points, and words and meaning less than the rest, we say so."""
_WORDS_AND_MEANING = frozenset({"words", "semantic_nearness"})


def cautions(
    pair: Pair, contributions: Sequence[tuple[str, float | None, float]], context: Context
) -> tuple[Caution, ...]:
    """The weightiest cautions of a pair, at most three, what could end a deal first."""
    rights = pair.achievement.ip
    found = [
        _common_ground(contributions),
        _deadline(pair.need.deadline, context.today),
        _dead(rights, context),
        _unsettled(rights, context),
        _maturity(pair),
        _figures(pair),
        _budget(pair),
        _modes(pair, context),
        _pending(rights, context.today),
        _confirmation(pair.achievement, context.today),
        _region(pair, context),
        _unknown_maturity(pair),
    ]
    return tuple(one for one in found if one is not None)[:MOST_CAUTIONS]


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
    if wanted is None or has is None or has >= wanted:
        return None
    return Caution("trl_below_wanted", f"成熟度 TRL {has}，低于期望的 TRL {wanted}")


def _figures(pair: Pair) -> Caution | None:
    short = [
        f"{one.name}要求 {one.asked}，成果给出 {one.offered}" for one in compared(pair) if not one.is_met
    ]
    return Caution("figures_short", "；".join(short[:MOST_RIGHTS])) if short else None


def _unknown_maturity(pair: Pair) -> Caution | None:
    wanted = pair.need.wanted_trl
    if wanted is None or pair.achievement.trl is not None:
        return None
    return Caution("trl_unknown", f"成熟度未评估，期望 TRL {wanted}")


def _budget(pair: Pair) -> Caution | None:
    money, price = budget_of(pair), price_of(pair)
    if money is None or price is None or price <= money:
        return None
    return Caution("over_budget", f"报价 {amount(price)}起，高于预算 {amount(money)}")


def _dead(rights: Sequence[IpRight], context: Context) -> Caution | None:
    found = [
        f"{_label(right, context)} {_death(right, context.today)}"
        for right in rights
        if _death(right, context.today)
    ]
    return Caution("ip_dead", _listed(found)) if found else None


def _death(right: IpRight, today: date) -> str:
    """How a right ended, or an empty string while it stands."""
    if right.status in _DEAD:
        return _DEAD[right.status]
    if right.expiry is not None and right.expiry < today:
        return f"已于 {right.expiry.isoformat()} 到期"
    return ""


def _unsettled(rights: Sequence[IpRight], context: Context) -> Caution | None:
    found = [
        f"{_label(right, context)} {_UNSETTLED[right.status]}"
        for right in rights
        if right.status in _UNSETTLED
    ]
    return Caution("ip_unsettled", _listed(found)) if found else None


def _pending(rights: Sequence[IpRight], today: date) -> Caution | None:
    """Only where nothing is granted yet: beside a granted right, an application more is no reason to hesitate."""
    pending = [right for right in rights if right.status == _PENDING]
    if not pending or any(right.status != _PENDING and not _death(right, today) for right in rights):
        return None
    return Caution("ip_pending", "知识产权尚在申请，未授权")


def _label(right: IpRight, context: Context) -> str:
    """发明专利 ZL2014…: a bare number does not say what has ended."""
    kind = context.names.get(right.type, "")
    return f"{kind} {right.number}".strip() or "一项知识产权"


def _listed(found: Sequence[str]) -> str:
    more = f"；等 {len(found)} 项" if len(found) > MOST_RIGHTS else ""
    return "；".join(found[:MOST_RIGHTS]) + more


def _modes(pair: Pair, context: Context) -> Caution | None:
    wanted, offered = pair.need.wanted_modes, pair.achievement.modes
    if not wanted or not offered or wanted & offered:
        return None
    return Caution("modes_differ", f"期望{_names(wanted, context)}，成果只提供{_names(offered, context)}")


def _region(pair: Pair, context: Context) -> Caution | None:
    a, b = pair.need.region, pair.achievement.region
    if not a or not b or a[:2] == b[:2]:
        return None
    return Caution("region_differs", f"异地：需求在{context.place(a)}，成果在{context.place(b)}")


def _confirmation(achievement: AchievementFacts, today: date) -> Caution | None:
    """A published paper has no owner who could confirm it."""
    confirmed_on = achievement.confirmed_on if achievement.organisation_id is not None else None
    if confirmed_on is None or today - confirmed_on <= CONFIRMATION_LASTS:
        return None
    return Caution("long_unconfirmed", f"成果信息自 {confirmed_on.isoformat()} 以来未再确认")


def _deadline(deadline: date | None, today: date) -> Caution | None:
    if deadline is None or deadline >= today:
        return None
    return Caution("deadline_passed", f"需求的截止日期 {deadline.isoformat()} 已过")


def _names(codes: frozenset[str], context: Context) -> str:
    return "、".join(context.name(code) for code in sorted(codes))
