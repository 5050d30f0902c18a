"""Spreadsheets through the API: one file in, the report by row and field out."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import Response, jsonify, request

from repositories.accounts import ENTERPRISE, INSTITUTION, OPERATOR, UNIVERSITY
from repositories.imports import DONE, FAILED
from services.errors import FieldError, Invalid, NotFound
from services.imports import steps
from services.imports.columns import NAMES
from services.imports.report import Report
from services.listings.reading import clean
from web.api.blueprint import endpoint
from web.api.schemas import FieldProblem
from web.api.values import Flag, Out, Strict, Text
from web.current import actor, platform
from web.errors import RETRY_AFTER_SECONDS, problem
from web.limits import upload_limit

TAG = "导入"
FILE = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": {"type": "string", "format": "binary", "description": ".xlsx 或 .csv"}},
}


class Choice(Strict):
    """How a file is taken."""

    dry_run = Flag(metadata={"description": "只检查，不写入，什么都不留下"})
    good_only = Flag(metadata={"description": "有问题的行跳过；默认有一行不通过就都不写入"})
    organisation = Text(
        200, load_default="", metadata={"description": "行里没写单位时归谁（仅运营）：名称、信用代码或编号"}
    )


REPORT = ma.Schema.from_dict(
    {
        "id": Out("integer", "这次导入的编号"),
        "library": Out(),
        "filename": Out(),
        "state": Out("string", "done 已写入；checked 只检查过；failed 没有完成"),
        "dry_run": Out("boolean"),
        "total": Out("integer", "行数"),
        "accepted": Out("integer", "通过的行"),
        "refused": Out("integer", "有问题的行"),
        "created": Out("integer"),
        "updated": Out("integer"),
        "unchanged": Out("integer"),
        "repeated": Out("integer"),
        "ignored_columns": Out("array", "不认识、没有读的列"),
        "errors": ma.fields.List(ma.fields.Nested(FieldProblem)),
        "hints": Out("array", "值得看一眼的行"),
    },
    name="ImportReport",
)


@endpoint("POST", "/imports/<string:library>", ENTERPRISE, UNIVERSITY, INSTITUTION, OPERATOR, tag=TAG, query=Choice,
          answer=REPORT, multipart=FILE, name="import_listings", summary="导入表格",
          description="library：achievements、needs、talents、organisations。写入的条目进入待审核；"
          "有行不通过而没有写入时回答 422，报告在同一份回答里。")  # fmt: skip
@upload_limit
def import_listings(query: dict[str, Any], library: str) -> Any:
    """Take a file; nothing is written when a row is refused, unless good rows only were asked for."""
    if library not in NAMES:
        raise NotFound()
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid([FieldError("file", "请以 multipart/form-data 上传，字段名 file，.xlsx 或 .csv。")])
    told = steps.run(
        platform(), actor(), library, clean(file.filename), file.read(), organisation=query["organisation"],
        dry_run=query["dry_run"], good_only=query["good_only"],
    )  # fmt: skip
    return _answer(told)


def _answer(told: Report) -> Response:
    body = told.as_json()
    if told.state == FAILED:
        response = problem(503, told.message or "导入没有完成，库里没有改动，请稍后再试。")
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        return response
    if told.dry_run or told.state == DONE:
        return jsonify(body)
    title = (
        told.message
        or f"有 {told.bad} 行通不过，没有写入。改好后再导入，或加 good_only=true 只导入通过的行。"
    )
    body.pop("type", None)
    return problem(422, title, **body)
