"""Writes settled rows in the caller's transaction: new listings and changed ones, facts for the index.

The same rules as entering one by one (`services.listings.entries`), set out for ten thousand at once: few
statements, one flush.
"""

from __future__ import annotations

from collections.abc import Sequence

from repositories import outbox
from repositories.database import Session
from repositories.imports import NEW, UPDATED
from repositories.listing import DRAFT, PUBLISHED, RETURNED, SUBMITTED, ListingColumns
from services.access import Actor
from services.imports import owners
from services.imports.doubles import changes
from services.imports.rows import Reading, complete
from services.listings.entries import assign, last_day, snapshot
from services.listings.library import Library
from services.platform import Platform


def write(
    session: Session,
    platform: Platform,
    actor: Actor,
    library: Library,
    readings: Sequence[Reading],
    *,
    publish: bool,
) -> list[int]:
    """Add and change listings, organisations that are missing first; gives the ids of what was written."""
    fresh = [r for r in readings if r.action == NEW]
    made = owners.make(session, platform, library.name, (r.owner for r in fresh if r.owner.is_new))
    rows = [
        _new(platform, actor, library, r, made.get(r.owner, r.owner).organisation_id, publish) for r in fresh
    ]
    session.add_all(rows)
    session.flush()
    outbox.record_many(session, library.name, (row.id for row in rows), "publish" if publish else "submit")
    facts: dict[str, list[int]] = {}
    changed = [r for r in readings if r.action == UPDATED]
    for reading in changed:
        fact = _change(platform, actor, library, reading, publish)
        facts.setdefault(fact, []).append(reading.twin.id)
    session.flush()
    for fact, ids in facts.items():
        outbox.record_many(session, library.name, ids, fact)
    return [row.id for row in rows] + [reading.twin.id for reading in changed]


def _new(
    platform: Platform, actor: Actor, library: Library, reading: Reading, owner: int | None, publish: bool
) -> ListingColumns:
    now = platform.now()
    row: ListingColumns = library.model(organisation_id=owner, account_id=_author(library, actor))
    assign(row, complete(library.fields, reading.values))
    row.created_at = row.updated_at = row.submitted_at = now
    row.confirm(platform.today())
    row.state = SUBMITTED
    if publish:
        _publish(platform, library, row)
    row.refresh_vector_key()
    return row


def _author(library: Library, actor: Actor) -> int | None:
    """A manager's profile belongs to the person whose account stands on it, so an operator must not become that person."""
    return None if library.name == "talents" else actor.account_id


def _publish(platform: Platform, library: Library, row: ListingColumns) -> None:
    row.state = PUBLISHED
    row.published_at = row.published_at or platform.now()
    row.confirm(platform.today())
    if row.expires_on is None or row.expires_on < platform.today():
        row.expires_on = last_day(row, platform.today())
    row.return_reason = ""
    row.reviewed_content = snapshot(library, row)


def _change(platform: Platform, actor: Actor, library: Library, reading: Reading, publish: bool) -> str:
    """Bring a record to what the row says; gives the fact for the index."""
    row = reading.twin
    changed = changes(row, reading.values)
    was_public = row.is_public
    assign(row, {name: reading.values[name] for name in changed})
    row.revision += 1
    row.projection += 1
    row.updated_at = platform.now()
    row.confirm(platform.today())
    if publish and row.state in (DRAFT, SUBMITTED, RETURNED, PUBLISHED):
        _publish(platform, library, row)
    elif row.state in (DRAFT, RETURNED) or (
        not actor.is_operator and changed - library.quiet and row.allows("revise")
    ):
        row.state, row.submitted_at = SUBMITTED, platform.now()
    elif actor.is_operator and was_public:
        row.reviewed_content = snapshot(library, row)
    row.refresh_vector_key()
    if was_public and not row.is_public:
        return outbox.WITHDRAWN_FACT
    if was_public and "visibility" in changed and reading.values["visibility"] != "public":
        return outbox.MEMBERS_FACT
    if was_public and "show_name" in changed and not reading.values["show_name"]:
        return outbox.UNNAMED_FACT
    return "edited" if was_public else ("publish" if row.is_public else "submit")
