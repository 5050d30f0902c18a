"""Passwords, and the links that work once: confirm an address, set a password.

Where no mail server is named, nobody could receive a link, so none is made; operators hand one out instead.
"""

from __future__ import annotations

from datetime import timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from repositories import accounts, audit
from repositories.accounts import Account, MailLink
from repositories.database import Session
from services import notices
from services.access import Actor, actor_of, require, require_signed_in
from services.errors import Conflict, FieldError, Invalid, NotFound
from services.platform import Platform

CONFIRM, RESET = "confirm", "reset"
LINK_LIFE = {CONFIRM: timedelta(days=3), RESET: timedelta(hours=1)}
HANDED_OUT_LIFE = timedelta(days=3)
"""A link an operator reads out over the telephone is used the same week, not the same hour."""
MIN_PASSWORD, MAX_PASSWORD = 10, 200
DEAD_LINK = "链接已失效或已用过，请重新获取。"

_hasher = PasswordHasher()


@cache
def no_password() -> str:
    """A hash nobody's password matches, so that an unknown address takes as long as a wrong password.

    Made at the first sign-in, not at import: hashing costs half a second of every start.
    """
    return _hasher.hash("nobody has this password")


"""Checked when no account stands behind an address, so that the answer takes as long as for a real one."""


def hash_password(password: str) -> str:
    """The argon2id hash as it is stored."""
    return _hasher.hash(password)


def matches(hashed: str, password: str) -> bool:
    """Whether a password is the one behind a stored hash; an account without a password matches nothing."""
    try:
        return _hasher.verify(hashed, password[:MAX_PASSWORD])
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(hashed: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(hashed)


def check_password(password: str, field: str = "password") -> list[FieldError]:
    """What is wrong with a new password: length only, as NIST SP 800-63B advises."""
    if len(password) < MIN_PASSWORD:
        return [FieldError(field, f"密码至少 {MIN_PASSWORD} 个字符，可以用一句好记的话。")]
    if len(password) > MAX_PASSWORD:
        return [FieldError(field, f"密码最多 {MAX_PASSWORD} 个字符。")]
    return []


def ask_reset(platform: Platform, email: str) -> None:
    """Send a link that sets a new password; silent about whether the address is known."""
    with platform.database.write() as session:
        account = accounts.by_email(session, email[:254])
        if account is not None and account.is_active:
            send_link(session, platform, account, RESET)


def ask_confirm(platform: Platform, actor: Actor) -> None:
    """Send the confirming link once more; raises Conflict when there is nothing to confirm or no mail."""
    require_signed_in(actor)
    if not platform.settings.mail_on:
        raise Conflict("平台没有开通邮件，不需要确认邮箱。")
    with platform.database.write() as session:
        account = session.get(Account, actor.account_id)
        assert account is not None
        if account.confirmed_at is not None:
            raise Conflict("这个邮箱已经确认过了。")
        send_link(session, platform, account, CONFIRM)


def confirm(platform: Platform, secret: str) -> None:
    """The address is the person's; raises NotFound for a link that ran out or was used."""
    with platform.database.write() as session:
        account = _use_link(session, platform, secret, CONFIRM)
        account.confirmed_at = account.confirmed_at or platform.now()


def link_works(platform: Platform, secret: str, purpose: str) -> bool:
    """Whether a link may still be used; a page asks before it shows a form."""
    with platform.database.read() as session:
        return _find_link(session, platform, secret, purpose) is not None


def reset_password(platform: Platform, secret: str, password: str) -> None:
    """Set a new password by a link; every session, every API token and every other such link ends: who knew the old
    password may have made them."""
    if not link_works(platform, secret, RESET):  # hashing takes memory and time: only for who holds a link
        raise NotFound(DEAD_LINK)
    errors = check_password(password)
    if errors:
        raise Invalid(errors)
    hashed = _hasher.hash(password)
    with platform.database.write() as session:
        account = _use_link(session, platform, secret, RESET)
        account.password_hash = hashed
        accounts.sign_out_everywhere(session, account.id)
        accounts.drop_tokens(session, account.id)
        accounts.drop_links(session, account.id, RESET)
        audit.write(session, actor_of(account), "password.reset", "accounts", account.id)


def change_password(platform: Platform, actor: Actor, old: str, new: str, keep: str) -> None:
    """Change one's password; other sessions end, links that would set another one too."""
    require_signed_in(actor)
    errors = check_password(new, "new_password")
    with platform.database.read() as session:
        account = session.get(Account, actor.account_id)
    assert account is not None
    if not matches(account.password_hash, old):
        errors.insert(0, FieldError("old_password", "现在的密码不对。"))
    if errors:
        raise Invalid(errors)
    hashed = _hasher.hash(new)
    with platform.database.write() as session:
        stored = session.get(Account, account.id)
        assert stored is not None
        stored.password_hash = hashed
        accounts.sign_out_everywhere(session, account.id, accounts.digest(keep))
        accounts.drop_links(session, account.id, RESET)
        audit.write(session, actor, "password.changed", "accounts", account.id)


def hand_out_link(platform: Platform, actor: Actor, account_id: int, reason: str) -> str:
    """The path of a link that sets a password, for an operator to pass on; the person is told that it was made."""
    require(actor.is_operator)
    if not reason.strip():
        raise Invalid([FieldError("reason", "请写明为什么代为重置，当事人会看到。")])
    with platform.database.write() as session:
        account = session.get(Account, account_id)
        if account is None or account.erased_at is not None:
            raise NotFound()
        if not account.is_active:
            raise Conflict("账户已停用，请先恢复。")
        path = make_link(session, platform, account, RESET, HANDED_OUT_LIFE)
        audit.write(session, actor, "password.link_made", "accounts", account.id, reason.strip()[:1000])
        notices.tell(
            session, platform, account, "password.link_made", "平台运营为您生成了重置密码的链接",
            f"原因：{reason.strip()[:500]}。如果不是您要求的，请联系平台运营。", "/account/settings",
        )  # fmt: skip
    return path


def make_link(
    session: Session, platform: Platform, account: Account, purpose: str, life: timedelta | None = None
) -> str:
    """The path of a new link, in the caller's transaction; only its hash is stored."""
    secret = accounts.new_secret()
    session.add(
        MailLink(token_hash=accounts.digest(secret), account_id=account.id, purpose=purpose,
                 expires_at=platform.now() + (life or LINK_LIFE[purpose]))
    )  # fmt: skip
    return f"/account/{purpose}/{secret}"


def send_link(session: Session, platform: Platform, account: Account, purpose: str) -> None:
    """Queue the letter with a new link; nothing where no letters go out."""
    if not platform.settings.mail_on:
        return
    if purpose == CONFIRM:
        subject, body = "请确认您的邮箱", "点击下面的链接，确认这个邮箱属于您；之后引荐等通知会发到这里。"
    else:
        subject, body = "重置密码", "点击下面的链接设置新密码，一小时内有效。如果不是您本人操作，请忽略。"
    path = make_link(session, platform, account, purpose)
    notices.letter(session, platform, account, f"三库：{subject}", body, path)


def _find_link(
    session: Session, platform: Platform, secret: str, purpose: str
) -> tuple[MailLink, Account] | None:
    link = session.get(MailLink, accounts.digest(secret))
    account = session.get(Account, link.account_id) if link else None
    if link is None or account is None or not account.is_active:
        return None
    return (link, account) if link.purpose == purpose and link.expires_at >= platform.now() else None


def _use_link(session: Session, platform: Platform, secret: str, purpose: str) -> Account:
    found = _find_link(session, platform, secret, purpose)
    if found is None:
        raise NotFound(DEAD_LINK)
    session.delete(found[0])
    return found[1]
