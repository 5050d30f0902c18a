"""What a value of a request may look like, and how the OpenAPI document says it.

Shapes only: text, number, list, object. Do not judge meaning here; `services.listings.reading` does, for pages,
spreadsheets and the API alike.
"""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from services.listings.fields import RECORD_KINDS
from services.listings.reading import clean
from services.listings.tables import names_of

MESSAGES: dict[str, Any] = {
    "required": "请填写这一项。",
    "null": "不能为空。",
    "unknown": "没有这个字段，请对照接口文档 /api/docs。",
    "type": "应为 JSON 对象。",
}
SCALAR = ["string", "number"]
PARTS = {kind: names_of(kind) for kind in RECORD_KINDS}


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
