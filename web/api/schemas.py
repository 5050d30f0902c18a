"""Schemas of the API, made from the field catalogue: a new field of a library appears here by itself.

They check the shape of JSON (text, number, list, object) and describe it in the OpenAPI document. What a value means
and whether it may stand is decided by `services.listings.reading`, the same for pages, spreadsheets and the API.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow as ma

from services.accounts import PERSON
from services.listings.catalogue import FIELDS
from services.listings.fields import CIRCLE_NOTES, Field
from services.listings.reading import clean

MESSAGES: dict[str, Any] = {
    "required": "请填写这一项。",
    "null": "不能为空。",
    "unknown": "没有这个字段，请对照接口文档 /api/docs。",
    "type": "应为 JSON 对象。",
}
ALIASES: Mapping[str, Mapping[str, str]] = {"talents": {"name": "title"}}
"""Names by which the API knows a field besides the catalogue's own: a person has a name, not a title."""

SCALAR = ["string", "number"]
PARTS = {
    "ip": ("type", "number", "status", "expiry"),
    "affiliations": ("organisation", "title", "since", "until"),
}


def absent() -> None:
    """The value of what was not given; a function, so that the document does not call null a value one may send."""


class Strict(ma.Schema):
    """Refuses what it does not know, by name. `may_be_empty`: a request without a body will do."""

    may_be_empty = False

    class Meta:
        """marshmallow's options."""

        unknown = ma.RAISE

    error_messages = MESSAGES


class Given(ma.fields.Field[Any]):
    """A value of one of the JSON shapes of a kind of field, handed on as it came."""

    def __init__(self, kind: str, **options: Any) -> None:
        """`kind` as in the catalogue."""
        super().__init__(allow_none=True, error_messages=MESSAGES, **options)
        self.kind = kind

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_kwargs: Any) -> Any:
        problem = _misshapen(self.kind, value)
        if problem:
            raise ma.ValidationError(problem)
        return value


class Text(ma.fields.Field[str]):
    """Text that is not a field of a library: control characters are dropped, the length is bounded."""

    def __init__(self, limit: int = 1000, *, secret: bool = False, **options: Any) -> None:
        """A `secret` stays as it was typed."""
        options.setdefault("metadata", {})
        options["metadata"] = {"type": "string", "maxLength": limit} | options["metadata"]
        super().__init__(error_messages=MESSAGES, **options)
        self.limit, self.secret = limit, secret

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_kwargs: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise ma.ValidationError("应为文字。")
        text = str(value) if self.secret else clean(value)
        if len(text) > self.limit:
            raise ma.ValidationError(f"最多 {self.limit} 字，现在有 {len(text)} 字，请删减。")
        return text


class Whole(ma.fields.Field[int]):
    """A whole number between two bounds. `clamp` pulls it inside (paging) instead of refusing it."""

    def __init__(self, low: int, high: int, *, clamp: bool = False, **options: Any) -> None:
        """Both bounds belong to the range."""
        options["metadata"] = {"type": "integer", "minimum": low, "maximum": high} | options.get(
            "metadata", {}
        )
        super().__init__(error_messages=MESSAGES, **options)
        self.low, self.high, self.clamp = low, high, clamp

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_kwargs: Any) -> int:
        number = _whole(value)
        if self.clamp:
            default = self.load_default if isinstance(self.load_default, int) else self.low
            return min(max(default if number is None else number, self.low), self.high)
        if number is None or not self.low <= number <= self.high:
            raise ma.ValidationError(f"应为 {self.low} 到 {self.high} 的整数。")
        return number


class Codes(ma.fields.Field[tuple[str, ...]]):
    """A filter: repeated (`a=1&a=2`) or separated by commas (`a=1,2`), codes or names."""

    is_multiple = True

    def __init__(self, **options: Any) -> None:
        """Nothing given means no filter."""
        options["metadata"] = {"type": "array", "items": {"type": "string"}} | options.get("metadata", {})
        super().__init__(load_default=(), error_messages=MESSAGES, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_kwargs: Any) -> tuple[str, ...]:
        parts = [clean(part) for one in value for part in str(one).replace("，", ",").split(",")]
        return tuple(dict.fromkeys(part for part in parts if part))[:100]


class Flag(ma.fields.Field[bool]):
    """true or false in an address."""

    def __init__(self, **options: Any) -> None:
        """Absent is false."""
        options["metadata"] = {"type": "boolean"} | options.get("metadata", {})
        super().__init__(load_default=False, error_messages=MESSAGES, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_kwargs: Any) -> bool:
        if isinstance(value, bool):
            return value
        if str(value).lower() in ("1", "true", "yes", "on", ""):
            return True
        if str(value).lower() in ("0", "false", "no", "off"):
            return False
        raise ma.ValidationError("应为 true 或 false。")


class Out(ma.fields.Raw):
    """A value of an answer, ready made by a read model; described, not changed."""

    def __init__(self, shape: str | list[str] = "string", description: str = "", **more: Any) -> None:
        """`shape` is the JSON type (or types)."""
        super().__init__(metadata={"type": shape, "description": description, **more})


def _whole(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    text = str(value).strip()
    digits = text.removeprefix("-").removeprefix("+")
    if not (digits.isascii() and digits.isdigit()):
        return None
    # 18 digits are beyond every bound we have and still cheap to read
    return int(text) if len(digits) <= 18 else (-(10**18) if text.startswith("-") else 10**18)


def _is_scalar(value: Any) -> bool:
    return value is None or (isinstance(value, (str, int, float)) and not isinstance(value, bool))


def _misshapen(kind: str, value: Any) -> str:
    """What is wrong with the shape of a value, or nothing."""
    if kind == "flag":
        return "" if value is None or isinstance(value, (bool, str, int)) else "应为 true 或 false。"
    if kind in ("choices", "words"):
        if _is_scalar(value) or (isinstance(value, list) and all(_is_scalar(item) for item in value)):
            return ""
        return "应为文字的列表。"
    if kind in PARTS:
        names = "、".join(PARTS[kind])
        if value is None or isinstance(value, str):
            return ""
        if not isinstance(value, list):
            return f"应为对象的列表，每个对象有 {names}。"
        for number, record in enumerate(value, 1):
            if isinstance(record, str):
                continue
            if not isinstance(record, dict) or not all(_is_scalar(part) for part in record.values()):
                return f"第 {number} 项应为对象，有 {names}，各为文字。"
            unknown = [str(key)[:40] for key in record if key not in PARTS[kind]]
            if unknown:
                return f"第 {number} 项里没有 {'、'.join(unknown)} 这样的字段，只有 {names}。"
        return ""
    return "" if _is_scalar(value) else "应为文字或数字，不能是列表、对象或 true/false。"


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
        case "ip" | "affiliations":
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


def output_of(library: str, name: str) -> type[ma.Schema]:
    """The schema of a listing as it is answered."""
    made: dict[str, Any] = {}
    for field in FIELDS[library]:
        described = _describe_out(field)
        made[field.name] = Out(described.pop("type"), described.pop("description"), **described)
    for alias, target in ALIASES.get(library, {}).items():
        made[alias] = Out("string", f"同 {target}")
    return type(name, (ma.Schema,), {**made, **STATE_FIELDS})


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
