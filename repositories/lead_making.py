"""Which publications still need their leads, and the rows that making them writes.

There is no queue to fill: a published listing is due while the revision its leads were made for is not its own. So an
edit, an import, a bulk update and an outage all end the same way, and doing one twice is harmless.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import aliased

from repositories.achievements import Achievement
from repositories.database import Session
from repositories.deals import Deal
from repositories.introductions import ACCEPTED, ASKED, Introduction
from repositories.leads import DUE, Lead
from repositories.listing import EXPIRED, PUBLISHED, RETURNED, WITHDRAWN
from repositories.match_runs import MatchEntry, Pass
from repositories.needs import Need
from repositories.outbox import Job

MODELS: dict[str, Any] = {"needs": Need, "achievements": Achievement}
GONE = (WITHDRAWN, EXPIRED, RETURNED)
"""A side in one of these has left the public; one that is paused or read again is only hidden meanwhile."""


@dataclass(frozen=True, slots=True)
class Made:
    """One pair worth a lead, and the frozen public entry that says why."""

    need_id: int
    achievement_id: int
    entry_id: int
    score: float
    level: int


def due(session: Session, library: str, limit: int, after: int = 0) -> list[int]:
    """Published listings whose leads are to be made, by id. One the index has not seen waits: of two published at the
    same moment the later one to be looked at must find the other."""
    model = MODELS[library]
    waiting = exists().where(Job.library == library, Job.subject_id == model.id, Job.parked_at.is_(None))
    query = select(model.id).where(DUE, model.id > after, ~waiting).order_by(model.id).limit(limit)
    return list(session.scalars(query))


def partners(session: Session, library: str, ids: Collection[int]) -> set[int]:
    """Those of the other side's `ids` that a lead may bring in: an organisation stands behind them, a need wants it."""
    model = MODELS[library]
    query = select(model.id).where(model.id.in_(ids), model.organisation_id.is_not(None))
    return set(session.scalars(query.where(Need.wants_manager) if library == "needs" else query))


def barred(session: Session, library: str, subject_id: int) -> set[int]:
    """Ids of the other side this subject is already in touch with, or was set aside by."""
    found: set[int] = set()
    for model, states in ((Pass, None), (Deal, None), (Introduction, (ASKED, ACCEPTED))):
        own, other = model.need_id, model.achievement_id
        if library != "needs":
            own, other = other, own
        query = select(other).where(own == subject_id)
        if states is not None:
            query = query.where(Introduction.state.in_(states))
        found.update(session.scalars(query))
    return found


def open_of(session: Session, library: str, subject_id: int) -> list[tuple[Lead, int]]:
    """(open lead, the subject's revision it was judged on) of one listing."""
    revision = MatchEntry.need_revision if library == "needs" else MatchEntry.achievement_revision
    own = Lead.need_id if library == "needs" else Lead.achievement_id
    query = select(Lead, revision).join(MatchEntry, MatchEntry.id == Lead.entry_id)
    return [
        (lead, n) for lead, n in session.execute(query.where(own == subject_id, Lead.closed_at.is_(None)))
    ]


def add(session: Session, library: str, found: Sequence[Made], now: datetime) -> int:
    """Store new leads, and open closed ones again with the newest reasons; an open one stays. Gives how many came."""
    if not found:
        return 0
    insert = pg_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    rows = [
        {"need_id": m.need_id, "achievement_id": m.achievement_id, "entry_id": m.entry_id, "score": m.score,
         "level": m.level, "made_by": library, "created_at": now}
        for m in found
    ]  # fmt: skip
    new = insert(Lead)
    told = {name: new.excluded[name] for name in ("entry_id", "score", "level", "created_at")}
    statement = new.on_conflict_do_update(
        index_elements=["need_id", "achievement_id"], set_={**told, "closed_at": None}, where=Lead.closed_at.is_not(None)
    ).returning(Lead.id)  # fmt: skip
    return len(session.scalars(statement, rows).all())


def close_left(session: Session, now: datetime) -> int:
    """Close the leads one of whose sides has left the public; gives how many."""
    needs = select(Need.id).where(Need.id == Lead.need_id, Need.state.in_(GONE))
    offers = select(Achievement.id).where(Achievement.id == Lead.achievement_id, Achievement.state.in_(GONE))
    statement = update(Lead).where(Lead.closed_at.is_(None), or_(needs.exists(), offers.exists()))
    result = session.execute(
        statement.values(closed_at=now), execution_options={"synchronize_session": False}
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


def reopen(session: Session) -> int:
    """Open the leads again whose two sides are both back as they were judged, and whose pair nobody has taken up or set
    aside since; gives how many. One that was closed because it fits no longer was judged on an older text."""
    need, offer, entry = aliased(Need), aliased(Achievement), aliased(MatchEntry)
    as_judged = (
        select(entry.id)
        .join(need, and_(need.id == entry.need_id, need.revision == entry.need_revision))
        .join(offer, and_(offer.id == entry.achievement_id, offer.revision == entry.achievement_revision))
        .where(
            entry.id == Lead.entry_id, need.state == PUBLISHED, offer.state == PUBLISHED, need.wants_manager.is_(True)
        )
    )  # fmt: skip
    barred = [
        select(model.id).where(model.need_id == Lead.need_id, model.achievement_id == Lead.achievement_id, *more).exists()
        for model, more in (
            (Deal, ()), (Pass, ()), (Introduction, (Introduction.state.in_((ASKED, ACCEPTED)),)),
        )
    ]  # fmt: skip
    statement = update(Lead).where(Lead.closed_at.is_not(None), as_judged.exists(), *(~one for one in barred))
    result = session.execute(
        statement.values(closed_at=None), execution_options={"synchronize_session": False}
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


def close(session: Session, ids: Iterable[int], now: datetime) -> None:
    """Close leads by id."""
    session.execute(
        update(Lead).where(and_(Lead.id.in_(list(ids)), Lead.closed_at.is_(None))).values(closed_at=now)
    )
