"""What the three libraries share: ownership, life cycle and the counters the index relies on.

`revision` counts edits of the content (it is the ETag of the API); `projection` counts every fact that changes
the index document (edit, visibility, a renamed organisation, the arrival of a vector), so that a late older
document can never win. Both only grow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, ClassVar, Literal, TypeVar

from sqlalchemy import ForeignKey, Index, String, func, select, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from repositories import outbox
from repositories.database import Session, day_of, utcnow
from repositories.vectors import content_hash

DRAFT, SUBMITTED, RETURNED, PUBLISHED, PAUSED, WITHDRAWN, EXPIRED = (
    "draft", "submitted", "returned", "published", "paused", "withdrawn", "expired",
)  # fmt: skip

STATE_NAMES: Mapping[str, str] = {
    DRAFT: "草稿",
    SUBMITTED: "待审核",
    RETURNED: "已退回",
    PUBLISHED: "已发布",
    PAUSED: "暂停",
    WITHDRAWN: "已下架",
    EXPIRED: "已过期",
}

# The one transition table: verb → (states it may start from, state it leads to).
TRANSITIONS: Mapping[str, tuple[frozenset[str], str]] = {
    "submit": (frozenset({DRAFT, RETURNED, WITHDRAWN, EXPIRED}), SUBMITTED),
    "recall": (frozenset({SUBMITTED}), DRAFT),
    "publish": (frozenset({SUBMITTED, DRAFT}), PUBLISHED),
    "return": (frozenset({SUBMITTED, PUBLISHED, PAUSED}), RETURNED),
    "revise": (frozenset({PUBLISHED, PAUSED}), SUBMITTED),
    "pause": (frozenset({PUBLISHED}), PAUSED),
    "resume": (frozenset({PAUSED}), PUBLISHED),
    "withdraw": (frozenset({SUBMITTED, RETURNED, PUBLISHED, PAUSED, EXPIRED}), WITHDRAWN),
    "expire": (frozenset({PUBLISHED, PAUSED}), EXPIRED),
    "renew": (frozenset({EXPIRED, PUBLISHED}), PUBLISHED),
    "confirm": (frozenset({PUBLISHED}), PUBLISHED),
}


_NUMBERED = text("external_id IS NOT NULL AND NOT is_demo")


class IllegalTransition(Exception):
    """The verb does not start from the state the listing is in."""

    def __init__(self, verb: str, state: str) -> None:
        """Keep both for the message."""
        super().__init__(f"{verb} from {state}")
        self.verb, self.state = verb, state


class ListingColumns:
    """Columns and verbs of every listing; `library` names its table and its index."""

    library: str
    embedding_kind: ClassVar[Literal["query", "passage"]] = "passage"
    """The prompt its text is encoded with: a need is always the query of a pair, in both directions."""

    id: Mapped[int] = mapped_column(primary_key=True)
    external_id: Mapped[str | None] = mapped_column(String(120), index=True)
    title: Mapped[str] = mapped_column(String(200))
    region: Mapped[str] = mapped_column(String(6), default="")
    state: Mapped[str] = mapped_column(String(12), default=DRAFT, index=True)
    return_reason: Mapped[str] = mapped_column(String(1000), default="")
    revision: Mapped[int] = mapped_column(default=1)
    projection: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow)
    submitted_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    confirmed_on: Mapped[date | None]
    stale: Mapped[bool] = mapped_column(default=False)
    """Long unconfirmed, and its owner was asked: it sinks in browsing until somebody says that it still stands."""
    expires_on: Mapped[date | None]
    is_demo: Mapped[bool] = mapped_column(default=False, index=True)
    source: Mapped[str] = mapped_column(String(300), default="")
    suspended: Mapped[bool] = mapped_column(default=False)
    """Paused because its organisation lost its approval; it comes back with the approval."""
    reviewed_content: Mapped[dict | None]
    vector_key: Mapped[str] = mapped_column(String(64), default="")
    """Content hash of the text its vector is of (`repositories.vectors.content_hash`)."""

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        """An organisation's own number names one listing; demonstration content is nobody's twin. The other indexes
        answer one question each without looking at a whole library: the home page's newest and how many they are, the
        pages of one house, twins by title, what runs out, what nobody has confirmed. None begins with state and
        visibility: SQLite would take it for rows that are asked for by id, and read a whole library for a list of 20."""
        name, seen_by = cls.library, ("visibility",) if hasattr(cls, "visibility") else ()
        return (
            Index(
                f"uq_{name}_owner_number", "organisation_id", "external_id", unique=True,
                sqlite_where=_NUMBERED, postgresql_where=_NUMBERED,
            ),
            Index(f"ix_{name}_newest", "state", "stale", "published_at", "id", *seen_by),
            Index(f"ix_{name}_owner", "organisation_id", "state", "updated_at", "confirmed_on"),
            Index(f"ix_{name}_title", "title"),
            Index(f"ix_{name}_expiring", "state", "expires_on"),
            Index(f"ix_{name}_unconfirmed", "state", "stale", "confirmed_on"),
        )  # fmt: skip

    @declared_attr
    def organisation_id(cls) -> Mapped[int | None]:
        """The organisation that owns the listing; None for texts without an owner (papers)."""
        return mapped_column(ForeignKey("organisations.id", ondelete="RESTRICT"))

    @declared_attr
    def account_id(cls) -> Mapped[int | None]:
        """Who entered it; None for imports by command."""
        return mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)

    @property
    def is_public(self) -> bool:
        """Whether others than its owner and the operators may see it at all."""
        return self.state == PUBLISHED

    def allows(self, verb: str) -> bool:
        """Whether the transition table lets `verb` start here."""
        return self.state in TRANSITIONS[verb][0]

    def move(self, session: Session, verb: str, now: datetime) -> None:
        """Apply `verb`; raises IllegalTransition. A listing that leaves the public is queued as withdrawn."""
        sources, target = TRANSITIONS[verb]
        if self.state not in sources:
            raise IllegalTransition(verb, self.state)
        was_public = self.is_public
        self.state, self.suspended = target, False
        self.updated_at = now
        if target == SUBMITTED:
            self.submitted_at = now
        if target == PUBLISHED:
            self.published_at = self.published_at or now
            self.confirm(day_of(now))
        self.project(session, "withdrawn" if was_public and not self.is_public else verb)

    def edited(self, session: Session, now: datetime) -> None:
        """Count an edit of the content."""
        self.revision += 1
        self.updated_at = now
        self.confirm(day_of(now))
        self.project(session, "edited")

    def confirm(self, day: date) -> None:
        """Somebody who may say so says that it stands: by publishing, editing, importing or just confirming it."""
        self.confirmed_on, self.stale = day, False

    @property
    def embedding_text(self) -> str:
        """The text its vector is of; each library says which."""
        raise NotImplementedError

    def refresh_vector_key(self) -> None:
        """Keep the key in step with the text; called wherever content is written."""
        self.vector_key = content_hash(self.embedding_kind, self.embedding_text)

    def project(self, session: Session, fact: str) -> None:
        """Bump the projection counter and put the fact into the outbox of the same transaction."""
        self.refresh_vector_key()
        session.flush()
        self.projection = (self.projection or 0) + 1
        outbox.record(session, self.library, self.id, fact)


Row = TypeVar("Row", bound=ListingColumns)


def find(session: Session, model: type[Row], row_id: int) -> Row | None:
    """The row, or None; ids beyond 64 bits are nobody's."""
    return session.get(model, row_id) if 0 < row_id < 2**31 else None


def lock(session: Session, model: type[Row], row_id: int) -> Row | None:
    """The row, held until the transaction ends (PostgreSQL; on SQLite the whole writer is alone anyway)."""
    return session.get(model, row_id, with_for_update={"of": model}) if 0 < row_id < 2**31 else None


def by_external_id(session: Session, model: type[Row], owner: int | None, key: str) -> Row | None:
    """The listing an organisation knows under its own number; looked up by that, for a house may have 10^5 of them."""
    whose = func.coalesce(model.organisation_id, 0) == (owner or 0)
    return session.scalar(select(model).where(model.external_id == key, whose))


def of_owner(session: Session, model: type[Row], organisation_id: int, offset: int, limit: int,
             state: str = "") -> list[Row]:  # fmt: skip
    """An organisation's listings, newest change first; only those in `state` when it is given.

    Ids are put in order first, by an index alone: sorting whole rows takes seconds for a house with 10^5 of them.
    """
    order = model.updated_at.desc(), model.id.desc()
    ids = select(model.id).where(model.organisation_id == organisation_id)
    if state:
        ids = ids.where(model.state == state)
    ids = ids.order_by(*order).offset(offset).limit(limit)
    return list(session.scalars(select(model).where(model.id.in_(ids)).order_by(*order)))


def count_by_state(session: Session, model: type[Row], organisation_id: int | None = None) -> dict[str, int]:
    """How many listings are in each state, of one organisation or of all."""
    query = select(model.state, func.count()).group_by(model.state)
    if organisation_id is not None:
        query = query.where(model.organisation_id == organisation_id)
    return {state: int(count) for state, count in session.execute(query)}


def waiting_for_review(session: Session, model: type[Row], limit: int) -> list[Row]:
    """Submitted listings, the longest waiting first."""
    query = select(model).where(model.state == SUBMITTED).order_by(model.submitted_at, model.id)
    return list(session.scalars(query.limit(limit)))


def due_to_expire(session: Session, model: type[Row], today: date, limit: int = 500) -> list[Row]:
    """Published or paused listings whose last day has passed."""
    query = select(model).where(model.state.in_((PUBLISHED, PAUSED)), model.expires_on < today)
    return list(session.scalars(query.limit(limit)))


def page_by_id(session: Session, model: type[Row], ids: Iterable[int]) -> dict[int, Row]:
    """The rows behind `ids`, whatever their state, in one query."""
    return {row.id: row for row in session.scalars(select(model).where(model.id.in_(list(ids))))}


def after_id(session: Session, model: type[Row], last_id: int, limit: int) -> list[Row]:
    """Rows in the order of their ids, for walks over a whole library."""
    return list(session.scalars(select(model).where(model.id > last_id).order_by(model.id).limit(limit)))
