"""What an operator's review asks of a library: who waits, since when, and what has the same name already."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from sqlalchemy import func, select

from repositories.database import Session
from repositories.listing import SUBMITTED, ListingColumns

Row = TypeVar("Row", bound=ListingColumns)
QUEUE_LOOKED_AT = 2000


def queue_ids(session: Session, model: type[Row]) -> list[int]:
    """Ids of the submitted listings, the longest waiting first."""
    query = select(model.id).where(model.state == SUBMITTED).order_by(model.submitted_at, model.id)
    return list(session.scalars(query.limit(QUEUE_LOOKED_AT)))


def waiting(session: Session, model: type[Row]) -> tuple[int, datetime | None]:
    """(how many listings wait, since when the oldest of them does)."""
    count, oldest = session.execute(
        select(func.count(), func.min(model.submitted_at)).where(model.state == SUBMITTED)
    ).one()
    return int(count), oldest


def same_title(session: Session, model: type[Row], title: str, own_id: int, limit: int) -> list[Row]:
    """Other listings of any state with this very title, whatever its case; titles are read from their index."""
    alike = select(model.id).where(func.lower(model.title) == title.lower(), model.id != own_id)
    ids = alike.order_by(model.title, model.id).limit(limit)
    return list(session.scalars(select(model).where(model.id.in_(ids)).order_by(model.id)))
