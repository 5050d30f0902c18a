"""Putting a sign-in into the browser's session and taking it out, and where to go afterwards."""

from __future__ import annotations

import re

from flask import g, request, session, url_for

from repositories.accounts import ENTERPRISE, INSTITUTION, MANAGER, OPERATOR, UNIVERSITY
from web.current import SESSION_KEY

_LOCAL = re.compile(r"/(?![/\\])[^\s\\\x00-\x1f\x7f]*")
"""A path on this site. Browsers drop tabs and line ends from addresses and read `\\` as `/`: `/\\t/evil.example` would
leave the site, so none of these may occur at all."""
HOME = {
    ENTERPRISE: "needs.mine", UNIVERSITY: "achievements.mine", INSTITUTION: "achievements.mine",
    MANAGER: "leads.index", OPERATOR: "operator.review",
}  # fmt: skip


def start_session(secret: str) -> None:
    """Sign this browser in. What the session held before is dropped, so that nobody can plant one beforehand."""
    session.clear()
    session[SESSION_KEY] = secret
    session.permanent = True
    g.pop("account", None)


def end_session() -> None:
    """Sign this browser out."""
    session.clear()
    g.pop("account", None)


def wanted_address() -> str:
    """The `next` of the request when it leads to a page of this site, else nothing."""
    return local_address(request.values.get("next", ""))


def local_address(address: str) -> str:
    """The address when it is a path on this site, else nothing."""
    return address if len(address) <= 500 and _LOCAL.fullmatch(address) else ""


def home_of(role: str) -> str:
    """The address of a role's own page."""
    return url_for(HOME.get(role, "public.home"))


def browser() -> str:
    """What the browser calls itself."""
    return request.headers.get("User-Agent", "")


def browser_label(agent: str) -> str:
    """`Chrome · Windows` out of a user agent, for the list of sign-ins."""
    known = (
        ("Edg/", "Edge"),
        ("MicroMessenger", "微信"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    )
    systems = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
               ("Mac OS", "macOS"), ("Linux", "Linux"))  # fmt: skip
    name = next((label for mark, label in known if mark in agent), "浏览器")
    system = next((label for mark, label in systems if mark in agent), "")
    return " · ".join(filter(None, (name, system)))
