"""What programs send by mistake or on purpose: a clear answer that names the field, never a 500."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.listings.catalogue import FIELDS
from tests.functional.api.calling import Cast, ok, problem

BODIES = {
    "malformed": b'{"title": "a"',
    "trailing comma": b'{"title": "a",}',
    "not UTF-8": b'{"title": "\xff\xfe"}',
    "GB18030": '{"title": "石墨烯散热膜的制备"}'.encode("gb18030"),
    "half a character": b'{"title": "\\ud800"}',
    "a number without end": b'{"budget_max": ' + b"9" * 5000 + b"}",
    "beyond a float": b'{"budget_max": 1e999}',
    "NaN": b'{"budget_max": NaN}',
    "bottomless": b"[" * 100_000,
    "deep": b'{"title":' * 60 + b"1" + b"}" * 60,
    "two values": b"{} {}",
}
SHAPES = [b"[]", b'"title"', b"7", b"null", b"true", b'[{"title": "a"}]']
PATHS = ("/needs", "/match", "/register", "/tokens", "/introductions", "/passes")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One platform for what leaves nothing behind worth cleaning."""
    from tests.support import make_world

    world = make_world(tmp_path_factory.mktemp("api"))
    cast = Cast(world)
    assert all((cast.enterprise, cast.university, cast.manager, cast.operator, cast.nobody))
    yield cast
    world.platform.database.close()
    world.platform.index.close()


@pytest.mark.parametrize("name", BODIES)
def test_bodies_that_are_no_json(shared: Cast, name: str) -> None:
    for path in PATHS:
        response = shared.enterprise.send("POST", path, data=BODIES[name], content_type="application/json")
        assert set(problem(response, 400)) == {"body"}, path


@pytest.mark.parametrize("raw", SHAPES)
def test_bodies_that_are_no_object(shared: Cast, raw: bytes) -> None:
    for path in PATHS:
        response = shared.enterprise.send("POST", path, data=raw, content_type="application/json")
        assert problem(response, 422) == {"body": "应为 JSON 对象。"}, path


def test_bodies_of_another_kind(shared: Cast) -> None:
    form = shared.enterprise.send("POST", "/needs", data={"title": "a"})
    assert "Content-Type" in problem(form, 415)
    assert "JSON" in form.get_json()["title"]
    assert ok(shared.enterprise.send("POST", "/needs", data=b"\xef\xbb\xbf" + '{"title": "有 BOM"}'.encode(),
                                     content_type="application/json; charset=utf-8"), 201)  # fmt: skip


def test_too_large_is_said(shared: Cast) -> None:
    assert set(problem(shared.enterprise.post("/needs", {"title": "长" * 1_000_000}), 422)) == {"title"}
    huge = shared.enterprise.send(
        "POST", "/needs", data=b" " * (21 * 1024 * 1024), content_type="application/json"
    )
    problem(huge, 413)


def test_control_characters_and_markup_are_text(shared: Cast) -> None:
    typed = "<script>alert(1)</script>\u0000\u202e '; DROP TABLE needs; -- \U0001f600"
    need = ok(shared.enterprise.post("/needs", {"title": typed, "problem": typed}), 201)
    assert need["title"] == "<script>alert(1)</script> '; DROP TABLE needs; -- \U0001f600"
    response = shared.enterprise.get(f"/needs/{need['id']}")
    assert response.content_type == "application/json"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    ["/needs/0", "/needs/-1", "/needs/99999999999999999999", "/needs/abc", "/needs/1.5", "/nothing",
     "/vocabularies/nothing", "/vocabularies/load", "/organisations/4294967296", "/reviews/accounts"],
)  # fmt: skip
def test_addresses_that_are_none(shared: Cast, path: str) -> None:
    problem(shared.operator.get(path), 404)


def test_methods_that_are_none(shared: Cast) -> None:
    gone, put = shared.operator.delete("/needs"), shared.operator.send("PUT", "/needs/1", json={})
    problem(gone, 405)
    problem(put, 405)
    assert set(gone.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
    assert {"GET", "PATCH"} <= set(put.headers["Allow"].split(", "))


@pytest.mark.parametrize(
    "q", ["%00", "%ff%fe", "%ED%A0%80", "x" * 3000, "%27%22%5C", "AND OR NOT (", "*", "%F0%9F%98%80"]
)
def test_questions_of_every_kind(shared: Cast, q: str) -> None:
    for library in ("achievements", "needs", "talents"):
        ok(shared.nobody.get(f"/{library}?q={q}"))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    | st.sampled_from(
        ["", "石墨烯", "\u0000", "1e9", "-1", "９９", "2099-12-31", "0000-00-00", "C26", "浙江", "😀"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NAMES = sorted({f.name for fields in FIELDS.values() for f in fields} | {"name", "role", "password", "entry_id", "run_id",
               "reason", "note", "answer", "text", "limit", "id", "message"})  # fmt: skip
OBJECTS = st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=6), JSON, max_size=6)
TARGETS = (
    ("POST", "/needs", "enterprise"), ("POST", "/achievements", "university"), ("POST", "/talents", "manager"),
    ("PATCH", "/needs/1", "operator"), ("POST", "/needs/1/return", "operator"), ("POST", "/match", "nobody"),
    ("POST", "/passes", "enterprise"), ("POST", "/introductions", "enterprise"), ("POST", "/register", "nobody"),
    ("POST", "/introductions/1/answer", "enterprise"), ("POST", "/notices/read", "enterprise"),
    ("POST", "/organisations/1/reject", "operator"), ("POST", "/needs/1/confidential", "operator"),
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(target=st.sampled_from(TARGETS), body=OBJECTS)
def test_any_object_gets_a_clear_answer(
    shared: Cast, target: tuple[str, str, str], body: dict[str, Any]
) -> None:
    method, path, who = target
    response = getattr(shared, who).send(method, path, json=body, headers={"If-Match": "*"})
    assert response.status_code < 500, response.get_data(as_text=True)
    if response.status_code >= 400:
        told = response.get_json()
        assert response.content_type == "application/problem+json"
        assert all(one["field"] and one["message"] for one in told.get("errors", []))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(library=st.sampled_from(["achievements", "needs", "talents"]), values=st.data())
def test_what_is_accepted_comes_back_the_same(shared: Cast, library: str, values: st.DataObject) -> None:
    """Whatever a listing answers may be sent again and means the same."""
    owner = {"achievements": shared.university, "needs": shared.enterprise, "talents": shared.manager}[
        library
    ]
    fields = {f.name: JSON for f in FIELDS[library] if f.name not in ("title", "external_id")}
    body = {"title": "往返", **values.draw(st.fixed_dictionaries({}, optional=fields))}
    made = owner.post(f"/{library}", body)
    assert made.status_code in (201, 422), made.get_data(as_text=True)
    if made.status_code == 201:
        first = made.get_json()
        again = ok(owner.post(f"/{library}", {f.name: first[f.name] for f in FIELDS[library]}), 201)
        same = {f.name for f in FIELDS[library]}
        assert {k: v for k, v in first.items() if k in same} == {k: v for k, v in again.items() if k in same}


def test_json_is_read_once_for_all(shared: Cast) -> None:
    """A key that stands twice: the last one counts, as in every JSON reader of Python."""
    raw = json.dumps({"title": "一"})[:-1] + ', "title": "二"}'
    response = shared.enterprise.send("POST", "/needs", data=raw.encode(), content_type="application/json")
    assert ok(response, 201)["title"] == "二"
