"""Whether somebody is bundling a house's patents right now, and how the last time went: one row a house."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from repositories.database import Base, utcnow

RUNNING, DONE, FAILED = "running", "done", "failed"


class BundlingRun(Base):
    """The bundling of one house's patents. A process that was killed leaves it running; its age tells."""

    __tablename__ = "bundling_runs"

    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisations.id", ondelete="CASCADE"), primary_key=True
    )
    state: Mapped[str] = mapped_column(String(10), default=RUNNING)
    patents: Mapped[int] = mapped_column(default=0)
    """How many are looked at."""
    waiting: Mapped[int] = mapped_column(default=0)
    """How many bundles wait for a person since."""
    started_at: Mapped[datetime] = mapped_column(default=utcnow)
    finished_at: Mapped[datetime | None]


def of_house(session: Session, organisation_id: int, *, lock: bool = False) -> BundlingRun | None:
    """The latest run of a house, held until the transaction ends when asked so."""
    return session.get(BundlingRun, organisation_id, with_for_update=lock)


def claim(session: Session, organisation_id: int, patents: int, now: datetime, stale: datetime) -> bool:
    """Begin a run unless one is under way that began after `stale`."""
    run = of_house(session, organisation_id, lock=True)
    if run is not None and run.state == RUNNING and run.started_at > stale:
        return False
    if run is None:
        run = BundlingRun(organisation_id=organisation_id)
        session.add(run)
    run.state, run.patents, run.started_at, run.finished_at = RUNNING, patents, now, None
    return True


def finish(session: Session, organisation_id: int, state: str, waiting: int, now: datetime) -> None:
    """How it ended."""
    run = of_house(session, organisation_id, lock=True)
    if run is not None:
        run.state, run.waiting, run.finished_at = state, waiting, now
