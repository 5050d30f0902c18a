"""A real SMTP server that keeps what it gets, and can refuse on demand."""

from __future__ import annotations

import socket
import ssl
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

FOLDER = Path(__file__).parent
CERTIFICATE, KEY = FOLDER / "localhost.pem", FOLDER / "localhost.key"
"""Made for these tests, trusted by nobody: a sink on this machine has no other."""


class Sink:
    """What arrived, newest last. `refused` holds addresses that get a permanent refusal."""

    def __init__(self, **options: Any) -> None:
        """`options` go to the SMTP server; aiosmtpd wants to know its port beforehand."""
        self.letters: list[EmailMessage] = []
        self.receivers: list[str] = []
        self.refused: set[str] = set()
        self.port = _free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Envelope, address: str, options: Any
    ) -> str:
        """Refuse the chosen addresses."""
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        """Keep the letter."""
        letter = message_from_bytes(envelope.content or b"", policy=policy.default)  # type: ignore[arg-type]
        self.letters.append(letter)  # type: ignore[arg-type]
        self.receivers += envelope.rcpt_tos
        return "250 kept"

    def __enter__(self) -> Sink:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def with_starttls() -> Sink:
    """A sink that takes mail only over TLS, from someone who knows the password."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE, KEY)

    def authenticate(
        _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: LoginPassword
    ) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"sanku", b"letters"))

    return Sink(tls_context=context, require_starttls=True, authenticator=authenticate, auth_required=True)


def with_tls() -> Sink:
    """A sink that speaks TLS from the first byte."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE, KEY)
    return Sink(ssl_context=context)
