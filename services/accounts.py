"""People: signing up, signing in and out, passwords, tokens, and being forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from repositories import accounts, audit
from repositories.accounts import (
    ENTERPRISE,
    INSTITUTION,
    MANAGER,
    OPERATOR,
    ROLE_NAMES,
    UNIVERSITY,
    Account,
    ApiToken,
    LoginFailure,
    LoginSession,
    MailLink,
)
from repositories.database import Session
from services import notices, organisations
from services.access import COMMAND, Actor, actor_of, require, require_signed_in
from services.errors import Conflict, FieldError, Invalid, NotFound, Throttled
from services.listings.fields import Field
from services.listings.reading import clean, read_fields
from services.platform import Platform

SESSION_LIFE = timedelta(days=14)
LINK_LIFE = {"confirm": timedelta(days=3), "reset": timedelta(hours=1)}
FAILURES_ALLOWED, FAILURE_WINDOW = 8, timedelta(minutes=15)
MIN_PASSWORD, MAX_PASSWORD = 10, 200
SIGN_UP_ROLES = (ENTERPRISE, UNIVERSITY, INSTITUTION, MANAGER)

PERSON = (
    Field("name", "您的姓名", "line", "账户", 60, required=True),
    Field("email", "邮箱", "email", "账户", 120, required=True),
    Field("phone", "电话", "line", "账户", 40),
)

_hasher = PasswordHasher()
_NO_PASSWORD = _hasher.hash("nobody has this password")


def check_password(password: str, field: str = "password") -> list[FieldError]:
    """What is wrong with a new password: length only, as NIST SP 800-63B advises."""
    if len(password) < MIN_PASSWORD:
        return [FieldError(field, f"密码至少 {MIN_PASSWORD} 个字符，可以用一句好记的话。")]
    if len(password) > MAX_PASSWORD:
        return [FieldError(field, f"密码最多 {MAX_PASSWORD} 个字符。")]
    return []


def register(platform: Platform, raw: Mapping[str, Any]) -> Account:
    """Sign up a person with the organisation; raises Invalid with every faulty field.

    An organisation that is already here is not joined this way: nobody reads its needs by typing its public code.
    """
    errors: list[FieldError] = []
    person: dict[str, Any] = {}
    try:
        person = read_fields(PERSON, raw, platform.vocabularies)
    except Invalid as invalid:
        errors += invalid.errors
    role = clean(raw.get("role"))
    if role not in SIGN_UP_ROLES:
        errors.append(FieldError("role", "请选择您代表哪一方。"))
    errors += check_password(str(raw.get("password") or ""))
    wanted: organisations.Wanted | None = None
    if role != MANAGER or clean(raw.get("uscc")) or clean(raw.get("organisation_name")):
        try:
            wanted = organisations.read_sign_up(platform, raw, role)
        except Invalid as invalid:
            errors += invalid.errors
    if errors:
        raise Invalid(errors)
    hashed = _hasher.hash(str(raw["password"]))
    with platform.database.write() as session:
        if accounts.by_email(session, person["email"]) is not None:
            raise Invalid([FieldError("email", "这个邮箱已经注册，请直接登录；忘记密码可以重置。")])
        account = Account(
            email=person["email"].lower(), name=person["name"], phone=person["phone"], role=role,
            password_hash=hashed, created_at=platform.now(),
        )  # fmt: skip
        session.add(account)
        session.flush()
        if wanted is not None:
            organisations.join(session, platform, account, wanted)
        audit.write(session, Actor(account.id, role), "account.registered", "accounts", account.id)
        _send_link(session, platform, account, "confirm")
        session.refresh(account)
    return account


def create(
    platform: Platform,
    email: str,
    role: str,
    password: str,
    name: str = "",
    organisation_id: int | None = None,
) -> Account:
    """An account made by command (the first operator); its address counts as confirmed."""
    if role not in ROLE_NAMES:
        raise Invalid([FieldError("role", f"角色应为 {'、'.join(ROLE_NAMES)} 之一。")])
    values = read_fields((PERSON[1],), {"email": email}, platform.vocabularies)
    errors = check_password(password)
    if errors:
        raise Invalid(errors)
    with platform.database.write() as session:
        if accounts.by_email(session, values["email"]) is not None:
            raise Conflict("这个邮箱已经有账户。")
        account = Account(
            email=values["email"].lower(), name=name or ROLE_NAMES[role], role=role,
            password_hash=_hasher.hash(password), organisation_id=organisation_id,
            created_at=platform.now(), confirmed_at=platform.now(),
        )  # fmt: skip
        session.add(account)
        session.flush()
        audit.write(session, COMMAND, "account.created", "accounts", account.id, role=role)
    return account


def sign_in(platform: Platform, email: str, password: str, address: str, agent: str) -> str:
    """The secret of a new session; raises Invalid (the same words for a wrong address and a wrong password)
    or Throttled after too many failures from this address or on this account."""
    now, email = platform.now(), email.strip().lower()[:254]
    keys = [accounts.digest(f"ip {address}"), accounts.digest(f"account {email}")]
    with platform.database.read() as session:
        if accounts.failures_since(session, keys, now - FAILURE_WINDOW) >= FAILURES_ALLOWED:
            seconds = int(FAILURE_WINDOW.total_seconds())
            raise Throttled(seconds, "尝试次数太多，请 15 分钟后再试，或者重置密码。")
        account = accounts.by_email(session, email)
    good = _matches(account.password_hash if account else _NO_PASSWORD, password)
    if account is None or not good or not account.is_active:
        with platform.database.write() as session:
            session.add_all([LoginFailure(key=key, at=now) for key in keys])
        raise Invalid([FieldError("password", "邮箱或密码不对。")], "邮箱或密码不对，请再试一次。")
    secret = accounts.new_secret()
    with platform.database.write() as session:
        stored = session.get(Account, account.id)
        assert stored is not None
        stored.last_login_at = now
        if _hasher.check_needs_rehash(stored.password_hash):
            stored.password_hash = _hasher.hash(password)
        accounts.forget_failures(session, keys[1])
        session.add(
            LoginSession(
                token_hash=accounts.digest(secret),
                account_id=account.id,
                created_at=now,
                seen_at=now,
                expires_at=now + SESSION_LIFE,
                agent=clean(agent)[:200],
            )
        )
    return secret


def account_of_session(platform: Platform, secret: str) -> Account | None:
    """The account behind a session's secret, or None when it ran out, was revoked or the account is closed."""
    with platform.database.read() as session:
        row = session.get(LoginSession, accounts.digest(secret))
        if row is None or row.expires_at < platform.now():
            return None
        account = session.get(Account, row.account_id)
    return account if account is not None and account.is_active else None


def account_of_token(platform: Platform, secret: str) -> Account | None:
    """The account behind an API token."""
    with platform.database.read() as session:
        row = accounts.token(session, accounts.digest(secret))
        if row is None or (row.expires_at is not None and row.expires_at < platform.now()):
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


def issue_token(platform: Platform, email: str, name: str = "") -> str:
    """A new API token for an account, shown this once; raises NotFound."""
    secret = accounts.new_secret()
    with platform.database.write() as session:
        account = accounts.by_email(session, email)
        if account is None or not account.is_active:
            raise NotFound("没有这个邮箱的账户。")
        row = ApiToken(
            token_hash=accounts.digest(secret), account_id=account.id, name=clean(name)[:60],
            created_at=platform.now(),
        )  # fmt: skip
        session.add(row)
        session.flush()
        audit.write(session, actor_of(account), "token.issued", "accounts", account.id)
    return secret


def revoke_token(platform: Platform, actor: Actor, token_id: int) -> None:
    """Delete one of the person's own tokens."""
    with platform.database.write() as session:
        row = session.get(ApiToken, token_id)
        if row is None or row.account_id != actor.account_id:
            raise NotFound()
        session.delete(row)


def ask_reset(platform: Platform, email: str) -> None:
    """Send a link that sets a new password; silent about whether the address is known."""
    with platform.database.write() as session:
        account = accounts.by_email(session, email[:254])
        if account is not None and account.is_active:
            _send_link(session, platform, account, "reset")


def confirm(platform: Platform, secret: str) -> None:
    """The address is the person's; raises NotFound for a link that ran out or was used."""
    with platform.database.write() as session:
        account = _use_link(session, platform, secret, "confirm")
        account.confirmed_at = platform.now()


def reset_password(platform: Platform, secret: str, password: str) -> None:
    """Set a new password by a link; every session ends."""
    errors = check_password(password)
    if errors:
        raise Invalid(errors)
    hashed = _hasher.hash(password)
    with platform.database.write() as session:
        account = _use_link(session, platform, secret, "reset")
        account.password_hash = hashed
        account.confirmed_at = account.confirmed_at or platform.now()
        accounts.sign_out_everywhere(session, account.id)
        audit.write(session, actor_of(account), "password.reset", "accounts", account.id)


def change_password(platform: Platform, actor: Actor, old: str, new: str, keep: str) -> None:
    """Change one's password; other sessions end."""
    require_signed_in(actor)
    errors = check_password(new, "new_password")
    with platform.database.read() as session:
        account = session.get(Account, actor.account_id)
    assert account is not None
    if not _matches(account.password_hash, old):
        errors.insert(0, FieldError("old_password", "现在的密码不对。"))
    if errors:
        raise Invalid(errors)
    hashed = _hasher.hash(new)
    with platform.database.write() as session:
        stored = session.get(Account, account.id)
        assert stored is not None
        stored.password_hash = hashed
        accounts.sign_out_everywhere(session, account.id, accounts.digest(keep))
        audit.write(session, actor, "password.changed", "accounts", account.id)


def update_profile(platform: Platform, actor: Actor, raw: Mapping[str, Any]) -> None:
    """Change one's name, telephone number and whether letters are sent."""
    require_signed_in(actor)
    values = read_fields((PERSON[0], PERSON[2]), raw, platform.vocabularies)
    with platform.database.write() as session:
        account = session.get(Account, actor.account_id)
        assert account is not None
        account.name, account.phone = values["name"], values["phone"]
        account.mail_notices = bool(raw.get("mail_notices"))


def erase(platform: Platform, actor: Actor, account_id: int) -> None:
    """Forget a person: the row stays for the records that point at it, what names the person goes."""
    require(actor.account_id == account_id or actor.is_operator)
    with platform.database.write() as session:
        account = session.get(Account, account_id)
        if account is None or account.erased_at is not None:
            raise NotFound()
        if account.role == OPERATOR and len(accounts.active_with_role(session, OPERATOR)) == 1:
            raise Conflict("这是最后一个平台运营账户，不能注销。")
        account.email, account.name, account.phone, account.password_hash = None, "已注销用户", "", ""
        account.is_active, account.erased_at = False, platform.now()
        accounts.forget(session, account.id)
        audit.write(session, actor, "account.erased", "accounts", account.id)


def set_active(platform: Platform, actor: Actor, account_id: int, active: bool, reason: str) -> None:
    """Close or reopen an account (operators); closing ends its sessions."""
    require(actor.is_operator and actor.account_id != account_id)
    with platform.database.write() as session:
        account = session.get(Account, account_id)
        if account is None or account.erased_at is not None:
            raise NotFound()
        account.is_active = active
        if not active:
            accounts.sign_out_everywhere(session, account.id)
        audit.write(
            session, actor, "account.opened" if active else "account.closed", "accounts", account.id, reason
        )


def _matches(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password[:MAX_PASSWORD])
    except (VerificationError, InvalidHashError):
        return False


def _send_link(session: Session, platform: Platform, account: Account, purpose: str) -> None:
    secret = accounts.new_secret()
    session.add(
        MailLink(token_hash=accounts.digest(secret), account_id=account.id, purpose=purpose,
                 expires_at=platform.now() + LINK_LIFE[purpose])
    )  # fmt: skip
    if purpose == "confirm":
        subject, body = "请确认您的邮箱", "点击下面的链接，确认这个邮箱属于您；之后引荐等通知会发到这里。"
    else:
        subject, body = "重置密码", "点击下面的链接设置新密码，一小时内有效。如果不是您本人操作，请忽略。"
    notices.letter(session, platform, account, f"三库：{subject}", body, f"/account/{purpose}/{secret}")


def _use_link(session: Session, platform: Platform, secret: str, purpose: str) -> Account:
    link = session.get(MailLink, accounts.digest(secret))
    account = session.get(Account, link.account_id) if link else None
    if (
        link is None or account is None or not account.is_active or link.purpose != purpose
        or link.expires_at < platform.now()
    ):  # fmt: skip
        raise NotFound("链接已失效或已用过，请重新获取。")
    session.delete(link)
    return account
