"""Review: one waiting listing after the other, with what it may be a double of and what changed since last time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from indexer.port import IndexUnavailable
from indexer.text import normalise
from repositories import files, listing, organisations, review
from repositories.files import StoredFile
from repositories.listing import ListingColumns
from repositories.organisations import Organisation
from services import vectors
from services.access import Actor, may_review, require
from services.differences import likeness
from services.errors import NotFound, Stale
from services.listings.entries import OPERATOR_VERBS, move, snapshot
from services.listings.fields import Field
from services.listings.library import LIBRARIES, Library, library_of
from services.platform import Platform

DOUBLES_SHOWN = 5
LIKE_TITLE, NEAR_MEANING = 0.6, 0.9
"""Titles alike by this share, or vectors this near, are worth a look: `…激光熔覆粉末` and `…激光熔覆修复用粉末` are 0.89
alike; unrelated titles of one field stay under 0.5 and 0.85."""


@dataclass(frozen=True, slots=True)
class Double:
    """A listing this one may repeat; `alike` is the share of common characters, 1.0 for the same name."""

    row: ListingColumns
    organisation: Organisation | None
    alike: float


@dataclass(frozen=True, slots=True)
class Change:
    """A public field that differs from what was let through last time."""

    field: Field
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Waiting:
    """One listing under review and its place in the queue (`position` counts from 1)."""

    library: Library
    row: ListingColumns
    organisation: Organisation | None
    position: int
    of: int
    next_id: int | None
    first_time: bool
    changes: tuple[Change, ...] = ()
    doubles: tuple[Double, ...] = ()
    files: tuple[StoredFile, ...] = ()
    index_away: bool = False


@dataclass(frozen=True, slots=True)
class Queue:
    """How many listings of a library wait, and since when the first of them does."""

    library: Library
    count: int
    oldest: datetime | None


def queues(platform: Platform, actor: Actor) -> list[Queue]:
    """The three queues; one query each."""
    require(may_review(actor))
    with platform.database.read() as session:
        return [Queue(one, *review.waiting(session, one.model)) for one in LIBRARIES.values()]


def open_one(platform: Platform, actor: Actor, name: str, at: int | None = None) -> Waiting | None:
    """The listing `at`, or the longest waiting one when that is not in the queue (any more); None when none waits."""
    require(may_review(actor))
    library = library_of(name)
    with platform.database.read() as session:
        ids = review.queue_ids(session, library.model)
        if not ids:
            return None
        place = ids.index(at) if at in ids else 0
        row = listing.find(session, library.model, ids[place])
        if row is None:
            return None
        # Beyond what is looked at, the queue is counted: the page must not say 2,000 under a tab that says 12,992.
        of = len(ids) if len(ids) < review.QUEUE_LOOKED_AT else review.waiting(session, library.model)[0]
        handed_in = files.of_owner(session, library.name, row.id)
        twins = review.same_title(session, library.model, row.title, row.id, DOUBLES_SHOWN)
    near, away = _nearest(platform, row)
    with platform.database.read() as session:
        known = {one.id: one for one in twins} | listing.page_by_id(session, library.model, near)
        houses = organisations.by_ids(
            session, [row.organisation_id, *(d.organisation_id for d in known.values())]
        )
    return Waiting(
        library=library, row=row, organisation=houses.get(row.organisation_id or 0),
        position=place + 1, of=of, next_id=ids[(place + 1) % len(ids)] if len(ids) > 1 else None,
        first_time=row.reviewed_content is None, changes=_changes(library, row),
        doubles=_doubles(row, known, near, houses), files=tuple(handed_in), index_away=away,
    )  # fmt: skip


def decide(
    platform: Platform, actor: Actor, name: str, row_id: int, verb: str, reason: str, revision: int
) -> ListingColumns:
    """Publish or return what the operator read; raises Stale when it was edited since, Conflict, Invalid, NotFound."""
    require(may_review(actor))
    library = library_of(name)
    if verb not in OPERATOR_VERBS:
        raise NotFound()
    with platform.database.write() as session:
        row = listing.lock(session, library.model, row_id)
        if row is None:
            raise NotFound()
        if row.revision != revision:
            raise Stale("提交人刚刚又修改了这条内容，下面已是最新内容，请再看一遍。")
        move(session, platform, actor, library, row, verb, reason)
    return row


def _nearest(platform: Platform, row: ListingColumns) -> tuple[dict[int, float], bool]:
    """(id → nearness of published listings next to this one, whether the index was away)."""
    vector = vectors.of_text(platform, row.embedding_kind, row.embedding_text, keep=False)
    try:
        hits = platform.index.candidates(
            row.library, row.title, vector, 2 * DOUBLES_SHOWN, excluded=(row.id,)
        )
    except IndexUnavailable:
        return {}, True
    return {hit.id: hit.nearness or 0.0 for hit in hits}, False


def _doubles(
    row: ListingColumns, known: Mapping[int, ListingColumns], near: Mapping[int, float],
    houses: Mapping[int, Organisation],
) -> tuple[Double, ...]:  # fmt: skip
    own = normalise(row.title)
    found = [
        Double(one, houses.get(one.organisation_id or 0), likeness(own, normalise(one.title)))
        for one in known.values()
    ]
    worth = [d for d in found if d.alike >= LIKE_TITLE or near.get(d.row.id, 0.0) >= NEAR_MEANING]
    return tuple(sorted(worth, key=lambda d: (-d.alike, d.row.id))[:DOUBLES_SHOWN])


def _changes(library: Library, row: ListingColumns) -> tuple[Change, ...]:
    before = row.reviewed_content
    if before is None:
        return ()
    after = snapshot(library, row)
    return tuple(
        Change(one, before[one.name], after[one.name])
        for one in library.fields
        if one.name in before and one.name in after and before[one.name] != after[one.name]
    )
