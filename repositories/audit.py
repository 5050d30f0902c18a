"""Who did what to whom, and why: each decision that touches people or money leaves a row. Rows are only added.

What is done to many listings at once (a file written, an organisation's listings paused) leaves one row, with the ids
under `rows` in its detail; the history of a listing finds it there.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    String,
    and_,
    cast,
    column,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from repositories.database import Base, utcnow

GONE = "gone."
"""What stands before the table's name where the object was taken out with the demonstration content."""
MANY = ("imports", "organisations")
"""Objects whose rows may name listings in their detail."""


class AuditRow(Base):
    """One decision."""

    __tablename__ = "audit_rows"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=utcnow, index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    role: Mapped[str] = mapped_column(String(20), default="")
    action: Mapped[str] = mapped_column(String(60), index=True)
    object_type: Mapped[str] = mapped_column(String(30))
    object_id: Mapped[int]
    reason: Mapped[str] = mapped_column(String(1000), default="")
    detail: Mapped[dict] = mapped_column(default=dict)

    __table_args__ = (Index("ix_audit_rows_object", "object_type", "object_id"),)


def write(
    session: Session,
    actor: Any,
    action: str,
    object_type: str,
    object_id: int,
    reason: str = "",
    **detail: Any,
) -> None:
    """Add a row; `actor` is a `services.access.Actor` (its `account_id` and `role` are kept)."""
    session.add(
        AuditRow(
            account_id=actor.account_id,
            role=actor.role,
            action=action,
            object_type=object_type,
            object_id=object_id,
            reason=reason,
            detail=detail,
        )
    )


def detach(session: Session, object_type: str, ids: Iterable[int]) -> None:
    """Keep the rows of objects that go, under a name no object has: a database may give their ids out again."""
    wanted = list(ids)
    session.execute(
        update(AuditRow)
        .where(AuditRow.object_type == object_type, AuditRow.object_id.in_(wanted))
        .values(object_type=f"{GONE}{object_type}")
    )


def of_object(session: Session, object_type: str, object_id: int, action: str = "") -> list[AuditRow]:
    """The rows of one object, newest first; only those of `action` when it is given."""
    query = select(AuditRow).where(AuditRow.object_type == object_type, AuditRow.object_id == object_id)
    if action:
        query = query.where(AuditRow.action == action)
    return list(session.scalars(query.order_by(AuditRow.id.desc())))


def latest(
    session: Session, offset: int, limit: int, action: str = "", account_id: int | None = None,
    about: tuple[str, int] | None = None,
) -> list[AuditRow]:  # fmt: skip
    """The newest rows of the whole platform, for operators; only actions that begin with `action`, only by one
    account, only about one object (table, id), when those are given."""
    query = select(AuditRow).order_by(AuditRow.id.desc())
    if about is not None:
        query = query.where(_about(session, *about))
    if action:
        query = query.where(AuditRow.action.startswith(action, autoescape=True))
    if account_id is not None:
        query = query.where(AuditRow.account_id == account_id)
    return list(session.scalars(query.offset(offset).limit(limit)))


def _about(session: Session, object_type: str, object_id: int) -> ColumnElement[bool]:
    """The rows of one object, and those of many that name it."""
    own = and_(AuditRow.object_type == object_type, AuditRow.object_id == object_id)
    if session.get_bind().dialect.name == "postgresql":
        named = cast(AuditRow.detail, JSONB).contains({"rows": {object_type: [object_id]}})
    else:
        ids = func.json_each(AuditRow.detail, f'$.rows."{object_type}"').table_valued("value")
        named = exists(select(1).select_from(ids).where(column("value") == object_id))
    return or_(own, and_(AuditRow.object_type.in_(MANY), named))
