"""People: signing up, tokens for programs, and being forgotten. Passwords are in `credentials`, being signed in in `signing`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from repositories import accounts, audit, erasure
from repositories.accounts import (
    ENTERPRISE,
    INSTITUTION,
    MANAGER,
    OPERATOR,
    ROLE_NAMES,
    UNIVERSITY,
    Account,
    ApiToken,
)
from services import credentials, organisations
from services.access import COMMAND, Actor, actor_of, require, require_signed_in
from services.errors import Conflict, FieldError, Invalid, NotFound
from services.listings.fields import Field
from services.listings.reading import clean, read_fields
from services.platform import Platform

MAX_TOKENS = 20
SIGN_UP_ROLES = (ENTERPRISE, UNIVERSITY, INSTITUTION, MANAGER)

PERSON = (
    Field("name", "您的姓名", "line", "账户", 60, required=True),
    Field("email", "邮箱", "email", "账户", 120, required=True),
    Field("phone", "电话", "line", "账户", 40),
)


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
    errors += credentials.check_password(str(raw.get("password") or ""))
    wanted: organisations.Wanted | None = None
    if role != MANAGER or clean(raw.get("uscc")) or clean(raw.get("organisation_name")):
        try:
            wanted = organisations.read_sign_up(platform, raw, role)
        except Invalid as invalid:
            errors += invalid.errors
    if errors:
        raise Invalid(errors)
    hashed = credentials.hash_password(str(raw["password"]))
    with _one_of_a_kind(platform), platform.database.write() as session:
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
        credentials.send_link(session, platform, account, credentials.CONFIRM)
        session.refresh(account)
    return account


@contextmanager
def _one_of_a_kind(platform: Platform) -> Iterator[None]:
    """Two people may sign up with one address or one organisation at the same moment; the database lets one through."""
    try:
        yield
    except platform.database.duplicate_errors as twice:
        message = "刚刚有人用同一个邮箱或同一个单位注册，请直接登录，或核对后再试。"
        raise Invalid([FieldError("email", message)]) from twice


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
    errors = credentials.check_password(password)
    if errors:
        raise Invalid(errors)
    with platform.database.write() as session:
        if accounts.by_email(session, values["email"]) is not None:
            raise Conflict("这个邮箱已经有账户。")
        account = Account(
            email=values["email"].lower(), name=name or ROLE_NAMES[role], role=role,
            password_hash=credentials.hash_password(password), organisation_id=organisation_id,
            created_at=platform.now(), confirmed_at=platform.now(),
        )  # fmt: skip
        session.add(account)
        session.flush()
        audit.write(session, COMMAND, "account.created", "accounts", account.id, role=role)
    return account


def account_of_token(platform: Platform, secret: str) -> Account | None:
    """The account behind an API token."""
    with platform.database.read() as session:
        row = accounts.token(session, accounts.digest(secret))
        if row is None or (row.expires_at is not None and row.expires_at < platform.now()):
            return None
        account = session.get(Account, row.account_id)
    return account if account is not None and account.is_active else None


def issue_token(platform: Platform, email: str, name: str = "") -> str:
    """A new API token for an account, shown this once; raises NotFound."""
    secret = accounts.new_secret()
    with platform.database.write() as session:
        account = accounts.by_email(session, email)
        if account is None or not account.is_active:
            raise NotFound("没有这个邮箱的账户。")
        if len(accounts.tokens_of(session, account.id)) >= MAX_TOKENS:
            raise Conflict(f"一个账户最多 {MAX_TOKENS} 个令牌，请先撤销不用的。")
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
        audit.write(session, actor, "token.revoked", "accounts", row.account_id)


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
        erasure.erase(session, account, platform.now())
        audit.write(session, actor, "account.erased", "accounts", account.id)


def set_active(platform: Platform, actor: Actor, account_id: int, active: bool, reason: str) -> None:
    """Close or reopen an account (operators); closing ends its sessions."""
    require(actor.is_operator and actor.account_id != account_id)
    if not reason.strip():
        raise Invalid([FieldError("reason", "请写明原因，会记入操作记录。")])
    with platform.database.write() as session:
        account = session.get(Account, account_id)
        if account is None or account.erased_at is not None:
            raise NotFound()
        account.is_active = active
        if not active:
            accounts.sign_out_everywhere(session, account.id)
        audit.write(
            session, actor, "account.opened" if active else "account.closed", "accounts", account.id,
            reason.strip()[:1000],
        )  # fmt: skip
