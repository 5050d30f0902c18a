"""What the head of every page of a person counts: by one query, because every page asks."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from repositories.database import Session
from repositories.deal_lists import Scope
from repositories.deals import Deal
from repositories.needs import Need
from repositories.notices import Notice


@dataclass(frozen=True, slots=True)
class Waiting:
    """Lines of the inbox not opened yet, and deals that wait for this very person."""

    unread: int = 0
    deals: int = 0


def waiting(session: Session, account_id: int, scope: Scope) -> Waiting:
    """The counts of one person, who sees these deals."""
    unread = select(func.count()).where(
        Notice.account_id == account_id, Notice.read_at.is_(None), Notice.in_inbox
    )
    deals = select(func.count()).select_from(Deal).join(Need, Need.id == Deal.need_id).where(scope.todo())
    row = session.execute(select(unread.scalar_subquery(), deals.scalar_subquery())).one()
    return Waiting(int(row[0]), int(row[1]))
