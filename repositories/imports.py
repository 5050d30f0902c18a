"""Spreadsheets on their way in: read once into staging rows, shown as a report, then committed from here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from repositories.database import Base, utcnow

READING, CHECKED, COMMITTING, DONE, FAILED = "reading", "checked", "committing", "done", "failed"


class ImportBatch(Base):
    """One uploaded file."""

    __tablename__ = "import_batches"

    id: Mapped[int] = mapped_column(primary_key=True)
    library: Mapped[str] = mapped_column(String(20))
    filename: Mapped[str] = mapped_column(String(200))
    file_hash: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(String(12), default=READING)
    total: Mapped[int] = mapped_column(default=0)
    good: Mapped[int] = mapped_column(default=0)
    bad: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    notes: Mapped[dict] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    finished_at: Mapped[datetime | None]


class ImportRow(Base):
    """One row of the file: what was typed, what it was understood as, what is wrong with it."""

    __tablename__ = "import_rows"

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batches.id", ondelete="CASCADE"))
    number: Mapped[int]
    raw: Mapped[dict] = mapped_column(default=dict)
    errors: Mapped[list] = mapped_column(default=list)
    action: Mapped[str] = mapped_column(String(10), default="")
    row_id: Mapped[int | None]

    __table_args__ = (Index("ix_import_rows_batch_number", "batch_id", "number", unique=True),)
