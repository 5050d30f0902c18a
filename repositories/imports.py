"""Spreadsheets on their way in: rows are staged as they were typed, checked, shown as a report, committed from here.

A batch is one uploaded file. Whatever happens to the process in between, the staged rows are whole: checking and
committing can be taken up again, and the commit is one transaction. Nothing here says what a row means.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ForeignKey, Index, String, delete, func, insert, or_, select, text, update
from sqlalchemy.orm import Mapped, defer, mapped_column

from repositories.database import Base, Session, utcnow
from repositories.listing import ListingColumns
from repositories.organisations import Organisation

CHECKING, CHECKED, COMMITTING, DONE, FAILED = "checking", "checked", "committing", "done", "failed"
NEW, UPDATED, UNCHANGED, REPEATED, REFUSED = "new", "updated", "unchanged", "repeated", "refused"

_CHUNK = 2_000
"""Values bound in one IN list: far below the limits of both databases (32,766 and 65,535)."""
_COMMIT_LOCK = 7_320_331
"""The number of the advisory lock of commits on PostgreSQL; any number nobody else uses."""


class ImportBatch(Base):
    """One uploaded file. `publish`: rows become 已发布 (command, or an operator's choice) instead of 待审核."""

    __tablename__ = "import_batches"

    id: Mapped[int] = mapped_column(primary_key=True)
    library: Mapped[str] = mapped_column(String(20))
    filename: Mapped[str] = mapped_column(String(200))
    file_hash: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id", ondelete="SET NULL"))
    publish: Mapped[bool] = mapped_column(default=False)
    good_only: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(12), default=CHECKING)
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict] = mapped_column(default=dict)
    """{action: rows}, of the last check, then of the commit."""
    notes: Mapped[dict] = mapped_column(default=dict)
    """What the report says about the file as a whole: ignored columns, the sheet, why it failed."""
    beat_at: Mapped[datetime | None]
    """Last sign of life of whoever checks or commits it."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow, index=True)
    finished_at: Mapped[datetime | None]


class ImportRow(Base):
    """One row of the file: what was typed by field, what will become of it, what is wrong with it."""

    __tablename__ = "import_rows"

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batches.id", ondelete="CASCADE"))
    number: Mapped[int]
    raw: Mapped[dict] = mapped_column(default=dict)
    errors: Mapped[list] = mapped_column(default=list)
    """[[field, message]]."""
    hint: Mapped[str] = mapped_column(String(200), default="")
    action: Mapped[str] = mapped_column(String(10), default="")

    __table_args__ = (Index("ix_import_rows_batch_number", "batch_id", "number", unique=True),)


def stage(session: Session, batch: ImportBatch, rows: Sequence[tuple[int, dict]]) -> None:
    """Keep (row number, what was typed by field) of a new batch."""
    session.add(batch)
    session.flush()
    values = [
        {"batch_id": batch.id, "number": n, "raw": raw, "errors": [], "hint": "", "action": ""}
        for n, raw in rows
    ]
    if values:
        session.execute(insert(ImportRow), values)


def rows_of(session: Session, batch_id: int) -> list[Any]:
    """(id, number, raw, action) of every staged row, in the order of the file."""
    query = select(ImportRow.id, ImportRow.number, ImportRow.raw, ImportRow.action)
    return list(session.execute(query.where(ImportRow.batch_id == batch_id).order_by(ImportRow.number)))


def keep_verdicts(session: Session, verdicts: Sequence[dict[str, Any]]) -> None:
    """Write what was decided: dicts of `id` and errors, hint and action."""
    if verdicts:
        session.execute(update(ImportRow), list(verdicts))


def with_action(session: Session, batch_id: int, actions: Iterable[str], limit: int) -> list[ImportRow]:
    """Rows with one of these actions, in the order of the file."""
    query = select(ImportRow).where(ImportRow.batch_id == batch_id, ImportRow.action.in_(tuple(actions)))
    return list(session.scalars(query.order_by(ImportRow.number).limit(limit)))


def with_hint(session: Session, batch_id: int, limit: int) -> list[ImportRow]:
    """Accepted rows somebody should look at."""
    query = select(ImportRow).where(
        ImportRow.batch_id == batch_id, ImportRow.hint != "", ImportRow.action != REFUSED
    )
    return list(session.scalars(query.order_by(ImportRow.number).limit(limit)))


def forget_good(session: Session, batch_id: int) -> None:
    """Drop the copies of what is in the library now; what was typed in refused rows stays for the download."""
    good = (ImportRow.batch_id == batch_id, ImportRow.action != REFUSED)
    session.execute(update(ImportRow).where(*good).values(raw={}))


def lock(session: Session, batch_id: int) -> ImportBatch | None:
    """The batch, held until the transaction ends."""
    return session.get(ImportBatch, batch_id, with_for_update=True, populate_existing=True)


def claim(
    session: Session, batch_id: int, state: str, target: str, now: datetime, stale: datetime | None = None
) -> bool:
    """Take a batch over from `state` to `target`; with `stale`, only when its last sign of life is older.

    Of two who try, one gets True.
    """
    query = update(ImportBatch).where(ImportBatch.id == batch_id, ImportBatch.state == state)
    if stale is not None:
        query = query.where(or_(ImportBatch.beat_at.is_(None), ImportBatch.beat_at < stale))
    result = session.execute(query.values(state=target, beat_at=now, done=0))
    return bool(result.rowcount)  # type: ignore[attr-defined]


def beat(session: Session, batch_id: int, done: int, now: datetime) -> None:
    """A sign of life with the number of rows behind it."""
    session.execute(update(ImportBatch).where(ImportBatch.id == batch_id).values(done=done, beat_at=now))


def one_commit_at_a_time(session: Session) -> None:
    """Hold other commits back until this transaction ends, so that two files cannot both add the same row.

    SQLite's writer is alone anyway; PostgreSQL would let both look before either has written.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _COMMIT_LOCK})


def of_account(session: Session, account_id: int, limit: int) -> list[ImportBatch]:
    """A person's latest files."""
    query = select(ImportBatch).where(ImportBatch.account_id == account_id)
    return list(session.scalars(query.order_by(ImportBatch.id.desc()).limit(limit)))


def remove(session: Session, batch_id: int) -> None:
    """Forget a batch with its rows."""
    session.execute(delete(ImportRow).where(ImportRow.batch_id == batch_id))
    session.execute(delete(ImportBatch).where(ImportBatch.id == batch_id))


def prune(session: Session, before: datetime) -> int:
    """Forget batches older than `before`; gives how many."""
    old = select(ImportBatch.id).where(ImportBatch.created_at < before)
    session.execute(delete(ImportRow).where(ImportRow.batch_id.in_(old)))
    result = session.execute(delete(ImportBatch).where(ImportBatch.created_at < before))
    return int(result.rowcount)  # type: ignore[attr-defined]


Row = TypeVar("Row", bound=ListingColumns)


def by_number(
    session: Session, model: type[Row], owners: Iterable[int | None], external_ids: Iterable[str]
) -> list[Row]:
    """Listings of these owners that bear one of the numbers."""
    return _twins(session, model, owners, model.external_id, external_ids)


def by_title(
    session: Session, model: type[Row], owners: Iterable[int | None], titles: Iterable[str]
) -> list[Row]:
    """Listings of these owners that bear one of the titles."""
    return _twins(session, model, owners, model.title, titles)


def _twins(
    session: Session, model: type[Row], owners: Iterable[int | None], column: Any, wanted: Iterable[str]
) -> list[Row]:
    """Demonstration content is nobody's twin. What an operator let through is large and not compared: left unread.

    Looked up by the values: whose a listing is says little where one house, or nobody, has most of them, and databases
    without statistics take such an index all the same. So the owner stands where none can be taken.
    """
    whose = func.coalesce(model.organisation_id, 0).in_([owner or 0 for owner in owners])
    found: list[Row] = []
    for chunk in _chunks(sorted(set(wanted))):
        query = select(model).where(column.in_(chunk), whose).options(defer(model.reviewed_content))
        found += (row for row in session.scalars(query) if not row.is_demo)
    return sorted(found, key=lambda row: row.id)


def organisations_called(
    session: Session, keys: Iterable[str], codes: Iterable[str], names: Iterable[str]
) -> list[Organisation]:
    """Organisations that bear one of the external ids, credit codes or names."""
    found: dict[int, Organisation] = {}
    pairs = ((Organisation.external_id, keys), (Organisation.uscc, codes), (Organisation.name, names))
    for column, wanted in pairs:
        for chunk in _chunks(sorted(set(wanted))):
            found.update((o.id, o) for o in session.scalars(select(Organisation).where(column.in_(chunk))))
    return [found[key] for key in sorted(found)]


def count_in_state(session: Session, state: str) -> int:
    """How many batches are in a state."""
    return session.scalar(select(func.count()).where(ImportBatch.state == state)) or 0


def _chunks(values: list[str]) -> Iterable[list[str]]:
    return (values[i : i + _CHUNK] for i in range(0, len(values), _CHUNK))
