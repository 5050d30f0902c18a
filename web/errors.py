"""The one table from what can go wrong to HTTP, for pages and for the API (RFC 9457 problem details)."""

from __future__ import annotations

import logging
import secrets
from typing import Any

from flask import Flask, Response, current_app, jsonify, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from services import errors
from web.current import platform

log = logging.getLogger(__name__)

STATUS: dict[type[errors.DomainError], int] = {
    errors.Invalid: 422,
    errors.NotFound: 404,
    errors.Forbidden: 403,
    errors.SignInFirst: 401,
    errors.Stale: 412,
    errors.Conflict: 409,
    errors.Throttled: 429,
    errors.IndexAway: 503,
    errors.Busy: 503,
}
RETRY_AFTER_SECONDS = 30
KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")
"""What an HTTP error says beside its text: which methods an address knows, when to come again."""
HTTP_MESSAGES = {
    400: "请求的格式不对，请返回重试。",
    404: "没有找到这个页面，可能地址有误或内容已下架。",
    405: "这个地址不支持这种操作。",
    413: "上传的内容太大，请缩小后再试。",
    415: "内容的格式不对：接口只读 JSON（Content-Type: application/json），文件用 multipart/form-data 上传。",
    428: "修改要带上您看到的版本：先读这条内容，把回答里的 ETag 放进请求头 If-Match 再提交。",
    429: "操作太频繁，请稍后再试。",
}


def wants_json() -> bool:
    """Whether the answer goes to a program."""
    return request.path.startswith("/api/")


def status_of(error: errors.DomainError) -> int:
    """The HTTP status of a domain error."""
    return next((STATUS[cls] for cls in type(error).__mro__ if cls in STATUS), 400)


def problem(
    status: int, message: str, field_errors: tuple[errors.FieldError, ...] = (), **extra: Any
) -> Response:
    """An RFC 9457 answer: `errors` names fields and remedies."""
    body: dict[str, Any] = {"type": "about:blank", "title": message, "status": status, **extra}
    if field_errors:
        body["errors"] = [
            {"field": e.field, "message": e.message, **({"row": e.row} if e.row is not None else {})}
            for e in field_errors
        ]
    response = jsonify(body)
    response.status_code = status
    response.content_type = "application/problem+json"
    return response


def page(status: int, message: str, number: str = "") -> tuple[str, int]:
    """The error page: the task, a way on, a short number for support."""
    try:
        return render_template("layout/error.html", status=status, message=message, number=number), status
    except Exception:
        # The frame asks the database who is here; when that is what failed, a page without the frame has to do.
        log.exception("the frame of the error page could not be drawn")
        bare = current_app.jinja_env.get_template("layout/plain_error.html")
        return bare.render(message=message, number=number), status


def register(app: Flask) -> None:
    """Install the table."""

    @app.errorhandler(errors.DomainError)
    def domain(error: errors.DomainError) -> Any:
        status = status_of(error)
        if wants_json():
            found = error.errors if isinstance(error, errors.Invalid) else ()
            response = problem(status, error.message, found)
        elif status == 401 and request.method == "GET":
            return redirect(url_for("account.login", next=request.full_path.rstrip("?")))
        else:
            body, _ = page(status, error.message)
            response = Response(body, status)
        if isinstance(error, errors.Throttled):
            response.headers["Retry-After"] = str(error.seconds)
        if isinstance(error, errors.IndexAway | errors.Busy):
            response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        if status == 401:
            response.headers["WWW-Authenticate"] = "Bearer"
        return response

    @app.errorhandler(CSRFError)
    def csrf(_error: CSRFError) -> Any:
        message = "页面停留太久或在别处重新登录过，请返回上一页，刷新后再提交。"
        return problem(400, message) if wants_json() else page(400, message)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Any:
        status = error.code or 500
        if 300 <= status < 400:
            return error
        message = HTTP_MESSAGES.get(status, "这一步没有完成，请返回重试。")
        if wants_json():
            data = getattr(error, "data", None) or {}
            response = problem(status, message, tuple(_smorest_errors(data.get("messages", {}))))
        else:
            response = Response(*page(status, message))
        for name, value in error.get_headers(request.environ):
            if name in KEPT_HEADERS:
                response.headers[name] = value
        return response

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Any:
        database = platform().database
        if isinstance(error, database.duplicate_errors):
            # Two people stored the same at the same moment; the second is told, nothing of it is half-done.
            return domain(errors.Conflict("刚才有人同时提交了相同的内容，请刷新后再看。"))
        if isinstance(error, database.busy_errors):
            log.warning("the database is busy at %s %r: %s", request.method, _path(), error)
            return domain(errors.Busy())
        number = secrets.token_hex(4)
        log.exception("unexpected error %s at %s %r", number, request.method, _path())
        message = "平台出了意外的问题，您输入的内容没有丢失时可返回上一页重试。"
        return problem(500, message, number=number) if wants_json() else page(500, message, number)


def _path() -> str:
    """The path for the log, without the secret of a link that came by mail."""
    secret = (request.view_args or {}).get("secret")
    return request.path.replace(str(secret), "…") if secret else request.path


def _smorest_errors(messages: Any, path: str = "") -> list[errors.FieldError]:
    """Flatten marshmallow's nested messages into fields."""
    if isinstance(messages, dict):
        nested = [
            _smorest_errors(v, path if k in ("json", "query", "_schema") else str(k))
            for k, v in messages.items()
        ]
        return [e for group in nested for e in group]
    texts = messages if isinstance(messages, list) else [messages]
    return [errors.FieldError(path, str(text)) for text in texts]
