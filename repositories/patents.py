"""专利清单: what an institution holds, as intellectual property and not yet as listings.

A bundle is proposed by software from inventors and texts; a person confirms it, and only then it becomes an
achievement's draft.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from repositories.database import Base, utcnow

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
