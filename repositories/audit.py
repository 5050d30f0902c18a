"""Who did what to whom, and why: each decision that touches people or money leaves a row. Rows are only added."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from repositories.database import Base, utcnow


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


def of_object(session: Session, object_type: str, object_id: int, action: str = "") -> list[AuditRow]:
    """The rows of one object, newest first; only those of `action` when it is given."""
    query = select(AuditRow).where(AuditRow.object_type == object_type, AuditRow.object_id == object_id)
    if action:
        query = query.where(AuditRow.action == action)
    return list(session.scalars(query.order_by(AuditRow.id.desc())))


def latest(
    session: Session, offset: int, limit: int, action: str = "", account_id: int | None = None
) -> list[AuditRow]:
    """The newest rows of the whole platform, for operators; only actions that begin with `action`, only by one
    account, when those are given."""
    query = select(AuditRow).order_by(AuditRow.id.desc())
    if action:
        query = query.where(AuditRow.action.startswith(action, autoescape=True))
    if account_id is not None:
        query = query.where(AuditRow.account_id == account_id)
    return list(session.scalars(query.offset(offset).limit(limit)))
