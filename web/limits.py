"""Rate limits for what anybody may call without an account."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from web.current import platform

limiter = Limiter(get_remote_address, headers_enabled=True)


def register(app: Flask, settings: Any) -> None:
    """Counters live in the process unless a shared storage is set (SANKU_RATELIMIT_STORAGE)."""
    app.config["RATELIMIT_STORAGE_URI"] = settings.ratelimit_storage
    limiter.init_app(app)


def match_limit() -> str:
    """The limit of anonymous matching, from the settings."""
    return str(platform().settings.match_limit)
