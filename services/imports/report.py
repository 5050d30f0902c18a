"""What the person who imports is told: counts, problems by row and field, what to look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from repositories import imports
from repositories.database import Session
from repositories.imports import (
    CHECKED,
    CHECKING,
    COMMITTING,
    DONE,
    FAILED,
    NEW,
    REFUSED,
    REPEATED,
    UNCHANGED,
    UPDATED,
    ImportBatch,
)  # fmt: skip
from services.errors import FieldError
from services.imports.columns import NAMES, headings, title_of

SHOWN_PROBLEMS = 200
SHOWN_HINTS = 50
SHOWN_ROWS = 8
STALE = timedelta(minutes=2)
"""Without a sign of life for that long, whoever was at work is gone."""

STATE_NAMES: Mapping[str, str] = {
    CHECKING: "正在检查", CHECKED: "等待确认", COMMITTING: "正在写入", DONE: "已完成", FAILED: "未完成",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Problem:
    """One faulty cell; `row` is the spreadsheet's own number, `column` the heading of the template."""

    row: int
    field: str
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class Report:
    """One file, as the page, the API and the command show it."""

    id: int
    library: str
    noun: str
    filename: str
    sheet: str
    state: str
    state_name: str
    interrupted: bool
    publish: bool
    good_only: bool
    total: int
    done: int
    counts: Mapping[str, int]
    ignored: tuple[str, ...]
    message: str
    created_at: datetime
    finished_at: datetime | None
    problems: tuple[Problem, ...] = ()
    hints: tuple[tuple[int, str], ...] = ()
    sample: tuple[tuple[int, str, str], ...] = ()
    """(row number, action, title) of the first rows that will be written."""
    dry_run: bool = False

    @property
    def good(self) -> int:
        """Rows without an error."""
        return sum(n for action, n in self.counts.items() if action != REFUSED)

    @property
    def bad(self) -> int:
        """Refused rows."""
        return self.counts.get(REFUSED, 0)

    @property
    def to_write(self) -> int:
        """Rows that add or change something."""
        return self.counts.get(NEW, 0) + self.counts.get(UPDATED, 0)

    @property
    def busy(self) -> bool:
        """Whether somebody is at work on it."""
        return self.state in (CHECKING, COMMITTING) and not self.interrupted

    @property
    def errors(self) -> tuple[FieldError, ...]:
        """The problems as every other refusal gives them."""
        return tuple(FieldError(p.field, p.message, p.row) for p in self.problems)

    def as_json(self) -> dict[str, Any]:
        """The API's answer."""
        return {
            "id": self.id, "library": self.library, "filename": self.filename, "state": self.state,
            "dry_run": self.dry_run, "total": self.total, "accepted": self.good, "refused": self.bad,
            "created": self.counts.get(NEW, 0), "updated": self.counts.get(UPDATED, 0),
            "unchanged": self.counts.get(UNCHANGED, 0), "repeated": self.counts.get(REPEATED, 0),
            "ignored_columns": list(self.ignored),
            "errors": [
                {"row": p.row, "field": p.field, "column": p.column, "message": p.message} for p in self.problems
            ],
            "hints": [{"row": row, "message": hint} for row, hint in self.hints],
        }  # fmt: skip


def build(session: Session, batch: ImportBatch, now: datetime, *, dry_run: bool = False) -> Report:
    """The report of a batch as it stands, in a fixed number of queries."""
    named = headings(batch.library)
    problems = [
        Problem(row.number, name, named.get(name, name), message)
        for row in imports.with_action(session, batch.id, (REFUSED,), SHOWN_PROBLEMS)
        for name, message in row.errors
    ]
    sample = imports.with_action(session, batch.id, (NEW, UPDATED), SHOWN_ROWS)
    title = title_of(batch.library)
    return replace(
        outline(batch, now),
        problems=tuple(problems[:SHOWN_PROBLEMS]),
        hints=tuple((row.number, row.hint) for row in imports.with_hint(session, batch.id, SHOWN_HINTS)),
        sample=tuple((r.number, r.action, r.raw[title][:80]) for r in sample if title in r.raw),
        dry_run=dry_run,
    )


def outline(batch: ImportBatch, now: datetime) -> Report:
    """The same without a look at the rows: state and counts."""
    at_work = batch.state in (CHECKING, COMMITTING)
    return Report(
        id=batch.id,
        library=batch.library,
        noun=NAMES[batch.library],
        filename=batch.filename,
        sheet=batch.notes.get("sheet", ""),
        state=batch.state,
        state_name=STATE_NAMES[batch.state],
        interrupted=at_work and (batch.beat_at is None or batch.beat_at < now - STALE),
        publish=batch.publish,
        good_only=batch.good_only,
        total=batch.total,
        done=batch.done,
        counts=batch.counts,
        ignored=tuple(batch.notes.get("ignored", ())),
        message=batch.notes.get("message", ""),
        created_at=batch.created_at,
        finished_at=batch.finished_at,
    )
