"""What a manager did, read from assignments and deals: one row for each deal really taken on. Nothing is typed in.

A deal counts when its manager accepted it, and still leads it or led it to its end. A deal that was handed back
counts for nobody but the one who took it over.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from repositories.achievements import Achievement
from repositories.assignments import ACCEPTED, CLOSED, Assignment
from repositories.database import Session
from repositories.deals import COMPLETED, ENDED, NEGOTIATING, Deal, DealEvent
from repositories.listing import PUBLISHED
from repositories.needs import Need


@dataclass(frozen=True, slots=True)
class LedDeal:
    """One deal of a manager. `achievement_public`: whether anybody may read its title; `members`: only people who are
    signed in. `industry` is the need's, else the achievement's."""

    deal_id: int
    state: str
    end_reason: str
    taken_at: datetime
    negotiated_at: datetime | None
    closed_at: datetime | None
    achievement_id: int
    achievement_title: str
    achievement_public: bool
    members_only: bool
    industry: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How many deals a manager led, and what became of them."""

    led: int = 0
    completed: int = 0
    ended: int = 0

    @property
    def under_way(self) -> int:
        """Those still going on."""
        return self.led - self.completed - self.ended


def of_talent(session: Session, talent_id: int) -> list[LedDeal]:
    """Every deal a manager led, the latest first; one query."""
    taken_on = func.coalesce(Assignment.answered_at, Assignment.offered_at)
    negotiated = (
        select(func.min(DealEvent.at))
        .where(
            DealEvent.deal_id == Deal.id,
            DealEvent.state == NEGOTIATING,
            DealEvent.at >= taken_on,
        )
        .scalar_subquery()
    )
    query = (
        select(
            Deal.id, Deal.state, Deal.end_reason, taken_on, negotiated, Deal.closed_at,
            Achievement.id, Achievement.title, Achievement.state, Achievement.visibility, Need.industry,
            Achievement.industry,
        )
        .join(Deal, Deal.id == Assignment.deal_id)
        .join(Achievement, Achievement.id == Deal.achievement_id)
        .join(Need, Need.id == Deal.need_id)
        .where(*_led([talent_id]))
        .order_by(taken_on.desc(), Deal.id.desc())
    )  # fmt: skip
    return [
        LedDeal(
            deal_id=deal, state=state, end_reason=reason, taken_at=taken, negotiated_at=talked, closed_at=closed,
            achievement_id=number, achievement_title=title, achievement_public=shown == PUBLISHED,
            members_only=visibility != "public", industry=wanted or offered,
        )
        for deal, state, reason, taken, talked, closed, number, title, shown, visibility, wanted, offered
        in session.execute(query)
    ]  # fmt: skip


def tallies(session: Session, talent_ids: Iterable[int]) -> dict[int, Tally]:
    """Talent id → figures, in one query; managers without a deal are not in it."""
    query = (
        select(
            Assignment.talent_id,
            func.count(),
            func.sum(case((Deal.state == COMPLETED, 1), else_=0)),
            func.sum(case((Deal.state == ENDED, 1), else_=0)),
        )
        .join(Deal, Deal.id == Assignment.deal_id)
        .where(*_led(talent_ids))
        .group_by(Assignment.talent_id)
    )
    return {
        talent: Tally(int(led), int(completed), int(ended))
        for talent, led, completed, ended in session.execute(query)
    }


def _led(talent_ids: Iterable[int]) -> tuple[ColumnElement[bool], ...]:
    """An offer nobody had answered when its deal closed was never taken on."""
    return (
        Assignment.talent_id.in_(list(talent_ids)),
        or_(
            Assignment.state == ACCEPTED,
            and_(Assignment.state == CLOSED, Assignment.answered_at.is_not(None)),
        ),
    )
