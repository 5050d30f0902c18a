"""The API's own description: complete, true to what it answers, and readable without a script."""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from html.parser import HTMLParser
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from services.listings.catalogue import FIELDS
from services.listings.fields import Field
from tests.functional.api.calling import PREFIX, Cast, ok
from tests.support import make_world
from web.access import ANYONE, rule_of
from web.api import schemas

SECONDS = 35
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cast]:
    """A platform with a need, an achievement, an introduction and somebody of every role."""
    world = make_world(tmp_path_factory.mktemp("openapi"))
    cast = Cast(world)
    offer, need = cast.achievement(trl=6), cast.need(confidential="秘密")
    found = ok(cast.enterprise.get(f"/needs/{need['id']}/recommendations"))
    ok(
        cast.enterprise.post("/introductions", {"run_id": found["run_id"], "achievement_id": offer["id"]}),
        201,
    )
    assert cast.manager
    yield cast
    world.platform.database.close()
    world.platform.index.close()


def spec(cast: Cast) -> dict[str, Any]:
    return ok(cast.nobody.get("/openapi.json"))


def test_every_route_is_described_and_nothing_else(shared: Cast) -> None:
    described = {
        (path, method.upper())
        for path, methods in spec(shared)["paths"].items()
        for method in methods
        if method != "parameters"
    }
    routes = set()
    for one in shared.world.app.url_map.iter_rules():
        if one.endpoint.startswith("api."):
            path = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", one.rule)
            routes |= {(path, method) for method in one.methods or () if method not in ("HEAD", "OPTIONS")}
    assert described == routes
    assert len(routes) > 30


def test_who_may_call_is_described_as_it_is_enforced(shared: Cast) -> None:
    app = shared.world.app
    for one in app.url_map.iter_rules():
        if one.endpoint.startswith("api."):
            path = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", one.rule)
            method = next(m for m in one.methods or () if m not in ("HEAD", "OPTIONS")).lower()
            operation = spec(shared)["paths"][path][method]
            assert ({} in operation["security"]) == (ANYONE in (rule_of(app, one.endpoint) or ()))


def test_a_new_field_of_the_catalogue_is_a_field_of_the_api() -> None:
    extra = Field("colour", "颜色", "choices", "成果是什么", vocabulary="forms")
    made = schemas.input_of((*FIELDS["achievements"], extra), "WithColour")
    assert made().load({"colour": ["红"]}) == {"colour": ["红"]}
    for library, name in schemas.SINGULAR.items():
        assert {f.name for f in FIELDS[library]} <= set(schemas.INPUT[library]().fields), name
        assert {f.name for f in FIELDS[library]} <= set(schemas.OUTPUT[library]().fields), name


def test_vocabularies_and_ranking_explain_themselves(shared: Cast) -> None:
    names = {one["name"] for one in ok(shared.nobody.get("/vocabularies"))["items"]}
    assert names == {f.name for f in dataclasses.fields(shared.world.platform.vocabularies)}
    regions = ok(shared.nobody.get("/vocabularies/regions"))["terms"]
    assert {"code": "330200", "name": "宁波市", "parent": "330000"}.items() <= regions_by(regions)[
        "330200"
    ].items()
    ranking = ok(shared.nobody.get("/how-we-rank"))
    assert abs(sum(feature["points"] for feature in ranking["features"]) - 100) < 0.01
    assert all(feature["title"] and feature["description"] for feature in ranking["features"])


def regions_by(terms: list[dict[str, str]]) -> dict[str, dict[str, str]]:
    return {term["code"]: term for term in terms}


class Page(HTMLParser):
    """What a strict content security policy would refuse, and the anchors of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.refused: list[str] = []
        self.ids: list[str] = []
        self.targets: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag == "style" or (tag == "script" and not known.get("src")):
            self.refused.append(tag)
        self.refused += [name for name in known if name == "style" or name.startswith("on")]
        if known.get("id"):
            self.ids.append(str(known["id"]))
        href = known.get("href") or ""
        if href.startswith("#"):
            self.targets.add(href[1:])


def test_the_page_shows_every_route_without_a_script(shared: Cast) -> None:
    response = shared.client.get("/api/docs")
    assert response.status_code == 200
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]
    text = response.get_data(as_text=True)
    page = Page()
    page.feed(text)
    assert page.refused == []
    assert len(page.ids) == len(set(page.ids))
    assert page.targets <= set(page.ids)
    for path, methods in spec(shared)["paths"].items():
        assert path.removeprefix(PREFIX) in text
        for method, operation in methods.items():
            if method != "parameters":
                assert operation["summary"] in text
                assert operation["operationId"] in page.ids


def test_answers_are_what_the_description_says(shared: Cast) -> None:
    """schemathesis, bounded: every operation with well-formed and malformed calls of every role."""
    config = SchemathesisConfig()
    described = schemathesis.openapi.from_wsgi(f"{PREFIX}/openapi.json", shared.world.app, config=config)
    operations = [found.ok() for found in described.get_all_operations()]
    callers = [shared.nobody, shared.enterprise, shared.university, shared.manager, shared.operator]
    began, tried = time.monotonic(), 0
    for number, operation in enumerate(operations):
        for mode in schemathesis.GenerationMode:

            @seed(number)
            @settings(
                max_examples=5, deadline=None, database=None, phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )  # fmt: skip
            @given(case=operation.as_strategy(generation_mode=mode))
            def call(case: Any) -> None:
                nonlocal tried
                if time.monotonic() - began > SECONDS:
                    return
                tried += 1
                for caller in callers[tried % 2 :: 2]:
                    response = case.call(headers=caller.headers or None)
                    case.validate_response(response, checks=CHECKS)

            # a route without any argument cannot be called wrongly
            with suppress(Unsatisfiable):
                call()
    assert tried > len(operations)
