"""What the scheduler looks for: listings about to run out, notices nobody needs any more, letters to lease."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import String, cast, delete, func, select

from repositories.database import Session
from repositories.listing import PUBLISHED
from repositories.notices import WAITING, Notice
from repositories.vectors import StoredVector

EXPIRING = "listing.expiring"


def expiring(session: Session, model: Any, today: date, until: date, now: datetime, limit: int) -> list[Any]:
    """Published listings whose last day lies in [today, until] and whose owner was not reminded in this period."""
    reminded = (
        select(Notice.id)
        .where(
            Notice.kind == EXPIRING,
            Notice.href == f"/{model.library}/" + cast(model.id, String),
            Notice.created_at >= now - timedelta(days=(until - today).days + 1),
        )
        .exists()
    )
    query = select(model).where(
        model.state == PUBLISHED, model.expires_on >= today, model.expires_on <= until, ~reminded
    )
    return list(session.scalars(query.order_by(model.id).limit(limit)))


def prune_notices(session: Session, before: datetime, letters_before: datetime) -> int:
    """Drop old notices, and letters (whose links have run out by then) earlier; gives how many."""
    old = delete(Notice).where(Notice.created_at < before, Notice.mail_state != WAITING)
    letters = delete(Notice).where(~Notice.in_inbox, Notice.created_at < letters_before)
    return sum(int(session.execute(query).rowcount) for query in (letters, old))  # type: ignore[attr-defined,misc]


def lease_letters(session: Session, now: datetime, lease: timedelta, limit: int) -> list[Notice]:
    """Letters whose time has come, put off by `lease` so that no other process sends them meanwhile."""
    query = select(Notice).where(Notice.mail_state == WAITING, Notice.mail_at <= now)
    found = list(session.scalars(query.order_by(Notice.id).limit(limit).with_for_update(skip_locked=True)))
    for notice in found:
        notice.mail_at = now + lease
    return found


def lacks_vectors(session: Session, model: Any, model_id: str) -> bool:
    """Whether a published listing of this library has no vector under this model yet."""
    known = select(StoredVector.content_hash).where(
        StoredVector.content_hash == model.vector_key, StoredVector.model_id == model_id
    )
    query = select(model.id).where(model.state == PUBLISHED, ~known.exists())
    return session.scalar(query.limit(1)) is not None


def unconfirmed(
    session: Session, model: Any, before: date, limit: int, *, organisation_id: int | None = None
) -> list[Any]:
    """Published listings confirmed before that day, the longest unconfirmed first: those nobody was asked about yet, or
    all of one house."""
    query = select(model).where(*_unconfirmed(model, before))
    if organisation_id is None:
        query = query.where(model.stale.is_(False))
        if model.library != "talents":
            query = query.where(model.organisation_id.is_not(None))
    else:
        query = query.where(model.organisation_id == organisation_id)
    return list(session.scalars(query.order_by(model.confirmed_on, model.id).limit(limit)))


def count_unconfirmed(session: Session, model: Any, before: date, organisation_id: int) -> int:
    """How many of one house's published listings were confirmed before that day."""
    query = select(func.count(model.id)).where(*_unconfirmed(model, before))
    return int(session.scalar(query.where(model.organisation_id == organisation_id)) or 0)


def _unconfirmed(model: Any, before: date) -> tuple[Any, ...]:
    return model.state == PUBLISHED, model.confirmed_on < before
