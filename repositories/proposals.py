"""代拟需求: a need a manager wrote for an enterprise. Until the enterprise confirms it, it is the manager's draft."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import ForeignKey, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from repositories.accounts import ENTERPRISE, Account
from repositories.database import Base, utcnow
from repositories.listing import DRAFT
from repositories.match_runs import MatchRun
from repositories.needs import Need
from repositories.organisations import Organisation

WAITING, CONFIRMED, REFUSED, EXPIRED = "waiting", "confirmed", "refused", "expired"
STATE_NAMES: Mapping[str, str] = {
    WAITING: "等待企业确认",
    CONFIRMED: "企业已确认",
    REFUSED: "企业未认领",
    EXPIRED: "逾期未确认",
}


class Proposal(Base):
    """One need laid before the enterprise it was written for; the letter's link is kept as a hash."""

    __tablename__ = "need_proposals"

    id: Mapped[int] = mapped_column(primary_key=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("needs.id", ondelete="CASCADE"), unique=True)
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisations.id", ondelete="CASCADE"), index=True
    )
    manager_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    state: Mapped[str] = mapped_column(String(10), default=WAITING)
    link_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    note: Mapped[str] = mapped_column(String(500), default="")
    asked_at: Mapped[datetime] = mapped_column(default=utcnow)
    due_on: Mapped[date] = mapped_column(index=True)
    answered_at: Mapped[datetime | None]
    answerer_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))


def of_need(session: Session, need_id: int, *, lock: bool = False) -> Proposal | None:
    """The request of one need, held until the transaction ends when asked for."""
    query = select(Proposal).where(Proposal.need_id == need_id)
    return session.scalar(query.with_for_update() if lock else query)


def by_link(session: Session, link_hash: str) -> Proposal | None:
    """The request whose letter carried this link."""
    return session.scalar(select(Proposal).where(Proposal.link_hash == link_hash))


def drafts_of(session: Session, account_id: int) -> list[Need]:
    """The needs one manager wrote that no enterprise has taken over, newest change first."""
    mine = (Need.account_id == account_id, Need.organisation_id.is_(None), Need.state == DRAFT)
    return list(session.scalars(select(Need).where(*mine).order_by(Need.updated_at.desc(), Need.id.desc())))


def of_manager(session: Session, account_id: int, limit: int) -> list[tuple[Proposal, Organisation]]:
    """What one manager asked of enterprises, newest first, with the enterprise."""
    query = select(Proposal, Organisation).join(Organisation, Organisation.id == Proposal.organisation_id)
    query = query.where(Proposal.manager_id == account_id).order_by(Proposal.asked_at.desc()).limit(limit)
    return [(proposal, house) for proposal, house in session.execute(query)]


def of_organisation(session: Session, organisation_id: int, limit: int) -> list[tuple[Proposal, Need, str]]:
    """What was asked of one enterprise, newest first: (request, need, name of the manager)."""
    query = (
        select(Proposal, Need, Account.name)
        .join(Need, Need.id == Proposal.need_id)
        .outerjoin(Account, Account.id == Proposal.manager_id)
        .where(Proposal.organisation_id == organisation_id)
        .order_by(Proposal.asked_at.desc())
        .limit(limit)
    )
    return [(proposal, need, name or "") for proposal, need, name in session.execute(query)]


def waiting_for(session: Session, organisation_id: int) -> int:
    """How many requests an enterprise has not answered."""
    query = select(func.count()).where(Proposal.organisation_id == organisation_id, Proposal.state == WAITING)
    return int(session.scalar(query) or 0)


def overdue(session: Session, today: date) -> list[Proposal]:
    """Requests whose last day has passed."""
    query = select(Proposal).where(Proposal.state == WAITING, Proposal.due_on < today)
    return list(session.scalars(query.with_for_update()))


def people_of(session: Session, organisation_id: int) -> list[Account]:
    """Who may take a need over for an organisation: its active accounts of the enterprise's role."""
    query = select(Account).where(
        Account.organisation_id == organisation_id, Account.role == ENTERPRISE, Account.is_active
    )
    return list(session.scalars(query.order_by(Account.id)))


def discard(session: Session, need_id: int) -> None:
    """Take a draft away with everything that quotes it; its request goes by its key."""
    runs = select(MatchRun.id).where(MatchRun.library == Need.library, MatchRun.subject_id == need_id)
    session.execute(delete(MatchRun).where(MatchRun.id.in_(runs)))
    session.execute(delete(Need).where(Need.id == need_id))
