"""What people write into a deal: lines of the timeline, and what the deal asks of its manager."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from repositories import audit
from repositories.accounts import ENTERPRISE
from repositories.deals import Deal, DealEvent
from services.access import Actor, require, require_signed_in
from services.deals import events, stages, telling
from services.deals.standing import seen
from services.errors import Conflict, FieldError, Invalid
from services.platform import Platform

ASKED = ("asked_languages", "asked_posts", "asked_certificate", "asked_region")
VOCABULARIES = {
    "asked_languages": "languages", "asked_posts": "talent_posts", "asked_certificate": "certificate_levels",
    "asked_region": "regions",
}  # fmt: skip
LABELS = {
    "asked_languages": "工作语言", "asked_posts": "服务岗位", "asked_certificate": "能力等级不低于", "asked_region": "服务地区",
}  # fmt: skip


def add(platform: Platform, actor: Actor, deal_id: int, text: str, circle: str = events.FOR_ALL) -> DealEvent:
    """Write a line for everybody around the deal, or (operators only) for operators alone."""
    require_signed_in(actor)
    note = stages.read_note(text)
    if not note:
        raise Invalid([FieldError("note", "请写下要留言的内容。")])
    if circle not in (events.FOR_ALL, events.FOR_OPERATORS):
        raise Invalid([FieldError("circle", "应为 deal（项目各方可见）或 operators（只有运营可见）。")])
    with platform.database.write() as session:
        deal, place = seen(session, actor, deal_id, lock=True)
        require(place.notes and (circle == events.FOR_ALL or place.is_operator))
        line = events.add(
            session, deal, "note", actor, side=stages.speaker(place), note=note, circle=circle, now=platform.now()
        )  # fmt: skip
        session.flush()
        audit.write(session, actor, "deal.note", "deals", deal.id, circle=circle)
        if circle == events.FOR_ALL:
            telling.noted(session, platform, deal, actor, place.side)
    return line


def ask_of_manager(
    platform: Platform, actor: Actor, deal_id: int, raw: Mapping[str, Any], *, revision: int | None
) -> Deal:
    """Set what the deal asks of its manager beyond fitting; by the enterprise or an operator. Fields not given stay.

    `raw`: asked_languages and asked_posts (lists of codes), asked_certificate and asked_region (a code or empty).
    """
    require_signed_in(actor)
    values = _read(platform, raw)
    with platform.database.write() as session:
        deal, place = seen(session, actor, deal_id, lock=True)
        require(place.is_operator or place.side == ENTERPRISE)
        stages.refuse_stale(deal, revision)
        if not deal.is_under_way:
            raise Conflict("项目已经结束，不再指派技术经理人。")
        changed = {name for name, value in values.items() if getattr(deal, name) != value}
        if not changed:
            return deal
        for name in changed:
            setattr(deal, name, values[name])
        deal.touch(platform.now())
        events.add(
            session, deal, "asked_of_manager", actor, side=stages.speaker(place), note=wishes(platform, deal),
            now=platform.now(),
        )  # fmt: skip
        audit.write(session, actor, "deal.asked_of_manager", "deals", deal.id, fields=sorted(changed))
    return deal


def wishes(platform: Platform, deal: Deal) -> str:
    """The demands in words: `工作语言：英语；能力等级不低于：高级`; 没有特别要求 without any."""
    parts = []
    for name in ASKED:
        value = getattr(deal, name)
        codes = value if isinstance(value, list) else [value] if value else []
        known = getattr(platform.vocabularies, VOCABULARIES[name])
        if codes:
            parts.append(f"{LABELS[name]}：{'、'.join(known.name(code) for code in codes)}")
    return "；".join(parts) or "没有特别要求"


def _read(platform: Platform, raw: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    errors = []
    for name in ASKED:
        if name not in raw:
            continue
        known = getattr(platform.vocabularies, VOCABULARIES[name])
        several = name in ("asked_languages", "asked_posts")
        given = raw[name] if several else [raw[name]] if raw[name] else []
        codes = [known.find(str(one)) or "" for one in _listed(given)]
        if "" in codes:
            errors.append(FieldError(name, f"{LABELS[name]}中有词表里没有的内容，请从列表中选择。"))
        values[name] = codes if several else (codes[0] if codes else "")
    if errors:
        raise Invalid(errors)
    return values


def _listed(given: Any) -> Sequence[Any]:
    return list(dict.fromkeys(given)) if isinstance(given, (list, tuple)) else [given] if given else []
