"""Rows as the indexer reads them: any library, with owner and vector, by id or page after page.

Only the indexer asks here; what a page shows is asked of `shown` and `candidates`, which know who is looking.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select, update

from repositories.achievements import Achievement
from repositories.database import Database, Session
from repositories.listing import PUBLISHED, ListingColumns
from repositories.needs import Need
from repositories.organisations import Organisation
from repositories.outbox import Job
from repositories.talents import Talent
from repositories.vectors import StoredVector, Vector, unpack

MODELS: dict[str, Any] = {"achievements": Achievement, "needs": Need, "talents": Talent}
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Projected:
    """A listing with the organisation behind it and its vector under one model, when there is one."""

    row: ListingColumns
    organisation: Organisation | None
    vector: Vector | None


def _query(library: str, model_id: str) -> Select[Any]:
    model = MODELS[library]
    vector = and_(StoredVector.content_hash == model.vector_key, StoredVector.model_id == model_id)
    return (
        select(model, Organisation, StoredVector.data)
        .outerjoin(Organisation, Organisation.id == model.organisation_id)
        .outerjoin(StoredVector, vector)
    )


def load(session: Session, library: str, ids: Iterable[int], model_id: str) -> dict[int, Projected]:
    """The rows behind `ids` whatever their state; ids without a row are left out."""
    wanted, found = sorted(set(ids)), {}
    for start in range(0, len(wanted), CHUNK):
        query = _query(library, model_id).where(MODELS[library].id.in_(wanted[start : start + CHUNK]))
        for row, organisation, data in session.execute(query):
            found[row.id] = Projected(row, organisation, unpack(data) if data else None)
    return found


def public_after(
    session: Session, library: str, last_id: int, limit: int, model_id: str
) -> Sequence[Projected]:
    """The next published rows in the order of their ids, for walks over a whole library."""
    model = MODELS[library]
    query = _query(library, model_id).where(model.state == PUBLISHED, model.id > last_id)
    rows = session.execute(query.order_by(model.id).limit(limit))
    return [Projected(row, organisation, unpack(data) if data else None) for row, organisation, data in rows]


def count_public(session: Session, library: str) -> int:
    """How many rows the index should hold."""
    model = MODELS[library]
    return int(session.scalar(select(func.count()).where(model.state == PUBLISHED)) or 0)


def waiting(session: Session, now: datetime) -> bool:
    """Whether a claim would find a job; asked without the write lock."""
    free = or_(Job.leased_until.is_(None), Job.leased_until < now)
    query = select(Job.id).where(Job.parked_at.is_(None), Job.available_at <= now, free)
    return session.scalar(query.limit(1)) is not None


def on_the_way(session: Session, library: str) -> set[int]:
    """Ids with a job that is not parked: they may rightly differ from the index."""
    return set(session.scalars(select(Job.subject_id).where(Job.library == library, Job.parked_at.is_(None))))


def give_back(database: Database, job_ids: Sequence[int], error: str, available_at: datetime) -> None:
    """Return jobs that failed through no fault of their own: the attempt is not counted."""
    if job_ids:
        with database.write() as session:
            session.execute(
                update(Job)
                .where(Job.id.in_(job_ids))
                .values(
                    leased_until=None, leased_by="", attempts=Job.attempts - 1, error=error[:500],
                    available_at=available_at,
                )
            )  # fmt: skip


def take_over(database: Database) -> int:
    """End every lease: the one elected indexer has begun, so whoever held them is dead. Gives how many."""
    with database.write() as session:
        result = session.execute(
            update(Job).where(Job.leased_until.is_not(None)).values(leased_until=None, leased_by="")
        )
        return int(result.rowcount)  # type: ignore[attr-defined]
