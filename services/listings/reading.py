"""Turns what people typed into values, the same for pages, API and spreadsheets.

Everything comes in as text (or JSON values) and goes out typed: money as integer fen, dates as `date`, vocabulary
terms as codes. Each problem names its field and how to mend it; nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from email_validator import EmailNotValidError, validate_email
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from services.errors import FieldError, Invalid
from services.listings.fields import Field
from services.listings.tables import PARTS

MAX_ENTRIES = 1_000  # of a list as it is typed: comparing a million with each other would take hours
MAX_FEN = 10**15  # 10 万亿元: beyond it somebody mistook the unit
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff\ud800-\udfff]"
)
_SEPARATOR = re.compile(r"[、，,;；\n]+")
_SLASH = re.compile(r"[/／|]+")
_TRUE = frozenset({"1", "true", "yes", "on", "y", "是", "有", "√", "同意"})
_FALSE = frozenset({"", "0", "false", "no", "off", "n", "否", "无", "×"})
_DATE_SHAPES = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")


class _Wrong(Exception):
    """One value cannot be used; the text says how to mend it."""


def clean(text: object) -> str:
    """Text without control and direction characters, which nobody types on purpose; ends trimmed."""
    if text is None:
        return ""
    if isinstance(text, float) and text.is_integer():
        text = int(text)
    return _CONTROL.sub("", str(text).replace("\r\n", "\n").replace("\r", "\n")).strip()


def read_fields(
    fields: Sequence[Field],
    raw: Mapping[str, Any],
    vocabularies: Any,
    *,
    yuan_per_unit: int = 1,
    partial: bool = False,
) -> dict[str, Any]:
    """Typed values of `fields` from `raw`; raises Invalid with every problem found.

    `yuan_per_unit` says what a bare amount means: 1 (API) or 10,000 (pages and spreadsheets). With `partial` only
    the fields present in `raw` are read (PATCH), otherwise a missing one gets its empty value.
    """
    values: dict[str, Any] = {}
    errors: list[FieldError] = []
    for field in fields:
        if field.name not in raw:
            if partial:
                continue
            values[field.name] = field.empty
            if field.required:
                errors.append(FieldError(field.name, f"请填写{field.label}。"))
            continue
        try:
            value = _read(field, raw[field.name], vocabularies, yuan_per_unit)
        except _Wrong as wrong:
            errors.append(FieldError(field.name, str(wrong)))
            continue
        if field.required and value in ("", None, []):
            errors.append(FieldError(field.name, f"请填写{field.label}。"))
        values[field.name] = value
    if errors:
        raise Invalid(errors, read=values)
    return values


def _read(field: Field, raw: Any, vocabularies: Any, yuan_per_unit: int) -> Any:
    match field.kind:
        case "line":
            return _text(field, " ".join(clean(raw).split()))
        case "text":
            return _text(field, clean(raw))
        case "email":
            return _email(field, clean(raw))
        case "uscc":
            return read_uscc(raw)
        case "integer":
            return _integer(field, raw)
        case "money":
            return _money(field, raw, yuan_per_unit)
        case "date":
            return _date(field, raw)
        case "flag":
            return _flag(field, raw)
        case "choice":
            return _choice(field, raw, vocabularies)
        case "choices":
            found = [code for item in _items(field, raw) for code in _alternatives(field, item, vocabularies)]
            chosen = _listed(field, found)
            # In the vocabulary's own order: ticking the same boxes again is no change and needs no new review.
            return sorted(chosen, key=getattr(vocabularies, field.vocabulary).codes.index)
        case "words":
            return _listed(field, [_word(field, clean(item)) for item in _items(field, raw)])
        case "ip" | "affiliations" | "relations":
            return _listed(field, _records(field, raw, vocabularies))
    raise ValueError(f"unknown kind {field.kind}")


def _text(field: Field, text: str) -> str:
    if len(text) > field.limit:
        raise _Wrong(f"{field.label}最多 {field.limit} 字，现在有 {len(text)} 字，请删减。")
    return text


def _email(field: Field, text: str) -> str:
    if not text:
        return ""
    try:
        address: str = validate_email(text, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        raise _Wrong(f"{field.label}不是有效的邮箱地址，应类似 name@example.org。") from None
    return _text(field, address)


def read_uscc(raw: Any) -> str:
    """A 统一社会信用代码 with a right check digit (GB 32100); raises the private error of this module."""
    text = clean(raw).replace(" ", "").replace("-", "").upper()
    if not text:
        return ""
    try:
        return str(uscc.validate(text))
    except ValidationError:
        if len(text) != 18:
            raise _Wrong(f"统一社会信用代码应为 18 位，现在是 {len(text)} 位。") from None
        raise _Wrong(
            "统一社会信用代码的校验位不对，请对照营业执照逐位核对（不含字母 I、O、S、V、Z）。"
        ) from None


def _integer(field: Field, raw: Any) -> int | None:
    text = clean(raw)
    if not text or text in ("未评估", "无"):
        return None
    text = text.upper().removeprefix("TRL").removesuffix("级").strip()
    low = 1 if field.vocabulary == "trl" else 0
    # isascii keeps out digits of other scripts, which int() would take
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and low <= int(text) <= field.limit):
        raise _Wrong(f"{field.label}应为 {low} 到 {field.limit} 的整数。")
    return int(text)


def _money(field: Field, raw: Any, yuan_per_unit: int) -> int | None:
    text = clean(raw).replace(",", "").replace("，", "").replace("￥", "").replace("¥", "").strip()
    if text in ("", "面议"):
        return None
    unit = yuan_per_unit
    for suffix, factor in (("亿元", 10**8), ("亿", 10**8), ("万元", 10**4), ("万", 10**4), ("元", 1)):
        if text.endswith(suffix):
            text, unit = text.removesuffix(suffix).strip(), factor
            break
    try:
        if len(text) > 30:
            raise InvalidOperation
        amount = Decimal(text)
        if not amount.is_finite() or "_" in text or not text.isascii():
            raise InvalidOperation
    except InvalidOperation:
        example = "例如 50 或 12.5（万元）" if yuan_per_unit > 1 else "例如 500000.00（元）"
        raise _Wrong(f"{field.label}应为数字，{example}。") from None
    if amount < 0:
        raise _Wrong(f"{field.label}不能是负数。")
    if amount > MAX_FEN:
        raise _Wrong(f"{field.label}太大，请检查单位。")
    fen = amount * unit * 100
    if fen != fen.to_integral_value():
        raise _Wrong(f"{field.label}最小到分，请去掉多余的小数。")
    if fen > MAX_FEN:
        raise _Wrong(f"{field.label}太大，请检查单位（现在约为 {fen / 100 / 10**8:.0f} 亿元）。")
    return int(fen)


def _date(field: Field, raw: Any) -> date | None:
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    text = clean(raw)
    if not text:
        return None
    for shape in _DATE_SHAPES:
        try:
            found = datetime.strptime(text.split(" ")[0].split("T")[0], shape).date()  # noqa: DTZ007
        except ValueError:
            continue
        if 1950 <= found.year <= 2100:
            return found
        raise _Wrong(f"{field.label}的年份应在 1950 到 2100 之间。")
    raise _Wrong(f"{field.label}应写成 2027-06-30 这样的日期。")


def _flag(field: Field, raw: Any) -> bool:
    text = clean(raw).lower()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise _Wrong(f"{field.label}请填“是”或“否”。")


def _choice(field: Field, raw: Any, vocabularies: Any) -> str:
    text = clean(raw)
    if not text:
        return "" if field.default is None else str(field.default)
    vocabulary = getattr(vocabularies, field.vocabulary)
    if len(text) <= 60:
        found = vocabulary.find(text) or vocabulary.find(text.split(" ")[0])
        if found:
            return str(found.code if hasattr(found, "code") else found)
    shown = text if len(text) <= 20 else text[:20] + "…"
    if field.vocabulary == "regions":
        raise _Wrong(
            f"{field.label}里没有“{shown}”。请写省、市或县的名称，例如“四川省成都市”，不写开发区和街道。"
        )
    few = "、".join(term.name for term in vocabulary.roots()[:6])
    raise _Wrong(f"{field.label}里没有“{shown}”。可填：{few}{'…' if len(vocabulary.roots()) > 6 else ''}。")


def _alternatives(field: Field, item: Any, vocabularies: Any) -> list[str]:
    """The codes of one item; `许可/开发` are two, unless a term is called so."""
    text = clean(item)
    parts = [part for part in _SLASH.split(text) if part.strip()]
    if len(parts) < 2 or len(text) > 60 or getattr(vocabularies, field.vocabulary).find(text):
        return [_choice(field, item, vocabularies)]
    return [_choice(field, part.strip(), vocabularies) for part in parts]


def _items(field: Field, raw: Any) -> list[Any]:
    items = raw if isinstance(raw, (list, tuple)) else _SEPARATOR.split(clean(raw))
    return _bounded(field, [item for item in items if clean(item)], MAX_ENTRIES)


def _bounded(field: Field, items: list[Any], most: int) -> list[Any]:
    if len(items) > most:
        raise _Wrong(f"{field.label}最多 {field.limit} 项，现在有 {len(items)} 项。")
    return items


def _word(field: Field, word: str) -> str:
    if len(word) > field.each:
        raise _Wrong(
            f"{field.label}每个最多 {field.each} 字，“{word[:12]}…”有 {len(word)} 字；多个请用顿号隔开。"
        )
    return word


def _listed(field: Field, items: list[Any]) -> list[Any]:
    unique = [item for i, item in enumerate(items) if item not in items[:i]]
    return _bounded(field, unique, field.limit)


def _records(field: Field, raw: Any, vocabularies: Any) -> list[dict[str, Any]]:
    """Small tables: a list of objects, or one line a record with its parts separated by commas or tabs."""
    parts = PARTS[field.kind]
    if isinstance(raw, (list, tuple)):
        rows: list[Any] = [row for row in raw if row and not _is_blank(row)]
    else:
        rows = [line for line in re.split(r"[\n；;]+", clean(raw)) if line.strip(" ，,")]
    records: list[dict[str, Any]] = []
    for number, row in enumerate(_bounded(field, rows, MAX_ENTRIES), 1):
        try:
            record = _record(row, parts, vocabularies)
        except _Wrong as wrong:
            raise _Wrong(f"{field.label}第 {number} 行{wrong}") from None
        if record not in records:
            records.append(record)
    return records


def _is_blank(row: Any) -> bool:
    return isinstance(row, Mapping) and not any(clean(value) for value in row.values())


def _record(row: Any, parts: Sequence[Field], vocabularies: Any) -> dict[str, Any]:
    if isinstance(row, str):
        cells = [c.strip() for c in re.split(r"[，,\t|]", row)]
        if len(cells) > len(parts):
            raise _Wrong(f"应为：{'，'.join(p.label for p in parts)}。")
        row = dict(zip((p.name for p in parts), cells, strict=False))
    if not isinstance(row, Mapping):
        raise _Wrong("的写法不对。")
    record: dict[str, Any] = {}
    for part in parts:
        try:
            value = _read(part, row.get(part.name), vocabularies, 1)
        except _Wrong as wrong:
            raise _Wrong(f"：{wrong}") from None
        if part.required and not value:
            raise _Wrong(f"：请填写{part.label}。")
        record[part.name] = value.isoformat() if isinstance(value, date) else value
    until, since = record.get("until"), record.get("since")
    if until and since and until < since:
        raise _Wrong("：结束日期早于起始日期。")
    return record


def check_order(values: Mapping[str, Any], pairs: Sequence[tuple[str, str, str]]) -> list[FieldError]:
    """Errors for pairs (lower, upper, message) whose lower value is above the upper one."""
    return [
        FieldError(upper, message)
        for lower, upper, message in pairs
        if values.get(lower) is not None and values.get(upper) is not None and values[lower] > values[upper]
    ]
