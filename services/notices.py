"""Telling people: one place that words every notice, for the inbox and the letter alike.

Subjects and bodies never quote a need's confidential part, nor anything the receiver may not see on the page the
notice leads to.
"""

from __future__ import annotations

from repositories.accounts import OPERATOR, Account, active_of, active_with_role
from repositories.database import Session
from repositories.introductions import STATE_NAMES, Introduction
from repositories.listing import ListingColumns
from repositories.notices import OFF, WAITING, Notice
from services.listings.library import Library
from services.platform import Platform


def tell(
    session: Session, platform: Platform, account: Account, kind: str, subject: str, body: str, href: str,
    *, by_mail: bool = True,
) -> None:  # fmt: skip
    """One notice to one person, in the caller's transaction; the letter waits for the scheduler. Without `by_mail` it
    stays in the inbox: another letter says it better."""
    mail = by_mail and platform.settings.mail_on and account.mail_notices and account.confirmed_at is not None
    session.add(
        Notice(
            account_id=account.id,
            kind=kind,
            subject=subject[:200],
            body=body[:1000],
            href=href,
            created_at=platform.now(),
            mail_state=WAITING if mail else OFF,
            mail_at=platform.now(),
        )
    )


def tell_organisation(
    session: Session,
    platform: Platform,
    organisation_id: int | None,
    kind: str,
    subject: str,
    body: str,
    href: str,
) -> None:
    """The same to everybody who acts for an organisation."""
    if organisation_id is not None:
        for account in active_of(session, organisation_id):
            tell(session, platform, account, kind, subject, body, href)


def tell_operators(
    session: Session, platform: Platform, kind: str, subject: str, body: str, href: str
) -> None:
    """The same to all operators."""
    for account in active_with_role(session, OPERATOR):
        tell(session, platform, account, kind, subject, body, href)


def letter(
    session: Session, platform: Platform, account: Account, subject: str, body: str, href: str
) -> None:
    """A letter without a line in the inbox (links that sign in must not lie there)."""
    session.add(
        Notice(
            account_id=account.id, kind="letter", subject=subject, body=body, href=href, in_inbox=False,
            created_at=platform.now(), mail_at=platform.now(),
            mail_state=WAITING if platform.settings.mail_on else OFF,
        )
    )  # fmt: skip


def listing_moved(
    session: Session, platform: Platform, row: ListingColumns, library: Library, verb: str
) -> None:
    """An operator published or returned a listing."""
    if verb == "publish":
        subject, body = f"{library.noun}已发布：{row.title}", "审核通过，现在可以被检索和推荐。"
    else:
        subject, body = f"{library.noun}被退回：{row.title}", f"原因：{row.return_reason}"
    href = f"/{library.name}/{row.id}"
    if row.organisation_id is not None and library.name != "talents":
        tell_organisation(session, platform, row.organisation_id, f"listing.{verb}", subject, body, href)
    elif row.account_id is not None:
        account = session.get(Account, row.account_id)
        if account is not None:
            tell(session, platform, account, f"listing.{verb}", subject, body, href)


def introduction_asked(session: Session, platform: Platform, introduction: Introduction) -> None:
    """The other side has a request to answer."""
    asked_by_enterprise = introduction.asked_by == "enterprise"
    target = introduction.achievement if asked_by_enterprise else introduction.need
    subject = f"有人请求引荐：{target.title}"
    body = f"请在 {introduction.due_on.isoformat()} 前答复；同意后双方才会看到联系方式。"
    href = f"/introductions/{introduction.id}"
    tell_organisation(session, platform, target.organisation_id, "introduction.asked", subject, body, href)


def introduction_answered(session: Session, platform: Platform, introduction: Introduction) -> None:
    """The asker learns the answer (or that none came in time)."""
    asked_by_enterprise = introduction.asked_by == "enterprise"
    asker, other = introduction.need, introduction.achievement
    if not asked_by_enterprise:
        asker, other = introduction.achievement, introduction.need  # type: ignore[assignment]
    subject = f"引荐{STATE_NAMES[introduction.state]}：{other.title}"
    body = "联系方式已向双方开放。" if introduction.state == "accepted" else "可以看看其他推荐。"
    href = f"/introductions/{introduction.id}"
    tell_organisation(session, platform, asker.organisation_id, "introduction.answered", subject, body, href)
