"""Calling the API as somebody: bearer tokens, JSON in and out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from services import accounts
from services.access import Actor
from tests.support import World

PREFIX = "/api/v1"


@dataclass(frozen=True)
class Caller:
    """A program with the token of one person, or with none."""

    client: FlaskClient
    headers: dict[str, str]
    actor: Actor

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.send("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> TestResponse:
        return self.send("POST", path, json=body if body is not None else {}, **options)

    def patch(self, path: str, body: Any, match: str | None = None, **options: Any) -> TestResponse:
        headers = {} if match is None else {"If-Match": match}
        return self.send("PATCH", path, json=body, headers=headers, **options)

    def delete(self, path: str, **options: Any) -> TestResponse:
        return self.send("DELETE", path, **options)

    def send(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = {**self.headers, **options.pop("headers", {})}
        return self.client.open(PREFIX + path, method=method, headers=headers, **options)


class Cast:
    """Everybody the API knows, each with a token, and somebody without; made when first asked for."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.client = world.app.test_client()

    def _caller(self, actor: Actor, email: str) -> Caller:
        token = accounts.issue_token(self.world.platform, email)
        return Caller(self.client, {"Authorization": f"Bearer {token}"}, actor)

    @cached_property
    def enterprise(self) -> Caller:
        return self._caller(self.world.enterprise(), "enterprise@example.org")

    @cached_property
    def rival(self) -> Caller:
        return self._caller(self.world.enterprise("rival@example.org", "丙企业"), "rival@example.org")

    @cached_property
    def university(self) -> Caller:
        return self._caller(self.world.university(), "university@example.org")

    @cached_property
    def college(self) -> Caller:
        return self._caller(self.world.university("college@example.org", "丁学院"), "college@example.org")

    @cached_property
    def manager(self) -> Caller:
        return self._caller(self.world.person("manager@example.org", "manager"), "manager@example.org")

    @cached_property
    def operator(self) -> Caller:
        return self._caller(self.world.operator(), "operator@example.org")

    @cached_property
    def nobody(self) -> Caller:
        return Caller(self.client, {}, Actor())

    def achievement(self, **fields: Any) -> dict[str, Any]:
        """A published achievement of the university, in the index."""
        made = ok(
            self.university.post("/achievements", {"title": "高温合金叶片激光熔覆修复技术", **fields}), 201
        )
        return self.publish("achievements", made, self.university)

    def need(self, *, published: bool = True, **fields: Any) -> dict[str, Any]:
        """A need of the enterprise, published and indexed unless told otherwise."""
        body = {"title": "高温合金叶片激光熔覆修复用粉末", "problem": "现用粉末修复后热影响区开裂", **fields}
        made = ok(self.enterprise.post("/needs", body), 201)
        return self.publish("needs", made, self.enterprise) if published else made

    def publish(self, library: str, made: dict[str, Any], owner: Caller) -> dict[str, Any]:
        """Through review and into the index, as it really goes."""
        ok(owner.post(f"/{library}/{made['id']}/publish"))
        document = ok(self.operator.post(f"/{library}/{made['id']}/publish"))
        self.world.index()
        return document


def ok(response: TestResponse, status: int = 200) -> Any:
    """The JSON of an answer that must have this status."""
    assert response.status_code == status, (response.status_code, response.get_data(as_text=True)[:800])
    return response.get_json()


def problem(response: TestResponse, status: int) -> dict[str, str]:
    """field → message of an RFC 9457 answer that must have this status."""
    assert response.status_code == status, (response.status_code, response.get_data(as_text=True)[:800])
    assert response.content_type == "application/problem+json"
    body = response.get_json()
    assert body["status"] == status
    assert body["title"]
    return {one["field"]: one["message"] for one in body.get("errors", [])}


class Counted:
    """Counts SQL statements while it is open."""

    def __init__(self, world: World) -> None:
        self.engine, self.count = world.platform.database.engine, 0

    def __enter__(self) -> Counted:
        event.listen(self.engine, "before_cursor_execute", self._one)
        return self

    def __exit__(self, *_error: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self._one)

    def _one(self, *_args: Any) -> None:
        self.count += 1
