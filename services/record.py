"""A manager's record: figures counted from the deals he or she really led, and the rows behind each figure.

Everybody who sees the profile sees the figures. Rows name the achievement only where it is public by itself, and never
the enterprise; the person and the operators see every row whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from repositories import assignments
from repositories import record as record_rows
from repositories.database import CHINA
from repositories.deals import COMPLETED, ENDED, UNDER_WAY
from repositories.record import LedDeal, Tally
from repositories.talents import Talent
from services.access import Actor, owns
from services.errors import FieldError, Invalid
from services.listings import entries
from services.platform import Platform

FIGURES: Mapping[str, str] = {
    "led": "主导项目",
    "completed": "已结项",
    "under_way": "进行中",
    "ended": "终止",
    "negotiated": "促成洽谈",
}
"""What one may ask the rows of."""


@dataclass(frozen=True, slots=True)
class Record:
    """Figures with what they are made of. `reasons`: {code: deals} of the ended ones; `industries` the same of all.
    `median_days`: from taking a deal on to its negotiation, over those that came so far; None without any."""

    counts: Mapping[str, int]
    reasons: Mapping[str, int]
    industries: Mapping[str, int]
    median_days: int | None
    load: int
    capacity: int


@dataclass(frozen=True, slots=True)
class Row:
    """A deal as this reader may see it; `achievement_id` and `deal_id` are None where there is nothing to open."""

    deal_id: int | None
    achievement_id: int | None
    title: str
    industry: str
    state: str
    reason: str
    month: str


@dataclass(frozen=True, slots=True)
class Brief:
    """What a list says about a manager: how many deals are on the desk now, and what was done so far."""

    load: int
    tally: Tally


NO_BRIEF = Brief(0, Tally())


def of_talent(platform: Platform, actor: Actor, talent_id: int) -> Record:
    """The record of a manager whose profile this person may see; raises NotFound. Four queries."""
    talent = entries.get(platform, actor, "talents", talent_id)
    assert isinstance(talent, Talent)
    with platform.database.read() as session:
        deals = record_rows.of_talent(session, talent_id)
        load = assignments.loads(session, [talent_id]).get(talent_id, 0)
    return _summed(deals, load, talent.capacity)


def rows(
    platform: Platform, actor: Actor, talent_id: int, what: str = "led", industry: str = ""
) -> tuple[Talent, Record, list[Row]]:
    """(profile, record, rows behind one figure); raises NotFound, Invalid for a figure that is none.

    `industry` narrows the rows to one of `Record.industries`.
    """
    if what not in FIGURES:
        raise Invalid([FieldError("what", f"没有“{what[:20]}”这项数字，可用：{'、'.join(FIGURES)}。")])
    talent = entries.get(platform, actor, "talents", talent_id)
    assert isinstance(talent, Talent)
    with platform.database.read() as session:
        deals = record_rows.of_talent(session, talent_id)
        load = assignments.loads(session, [talent_id]).get(talent_id, 0)
    inside = actor.is_operator or owns(actor, talent)
    chosen = [d for d in deals if _counts(d, what) and (not industry or d.industry == industry)]
    return talent, _summed(deals, load, talent.capacity), [_row(d, actor, inside=inside) for d in chosen]


def briefs(platform: Platform, talent_ids: Iterable[int]) -> dict[int, Brief]:
    """What a list shows of these managers; two queries, whatever their number."""
    wanted = list(talent_ids)
    if not wanted:
        return {}
    with platform.database.read() as session:
        loads = assignments.loads(session, wanted)
        tallies = record_rows.tallies(session, wanted)
    return {one: Brief(loads.get(one, 0), tallies.get(one, Tally())) for one in wanted}


def _summed(deals: list[LedDeal], load: int, capacity: int) -> Record:
    waits = [(d.negotiated_at - d.taken_at).days for d in deals if d.negotiated_at is not None]
    reasons = Counter(d.end_reason for d in deals if d.state == ENDED and d.end_reason)
    industries = Counter(d.industry for d in deals if d.industry)
    return Record(
        counts={what: sum(_counts(deal, what) for deal in deals) for what in FIGURES},
        reasons=dict(sorted(reasons.items(), key=lambda item: (-item[1], item[0]))),
        industries=dict(sorted(industries.items(), key=lambda item: (-item[1], item[0]))),
        median_days=round(median(waits)) if waits else None,
        load=load,
        capacity=capacity,
    )


def _counts(deal: LedDeal, what: str) -> bool:
    match what:
        case "completed":
            return deal.state == COMPLETED
        case "ended":
            return deal.state == ENDED
        case "under_way":
            return deal.state in UNDER_WAY
        case "negotiated":
            return deal.negotiated_at is not None
    return True


def _row(deal: LedDeal, actor: Actor, *, inside: bool) -> Row:
    """The month is that of the end, or of taking it on while it is under way."""
    public = deal.achievement_public and (actor.is_signed_in or not deal.members_only)
    titled = public or inside
    return Row(
        deal_id=deal.deal_id if inside else None,
        achievement_id=deal.achievement_id if public or actor.is_operator else None,
        title=deal.achievement_title if titled else "",
        industry=deal.industry,
        state=deal.state,
        reason=deal.end_reason if inside else "",
        month=(deal.closed_at or deal.taken_at).astimezone(CHINA).strftime("%Y-%m"),
    )
