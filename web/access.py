"""An access rule on every route. A route without one does not start the application.

The rule says which roles may come in at all; what they may see and do with a thing is decided by
`services.access`, because it depends on the thing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Flask

from services.errors import Forbidden, SignInFirst
from web.current import actor

View = TypeVar("View", bound=Callable[..., Any])

ANYONE = "anyone"
SIGNED_IN = "signed_in"


class RouteWithoutRule(Exception):
    """Somebody added a route and forgot to say who may come in."""


def rule(*roles: str) -> Callable[[View], View]:
    """Let in `ANYONE`, everybody `SIGNED_IN`, or the named roles (operators are named like any other)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> Any:
            if ANYONE not in roles:
                person = actor()
                if not person.is_signed_in:
                    raise SignInFirst()
                if SIGNED_IN not in roles and person.role not in roles:
                    raise Forbidden()
            return view(*args, **kwargs)

        checked.access_rule = roles  # type: ignore[attr-defined]
        return checked  # type: ignore[return-value]

    return decorate


def rule_of(app: Flask, endpoint: str) -> tuple[str, ...] | None:
    """The rule of an endpoint, None where there is none."""
    view = app.view_functions[endpoint]
    found = getattr(view, "access_rule", None)
    if found is None and hasattr(view, "view_class"):
        found = getattr(view.view_class, "access_rule", None)
    return found


def check_every_route(app: Flask) -> None:
    """Raise RouteWithoutRule for the first route that does not say who may come in."""
    for endpoint in app.view_functions:
        if endpoint == "static" or endpoint.endswith(".static"):
            continue
        if rule_of(app, endpoint) is None:
            raise RouteWithoutRule(endpoint)
