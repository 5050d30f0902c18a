"""Every route says who may come in, and changes nothing on GET."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.support import World
from web.access import RouteWithoutRule, check_every_route, rule_of


def test_every_route_has_an_access_rule(world: World) -> None:
    for endpoint in world.app.view_functions:
        if endpoint != "static":
            assert rule_of(world.app, endpoint) is not None, endpoint


def test_a_route_without_a_rule_stops_the_start() -> None:
    app = Flask("forgetful")
    app.add_url_rule("/open", "open", lambda: "anybody")
    with pytest.raises(RouteWithoutRule, match="open"):
        check_every_route(app)


def test_no_page_answers_with_an_error_of_its_own_for_nobody(world: World) -> None:
    world.index()
    client = world.client()
    for one in world.app.url_map.iter_rules():
        if "GET" not in one.methods or one.endpoint == "static":
            continue
        path = one.rule
        for name in one.arguments:
            kind = type(one._converters[name]).__name__
            path = path.replace(f"<int:{name}>", "999999").replace(f"<{name}>", "x")
            assert kind in ("IntegerConverter", "UnicodeConverter", "PathConverter"), (one.rule, kind)
        answer = client.get(path)
        assert answer.status_code < 500, (path, answer.status_code)
