"""ETags: what a client saw, so that nothing is sent twice and nobody overwrites what he or she has not read."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify, request
from werkzeug.exceptions import PreconditionRequired

from web.api.blueprint import with_message

_IF_MATCH = re.compile(r'(?:W/)?"?(\d{1,9})(?:-[0-9a-f]{1,64})?"?')
IF_NONE_MATCH = ("If-None-Match", "上次得到的 ETag；没有变化时回答 304", False)
IF_MATCH = ("If-Match", "您所依据的 ETag（或版本号）；已被别人修改时回答 412", True)


def etag(document: Mapping[str, Any]) -> str:
    """The revision, which edits are checked against, and a digest of everything shown, so that 304 is never wrong."""
    body = json.dumps(document, sort_keys=True, ensure_ascii=False, default=str).encode()
    return f'"{document["revision"]}-{hashlib.sha256(body).hexdigest()[:12]}"'


def tagged(document: Mapping[str, Any], status: int = 200) -> Response:
    """The document with its ETag, or 304 when the caller of a GET has this very one."""
    tag = etag(document)
    if request.method == "GET" and tag in _tags(request.headers.get("If-None-Match", "")):
        response = Response(status=304)
    else:
        response = jsonify(document)
        response.status_code = status
    response.headers["ETag"] = tag
    return response


def _tags(header: str) -> set[str]:
    return {part.strip().removeprefix("W/") for part in header.split(",")}


def revision_asked() -> int | None:
    """The revision in If-Match, None for `*`; raises 428 without the header, -1 matches nothing."""
    header = request.headers.get("If-Match", "").strip()
    if not header:
        message = "修改要带上 If-Match：先 GET 这一条，把回答里的 ETag 原样放进来。"
        raise with_message(PreconditionRequired(), "If-Match", message)
    if header == "*":
        return None
    found = _IF_MATCH.fullmatch(header)
    return int(found.group(1)) if found else -1
