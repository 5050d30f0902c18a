"""What waits for an operator, counted by one query for the head of every operator's page."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, or_, select

from repositories.achievements import Achievement
from repositories.database import Session
from repositories.listing import SUBMITTED
from repositories.needs import Need
from repositories.notices import FAILED, WAITING, Notice
from repositories.organisations import PENDING, Organisation
from repositories.outbox import Job
from repositories.talents import Talent


def waiting(session: Session) -> Mapping[str, int]:
    """Listings to review, organisations to check, index jobs parked for a person."""
    parts = {
        "achievements": select(func.count()).where(Achievement.state == SUBMITTED),
        "needs": select(func.count()).where(Need.state == SUBMITTED),
        "talents": select(func.count()).where(Talent.state == SUBMITTED),
        "organisations": select(func.count()).where(
            or_(Organisation.state == PENDING, Organisation.proposed.is_not(None))
        ),
        "parked": select(func.count()).select_from(Job).where(Job.parked_at.is_not(None)),
    }
    row = session.execute(select(*(part.scalar_subquery() for part in parts.values()))).one()
    return dict(zip(parts, (int(n) for n in row), strict=True))


def letters(session: Session) -> Mapping[str, int]:
    """Letters that wait to be sent and letters that were given up."""
    query = select(Notice.mail_state, func.count()).where(Notice.mail_state.in_((WAITING, FAILED)))
    found = {state: int(n) for state, n in session.execute(query.group_by(Notice.mail_state))}
    return {"waiting": found.get(WAITING, 0), "failed": found.get(FAILED, 0)}
