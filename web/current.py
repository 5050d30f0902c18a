"""What a request can ask for: the platform it runs on and the person behind it."""

from __future__ import annotations

from typing import cast

from flask import current_app, g, session

from repositories.accounts import Account
from services import signing
from services.access import NOBODY, Actor, actor_of
from services.platform import Platform

SESSION_KEY = "sign_in"


def platform() -> Platform:
    """The platform this application serves."""
    return cast(Platform, current_app.extensions["sanku"])


def actor() -> Actor:
    """The person behind the request (by session, or by bearer token in the API); NOBODY without one."""
    account = current_account()
    return actor_of(account) if account is not None else NOBODY


def current_account() -> Account | None:
    """The account behind the request, looked up once."""
    if "account" not in g:
        secret = session.get(SESSION_KEY)
        g.account = signing.account_of_session(platform(), secret) if isinstance(secret, str) else None
    return cast("Account | None", g.account)


def session_secret() -> str:
    """The secret of the present browser session, empty when nobody is signed in."""
    return str(session.get(SESSION_KEY, ""))
