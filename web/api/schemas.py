"""Schemas of the API, made from the field catalogue: a new field of a library appears here by itself.

They check the shape of JSON and describe it in the OpenAPI document; the shapes themselves stand in `values`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow as ma

from services.accounts import PERSON
from services.listings.catalogue import FIELDS
from services.listings.fields import CIRCLE_NOTES, Field
from web.api.values import PARTS, SCALAR, Given, Out, Strict, Text, Whole

ALIASES: Mapping[str, Mapping[str, str]] = {"talents": {"name": "title"}}
"""Names by which the API knows a field besides the catalogue's own: a person has a name, not a title."""


def _describe(field: Field) -> dict[str, Any]:
    """The JSON Schema of a field as it is read."""
    notes = [field.label, field.help, CIRCLE_NOTES[field.circle]]
    shape: dict[str, Any] = {"type": SCALAR}
    match field.kind:
        case "flag":
            shape = {"type": ["boolean", "string"]}
        case "integer":
            shape = {"type": ["integer", "string"]}
        case "money":
            notes.append("元，两位小数")
        case "date":
            shape = {"type": "string"}
            notes.append("YYYY-MM-DD")
        case "choices" | "words":
            shape = {"type": ["array", "string"], "items": {"type": SCALAR}}
        case "ip" | "affiliations" | "relations":
            parts = {name: {"type": [*SCALAR, "null"]} for name in PARTS[field.kind]}
            shape = {
                "type": ["array", "string"],
                "items": {"type": ["object", "string"], "properties": parts, "additionalProperties": False},
            }
    if field.vocabulary:
        notes.append(f"代码或名称，见 /vocabularies/{field.vocabulary}")
    if field.kind in ("line", "text"):
        notes.append(f"最多 {field.limit} 字")
    described = shape | {"description": "；".join(note for note in notes if note)}
    if field.example and field.kind in ("line", "text", "date", "email", "uscc"):
        described["example"] = field.example
    return described


def _describe_out(field: Field) -> dict[str, Any]:
    """The JSON Schema of a field as it is answered."""
    shape: Any = {
        "flag": "boolean", "integer": ["integer", "null"], "choices": "array", "words": "array",
    }.get(field.kind)  # fmt: skip
    more: dict[str, Any] = {"type": shape or ["string", "null"], "description": field.label}
    if field.kind in ("choices", "words"):
        more["items"] = {"type": "string"}
    if field.kind in PARTS:
        parts = {name: {"type": ["string", "null"]} for name in PARTS[field.kind]}
        more |= {"type": "array", "items": {"type": "object", "properties": parts}}
    if field.kind == "money":
        more["description"] += "（元，两位小数）"
    if CIRCLE_NOTES[field.circle]:
        more["description"] += f"；{CIRCLE_NOTES[field.circle]}"
    return more


def input_of(fields: tuple[Field, ...], name: str, extra: Mapping[str, ma.fields.Field[Any]] | None = None,
             aliases: Mapping[str, str] | None = None) -> type[ma.Schema]:  # fmt: skip
    """A schema that takes the raw values of `fields`; missing ones are the services' matter."""
    made: dict[str, Any] = {f.name: Given(f.kind, metadata=_describe(f)) for f in fields}
    for alias, target in (aliases or {}).items():
        field = next(f for f in fields if f.name == target)
        made[alias] = Given(field.kind, metadata=_describe(field))
    return type(name, (Strict,), {**made, **(extra or {})})


STATE_FIELDS: Mapping[str, ma.fields.Field[Any]] = {
    "id": Out("integer", "编号"),
    "state": Out("string", "状态"),
    "state_name": Out("string", "状态的中文名"),
    "revision": Out("integer", "版本；修改时放进 If-Match"),
    "url": Out("string", "页面地址"),
    "mine": Out("boolean", "是否属于您的单位（或本人）"),
    "is_demo": Out("boolean", "是否演示内容"),
    "source": Out("string", "来源"),
    "organisation": Out(["object", "null"], "单位；企业不公开名称时只有称呼"),
    "created_at": Out("string", "录入时间", format="date-time"),
    "updated_at": Out("string", "修改时间", format="date-time"),
    "published_at": Out(["string", "null"], "发布时间"),
    "confirmed_on": Out(["string", "null"], "最近确认日期"),
    "expires_on": Out(["string", "null"], "有效期至"),
    "return_reason": Out("string", "退回原因（只给本单位和运营）"),
    "has_confidential": Out("boolean", "有没有保密部分（只给本单位和运营）"),
}


MORE_OUT: Mapping[str, Mapping[str, ma.fields.Field[Any]]] = {
    "talents": {
        "load": Out("integer", "正在承接的项目数"),
        "record": Out("object", "平台确认的业绩：led 主导、completed 结项、ended 终止、under_way 进行中"),
    }
}
"""What an answer says of a listing besides its fields."""


def output_of(library: str, name: str) -> type[ma.Schema]:
    """The schema of a listing as it is answered."""
    made: dict[str, Any] = {}
    for field in FIELDS[library]:
        described = _describe_out(field)
        made[field.name] = Out(described.pop("type"), described.pop("description"), **described)
    for alias, target in ALIASES.get(library, {}).items():
        made[alias] = Out("string", f"同 {target}")
    return type(name, (ma.Schema,), {**made, **STATE_FIELDS, **MORE_OUT.get(library, {})})


SINGULAR = {"achievements": "Achievement", "needs": "Need", "talents": "Talent"}
INPUT = {
    library: input_of(FIELDS[library], f"{name}Input", aliases=ALIASES.get(library))
    for library, name in SINGULAR.items()
}
OUTPUT = {library: output_of(library, name) for library, name in SINGULAR.items()}


class FieldProblem(ma.Schema):
    """One faulty field."""

    field = ma.fields.String(metadata={"description": "字段名"})
    message = ma.fields.String(metadata={"description": "哪里不对，怎样改"})
    row = ma.fields.Integer(metadata={"description": "表格行号（仅导入）"})


class Problem(ma.Schema):
    """RFC 9457 problem details."""

    type = ma.fields.String()
    title = ma.fields.String(metadata={"description": "出了什么问题"})
    status = ma.fields.Integer()
    errors = ma.fields.List(ma.fields.Nested(FieldProblem))
    number = ma.fields.String(metadata={"description": "意外错误的编号，报给平台运营"})


class Paging(Strict):
    """Page and size, pulled into their ranges."""

    page = Whole(1, 500, clamp=True, load_default=1, metadata={"description": "第几页（超出范围时取最近的）"})
    per_page = Whole(1, 100, clamp=True, load_default=20, metadata={"description": "每页几条（1–100）"})


ORGANISATION_SIGN_UP = {
    "organisation_name": Given(
        "line", metadata={"type": SCALAR, "description": "单位名称；技术经理人可不填"}
    ),
    **{
        f.name: Given(f.kind, metadata=_describe(f))
        for f in FIELDS["organisations"]
        if f.name in ("uscc", "kind", "region")
    },
}
Registration = input_of(
    PERSON,
    "Registration",
    {
        "role": Text(20, metadata={"description": "enterprise、university、institution 或 manager"}),
        "password": Text(1000, secret=True, metadata={"description": "至少 10 个字符", "format": "password"}),
        **ORGANISATION_SIGN_UP,
    },
)
