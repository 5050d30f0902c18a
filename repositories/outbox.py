"""Facts the index has not seen yet; written in the transaction that made them true.

A job says only that something changed. The drain loads what is true now, so order does not matter and doing a
job twice is harmless. Claiming is a lease and a conditional UPDATE, the same on both databases.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, Select, String, delete, func, insert, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from repositories.database import Base, Database, utcnow

WITHDRAWN_FACT = "withdrawn"
MEMBERS_FACT = "members"
"""A public listing was closed to people without an account."""
UNNAMED_FACT = "unnamed"
"""An enterprise took its name off a published need, which the index still finds by it."""
MAX_ATTEMPTS = 8


_PARKED = text("parked_at IS NOT NULL")


class Job(Base):
    """One fact about one row, waiting for the index."""

    __tablename__ = "outbox_jobs"

    id: Mapped[int] = mapped_column(primary_key=True)
    library: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int] = mapped_column(index=True)
    fact: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    available_at: Mapped[datetime] = mapped_column(default=utcnow, index=True)
    leased_until: Mapped[datetime | None]
    leased_by: Mapped[str] = mapped_column(String(60), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(500), default="")
    parked_at: Mapped[datetime | None]

    # Every page asks which withdrawals still wait, and every page of an operator which jobs are parked; an import may
    # have left a million other jobs.
    __table_args__ = (
        Index("ix_outbox_jobs_library_fact", "library", "fact"),
        Index("ix_outbox_jobs_parked", "parked_at", sqlite_where=_PARKED, postgresql_where=_PARKED),
    )


def record(session: Session, library: str, subject_id: int, fact: str) -> None:
    """Remember that `fact` happened to a row, in the caller's transaction."""
    session.add(Job(library=library, subject_id=subject_id, fact=fact))


def record_many(session: Session, library: str, subject_ids: Iterable[int], fact: str) -> None:
    """The same for many rows by one statement."""
    now = utcnow()
    rows = [
        {"library": library, "subject_id": i, "fact": fact, "created_at": now, "available_at": now,
         "leased_by": "", "attempts": 0, "error": ""}
        for i in subject_ids
    ]  # fmt: skip
    if rows:
        session.execute(insert(Job), rows)


def claim(database: Database, owner: str, limit: int, lease: timedelta, now: datetime) -> list[Job]:
    """Lease up to `limit` waiting jobs, oldest first; a lease that ran out is taken over."""
    free = or_(Job.leased_until.is_(None), Job.leased_until < now)
    waiting = (Job.parked_at.is_(None), Job.available_at <= now, free)
    with database.write() as session:
        ids = session.scalars(select(Job.id).where(*waiting).order_by(Job.id).limit(limit)).all()
        if not ids:
            return []
        session.execute(
            update(Job)
            .where(Job.id.in_(ids), *waiting)
            .values(leased_until=now + lease, leased_by=owner, attempts=Job.attempts + 1)
        )
        mine = select(Job).where(Job.id.in_(ids), Job.leased_by == owner, Job.leased_until == now + lease)
        return list(session.scalars(mine.order_by(Job.id)))


def finish(database: Database, job_ids: Sequence[int]) -> None:
    """Forget jobs whose facts every live generation of the index has seen."""
    if job_ids:
        with database.write() as session:
            session.execute(delete(Job).where(Job.id.in_(job_ids)))


def fail(database: Database, job_ids: Sequence[int], error: str, now: datetime) -> None:
    """Give jobs back with growing pauses; one that failed `MAX_ATTEMPTS` times is parked for a person."""
    if not job_ids:
        return
    with database.write() as session:
        for job in session.scalars(select(Job).where(Job.id.in_(job_ids))):
            job.leased_until, job.leased_by, job.error = None, "", error[:500]
            job.available_at = now + timedelta(seconds=min(300, 2**job.attempts))
            if job.attempts >= MAX_ATTEMPTS:
                job.parked_at = now


def retry_parked(session: Session, now: datetime) -> int:
    """Let a person send parked jobs round again; gives how many."""
    result = session.execute(
        update(Job).where(Job.parked_at.is_not(None)).values(parked_at=None, attempts=0, available_at=now)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


def parked(session: Session, limit: int) -> list[Job]:
    """Jobs that wait for a person, the longest waiting first."""
    query = select(Job).where(Job.parked_at.is_not(None)).order_by(Job.parked_at, Job.id)
    return list(session.scalars(query.limit(limit)))


def waiting_by_library(session: Session) -> dict[str, int]:
    """How many jobs that are not parked each library has."""
    query = select(Job.library, func.count()).where(Job.parked_at.is_(None)).group_by(Job.library)
    return {library: int(count) for library, count in session.execute(query)}


def closings(library: str) -> Select[Any]:
    """The ids of a library with a fact on the way that took them from somebody's sight."""
    return select(Job.subject_id).where(
        Job.library == library, Job.fact.in_((WITHDRAWN_FACT, MEMBERS_FACT, UNNAMED_FACT))
    )


def depth(session: Session) -> tuple[int, int, datetime | None]:
    """(waiting jobs, parked jobs, moment the oldest waiting one was written)."""
    waiting, oldest = session.execute(
        select(func.count(), func.min(Job.created_at)).where(Job.parked_at.is_(None))
    ).one()
    parked = session.scalar(select(func.count()).where(Job.parked_at.is_not(None))) or 0
    return int(waiting), int(parked), oldest
