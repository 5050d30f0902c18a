"""The blueprint all account pages hang on, and the tabs above them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, url_for

from web.current import actor

blueprint = Blueprint("account", __name__, url_prefix="/account")

TABS = (
    ("account.settings", "个人信息"),
    ("account.organisation", "单位"),
    ("account.sessions", "密码与登录"),
    ("account.tokens", "接口令牌"),
    ("account.erase", "您的数据与注销"),
)


def tabs(active: str) -> list[dict[str, Any]]:
    """The account's pages as tabs; the organisation's only for people who have one."""
    return [
        {"label": label, "href": url_for(endpoint), "active": endpoint == active, "count": None}
        for endpoint, label in TABS
        if endpoint != "account.organisation" or actor().organisation_id is not None
    ]
