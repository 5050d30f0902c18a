"""Who was asked to lead a deal, who took it on, and how busy each manager is.

An active assignment (offered or accepted) counts against its manager's capacity; a deal has at most one, and the
database says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, ForeignKey, Index, String, bindparam, func, join, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from repositories.achievements import Achievement
from repositories.database import Base, utcnow
from repositories.deals import Deal
from repositories.needs import Need

OFFERED, ACCEPTED, DECLINED, EXPIRED, RELEASED, CLOSED = (
    "offered", "accepted", "declined", "expired", "released", "closed",
)  # fmt: skip
STATE_NAMES: Mapping[str, str] = {
    OFFERED: "等待经理人确认",
    ACCEPTED: "已接手",
    DECLINED: "经理人婉拒",
    EXPIRED: "逾期未确认",
    RELEASED: "已解除",
    CLOSED: "随项目结束",
}
ACTIVE = (OFFERED, ACCEPTED)
LED = (ACCEPTED, CLOSED)
"""What counts into a manager's record: deals that were really taken on."""
TRANSITIONS: Mapping[str, tuple[frozenset[str], str]] = {
    "accept": (frozenset({OFFERED}), ACCEPTED),
    "decline": (frozenset({OFFERED}), DECLINED),
    "expire": (frozenset({OFFERED}), EXPIRED),
    "release": (frozenset({OFFERED, ACCEPTED}), RELEASED),
    "close": (frozenset({OFFERED, ACCEPTED}), CLOSED),
}


class Assignment(Base):
    """One manager asked to lead one deal. Hangs on the entry it was chosen from."""

    __tablename__ = "assignments"

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id", ondelete="CASCADE"), index=True)
    talent_id: Mapped[int] = mapped_column(ForeignKey("talents.id", ondelete="RESTRICT"))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("manager_entries.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(String(10), default=OFFERED)
    offered_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    offered_at: Mapped[datetime] = mapped_column(default=utcnow)
    due_on: Mapped[date] = mapped_column(index=True)
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(30), default="")
    note: Mapped[str] = mapped_column(String(500), default="")

    __table_args__ = (
        Index("ix_assignments_talent_state", "talent_id", "state"),
        Index(
            "uq_assignments_active_deal",
            "deal_id",
            unique=True,
            sqlite_where=(state.in_(ACTIVE)),
            postgresql_where=(state.in_(ACTIVE)),
        ),
    )


@dataclass(frozen=True, slots=True)
class Led:
    """A deal somebody took on, as ranking and leads look back at it."""

    talent_id: int
    deal_id: int
    need_id: int
    need_projection: int
    vector_key: str
    industry: str
    region: str
    state: str
    closed_at: datetime | None


_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_INDUSTRIES: BindParameter[Any] = bindparam("industries", expanding=True)
# Built once: a list looks at hundreds of managers by plain rows.
_LOADS = (
    select(Assignment.talent_id, func.count())
    .where(Assignment.talent_id.in_(_IDS), Assignment.state.in_(ACTIVE))
    .group_by(Assignment.talent_id)
)
_WITH_SIDES = (
    join(Assignment, Deal, Deal.id == Assignment.deal_id)
    .join(Need, Need.id == Deal.need_id)
    .join(Achievement, Achievement.id == Deal.achievement_id)
)
_PAST = (
    select(
        Assignment.talent_id, Deal.id, Need.id, Need.projection, Need.vector_key, Need.industry, Achievement.industry, Need.region,
        Achievement.region, Deal.state, Deal.closed_at,
    )
    .select_from(_WITH_SIDES)
    .where(Assignment.talent_id.in_(_IDS), Assignment.state.in_(LED))
    .order_by(Assignment.id)
)  # fmt: skip
_EXPERIENCED = (
    select(Assignment.talent_id)
    .select_from(join(Assignment, Deal, Deal.id == Assignment.deal_id).join(Need, Need.id == Deal.need_id))
    .where(Assignment.state.in_(LED), Need.industry.in_(_INDUSTRIES))
    .group_by(Assignment.talent_id)
    .order_by(func.count().desc(), Assignment.talent_id)
    .limit(bindparam("limit"))
)


def active_of_deal(session: Session, deal_id: int) -> Assignment | None:
    """The offered or accepted assignment of a deal; there is at most one."""
    query = select(Assignment).where(Assignment.deal_id == deal_id, Assignment.state.in_(ACTIVE))
    return session.scalar(query)


def of_deal(session: Session, deal_id: int) -> list[Assignment]:
    """Everybody who was ever asked to lead a deal, in order."""
    query = select(Assignment).where(Assignment.deal_id == deal_id).order_by(Assignment.id)
    return list(session.scalars(query))


def active_of_deals(session: Session, deal_ids: Iterable[int]) -> dict[int, Assignment]:
    """Deal id → its active assignment, in one query."""
    query = select(Assignment).where(Assignment.deal_id.in_(list(deal_ids)), Assignment.state.in_(ACTIVE))
    return {row.deal_id: row for row in session.scalars(query)}


def of_talent(session: Session, talent_id: int, states: Collection[str] = ACTIVE) -> list[Assignment]:
    """A manager's assignments in these states, those to answer soonest first."""
    query = select(Assignment).where(Assignment.talent_id == talent_id, Assignment.state.in_(states))
    return list(session.scalars(query.order_by(Assignment.due_on, Assignment.id)))


def loads(session: Session, talent_ids: Iterable[int]) -> dict[int, int]:
    """Talent id → active assignments; managers without any are not in it."""
    rows = session.connection().execute(_LOADS, {"ids": list(talent_ids)})
    return {talent: int(count) for talent, count in rows}


def past(session: Session, talent_ids: Iterable[int]) -> list[Led]:
    """The deals these managers lead or led, each with the industry and place of its need (else of its achievement)."""
    rows = session.connection().execute(_PAST, {"ids": list(talent_ids)})
    return [
        Led(talent, deal, need, projection, key, industry or other, region or elsewhere, state, closed)
        for talent, deal, need, projection, key, industry, other, region, elsewhere, state, closed in rows
    ]


def experienced(session: Session, industries: Collection[str], limit: int) -> list[int]:
    """Managers who lead or led deals for needs of these industries, those with most first."""
    if not industries:
        return []
    rows = session.connection().execute(_EXPERIENCED, {"industries": list(industries), "limit": limit})
    return [talent for (talent,) in rows]


def overdue(session: Session, today: date) -> list[tuple[int, int]]:
    """(deal id, assignment id) of offers whose day for an answer has passed."""
    query = select(Assignment.deal_id, Assignment.id).where(
        Assignment.state == OFFERED, Assignment.due_on < today
    )
    return [(deal, one) for deal, one in session.execute(query.order_by(Assignment.id))]
