"""Organisations: enterprises, universities, institutes, transfer institutions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import JSON, ColumnElement, ForeignKey, String, Text, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from repositories import outbox
from repositories.achievements import Achievement
from repositories.database import Base, utcnow
from repositories.needs import Need

PENDING, APPROVED, REJECTED = "pending", "approved", "rejected"
PROPOSED = "proposed"
"""In a list of organisations, beside the states: those whose people want other words shown of it."""
STATE_NAMES = {PENDING: "待核验", APPROVED: "已核验", REJECTED: "未通过"}


class Organisation(Base):
    """One organisation. Until an operator approves it, it matches privately and publishes nothing."""

    __tablename__ = "organisations"

    id: Mapped[int] = mapped_column(primary_key=True)
    external_id: Mapped[str | None] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    uscc: Mapped[str | None] = mapped_column(String(18), unique=True)
    kind: Mapped[str] = mapped_column(String(30), index=True)
    region: Mapped[str] = mapped_column(String(6), default="")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    public_alias: Mapped[str] = mapped_column(String(100), default="")
    intro: Mapped[str] = mapped_column(Text, default="")
    website: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(10), default=PENDING, index=True)
    state_reason: Mapped[str] = mapped_column(String(500), default="")
    proposed: Mapped[dict | None] = mapped_column(
        JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
    )
    """What its people want shown of it and no operator has read yet: {field: value}. None: nothing waits."""
    revision: Mapped[int] = mapped_column(default=1)
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow)

    @property
    def is_approved(self) -> bool:
        """Whether an operator has checked it."""
        return self.state == APPROVED

    def renamed(self, session: Session) -> None:
        """Names, regions and aliases stand in the documents of its listings: bump them all by one fact."""
        session.flush()
        for model in (Achievement, Need):
            session.execute(
                update(model)
                .where(model.organisation_id == self.id)
                .values(projection=model.projection + 1)
                .execution_options(synchronize_session=False)
            )
            ids = session.scalars(select(model.id).where(model.organisation_id == self.id)).all()
            outbox.record_many(session, model.library, ids, "organisation")


def by_ids(session: Session, ids: Iterable[int | None]) -> dict[int, Organisation]:
    """The organisations behind ids in one query."""
    wanted = {i for i in ids if i is not None}
    query = select(Organisation).where(Organisation.id.in_(wanted))
    return {row.id: row for row in session.scalars(query)} if wanted else {}


def _listed(words: str) -> tuple[ColumnElement[bool], ...]:
    if not words:
        return ()
    return (or_(Organisation.name.icontains(words, autoescape=True), Organisation.uscc == words.upper()),)


def page(session: Session, state: str, words: str, offset: int, limit: int) -> list[Organisation]:
    """Organisations for the operator's list: those waiting longest first, else the newest first."""
    query = select(Organisation).where(*_listed(words))
    if state == PROPOSED:
        query = query.where(Organisation.proposed.is_not(None))
    elif state:
        query = query.where(Organisation.state == state)
    order = Organisation.id if state in (PENDING, PROPOSED) else Organisation.id.desc()
    return list(session.scalars(query.order_by(order).offset(offset).limit(limit)))


def count_by_state(session: Session, words: str = "") -> dict[str, int]:
    """How many organisations of each state the same list has."""
    query = select(Organisation.state, func.count()).where(*_listed(words)).group_by(Organisation.state)
    return {state: int(count) for state, count in session.execute(query)}


def count_proposed(session: Session, words: str = "") -> int:
    """How many of them wait for an operator to read what they want shown."""
    query = select(func.count()).where(*_listed(words), Organisation.proposed.is_not(None))
    return session.scalar(query) or 0


def doubles(session: Session, organisation: Organisation) -> list[Organisation]:
    """Others whose name contains this one's or is contained in it: the same house entered twice, or a branch."""
    name = literal(organisation.name)
    query = select(Organisation).where(
        Organisation.id != organisation.id,
        or_(Organisation.name.contains(organisation.name, autoescape=True), name.contains(Organisation.name)),
    )
    return list(session.scalars(query.order_by(Organisation.id).limit(10)))


def by_uscc(session: Session, uscc: str) -> Organisation | None:
    """The organisation with this 统一社会信用代码."""
    return session.scalar(select(Organisation).where(Organisation.uscc == uscc))


def with_value(session: Session, column: str, value: str) -> Organisation | None:
    """The organisation whose unique column (`name`, `uscc`, `external_id`) holds this value."""
    return session.scalar(select(Organisation).where(getattr(Organisation, column) == value))


def find(session: Session, key: str) -> Organisation | None:
    """By code, external id or exact name: what a spreadsheet may hold."""
    return session.scalar(
        select(Organisation).where(
            or_(Organisation.uscc == key, Organisation.external_id == key, Organisation.name == key)
        )
    )


def house_names(session: Session, limit: int) -> list[str]:
    """Names of checked houses other than enterprises, whose being here may be a secret; to suggest while typing."""
    query = select(Organisation.name).where(Organisation.state == APPROVED, Organisation.kind != "enterprise")
    return list(session.scalars(query.order_by(Organisation.name).limit(limit)))
