"""When each recurring task ran last; claimed by a conditional UPDATE so that one process runs it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from repositories.database import Base, Database


class ScheduledTask(Base):
    """One recurring task."""

    __tablename__ = "scheduled_tasks"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    next_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(300), default="")


def claim(database: Database, name: str, every: timedelta, now: datetime) -> bool:
    """Whether this process may run the task now; the next time is set in the same statement."""
    with database.write() as session:
        if session.get(ScheduledTask, name) is None:
            session.add(ScheduledTask(name=name, next_at=now + every, started_at=now))
            return True
        result = session.execute(
            update(ScheduledTask)
            .where(ScheduledTask.name == name, ScheduledTask.next_at <= now)
            .values(next_at=now + every, started_at=now)
        )
        return bool(result.rowcount)  # type: ignore[attr-defined]


def finished(database: Database, name: str, outcome: str, now: datetime) -> None:
    """Remember how it went."""
    with database.write() as session:
        session.execute(
            update(ScheduledTask)
            .where(ScheduledTask.name == name)
            .values(finished_at=now, outcome=outcome[:300])
        )


def all_tasks(session: Session) -> list[ScheduledTask]:
    """Every task with its times, for the operator's panel."""
    return list(session.scalars(select(ScheduledTask).order_by(ScheduledTask.name)))
