"""对接项目: a deal between two sides, its stages, and everything that happened to it in order.

A deal hangs on a frozen public entry. Contacts open when both sides agreed; a failure is kept with its reason,
because ranking and policy learn from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import ForeignKey, Index, String, cast, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from repositories.achievements import Achievement
from repositories.database import Base, utcnow
from repositories.match_runs import MatchEntry
from repositories.needs import Need
from repositories.notices import Notice

OPENED, BROKERING, NEGOTIATING, SIGNED, PERFORMING, COMPLETED, ENDED = (
    "opened", "brokering", "negotiating", "signed", "performing", "completed", "ended",
)  # fmt: skip
STATE_NAMES: Mapping[str, str] = {
    OPENED: "立项",
    BROKERING: "撮合中",
    NEGOTIATING: "洽谈",
    SIGNED: "合同签订",
    PERFORMING: "履约",
    COMPLETED: "结项",
    ENDED: "终止",
}
UNDER_WAY = frozenset({OPENED, BROKERING, NEGOTIATING, SIGNED, PERFORMING})

# The one transition table: verb → (states it may start from, state it leads to).
TRANSITIONS: Mapping[str, tuple[frozenset[str], str]] = {
    "assign": (frozenset({OPENED}), BROKERING),
    "release": (frozenset({BROKERING}), OPENED),
    "negotiate": (frozenset({OPENED, BROKERING}), NEGOTIATING),
    "sign": (frozenset({NEGOTIATING}), SIGNED),
    "perform": (frozenset({SIGNED}), PERFORMING),
    "complete": (frozenset({PERFORMING}), COMPLETED),
    "end": (UNDER_WAY, ENDED),
}


class IllegalStage(Exception):
    """The verb does not start from the stage the deal is in."""

    def __init__(self, verb: str, state: str) -> None:
        """Keep both for the message."""
        super().__init__(f"{verb} from {state}")
        self.verb, self.state = verb, state


class Deal(Base):
    """One deal. `opened_by` is the side that asked (enterprise, university, manager or operator)."""

    __tablename__ = "deals"

    id: Mapped[int] = mapped_column(primary_key=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("needs.id", ondelete="RESTRICT"))
    achievement_id: Mapped[int] = mapped_column(
        ForeignKey("achievements.id", ondelete="RESTRICT"), index=True
    )
    entry_id: Mapped[int] = mapped_column(ForeignKey("match_entries.id", ondelete="RESTRICT"))
    enterprise_id: Mapped[int] = mapped_column(
        ForeignKey("organisations.id", ondelete="RESTRICT"), index=True
    )
    university_id: Mapped[int] = mapped_column(
        ForeignKey("organisations.id", ondelete="RESTRICT"), index=True
    )
    introduction_id: Mapped[int | None] = mapped_column(ForeignKey("introductions.id", ondelete="SET NULL"))
    finder_id: Mapped[int | None] = mapped_column(ForeignKey("talents.id", ondelete="SET NULL"))
    """The manager whose lead it was."""
    state: Mapped[str] = mapped_column(String(12), default=OPENED, index=True)
    revision: Mapped[int] = mapped_column(default=1)
    opened_by: Mapped[str] = mapped_column(String(20))
    opener_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    message: Mapped[str] = mapped_column(String(1000), default="")
    enterprise_agreed_at: Mapped[datetime | None]
    university_agreed_at: Mapped[datetime | None]
    answer_due_on: Mapped[date] = mapped_column(index=True)
    asked_languages: Mapped[list] = mapped_column(default=list)
    asked_posts: Mapped[list] = mapped_column(default=list)
    asked_certificate: Mapped[str] = mapped_column(String(10), default="")
    asked_region: Mapped[str] = mapped_column(String(6), default="")
    """What this deal asks of its manager beyond fitting; empty asks nothing."""
    end_reason: Mapped[str] = mapped_column(String(30), default="")
    end_note: Mapped[str] = mapped_column(String(1000), default="")
    created_at: Mapped[datetime] = mapped_column(default=utcnow, index=True)
    stage_since: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow)
    closed_at: Mapped[datetime | None] = mapped_column()
    is_demo: Mapped[bool] = mapped_column(default=False, index=True)

    need: Mapped[Need] = relationship(lazy="joined")
    achievement: Mapped[Achievement] = relationship(lazy="joined")
    entry: Mapped[MatchEntry] = relationship(lazy="raise")

    __table_args__ = (
        # One deal under way a pair: a second click or a crossing request finds the first.
        Index(
            "uq_deals_open_pair",
            "need_id",
            "achievement_id",
            unique=True,
            sqlite_where=(closed_at.is_(None)),
            postgresql_where=(closed_at.is_(None)),
        ),
    )

    @property
    def both_agreed(self) -> bool:
        """Whether contacts are open."""
        return self.enterprise_agreed_at is not None and self.university_agreed_at is not None

    @property
    def is_under_way(self) -> bool:
        """Whether it is neither completed nor ended."""
        return self.state in UNDER_WAY

    def move(self, verb: str, now: datetime) -> None:
        """Apply a verb of the transition table; raises IllegalStage."""
        sources, target = TRANSITIONS[verb]
        if self.state not in sources:
            raise IllegalStage(verb, self.state)
        self.state, self.stage_since = target, now
        self.touch(now)
        if target not in UNDER_WAY:
            self.closed_at = now

    def touch(self, now: datetime) -> None:
        """Count a change; the revision is the ETag of the API."""
        self.revision = (self.revision or 0) + 1
        self.updated_at = now


class DealEvent(Base):
    """One line of a deal's timeline; rows are only added. `circle` is `deal` (both sides, manager, operators) or
    `operators`."""

    __tablename__ = "deal_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    deal_id: Mapped[int] = mapped_column(ForeignKey("deals.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(default=utcnow)
    kind: Mapped[str] = mapped_column(String(30))
    side: Mapped[str] = mapped_column(String(20), default="")
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(String(12), default="")
    """The stage it led to, where it led to one."""
    reason: Mapped[str] = mapped_column(String(30), default="")
    note: Mapped[str] = mapped_column(String(1000), default="")
    circle: Mapped[str] = mapped_column(String(10), default="deal")

    __table_args__ = (Index("ix_deal_events_deal_at", "deal_id", "id"),)


def find(session: Session, deal_id: int) -> Deal | None:
    """The deal with both listings, or None; ids beyond 32 bits are nobody's."""
    return session.get(Deal, deal_id) if 0 < deal_id < 2**31 else None


def lock(session: Session, deal_id: int) -> Deal | None:
    """The same, held until the transaction ends (PostgreSQL; on SQLite the whole writer is alone anyway)."""
    return session.get(Deal, deal_id, with_for_update={"of": Deal}) if 0 < deal_id < 2**31 else None


def of_pair(session: Session, need_id: int, achievement_id: int) -> Deal | None:
    """The latest deal between the two."""
    query = select(Deal).where(Deal.need_id == need_id, Deal.achievement_id == achievement_id)
    return session.scalar(query.order_by(Deal.id.desc()).limit(1))


def unanswered(session: Session, today: date) -> list[Deal]:
    """Deals under way whose day for an answer has passed while a side has not agreed, held until the end."""
    query = select(Deal).where(
        Deal.state.in_(UNDER_WAY),
        Deal.answer_due_on < today,
        or_(Deal.enterprise_agreed_at.is_(None), Deal.university_agreed_at.is_(None)),
    )
    return list(session.scalars(query.order_by(Deal.id).with_for_update(of=Deal)))


REMINDED = "deal.expiring"


def unanswered_until(session: Session, today: date, until: date, now: datetime) -> list[Deal]:
    """Deals under way whose day for an answer lies in [today, until] and of which nobody was reminded for that day."""
    reminded = (
        select(Notice.id)
        .where(
            Notice.kind == REMINDED, Notice.href == "/deals/" + cast(Deal.id, String),
            Notice.created_at >= now - timedelta(days=(until - today).days + 1),
        )
        .exists()
    )  # fmt: skip
    query = select(Deal).where(
        Deal.state.in_(UNDER_WAY), Deal.answer_due_on >= today, Deal.answer_due_on <= until, ~reminded,
        or_(Deal.enterprise_agreed_at.is_(None), Deal.university_agreed_at.is_(None)),
    )  # fmt: skip
    return list(session.scalars(query.order_by(Deal.id)))


def events_of(session: Session, deal_id: int, circles: tuple[str, ...]) -> list[DealEvent]:
    """The timeline of a deal as these circles read it, oldest first."""
    query = select(DealEvent).where(DealEvent.deal_id == deal_id, DealEvent.circle.in_(circles))
    return list(session.scalars(query.order_by(DealEvent.id)))
