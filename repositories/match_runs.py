"""What was shown, frozen: a run, its entries, and what people did with them.

A run belongs to its basis. An `owner` run may use and quote the confidential part and is the owner's alone;
whatever another party gets to see hangs on a `public` run. Runs are found again by their key and pruned when
nothing hangs on them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from repositories.database import Base, utcnow
from repositories.frozen import FrozenRuns

PUBLIC, OWNER = "public", "owner"


class MatchRun(Base):
    """One ranked list shown for a subject (a need or an achievement)."""

    __tablename__ = "match_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    library: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int]
    subject_revision: Mapped[int]
    basis: Mapped[str] = mapped_column(String(6))
    filters: Mapped[dict] = mapped_column(default=dict)
    ranker: Mapped[str] = mapped_column(String(60))
    model: Mapped[str] = mapped_column(String(120))
    index_state: Mapped[str] = mapped_column(String(120))
    considered: Mapped[int] = mapped_column(default=0)
    facets: Mapped[dict] = mapped_column(default=dict)
    alike: Mapped[list | None]
    """[rank, rank, kind] of entries that are nearly the same or close (`matching.folding`); None: nobody looked."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow, index=True)

    entries: Mapped[list[MatchEntry]] = relationship(
        back_populates="run", order_by="MatchEntry.rank", lazy="selectin", cascade="all, delete-orphan"
    )

    __table_args__ = (Index("ix_match_runs_subject", "library", "subject_id"),)


class MatchEntry(Base):
    """One pair as it was shown: score, level, contributions, reasons, cautions."""

    __tablename__ = "match_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("match_runs.id", ondelete="CASCADE"), index=True)
    rank: Mapped[int]
    need_id: Mapped[int] = mapped_column(ForeignKey("needs.id", ondelete="CASCADE"), index=True)
    achievement_id: Mapped[int] = mapped_column(ForeignKey("achievements.id", ondelete="CASCADE"), index=True)
    need_revision: Mapped[int]
    achievement_revision: Mapped[int]
    score: Mapped[float]
    level: Mapped[int]
    contributions: Mapped[list] = mapped_column(default=list)
    reasons: Mapped[list] = mapped_column(default=list)
    cautions: Mapped[list] = mapped_column(default=list)

    run: Mapped[MatchRun] = relationship(back_populates="entries", lazy="joined")


class Pass(Base):
    """不合适: one side sets a pair aside, with one of the eight reasons; undone by deleting the row."""

    __tablename__ = "passes"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("match_entries.id", ondelete="SET NULL"))
    need_id: Mapped[int] = mapped_column(ForeignKey("needs.id", ondelete="CASCADE"))
    achievement_id: Mapped[int] = mapped_column(ForeignKey("achievements.id", ondelete="CASCADE"), index=True)
    side: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(30))
    note: Mapped[str] = mapped_column(String(500), default="")
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    __table_args__ = (Index("uq_passes_pair_side", "need_id", "achievement_id", "side", unique=True),)


@dataclass(frozen=True, slots=True)
class FrozenEntry:
    """An entry as a list reads it; `id` is None where the run could not be kept."""

    id: int | None
    rank: int
    need_id: int
    achievement_id: int
    need_revision: int
    achievement_revision: int
    score: float
    level: int
    contributions: Sequence[Mapping[str, Any]]
    reasons: Sequence[Mapping[str, Any]]
    cautions: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class FrozenRun:
    """A run as a list reads it, best entry first."""

    id: int | None
    basis: str
    ranker: str
    considered: int
    facets: Mapping[str, Mapping[str, int]]
    alike: Sequence[Sequence[Any]] | None
    created_at: datetime
    entries: tuple[FrozenEntry, ...]


FROZEN = FrozenRuns(MatchRun, MatchEntry, FrozenRun, FrozenEntry)


def by_key(session: Session, key: str) -> MatchRun | None:
    """The run already frozen under this key."""
    return session.scalar(select(MatchRun).where(MatchRun.key == key))


def passed_by(session: Session, side: str, *, need_id: int | None = None,
              achievement_id: int | None = None) -> dict[int, Pass]:  # fmt: skip
    """What `side` set aside for one subject: other side's id → pass."""
    query = select(Pass).where(Pass.side == side)
    if need_id is not None:
        return {p.achievement_id: p for p in session.scalars(query.where(Pass.need_id == need_id))}
    return {p.need_id: p for p in session.scalars(query.where(Pass.achievement_id == achievement_id))}


def pass_of(session: Session, need_id: int, achievement_id: int, side: str) -> Pass | None:
    """The pass of one side on one pair."""
    return session.scalar(
        select(Pass).where(Pass.need_id == need_id, Pass.achievement_id == achievement_id, Pass.side == side)
    )


def entry_in(
    session: Session, run_id: int, need_id: int | None, achievement_id: int | None
) -> MatchEntry | None:
    """The entry of a run that holds this side (or both); the caller decides whose run it is."""
    if not 0 < run_id < 2**31:
        return None
    query = select(MatchEntry).where(MatchEntry.run_id == run_id)
    if need_id is not None:
        query = query.where(MatchEntry.need_id == need_id)
    if achievement_id is not None:
        query = query.where(MatchEntry.achievement_id == achievement_id)
    return session.scalar(query.order_by(MatchEntry.rank).limit(1))
