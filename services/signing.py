"""Being signed in: one secret a browser, how often a password may be tried, and signing out again."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_address, ip_network

from repositories import accounts
from repositories.accounts import Account, LoginFailure, LoginSession
from services import credentials
from services.access import Actor, require_signed_in
from services.errors import FieldError, Invalid, NotFound, Throttled
from services.listings.reading import clean
from services.platform import Platform

SESSION_LIFE = timedelta(days=14)
FAILURE_WINDOW = timedelta(minutes=15)
FROM_ONE_ADDRESS, UNDER_ATTACK = 8, 3
"""Wrong passwords for one account from one address; fewer once the account is tried from many addresses."""
BY_ONE_ADDRESS = 60
"""Wrong passwords from one address whatever the account: a whole campus may share it."""
ATTACKED_FROM = 40
"""Wrong passwords for one account, wherever from: its owner does not mistype that often."""


def sign_in(platform: Platform, email: str, password: str, address: str, agent: str) -> str:
    """The secret of a new session; raises Invalid (the same words for a wrong address and a wrong password)
    or Throttled after too many failures from this address.

    Nobody is locked out of an account by what others type elsewhere: however often an account is tried, each address
    has some attempts of its own, fewer the more it is tried.
    """
    now, email = platform.now(), email.strip().lower()[:254]
    network = _network(address)
    here, account_key, pair = keys = [
        accounts.digest(f"ip {network}"), accounts.digest(f"account {email}"),
        accounts.digest(f"pair {network} {email}"),
    ]  # fmt: skip
    with platform.database.read() as session:
        failed = accounts.failures_since(session, keys, now - FAILURE_WINDOW)
        allowed = UNDER_ATTACK if failed.get(account_key, 0) >= ATTACKED_FROM else FROM_ONE_ADDRESS
        if failed.get(pair, 0) >= allowed or failed.get(here, 0) >= BY_ONE_ADDRESS:
            seconds = int(FAILURE_WINDOW.total_seconds())
            raise Throttled(seconds, "尝试次数太多，请 15 分钟后再试，或者重置密码。")
        account = accounts.by_email(session, email)
    good = credentials.matches(account.password_hash if account else credentials.no_password(), password)
    if account is None or not good or not account.is_active:
        with platform.database.write() as session:
            session.add_all([LoginFailure(key=key, at=now) for key in keys])
        raise Invalid([FieldError("password", "邮箱或密码不对。")], "邮箱或密码不对，请再试一次。")
    with platform.database.write() as session:
        accounts.forget_failures(session, pair)
        stored = session.get(Account, account.id)
        if stored is not None and credentials.is_outdated(stored.password_hash):
            stored.password_hash = credentials.hash_password(password)
    return open_session(platform, account, agent)


def _network(address: str) -> str:
    """Who one address stands for: with IPv6 whoever has one has its whole /64."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((found, 64), strict=False)) if found.version == 6 else address


def open_session(platform: Platform, account: Account, agent: str) -> str:
    """The secret of a new session for somebody who has just proved who it is (by password or by signing up)."""
    now, secret = platform.now(), accounts.new_secret()
    with platform.database.write() as session:
        stored = session.get(Account, account.id)
        if stored is None or not stored.is_active:
            raise NotFound()
        stored.last_login_at = now
        session.add(
            LoginSession(
                token_hash=accounts.digest(secret), account_id=account.id, created_at=now, seen_at=now,
                expires_at=now + SESSION_LIFE, agent=clean(agent)[:200],
            )
        )  # fmt: skip
    return secret


def account_of_session(platform: Platform, secret: str) -> Account | None:
    """The account behind a session's secret, or None when it ran out, was revoked or the account is closed."""
    with platform.database.read() as session:
        row = session.get(LoginSession, accounts.digest(secret))
        if row is None or row.expires_at < platform.now():
            return None
        account = session.get(Account, row.account_id)
    return account if account is not None and account.is_active else None


def sign_out(platform: Platform, secret: str) -> None:
    """End one session."""
    with platform.database.write() as session:
        row = session.get(LoginSession, accounts.digest(secret))
        if row is not None:
            session.delete(row)


def sign_out_others(platform: Platform, actor: Actor, keep: str) -> None:
    """End every session of a person but this one."""
    require_signed_in(actor)
    assert actor.account_id is not None
    with platform.database.write() as session:
        accounts.sign_out_everywhere(session, actor.account_id, accounts.digest(keep))


def sign_out_one(platform: Platform, actor: Actor, key: str) -> None:
    """End one of the person's own sessions, named by the beginning of its stored hash."""
    require_signed_in(actor)
    with platform.database.write() as session:
        row = next(
            (s for s in accounts.sessions_of(session, actor.account_id or 0) if s.token_hash[:16] == key),
            None,
        )
        if row is None:
            raise NotFound("这台设备已经退出了。")
        session.delete(row)
