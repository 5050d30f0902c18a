"""What leaves the public with an organisation's approval, and what comes back with it.

Listings are paused, not hidden by a condition in every query: whatever looks at a listing's state already does the
right thing. Few statements, because one house may have ten thousand listings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update

from repositories import outbox
from repositories.achievements import Achievement
from repositories.database import Session
from repositories.listing import PAUSED, PUBLISHED
from repositories.needs import Need
from repositories.talents import Talent

LIBRARIES: tuple[Any, ...] = (Achievement, Need, Talent)
_CHUNK = 2_000


def suspend(session: Session, organisation_id: int, now: datetime) -> Mapping[str, list[int]]:
    """Pause what is public of an organisation; gives the ids by library. Gone from every list with the commit."""
    return {
        model.library: _move(session, model, (model.organisation_id == organisation_id, model.state == PUBLISHED),
                             outbox.WITHDRAWN_FACT, now, state=PAUSED, suspended=True)
        for model in LIBRARIES
    }  # fmt: skip


def restore(session: Session, organisation_id: int, today: date, now: datetime) -> Mapping[str, list[int]]:
    """Publish again what was paused with the organisation; what its owner changed or ended meanwhile stays as it is,
    and what has run out is left to the scheduler. Gives the ids by library."""
    return {
        model.library: _move(
            session, model,
            (model.organisation_id == organisation_id, model.state == PAUSED, model.suspended,
             or_(model.expires_on.is_(None), model.expires_on >= today)),
            "resume", now, state=PUBLISHED, suspended=False,
        )
        for model in LIBRARIES
    }  # fmt: skip


def _move(
    session: Session,
    model: Any,
    which: Sequence[ColumnElement[bool]],
    fact: str,
    now: datetime,
    **values: Any,
) -> list[int]:
    ids = list(session.scalars(select(model.id).where(*which).order_by(model.id).with_for_update()))
    for start in range(0, len(ids), _CHUNK):
        session.execute(
            update(model)
            .where(model.id.in_(ids[start : start + _CHUNK]))
            .values(projection=model.projection + 1, updated_at=now, **values)
            .execution_options(synchronize_session=False)
        )
    outbox.record_many(session, model.library, ids, fact)
    return ids
