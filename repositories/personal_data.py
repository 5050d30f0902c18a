"""How many rows of each kind are kept about one person; the privacy page counts them in the open."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, or_, select

from repositories.accounts import ApiToken, LoginSession
from repositories.achievements import Achievement
from repositories.audit import AuditRow
from repositories.database import Session
from repositories.deals import DealEvent
from repositories.files import StoredFile
from repositories.introductions import Introduction
from repositories.leads import LeadAnswer
from repositories.needs import Need
from repositories.notices import Notice
from repositories.talents import Talent


def counts(session: Session, account_id: int) -> Mapping[str, int]:
    """Rows by kind, in one query."""
    parts = {
        "sessions": select(func.count()).where(LoginSession.account_id == account_id),
        "tokens": select(func.count()).where(ApiToken.account_id == account_id),
        "notices": select(func.count()).where(Notice.account_id == account_id),
        "needs": select(func.count()).where(Need.account_id == account_id, Need.organisation_id.is_not(None)),
        "drafts": select(func.count()).where(Need.account_id == account_id, Need.organisation_id.is_(None)),
        "achievements": select(func.count()).where(Achievement.account_id == account_id),
        "talents": select(func.count()).where(Talent.account_id == account_id),
        "files": select(func.count()).where(StoredFile.account_id == account_id),
        "leads": select(func.count())
        .select_from(LeadAnswer)
        .join(Talent, Talent.id == LeadAnswer.talent_id)
        .where(Talent.account_id == account_id),
        "introductions": select(func.count()).where(
            or_(Introduction.asker_id == account_id, Introduction.answerer_id == account_id)
        ),
        "deal_events": select(func.count()).where(DealEvent.account_id == account_id),
        "audit": select(func.count()).where(AuditRow.account_id == account_id),
    }
    row = session.execute(select(*(part.scalar_subquery() for part in parts.values()))).one()
    return dict(zip(parts, (int(n) for n in row), strict=True))
