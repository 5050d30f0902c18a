"""The door of the JSON API: who is calling, how a body is read, how one route is declared.

Every route is declared by `endpoint`, which ties together the access rule, the schemas, the status and the entry in
the OpenAPI document, so that none can be forgotten. Judging values is the services' work; here only the shape of
JSON is checked. Do not use it for pages: it never looks at the session cookie.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

import marshmallow as ma
from flask import Request, g, request
from flask_smorest import Api, Blueprint
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, HTTPException, UnsupportedMediaType

from services import accounts
from services.errors import FieldError, Invalid, SignInFirst
from web.access import ANYONE, rule
from web.api.schemas import Problem
from web.current import platform

View = TypeVar("View", bound=Callable[..., Any])

PREFIX = "/api/v1"
MAX_DEPTH = 20
"""No body of ours nests deeper than four; beyond this somebody tries the parser."""
ID = "<int(min=1, max=2147483647):{}>"
"""Ids are 32-bit; anything else is no address, so that no query ever sees it."""


def with_message(error: HTTPException, field: str, message: str) -> HTTPException:
    """The HTTP error carrying one field error, in the way `web.errors` reads it."""
    error.data = {"messages": {field: [message]}}  # type: ignore[attr-defined]
    return error


class _Unreadable(ValueError):
    """JSON by its grammar, but nothing a database or an index can hold."""


def read_json(raw: bytes) -> Any:
    """The JSON value in `raw`; raises BadRequest naming what is wrong with it. An empty body is an empty object."""
    if not raw.strip():
        return {}
    try:
        value = json.loads(raw.decode("utf-8-sig"), parse_constant=_no_constant)
        _check(value, 0)
    except UnicodeDecodeError:
        message = "请求体不是 UTF-8 编码。"
    except json.JSONDecodeError as error:
        message = f"不是有效的 JSON（第 {error.lineno} 行第 {error.colno} 列）。"
    except RecursionError:
        message = "嵌套太深。"
    except _Unreadable as error:
        message = str(error)
    except ValueError:  # Python refuses to read whole numbers of more than 4,300 digits
        message = "有位数太多的数字。"
    else:
        return value
    raise with_message(BadRequest(), "body", message)


def _no_constant(name: str) -> NoReturn:
    raise _Unreadable(f"{name} 不是 JSON 数字。")


def _check(value: Any, depth: int) -> None:
    """Refuse what no database or index can hold: half characters, endless numbers, bottomless nesting."""
    if depth > MAX_DEPTH:
        raise RecursionError
    if isinstance(value, str):
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise _Unreadable("文字里有不完整的字符（单独的代理码位）。")
    elif isinstance(value, float) and not math.isfinite(value):
        raise _Unreadable("有超出范围的数字。")
    elif isinstance(value, dict):
        for key, item in value.items():
            _check(key, depth + 1)
            _check(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth + 1)


class Parser(FlaskParser):
    """Reads arguments and turns every problem into the platform's own errors."""

    # None leaves the choice to the schema: ours refuse what they do not know, by name.
    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": None, "json": None}  # noqa: RUF012

    def load_json(self, req: Request, schema: ma.Schema) -> Any:
        """The body; only JSON is taken, and an empty body means no fields."""
        raw = req.get_data(cache=True)
        if raw.strip() and not req.is_json:
            message = "请把 Content-Type 设为 application/json。"
            raise with_message(UnsupportedMediaType(), "Content-Type", message)
        return read_json(raw)

    def handle_error(self, error: ma.ValidationError, *_args: Any, **_kwargs: Any) -> NoReturn:
        """All faulty fields at once, as 422."""
        messages = error.messages
        located = messages.values() if isinstance(messages, dict) else [messages]
        raise Invalid([found for part in located for found in _field_errors(part, "")])


def _field_errors(messages: Any, path: str) -> list[FieldError]:
    if isinstance(messages, dict):
        return [
            found
            for key, below in messages.items()
            for found in _field_errors(below, path if key == "_schema" else f"{path}.{key}".lstrip("."))
        ]
    texts = messages if isinstance(messages, list) else [messages]
    return [FieldError(path[:200] or "body", str(text)) for text in texts]


class JsonBlueprint(Blueprint):
    """A smorest blueprint with our parser."""

    ARGUMENTS_PARSER = Parser()


class JsonApi(Api):
    """Keeps the OpenAPI document; errors stay with the one table in `web.errors`."""

    DEFAULT_ERROR_RESPONSE_NAME = "PROBLEM"

    def _register_error_handlers(self) -> None:
        """Nothing: a second table would win over the first."""

    def _register_pagination_header(self) -> None:
        """Nothing: pages are described in the body."""

    def _register_responses(self) -> None:
        """One answer for everything that goes wrong (RFC 9457), whatever its status."""
        answer = {
            "description": "出错：RFC 9457 问题详情",
            "content": {"application/problem+json": {"schema": Problem}},
        }
        self.spec.components.response("PROBLEM", answer)
        self.spec.components.response("UNPROCESSABLE_ENTITY", answer)


api = JsonBlueprint("api", __name__, url_prefix=PREFIX)


@api.before_request
def authenticate() -> None:
    """Who is calling: the owner of the bearer token or nobody, never the person of a browser session."""
    g.account = None
    header = request.headers.get("Authorization", "")
    if not header:
        return
    scheme, _, secret = header.partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise SignInFirst("请用令牌登录：Authorization: Bearer 令牌。")
    g.account = accounts.account_of_token(platform(), secret.strip())
    if g.account is None:
        raise SignInFirst("令牌无效、已过期或已注销。")


@api.after_request
def vary(response: Any) -> Any:
    """What is shown depends on who asks."""
    response.vary.add("Authorization")
    return response


def endpoint(
    method: str,
    path: str,
    *roles: str,
    tag: str,
    summary: str,
    description: str = "",
    body: Any = None,
    query: Any = None,
    answer: Any = None,
    status: int = 200,
    headers: tuple[tuple[str, str, bool], ...] = (),
    content_type: str | None = None,
    multipart: dict[str, Any] | None = None,
    name: str = "",
) -> Callable[[View], View]:
    """Declare one route: its rule, what it reads (`query` comes before `body`), what it answers, how it is documented.

    `headers` are (name, description, required) of request headers, for the document only. `multipart` documents the
    form of an upload; the view reads it itself.
    """

    def declare(view: View) -> View:
        operation: dict[str, Any] = {
            "summary": summary,
            "description": description,
            "operationId": name or view.__name__,
            "security": [{}, {"bearer": []}] if ANYONE in roles else [{"bearer": []}],
        }
        if ANYONE not in roles:
            operation["x-roles"] = list(roles)
        decorated: Any = view
        if body is not None:
            decorated = api.arguments(body, required=not getattr(body, "may_be_empty", False))(decorated)
        if query is not None:
            decorated = api.arguments(query, location="query")(decorated)
        decorated = api.response(status, answer, content_type=content_type, description="成功")(decorated)
        if headers:
            operation["parameters"] = [
                {"in": "header", "name": n, "description": d, "required": r, "schema": {"type": "string"}}
                for n, d, r in headers
            ]
        if multipart is not None:
            operation["requestBody"] = {
                "required": True,
                "content": {"multipart/form-data": {"schema": multipart}},
            }
        decorated = api.doc(**operation)(decorated)
        decorated = rule(*roles)(decorated)
        api.route(path, methods=[method], tags=[tag], endpoint=name or view.__name__)(decorated)
        return decorated

    return declare


__all__ = ["ID", "PREFIX", "JsonApi", "api", "endpoint", "read_json", "with_message"]
