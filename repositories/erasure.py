"""What goes when a person asks to be forgotten, in one place.

The account's row stays, emptied, because decisions and introductions point at it. The organisation's listings stay:
they are the organisation's; only the contact that names the person leaves them. A manager's profile is the person's
and is emptied and withdrawn, and with it go the answers to leads and the drafts no enterprise has taken over. The page
"what is kept about you" says the same in words; change both together.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import Session

from repositories import files
from repositories.accounts import MANAGER, Account, ApiToken, LoginSession, MailLink, sign_out_everywhere
from repositories.achievements import Achievement
from repositories.leads import LeadAnswer
from repositories.needs import Need
from repositories.notices import Notice
from repositories.proposals import discard, drafts_of
from repositories.talents import Talent
from repositories.vectors import StoredVector

ERASED_NAME = "已注销用户"


def erase(session: Session, account: Account, now: datetime) -> None:
    """Empty an account and everything that is the person's alone, in the caller's transaction."""
    _clear_contacts(session, account)
    if account.role == MANAGER:
        for profile in session.scalars(select(Talent).where(Talent.account_id == account.id)):
            _empty_profile(session, profile, now)
            session.execute(delete(LeadAnswer).where(LeadAnswer.talent_id == profile.id))
        for draft in drafts_of(session, account.id):
            discard(session, draft.id)
    sign_out_everywhere(session, account.id)
    for model in (LoginSession, ApiToken, MailLink, Notice):
        session.execute(delete(model).where(model.account_id == account.id))
    account.email, account.name, account.phone, account.password_hash = None, ERASED_NAME, "", ""
    account.is_active, account.mail_notices = False, False
    account.confirmed_at, account.last_login_at = None, None
    account.erased_at = now


def _clear_contacts(session: Session, account: Account) -> None:
    """Contacts written on listings are in no index document, so no job is due."""
    for model in (Achievement, Need):
        names = and_(model.account_id == account.id, model.contact_name == account.name)
        named = or_(model.contact_email == account.email, names) if account.email else names
        session.execute(
            update(model)
            .where(named)
            .values(contact_name="", contact_phone="", contact_email="")
            .execution_options(synchronize_session=False)
        )


def _empty_profile(session: Session, profile: Talent, now: datetime) -> None:
    session.execute(delete(StoredVector).where(StoredVector.content_hash == profile.vector_key))
    profile.title, profile.biography, profile.certificate_number = ERASED_NAME, "", ""
    profile.history, profile.relations = "", []
    files.remove_of(session, profile.library, [profile.id])
    profile.certificate_date, profile.affiliations, profile.external_id = None, [], None
    profile.account_id, profile.reviewed_content = None, None
    if profile.allows("withdraw"):
        profile.move(session, "withdraw", now)
    else:
        profile.edited(session, now)
