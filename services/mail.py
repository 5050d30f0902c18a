"""Sending the letters that wait: plain text over SMTP, each at least once, its link gone once it is sent.

A letter says what its notice says and nothing more; notices never quote confidential text (`services.notices`).
"""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, parseaddr

from repositories import notices, upkeep
from repositories.accounts import Account, digest
from repositories.notices import OFF, Notice
from services.platform import Platform

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
BATCH = 20
TIMEOUT_SECONDS = 20
LETTER = "letter"
SENDER_NAME = "三库"


def send_waiting(platform: Platform, stopping: Callable[[], bool] = lambda: False) -> int:
    """Send the letters whose time has come over one connection; gives how many went out.

    Raises nothing: a letter the server refused is tried again later with growing pauses, and when the server does
    not answer at all every letter of the batch waits.
    """
    if not platform.settings.mail_on:
        return 0
    letters = _lease(platform)
    if not letters:
        return 0
    sent = 0
    try:
        with _connection(platform) as server:
            for notice, message in letters:
                if stopping():
                    break
                try:
                    server.send_message(message)
                except smtplib.SMTPServerDisconnected:
                    raise
                except smtplib.SMTPException as refused:
                    log.warning("letter %d was refused: %s", notice.id, _without_addresses(refused))
                    _mark(platform, notice.id, good=False)
                else:
                    _mark(platform, notice.id, good=True)
                    sent += 1
    except (OSError, smtplib.SMTPException) as away:
        log.warning("the mail server does not answer: %s", _without_addresses(away))
        for notice, _ in letters:
            _mark(platform, notice.id, good=False)
    return sent


def compose(platform: Platform, notice: Notice, account: Account) -> EmailMessage:
    """The letter of a notice. Its Message-ID stays the same when it is sent again, so that readers show one."""
    settings = platform.settings
    _, sender = parseaddr(settings.mail_from)
    host = sender.rpartition("@")[2] or "localhost"
    message = EmailMessage()
    message["From"] = formataddr((SENDER_NAME, sender))
    message["To"] = formataddr((_line(account.name), account.email or ""))
    message["Subject"] = _line(notice.subject)
    message["Date"] = format_datetime(platform.now())
    message["Message-ID"] = f"<notice-{notice.id}-{digest(f'{settings.secret_key}{notice.id}')[:16]}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    parts = [f"{_line(account.name) or '您'}，您好：", _line(notice.subject), notice.body]
    if notice.href:
        parts.append(f"{settings.base_url}{notice.href}")
    parts.append(f"——\n这是{SENDER_NAME}平台自动发出的邮件，请勿直接回复。")
    if notice.kind != LETTER:
        parts[-1] += f"\n不想收到提醒邮件，可在账户页面关闭：{settings.base_url}/account"
    message.set_content("\n\n".join(part for part in parts if part), charset="utf-8", cte="base64")
    return message


def _lease(platform: Platform) -> list[tuple[Notice, EmailMessage]]:
    """Take a batch, so that no other process sends it; who may not get letters any more is left out."""
    letters = []
    with platform.database.write() as session:
        for notice in upkeep.lease_letters(session, platform.now(), LEASE, BATCH):
            account = session.get(Account, notice.account_id)
            wanted = account is not None and account.is_active and bool(account.email)
            if wanted and notice.kind != LETTER:
                wanted = account.mail_notices  # type: ignore[union-attr]
            if wanted and account is not None:
                letters.append((notice, compose(platform, notice, account)))
            else:
                notice.mail_state = OFF
                _blank(notice)
    return letters


@contextmanager
def _connection(platform: Platform) -> Iterator[smtplib.SMTP]:
    settings = platform.settings
    if settings.smtp_tls == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.smtp_host,
            settings.smtp_port,
            timeout=TIMEOUT_SECONDS,
            context=ssl.create_default_context(),
        )
    else:
        server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_SECONDS)
    with server:
        if settings.smtp_tls == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
        yield server


def _mark(platform: Platform, notice_id: int, *, good: bool) -> None:
    with platform.database.write() as session:
        notice = session.get(Notice, notice_id)
        if notice is None or notice.mail_state != notices.WAITING:
            return
        if good:
            notices.sent(notice)
        else:
            notices.not_sent(notice, platform.now())
        if notice.mail_state != notices.WAITING:
            _blank(notice)


def _blank(notice: Notice) -> None:
    """A letter's link signs in: it must not outlive its sending in the database."""
    if notice.kind == LETTER:
        notice.href = notice.body = ""


def _line(text: str) -> str:
    """One line: a line break in a header would start another header."""
    return " ".join(text.split())


def _without_addresses(error: Exception) -> str:
    """What went wrong, for the log, without people's addresses."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return ", ".join(f"{code} recipient refused" for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {type(error).__name__}"
    return f"{type(error).__name__}: {error}"
