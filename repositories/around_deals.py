"""What stands around a deal: its managers, and the lead it grew from. Beside `repositories.deals`, because assignments
and leads know deals already.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from repositories.accounts import Account
from repositories.assignments import ACCEPTED, ACTIVE, CLOSED, OFFERED, Assignment
from repositories.deals import Deal
from repositories.leads import Lead
from repositories.talents import Talent

SEEING = (OFFERED, ACCEPTED, CLOSED)
"""In these states an assignment lets its manager see the deal; one who declined or was released sees it no more."""


def managers_place(session: Session, deal: Deal, account_id: int | None) -> tuple[bool, frozenset[str]]:
    """(found the lead, states of the assignments on this deal) of the manager behind an account, by one query."""
    if account_id is None:
        return False, frozenset()
    query = (
        select(Talent.id, Assignment.state)
        .outerjoin(Assignment, (Assignment.talent_id == Talent.id) & (Assignment.deal_id == deal.id))
        .where(Talent.account_id == account_id)
    )
    rows = session.execute(query).all()
    return (
        any(talent_id == deal.finder_id for talent_id, _ in rows),
        frozenset(state for _, state in rows if state in SEEING),
    )


def take_over_lead(session: Session, deal: Deal, now: datetime) -> None:
    """A lead ends where a deal begins: close the pair's, so that no other manager is shown it."""
    open_lead = (
        Lead.need_id == deal.need_id, Lead.achievement_id == deal.achievement_id, Lead.closed_at.is_(None)
    )  # fmt: skip
    session.execute(
        update(Lead).where(*open_lead).values(closed_at=now).execution_options(synchronize_session=False)
    )


def managers_of(session: Session, deal: Deal) -> list[tuple[Account, bool]]:
    """The people to tell on the managers' side, who is asked or leads and who found the lead; each with whether the deal
    stays his or hers to read once it is closed (an offer nobody answered ends with it)."""
    query = (
        select(Account, Talent.id, Assignment.state)
        .join(Talent, Talent.account_id == Account.id)
        .outerjoin(
            Assignment,
            and_(
                Assignment.talent_id == Talent.id, Assignment.deal_id == deal.id, Assignment.state.in_(ACTIVE)
            ),
        )
        .where(Account.is_active, or_(Talent.id == deal.finder_id, Assignment.id.is_not(None)))
        .order_by(Account.id)
    )
    return [
        (account, talent_id == deal.finder_id or state == ACCEPTED)
        for account, talent_id, state in session.execute(query)
    ]


def manager_of(session: Session, deal: Deal) -> tuple[Assignment, Talent] | None:
    """The assignment that counts, with its manager's profile: the active one, or the one a closed deal ended with."""
    states = ACTIVE if deal.is_under_way else (*ACTIVE, CLOSED)
    query = (
        select(Assignment, Talent)
        .join(Talent, Talent.id == Assignment.talent_id)
        .where(Assignment.deal_id == deal.id, Assignment.state.in_(states))
        .order_by(Assignment.id.desc())
    )
    row = session.execute(query.limit(1)).first()
    return (row[0], row[1]) if row is not None else None
