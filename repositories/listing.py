"""What the three libraries share: ownership, life cycle and the counters the index relies on.

`revision` counts edits of the content (it is the ETag of the API); `projection` counts every fact that changes
the index document (edit, visibility, a renamed organisation, the arrival of a vector), so that a late older
document can never win. Both only grow.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, Session, declared_attr, mapped_column

from repositories import outbox
from repositories.database import utcnow

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
}


class IllegalTransition(Exception):
    """The verb does not start from the state the listing is in."""

    def __init__(self, verb: str, state: str) -> None:
        """Keep both for the message."""
        super().__init__(f"{verb} from {state}")
        self.verb, self.state = verb, state


class ListingColumns:
    """Columns and verbs of every listing; `library` names its table and its index."""

    library: str

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
    expires_on: Mapped[date | None] = mapped_column(index=True)
    is_demo: Mapped[bool] = mapped_column(default=False, index=True)
    source: Mapped[str] = mapped_column(String(300), default="")
    reviewed_content: Mapped[dict | None]

    @declared_attr
    def organisation_id(cls) -> Mapped[int | None]:
        """The organisation that owns the listing; None for texts without an owner (papers)."""
        return mapped_column(ForeignKey("organisations.id", ondelete="RESTRICT"), index=True)

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
        self.state = target
        self.updated_at = now
        if target == SUBMITTED:
            self.submitted_at = now
        if target == PUBLISHED:
            self.published_at = self.published_at or now
            self.confirmed_on = now.date()
        self.project(session, "withdrawn" if was_public and not self.is_public else verb)

    def edited(self, session: Session, now: datetime) -> None:
        """Count an edit of the content."""
        self.revision += 1
        self.updated_at = now
        self.confirmed_on = now.date()
        self.project(session, "edited")

    def project(self, session: Session, fact: str) -> None:
        """Bump the projection counter and put the fact into the outbox of the same transaction."""
        session.flush()
        self.projection += 1
        outbox.record(session, self.library, self.id, fact)
