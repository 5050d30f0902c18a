"""What keeping all managers in memory asks of the database: whether anything has changed, what, and who led which deals."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Integer, bindparam, case, func, join, or_, select

from repositories.accounts import Account
from repositories.achievements import Achievement
from repositories.assignments import ACCEPTED, ACTIVE, LED, OFFERED, Assignment
from repositories.database import Session
from repositories.deals import Deal
from repositories.listing import PAUSED, PUBLISHED
from repositories.needs import Need
from repositories.organisations import Organisation
from repositories.talents import Talent
from repositories.vectors import StoredVector

_HOUSES: BindParameter[Any] = bindparam("houses", expanding=True)
_INDUSTRIES: BindParameter[Any] = bindparam("industries", expanding=True)
# Built once; the first two are asked for by every list of managers. `ix_talents_counters` answers the first alone.
_PROFILES = select(func.count(), func.sum(Talent.projection), func.max(Talent.id)).where(
    Talent.state == PUBLISHED
)
# Each step of an assignment leads to a higher figure, so that the sum only grows.
_STEP = case((Assignment.state == OFFERED, 0), (Assignment.state == ACCEPTED, 1), else_=2)
_ASSIGNED = select(func.count(), func.sum(_STEP), func.max(Assignment.id))
_COUNTERS = select(Talent.id, Talent.projection).where(Talent.state == PUBLISHED)
_WITH_VECTOR = (
    select(Talent.id)
    .join(StoredVector, StoredVector.content_hash == Talent.vector_key)
    .where(Talent.id.in_(bindparam("ids", expanding=True)), StoredVector.model_id == bindparam("model_id"))
)
_LINES = (
    select(
        Assignment.talent_id,
        Assignment.state,
        Deal.state,
        Need.industry,
        Achievement.industry,
        Need.vector_key,
    )
    .select_from(
        join(Assignment, Deal, Deal.id == Assignment.deal_id)
        .join(Need, Need.id == Deal.need_id)
        .join(Achievement, Achievement.id == Deal.achievement_id)
    )
    .where(Assignment.state.in_(sorted({*ACTIVE, *LED})))
    .order_by(Assignment.id)
)
_OF_HOUSES = (
    select(Talent.id)
    .join(Account, Account.id == Talent.account_id)
    .join(Organisation, Organisation.id == Account.organisation_id)
    .where(or_(Organisation.id.in_(_HOUSES), Organisation.parent_id.in_(_HOUSES)))
)
_PAUSED = (
    select(Talent.id)
    .join(Assignment, Assignment.talent_id == Talent.id)
    .join(Deal, Deal.id == Assignment.deal_id)
    .join(Need, Need.id == Deal.need_id)
    .where(Talent.state == PAUSED, Assignment.state.in_(LED), Need.industry.in_(_INDUSTRIES))
    .distinct()
    .order_by(Talent.id)
    .limit(bindparam("limit", type_=Integer))
)

Mark = tuple[Any, ...]
"""Equal marks mean that nothing has changed: a profile's counter only grows, an assignment never returns to a state it
has left, and whatever is new has a new id."""


@dataclass(frozen=True, slots=True)
class Marks:
    """How many profiles are public, and the marks of profiles and assignments."""

    public: int
    profiles: Mark
    assignments: Mark


@dataclass(frozen=True, slots=True)
class Line:
    """One assignment that counts: as a deal led, against its manager's capacity, or as both."""

    talent_id: int
    is_active: bool
    is_led: bool
    deal_state: str
    industry: str
    vector_key: str


def marks(session: Session) -> Marks:
    """Whether anything has changed since; two queries that read counters only."""
    connection = session.connection()
    public, *rest = connection.execute(_PROFILES).one()
    return Marks(int(public), (public, *rest), tuple(connection.execute(_ASSIGNED).one()))


def counters(session: Session) -> list[tuple[int, int]]:
    """(id, projection) of every public profile."""
    return [(talent, projection) for talent, projection in session.connection().execute(_COUNTERS)]


def with_vector(session: Session, ids: Collection[int], model_id: str) -> list[int]:
    """Those of these managers whose profile has its vector."""
    if not ids:
        return []
    rows = session.connection().execute(_WITH_VECTOR, {"ids": list(ids), "model_id": model_id})
    return [talent for (talent,) in rows]


def lines(session: Session) -> list[Line]:
    """Every assignment that counts, in one query."""
    return [
        Line(talent, state in ACTIVE, state in LED, deal, industry or other, key)
        for talent, state, deal, industry, other, key in session.connection().execute(_LINES)
    ]


def of_houses(session: Session, organisation_ids: Collection[int]) -> list[int]:
    """Managers whose account acts for one of these organisations or for a house below one."""
    if not organisation_ids:
        return []
    rows = session.connection().execute(_OF_HOUSES, {"houses": sorted(organisation_ids)})
    return [talent for (talent,) in rows]


def paused_with_record(session: Session, industries: Collection[str], limit: int) -> list[int]:
    """Managers who led deals for needs of these industries and have paused their profile."""
    if not industries:
        return []
    asked = {"industries": sorted(industries), "limit": limit}
    return [talent for (talent,) in session.connection().execute(_PAUSED, asked)]
