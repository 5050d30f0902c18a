"""Finding and taking out the demonstration content, with everything that hangs on it.

Rows are marked by `is_demo`. What people made while trying the demonstration accounts belongs to demonstration
organisations or accounts and goes with them; a real person who was tied to such an organisation stays, without it.
The log stays whole: who decided what about demonstration content is not forgotten with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, exists, func, or_, select, update

from repositories import audit, files, outbox
from repositories.accounts import Account
from repositories.achievements import Achievement
from repositories.assignments import ACTIVE, Assignment
from repositories.database import Session
from repositories.deals import BROKERING, OPENED, Deal
from repositories.introductions import Introduction
from repositories.leads import Lead
from repositories.match_runs import MatchEntry, MatchRun
from repositories.needs import Need
from repositories.organisations import Organisation
from repositories.talents import Talent
from repositories.vectors import StoredVector

LISTINGS: tuple[Any, ...] = (Achievement, Need, Talent)
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Removed:
    """How many rows of each kind went."""

    organisations: int
    accounts: int
    achievements: int
    needs: int
    talents: int


def is_loaded(session: Session) -> bool:
    """Whether any demonstration content is there."""
    return bool(session.scalar(select(exists().where(Organisation.is_demo))))


def is_empty(session: Session) -> bool:
    """Whether nobody and nothing is in the database yet."""
    return not any(session.scalar(select(exists(select(m.id)))) for m in (Account, Organisation, *LISTINGS))


def accounts(session: Session) -> list[Account]:
    """The demonstration accounts that can sign in."""
    query = select(Account).where(Account.is_demo, Account.is_active, Account.email.is_not(None))
    return list(session.scalars(query.order_by(Account.id)))


def count(session: Session) -> dict[str, int]:
    """How many demonstration listings each library holds."""
    return {
        model.library: int(session.scalar(select(func.count()).where(model.is_demo)) or 0)
        for model in LISTINGS
    }


def remove(session: Session) -> Removed:
    """Take everything out in the caller's transaction and tell the index what went."""
    organisations = list(session.scalars(select(Organisation.id).where(Organisation.is_demo)))
    people = list(session.scalars(select(Account.id).where(Account.is_demo)))
    ids = {model: _listings(session, model, organisations, people) for model in LISTINGS}
    keys = _vector_keys(session, ids)
    _deals(session, ids[Need], ids[Achievement])
    _managers(session, ids[Talent])
    _introductions(session, ids[Need], ids[Achievement])
    _leads(session, ids[Need], ids[Achievement])
    for model in (Need, Achievement):
        for some in _chunks(ids[model]):
            session.execute(
                delete(MatchRun).where(MatchRun.library == model.library, MatchRun.subject_id.in_(some))
            )
    _entries(session, ids[Need], ids[Achievement])
    for model in LISTINGS:
        for some in _chunks(ids[model]):
            session.execute(delete(model).where(model.id.in_(some)))
            files.remove_of(session, model.library, some)
            # A database may give these ids out again: a new listing must not inherit the old one's history.
            _detach(session, model.library, some)
        outbox.record_many(session, model.library, ids[model], outbox.WITHDRAWN_FACT)
    _people(session, organisations, people)
    _vectors(session, keys)
    return Removed(len(organisations), len(people), *(len(ids[model]) for model in LISTINGS))


def _chunks(ids: Iterable[Any]) -> Iterable[list[Any]]:
    rows = list(ids)
    return (rows[i : i + CHUNK] for i in range(0, len(rows), CHUNK))


def _listings(session: Session, model: Any, organisations: list[int], people: list[int]) -> list[int]:
    mine = or_(model.is_demo, model.organisation_id.in_(organisations), model.account_id.in_(people))
    return list(session.scalars(select(model.id).where(mine).order_by(model.id)))


def _vector_keys(session: Session, ids: dict[Any, list[int]]) -> set[str]:
    keys: set[str] = set()
    for model, wanted in ids.items():
        for some in _chunks(wanted):
            keys.update(session.scalars(select(model.vector_key).where(model.id.in_(some))))
    return keys


def _deals(session: Session, needs: list[int], achievements: list[int]) -> None:
    """With their timelines, rankings and assignments; those of real people with demonstration listings go along."""
    for column, wanted in ((Deal.need_id, needs), (Deal.achievement_id, achievements)):
        for some in _chunks(wanted):
            gone = list(session.scalars(select(Deal.id).where(column.in_(some))))
            session.execute(delete(Deal).where(Deal.id.in_(gone)))
            _detach(session, "deals", gone)


def _managers(session: Session, talents: list[int]) -> None:
    """Real deals lose a manager who only was a demonstration; those in 撮合中 wait for another one in 立项."""
    for some in _chunks(talents):
        left = select(Assignment.deal_id).where(Assignment.talent_id.in_(some), Assignment.state.in_(ACTIVE))
        waiting = update(Deal).where(Deal.state == BROKERING, Deal.id.in_(left))
        session.execute(waiting.values(state=OPENED).execution_options(synchronize_session=False))
        session.execute(delete(Assignment).where(Assignment.talent_id.in_(some)))


def _introductions(session: Session, needs: list[int], achievements: list[int]) -> None:
    for column, wanted in ((Introduction.need_id, needs), (Introduction.achievement_id, achievements)):
        for some in _chunks(wanted):
            gone = list(session.scalars(select(Introduction.id).where(column.in_(some))))
            session.execute(delete(Introduction).where(Introduction.id.in_(gone)))
            _detach(session, "introductions", gone)


def _leads(session: Session, needs: list[int], achievements: list[int]) -> None:
    """They hang on the entries that go with the runs; what managers said to them goes along."""
    for column, wanted in ((Lead.need_id, needs), (Lead.achievement_id, achievements)):
        for some in _chunks(wanted):
            gone = list(session.scalars(select(Lead.id).where(column.in_(some))))
            session.execute(delete(Lead).where(Lead.id.in_(gone)))
            _detach(session, "leads", gone)


def _entries(session: Session, needs: list[int], achievements: list[int]) -> None:
    """Lines of real listings' runs that showed demonstration content; passes go with the listings."""
    for column, wanted in ((MatchEntry.need_id, needs), (MatchEntry.achievement_id, achievements)):
        for some in _chunks(wanted):
            session.execute(delete(MatchEntry).where(column.in_(some)))


def _people(session: Session, organisations: list[int], people: list[int]) -> None:
    session.execute(delete(Account).where(Account.id.in_(people)))
    session.execute(
        update(Account).where(Account.organisation_id.in_(organisations)).values(organisation_id=None)
    )
    session.execute(
        update(Organisation).where(Organisation.parent_id.in_(organisations)).values(parent_id=None)
    )
    session.execute(delete(Organisation).where(Organisation.id.in_(organisations)))
    _detach(session, "accounts", people)
    _detach(session, "organisations", organisations)


def _vectors(session: Session, keys: set[str]) -> None:
    for some in _chunks(sorted(keys)):
        used: set[str] = set()
        for model in LISTINGS:
            used.update(session.scalars(select(model.vector_key).where(model.vector_key.in_(some))))
        session.execute(delete(StoredVector).where(StoredVector.content_hash.in_(set(some) - used)))


def _detach(session: Session, kind: str, ids: list[int]) -> None:
    for some in _chunks(ids):
        audit.detach(session, kind, some)
