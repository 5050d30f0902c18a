"""Notices: one row is the line in the inbox and, when mail is on, the letter still to send.

None carries confidential text: a subject, one sentence and an address on the platform.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from repositories.database import Base, utcnow

OFF, WAITING, SENT, FAILED = "off", "waiting", "sent", "failed"
MAX_ATTEMPTS = 6


class Notice(Base):
    """Something one person should know."""

    __tablename__ = "notices"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(String(1000), default="")
    href: Mapped[str] = mapped_column(String(300), default="")
    in_inbox: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    read_at: Mapped[datetime | None]
    mail_state: Mapped[str] = mapped_column(String(10), default=OFF, index=True)
    mail_attempts: Mapped[int] = mapped_column(default=0)
    mail_at: Mapped[datetime] = mapped_column(default=utcnow)

    __table_args__ = (Index("ix_notices_account_read", "account_id", "read_at"),)


def unread(session: Session, account_id: int) -> int:
    """How many lines of the inbox were not opened yet."""
    query = select(func.count()).where(Notice.account_id == account_id, Notice.read_at.is_(None))
    return int(session.scalar(query.where(Notice.in_inbox)) or 0)


def counts(session: Session, account_id: int) -> tuple[int, int]:
    """(all, unread) lines of one person's inbox."""
    query = select(func.count(), func.count().filter(Notice.read_at.is_(None)))
    total, new = session.execute(query.where(Notice.account_id == account_id, Notice.in_inbox)).one()
    return int(total), int(new)


def find(session: Session, account_id: int, notice_id: int) -> Notice | None:
    """One line of a person's own inbox."""
    row = session.get(Notice, notice_id) if 0 < notice_id < 2**31 else None
    return row if row is not None and row.account_id == account_id and row.in_inbox else None


def inbox(
    session: Session, account_id: int, offset: int, limit: int, *, unread_only: bool = False
) -> list[Notice]:
    """The newest notices of one person."""
    query = select(Notice).where(Notice.account_id == account_id, Notice.in_inbox)
    if unread_only:
        query = query.where(Notice.read_at.is_(None))
    return list(session.scalars(query.order_by(Notice.id.desc()).offset(offset).limit(limit)))


def mark_read(session: Session, account_id: int, notice_id: int | None, now: datetime) -> None:
    """Mark one notice, or all of a person's."""
    query = update(Notice).where(Notice.account_id == account_id, Notice.read_at.is_(None))
    session.execute((query.where(Notice.id == notice_id) if notice_id else query).values(read_at=now))


def to_send(session: Session, now: datetime, limit: int) -> list[Notice]:
    """Letters whose time has come."""
    query = select(Notice).where(Notice.mail_state == WAITING, Notice.mail_at <= now)
    return list(session.scalars(query.order_by(Notice.id).limit(limit)))


def sent(notice: Notice) -> None:
    """The mail server took the letter; a link that signs in does not stay behind in the database."""
    notice.mail_state = SENT
    if not notice.in_inbox:
        notice.href = ""


def not_sent(notice: Notice, now: datetime) -> None:
    """Try again later, with growing pauses; give up after `MAX_ATTEMPTS`."""
    notice.mail_attempts += 1
    notice.mail_at = now + timedelta(minutes=2**notice.mail_attempts)
    if notice.mail_attempts >= MAX_ATTEMPTS:
        notice.mail_state = FAILED
        if not notice.in_inbox:
            notice.href = ""
