"""Managers ranked for a deal, as they were shown: frozen, so that an assignment hangs on what somebody saw.

Pages read and write rankings by plain rows; the classes are there for the schema and for what hangs on an entry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, delete, exists, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from repositories.assignments import Assignment
from repositories.database import Base, utcnow
from repositories.frozen import FrozenRuns


class ManagerRun(Base):
    """One ranking of managers for a deal, as it was shown; `rejections` are {talent_id, reason, text}."""

    __tablename__ = "manager_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    ranker: Mapped[str] = mapped_column(String(60))
    considered: Mapped[int] = mapped_column(default=0)
    rejections: Mapped[list] = mapped_column(default=list)
    created_at: Mapped[datetime] = mapped_column(default=utcnow, index=True)


class ManagerEntry(Base):
    """One manager as ranked: score, contributions, reasons, cautions, and the load the deal would bring."""

    __tablename__ = "manager_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("manager_runs.id", ondelete="CASCADE"))
    rank: Mapped[int]
    talent_id: Mapped[int] = mapped_column(ForeignKey("talents.id", ondelete="CASCADE"), index=True)
    talent_revision: Mapped[int]
    score: Mapped[float]
    load: Mapped[int]
    capacity: Mapped[int]
    contributions: Mapped[list] = mapped_column(default=list)
    reasons: Mapped[list] = mapped_column(default=list)
    cautions: Mapped[list] = mapped_column(default=list)

    __table_args__ = (Index("ix_manager_entries_run", "run_id", "rank"),)


@dataclass(frozen=True, slots=True)
class FrozenManager:
    """A line as a page reads it; `id` is None where the ranking could not be kept."""

    id: int | None
    rank: int
    talent_id: int
    talent_revision: int
    score: float
    load: int
    capacity: int
    contributions: Sequence[Mapping[str, Any]]
    reasons: Sequence[Mapping[str, Any]]
    cautions: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class FrozenRanking:
    """A ranking as a page reads it, best line first; `rejections` are {talent_id, reason, text}."""

    id: int | None
    deal_id: int
    ranker: str
    considered: int
    rejections: Sequence[Mapping[str, Any]]
    created_at: datetime
    entries: tuple[FrozenManager, ...]


FROZEN = FrozenRuns(ManagerRun, ManagerEntry, FrozenRanking, FrozenManager)


def entry_of(session: Session, deal_id: int, run_id: int, talent_id: int) -> ManagerEntry | None:
    """The line of a manager in one of this deal's rankings."""
    query = (
        select(ManagerEntry)
        .join(ManagerRun, ManagerRun.id == ManagerEntry.run_id)
        .where(
            ManagerRun.deal_id == deal_id, ManagerEntry.run_id == run_id, ManagerEntry.talent_id == talent_id
        )
    )
    return session.scalar(query)


def ranked_after(session: Session, entry_id: int) -> list[int]:
    """The managers below a line of its ranking, best first: whom to ask next."""
    entry = session.get(ManagerEntry, entry_id)
    if entry is None:
        return []
    query = select(ManagerEntry.talent_id).where(
        ManagerEntry.run_id == entry.run_id, ManagerEntry.rank > entry.rank
    )
    return list(session.scalars(query.order_by(ManagerEntry.rank)))


def prune(session: Session, before: datetime) -> int:
    """Drop rankings older than `before` from which nobody was ever asked; gives how many."""
    held = exists().where(ManagerEntry.run_id == ManagerRun.id, Assignment.entry_id == ManagerEntry.id)
    old = select(ManagerRun.id).where(ManagerRun.created_at < before, ~held)
    return int(session.execute(delete(ManagerRun).where(ManagerRun.id.in_(old))).rowcount)  # type: ignore[attr-defined]
