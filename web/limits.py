"""Rate limits: by address for what anybody may call, by person for what writes files."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from web.current import actor, platform

limiter = Limiter(get_remote_address, headers_enabled=True)


def register(app: Flask, settings: Any) -> None:
    """Counters live in the process unless a shared storage is set (SANKU_RATELIMIT_STORAGE)."""
    app.config["RATELIMIT_STORAGE_URI"] = settings.ratelimit_storage
    limiter.init_app(app)


def match_limit() -> str:
    """The limit of anonymous matching, from the settings."""
    return str(platform().settings.match_limit)


def person() -> str:
    """Who is counted where people are signed in: the account, wherever it comes from."""
    return f"account {actor().account_id}"


def _upload_limit() -> str:
    return str(platform().settings.upload_limit)


upload_limit = limiter.shared_limit(_upload_limit, scope="uploads", key_func=person)
"""Files handed in, by pages and programs alike: far more than anybody sends by hand."""
CHECKS = "90 per minute; 3000 per day"
"""Needs examined while they are typed: one a pause is some twenty a minute, a program that leafs through texts has enough."""
check_limit = limiter.shared_limit(CHECKS, scope="checks", key_func=person)
