"""People who sign in: accounts, their sessions, tokens and failed attempts.

Secrets are stored as hashes only: a copy of the database opens no session and no mailbox link.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, String, delete, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from repositories.database import Base, utcnow
from repositories.organisations import Organisation

ENTERPRISE, UNIVERSITY, MANAGER, OPERATOR, INSTITUTION = (
    "enterprise", "university", "manager", "operator", "institution",
)  # fmt: skip
ROLE_NAMES = {
    ENTERPRISE: "企业",
    UNIVERSITY: "高校院所",
    MANAGER: "技术经理人",
    OPERATOR: "平台运营",
    INSTITUTION: "技术转移机构",
}


class Account(Base):
    """One person. Erasing keeps the row for the records that point at it and empties what names the person."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(60), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    role: Mapped[str] = mapped_column(String(20), index=True)
    organisation_id: Mapped[int | None] = mapped_column(
        ForeignKey("organisations.id", ondelete="RESTRICT"), index=True
    )
    is_active: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    mail_notices: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    confirmed_at: Mapped[datetime | None]
    last_login_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]

    organisation: Mapped[Organisation | None] = relationship(lazy="joined")


class LoginSession(Base):
    """A signed-in browser; deleting the row signs it out."""

    __tablename__ = "login_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    seen_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    agent: Mapped[str] = mapped_column(String(200), default="")


class ApiToken(Base):
    """A bearer token of the JSON API."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(60), default="")
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime | None]


class MailLink(Base):
    """A link sent by mail that works once: confirm an address, reset a password."""

    __tablename__ = "mail_links"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    expires_at: Mapped[datetime] = mapped_column(index=True)


class LoginFailure(Base):
    """A failed attempt, counted by address and by account so that guessing gets slow; pruned after a day."""

    __tablename__ = "login_failures"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(default=utcnow, index=True)


def new_secret() -> str:
    """A secret for a cookie, a token or a link: 256 random bits."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """How a secret is stored: its SHA-256 (it is random, so no slow hash is needed)."""
    return hashlib.sha256(secret.encode()).hexdigest()


def by_email(session: Session, email: str) -> Account | None:
    """The account behind an address, whatever its case; PostgreSQL cannot even be asked for one with a NUL in it."""
    wanted = email.replace("\x00", "").strip().lower()
    return session.scalar(select(Account).where(Account.email == wanted))


def failures_since(session: Session, keys: Iterable[str], since: datetime) -> dict[str, int]:
    """How many failures each of `keys` collected since then; keys without any are left out."""
    query = select(LoginFailure.key, func.count()).where(
        LoginFailure.key.in_(list(keys)), LoginFailure.at >= since
    )
    return {key: int(count) for key, count in session.execute(query.group_by(LoginFailure.key))}


def forget_failures(session: Session, key: str) -> None:
    """A success wipes the slate of that key."""
    session.execute(delete(LoginFailure).where(LoginFailure.key == key))


def sign_out_everywhere(session: Session, account_id: int, keep: str | None = None) -> None:
    """Delete the sessions of an account, but for the one whose token hash is `keep`."""
    query = delete(LoginSession).where(LoginSession.account_id == account_id)
    session.execute(query.where(LoginSession.token_hash != keep) if keep else query)


def prune(session: Session, now: datetime) -> None:
    """Drop what has run out: sessions, links, tokens, and failures older than a day."""
    session.execute(delete(LoginSession).where(LoginSession.expires_at < now))
    session.execute(delete(MailLink).where(MailLink.expires_at < now))
    session.execute(delete(ApiToken).where(ApiToken.expires_at < now))
    session.execute(delete(LoginFailure).where(LoginFailure.at < now - timedelta(days=1)))


def active_of(session: Session, organisation_id: int) -> list[Account]:
    """The people who act for an organisation."""
    query = select(Account).where(Account.organisation_id == organisation_id, Account.is_active)
    return list(session.scalars(query.order_by(Account.id)))


def active_with_role(session: Session, role: str) -> list[Account]:
    """Everybody with a role."""
    return list(session.scalars(select(Account).where(Account.role == role, Account.is_active)))


def token(session: Session, token_hash: str) -> ApiToken | None:
    """The API token with this hash."""
    return session.scalar(select(ApiToken).where(ApiToken.token_hash == token_hash))


def drop_tokens(session: Session, account_id: int) -> None:
    """Revoke every API token of an account."""
    session.execute(delete(ApiToken).where(ApiToken.account_id == account_id))


def tokens_of(session: Session, account_id: int) -> list[ApiToken]:
    """A person's API tokens, newest first."""
    return list(
        session.scalars(
            select(ApiToken).where(ApiToken.account_id == account_id).order_by(ApiToken.id.desc())
        )
    )


def sessions_of(session: Session, account_id: int) -> list[LoginSession]:
    """The browsers a person is signed in with, the latest first."""
    query = select(LoginSession).where(LoginSession.account_id == account_id)
    return list(session.scalars(query.order_by(LoginSession.created_at.desc())))


def drop_links(session: Session, account_id: int, purpose: str) -> None:
    """Make every link of one purpose useless, those in letters not opened yet included."""
    session.execute(delete(MailLink).where(MailLink.account_id == account_id, MailLink.purpose == purpose))


def _listed(role: str, words: str) -> tuple[ColumnElement[bool], ...]:
    found: list[ColumnElement[bool]] = [Account.role == role] if role else []
    if words:
        found.append(
            or_(
                Account.name.icontains(words, autoescape=True),
                Account.email.icontains(words, autoescape=True),
                Account.organisation_id.in_(
                    select(Organisation.id).where(Organisation.name.icontains(words, autoescape=True))
                ),
            )
        )
    return tuple(found)


def page(session: Session, role: str, words: str, offset: int, limit: int) -> list[Account]:
    """Accounts for the operator's list, newest first; `words` are looked for in name, address and organisation."""
    query = select(Account).where(*_listed(role, words)).order_by(Account.id.desc())
    return list(session.scalars(query.offset(offset).limit(limit)))


def count_by_role(session: Session, words: str) -> dict[str, int]:
    """How many accounts of each role the same list has."""
    query = select(Account.role, func.count()).where(*_listed("", words)).group_by(Account.role)
    return {role: int(count) for role, count in session.execute(query)}


def names_of(session: Session, account_ids: Iterable[int | None]) -> dict[int, str]:
    """The names behind ids, for logs."""
    wanted = {i for i in account_ids if i is not None}
    query = select(Account.id, Account.name).where(Account.id.in_(wanted))
    return {row.id: row.name for row in session.execute(query)} if wanted else {}
