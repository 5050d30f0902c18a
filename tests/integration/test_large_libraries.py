"""No page and no recurring task looks at every listing: SQLite says how it would answer, and no data is needed for that.

PostgreSQL has statistics and finds its way; SQLite has none and takes the index with the most equalities, so a new index
can turn a quick question into one that reads a million rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from repositories import (
    candidates,
    desk,
    feedback,
    imports,
    listing,
    outbox,
    projection,
    review,
    schema,
    shown,
    upkeep,
)
from repositories.achievements import Achievement
from repositories.database import Database

DAY, NOW, MODEL = date(2026, 11, 1), datetime(2026, 11, 1, tzinfo=UTC), "some-model"
ANYONE, MEMBERS = ("public",), ("public", "members")
BY_ID = r"INTEGER PRIMARY KEY \(rowid=\?\)|ix_achievements_state \(state=\? AND rowid[=>]\?\)"
NEWEST = r"COVERING INDEX ix_achievements_newest \(state=\?"
OWNER = r"INDEX ix_achievements_owner \(organisation_id=\?"

QUESTIONS: dict[str, tuple[Callable[[Session], Any], str]] = {
    "heads": (lambda s: candidates.heads(s, "achievements", [1, 2], MEMBERS), BY_ID),
    "columns": (lambda s: candidates.columns(s, "achievements", [1, 2], MODEL, ANYONE), BY_ID),
    "candidates": (lambda s: candidates.load(s, "achievements", [1, 2], MODEL), BY_ID),
    "rows of a page": (lambda s: shown.load_shown(s, "achievements", [1, 2], ANYONE), BY_ID),
    "what is gone": (
        lambda s: shown.gone(s, "achievements", ANYONE),
        rf"{BY_ID}|ix_outbox_jobs_library_fact \(library=\? AND fact=\?",
    ),
    "an operator's desk": (desk.waiting, r"ix_achievements_state \(state=\?\)|ix_outbox_jobs_parked"),
    "parked jobs": (lambda s: outbox.parked(s, 20), r"ix_outbox_jobs_parked"),
    "newest": (lambda s: shown.newest_public(s, "achievements", 5, MEMBERS), rf"{BY_ID}|{NEWEST} AND stale=\?\)"),
    "how many": (lambda s: shown.count_public(s, "achievements"), NEWEST),
    "feedback": (lambda s: feedback.newest(s, MODEL), BY_ID),
    "a house's own": (lambda s: listing.of_owner(s, Achievement, 7, 0, 20), rf"{BY_ID}|{OWNER}\)"),
    "a house's returned": (lambda s: listing.of_owner(s, Achievement, 7, 0, 20, "returned"), rf"{BY_ID}|{OWNER} AND state=\?"),
    "a house's states": (lambda s: listing.count_by_state(s, Achievement, 7), rf"COVERING {OWNER}\)"),
    "a house's number": (lambda s: listing.by_external_id(s, Achievement, 7, "K1"), r"external_id=\?"),
    "run out": (lambda s: listing.due_to_expire(s, Achievement, DAY), r"ix_achievements_expiring \(state=\? AND expires_on<\?"),
    "run out soon": (lambda s: upkeep.expiring(s, Achievement, DAY, DAY, NOW, 9), r"ix_achievements_expiring \(state=\? AND expires_on>\?"),
    "unconfirmed": (lambda s: upkeep.unconfirmed(s, Achievement, DAY, 9), r"_unconfirmed \(state=\? AND stale=\? AND confirmed_on<\?"),
    "a house's unconfirmed": (lambda s: upkeep.unconfirmed(s, Achievement, DAY, 9, organisation_id=7), OWNER),
    "how many unconfirmed": (lambda s: upkeep.count_unconfirmed(s, Achievement, DAY, 7), rf"COVERING {OWNER}"),
    "twins by number": (lambda s: imports.by_number(s, Achievement, [None, 7], ["K1", "K2"]), r"external_id=\?"),
    "twins by title": (lambda s: imports.by_title(s, Achievement, [None, 7], ["甲", "乙"]), r"ix_achievements_title \(title=\?"),
    "the same title": (lambda s: review.same_title(s, Achievement, "甲", 1, 5), rf"{BY_ID}|COVERING INDEX ix_achievements_title"),
    "a walk": (lambda s: projection.public_after(s, "achievements", 1, 9, MODEL), BY_ID),
}  # fmt: skip


@pytest.fixture(scope="module")
def plans(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[Callable[[Session], Any]], list[str]]]:
    """How SQLite would answer what a function asks: the steps over achievements and jobs."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('plans') / 'sanku.db'}")
    schema.upgrade(database)
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        asked.append((statement, values))

    def steps(ask: Callable[[Session], Any]) -> list[str]:
        with database.read() as session:
            raw: Any = session.connection().connection.driver_connection
            asked.clear()
            ask(session)
            questions = [one for one in asked if not one[0].startswith("BEGIN")]
            told = [
                row[3] for one in questions for row in raw.execute(f"EXPLAIN QUERY PLAN {one[0]}", one[1])
            ]
        return [step for step in told if re.match(r"(SCAN|SEARCH) (achievements|outbox_jobs)\b", step)]

    event.listen(database.engine, "before_cursor_execute", note)
    yield steps
    database.close()


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_index_answers(name: str, plans: Callable[[Callable[[Session], Any]], list[str]]) -> None:
    ask, expected = QUESTIONS[name]
    found = plans(ask)
    assert found
    assert [step for step in found if not re.search(expected, step)] == []
