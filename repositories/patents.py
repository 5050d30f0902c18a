"""专利清单: what an institution holds, as intellectual property and not yet as listings.

A bundle is proposed by software from inventors and texts; a person confirms it, and only then it becomes an
achievement's draft.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    and_,
    case,
    cast,
    delete,
    false,
    func,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from repositories.achievements import Achievement
from repositories.database import Base, Session, utcnow
from repositories.organisations import Organisation

_CHUNK = 2_000

PROPOSED, CONFIRMED, DISMISSED = "proposed", "confirmed", "dismissed"
BUNDLE_STATE_NAMES: Mapping[str, str] = {
    PROPOSED: "待确认",
    CONFIRMED: "已建成果",
    DISMISSED: "不建成果",
}


class Bundle(Base):
    """Patents that may make one achievement; `reason` says what holds them together."""

    __tablename__ = "patent_bundles"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisations.id", ondelete="CASCADE"), index=True
    )
    title: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(String(500), default="")
    state: Mapped[str] = mapped_column(String(10), default=PROPOSED, index=True)
    achievement_id: Mapped[int | None] = mapped_column(
        ForeignKey("achievements.id", ondelete="SET NULL"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))


class Patent(Base):
    """One right of one institution, known by its application number in canonical form."""

    __tablename__ = "patents"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id", ondelete="CASCADE"))
    number: Mapped[str] = mapped_column(String(40))
    publication_number: Mapped[str] = mapped_column(String(40), default="")
    type: Mapped[str] = mapped_column(String(20), default="")
    title: Mapped[str] = mapped_column(String(200))
    abstract: Mapped[str] = mapped_column(Text, default="")
    ipc: Mapped[list] = mapped_column(default=list)
    inventors: Mapped[list] = mapped_column(default=list)
    applicants: Mapped[list] = mapped_column(default=list)
    status: Mapped[str] = mapped_column(String(20), default="")
    filed_on: Mapped[date | None]
    granted_on: Mapped[date | None]
    expires_on: Mapped[date | None] = mapped_column(index=True)
    bundle_id: Mapped[int | None] = mapped_column(
        ForeignKey("patent_bundles.id", ondelete="SET NULL"), index=True
    )
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow)

    __table_args__ = (Index("uq_patents_owner_number", "organisation_id", "number", unique=True),)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which patents of a list: words of title, number or inventor, a kind, a state (as it is today), a place in the
    bundling (`free`, a bundle's state, or one bundle), and whether the term ends until a day."""

    words: str = ""
    type: str = ""
    status: str = ""
    standing: str = ""
    bundle_id: int | None = None
    ends_until: date | None = None


FREE = "free"
_IN_FORCE = ("granted", "transferring", "pledged", "disputed", "invalidating", "")


def of_owners(session: Session, organisation_ids: Iterable[int]) -> list[Patent]:
    """Every patent of these houses."""
    wanted = list(organisation_ids)
    query = select(Patent).where(Patent.organisation_id.in_(wanted)).order_by(Patent.id)
    return list(session.scalars(query)) if wanted else []


def find(session: Session, patent_id: int) -> Patent | None:
    """The patent, or None."""
    return session.get(Patent, patent_id) if 0 < patent_id < 2**31 else None


def page(
    session: Session, organisation_id: int, wanted: Wanted, today: date, offset: int, limit: int
) -> list[tuple[Patent, str]]:
    """(patent, title of its bundle) of one page, the latest filed first."""
    query = (
        select(Patent, Bundle.title)
        .outerjoin(Bundle, Bundle.id == Patent.bundle_id)
        .where(*_chosen(organisation_id, wanted, today))
        .order_by(Patent.filed_on.is_(None), Patent.filed_on.desc(), Patent.id)
    )
    return [(row, title or "") for row, title in session.execute(query.offset(offset).limit(limit))]


def count(session: Session, organisation_id: int, wanted: Wanted, today: date) -> int:
    """How many the same list holds."""
    query = select(func.count(Patent.id)).outerjoin(Bundle, Bundle.id == Patent.bundle_id)
    return int(session.scalar(query.where(*_chosen(organisation_id, wanted, today))) or 0)


def facets(session: Session, organisation_id: int, today: date) -> list[tuple[str, str, str, int]]:
    """(type, state today, standing, patents) of a house, in one query: what a list may be narrowed by."""
    standing = func.coalesce(Bundle.state, FREE)
    state = case(
        (and_(Patent.expires_on < today, Patent.status.in_(_IN_FORCE)), "expired"), else_=Patent.status
    )
    query = (
        select(Patent.type, state, standing, func.count())
        .outerjoin(Bundle, Bundle.id == Patent.bundle_id)
        .where(Patent.organisation_id == organisation_id)
        .group_by(Patent.type, state, standing)
    )
    return [(kind, status, place, int(n)) for kind, status, place, n in session.execute(query)]


def free(session: Session, organisation_id: int) -> list[Patent]:
    """Patents no bundle holds."""
    query = select(Patent).where(Patent.organisation_id == organisation_id, Patent.bundle_id.is_(None))
    return list(session.scalars(query.order_by(Patent.id)))


def of_bundle(session: Session, bundle_id: int) -> list[Patent]:
    """The patents of one bundle, the earliest first."""
    query = select(Patent).where(Patent.bundle_id == bundle_id)
    return list(session.scalars(query.order_by(Patent.filed_on.is_(None), Patent.filed_on, Patent.id)))


def find_bundle(session: Session, bundle_id: int, *, lock: bool = False) -> Bundle | None:
    """The bundle, held until the transaction ends when asked so."""
    return session.get(Bundle, bundle_id, with_for_update=lock) if 0 < bundle_id < 2**31 else None


def bundles(
    session: Session, organisation_id: int, state: str, offset: int, limit: int
) -> list[tuple[Bundle, int]]:
    """(bundle, patents in it) of one state, the largest first: there one confirmation saves most."""
    size = func.count(Patent.id)
    query = (
        select(Bundle, size)
        .outerjoin(Patent, Patent.bundle_id == Bundle.id)
        .where(Bundle.organisation_id == organisation_id, Bundle.state == state)
        .group_by(Bundle.id)
        .order_by(size.desc(), Bundle.id)
    )
    return [(row, int(n)) for row, n in session.execute(query.offset(offset).limit(limit))]


def bundle_counts(session: Session, organisation_id: int) -> dict[str, int]:
    """How many bundles of each state a house has."""
    query = select(Bundle.state, func.count()).where(Bundle.organisation_id == organisation_id)
    return {state: int(n) for state, n in session.execute(query.group_by(Bundle.state))}


def waiting_ids(session: Session, organisation_id: int) -> list[int]:
    """The bundles to confirm, in the order of their list."""
    size = func.count(Patent.id)
    query = (
        select(Bundle.id)
        .outerjoin(Patent, Patent.bundle_id == Bundle.id)
        .where(Bundle.organisation_id == organisation_id, Bundle.state == PROPOSED)
        .group_by(Bundle.id)
        .order_by(size.desc(), Bundle.id)
    )
    return list(session.scalars(query))


def move(session: Session, patent_ids: Iterable[int], bundle_id: int | None) -> None:
    """Put patents into a bundle, or out of any."""
    left = iter(sorted(patent_ids))
    while chunk := list(islice(left, _CHUNK)):
        session.execute(update(Patent).where(Patent.id.in_(chunk)).values(bundle_id=bundle_id))


def forget_untouched(session: Session, organisation_id: int) -> None:
    """Drop proposals nobody has changed or decided, so that a new run may propose afresh."""
    session.execute(
        delete(Bundle).where(
            Bundle.organisation_id == organisation_id, Bundle.state == PROPOSED, Bundle.decided_by.is_(None)
        )
    )


def houses(session: Session) -> list[tuple[int, str, int]]:
    """(id, name, patents) of the houses that keep a list, for operators."""
    query = (
        select(Organisation.id, Organisation.name, func.count(Patent.id))
        .join(Patent, Patent.organisation_id == Organisation.id)
        .group_by(Organisation.id, Organisation.name)
        .order_by(Organisation.name)
    )
    return [(number, name, int(n)) for number, name, n in session.execute(query)]


def listed_numbers(session: Session, organisation_id: int) -> list[str]:
    """Numbers of rights that stand in the house's achievements already, as they were typed there."""
    query = select(Achievement.ip).where(Achievement.organisation_id == organisation_id)
    return [right.get("number") or "" for rights in session.scalars(query) for right in rights or ()]


def _chosen(organisation_id: int, wanted: Wanted, today: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Patent.organisation_id == organisation_id]
    if wanted.words:
        columns = (Patent.title, Patent.number, Patent.publication_number)
        people = cast(Patent.inventors, Text)
        # Rows of older versions keep their characters escaped in SQLite.
        spellings = (wanted.words, json.dumps(wanted.words)[1:-1])
        found.append(
            or_(
                *(column.icontains(wanted.words, autoescape=True) for column in columns),
                *(people.icontains(spelling, autoescape=True) for spelling in spellings),
            )
        )
    if wanted.type:
        found.append(Patent.type == wanted.type)
    over = and_(Patent.expires_on < today, Patent.status.in_(_IN_FORCE))
    if wanted.status == "expired":
        found.append(or_(Patent.status == "expired", over))
    elif wanted.status:
        found += [Patent.status == wanted.status, not_(func.coalesce(over, false()))]
    if wanted.standing:
        found.append(func.coalesce(Bundle.state, FREE) == wanted.standing)
    if wanted.bundle_id is not None:
        found.append(Patent.bundle_id == wanted.bundle_id)
    if wanted.ends_until is not None:
        found += [
            Patent.expires_on >= today,
            Patent.expires_on <= wanted.ends_until,
            Patent.status.in_(_IN_FORCE),
        ]
    return found
