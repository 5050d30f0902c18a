"""Spreadsheets on their way out: recommendations of a need or an achievement, lists of listings.

A cell may begin with `=`, `+`, `-` or `@` because somebody typed it so, or to make another person's spreadsheet
program run it: every text that does is written with a leading apostrophe (imports take it off again).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from matching.types import LEVEL_NAMES
from repositories.database import CHINA
from repositories.introductions import STATE_NAMES as INTRODUCTION_STATES
from repositories.listing import STATE_NAMES, ListingColumns
from services.listings import tables
from services.listings.catalogue import FIELDS
from services.listings.fields import PUBLIC, Field
from services.organisations import public_label
from services.platform import Platform
from services.recommend import Item, Recommendations

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_CELL = 32_767
"""Excel's own limit; a longer cell makes it call the file damaged."""
_FEN_PER_WAN = Decimal(1_000_000)
_WIDTHS = {"text": 60, "line": 28, "words": 24, "choices": 20, "ip": 40, "affiliations": 40, "relations": 40}
_HEAD_FILL = PatternFill("solid", fgColor="E9EDF2")


def safe(value: Any) -> Any:
    """A value as it may stand in a cell: numbers and dates as they are, text that nobody's program runs."""
    if isinstance(value, datetime):
        return value.astimezone(CHINA).replace(tzinfo=None, microsecond=0)
    if value is None or isinstance(value, (bool, int, float, Decimal, date)):
        return value
    text = _UNPRINTABLE.sub("", str(value))[: _LONGEST_CELL - 1]
    return f"'{text}" if text.lstrip(" \n").startswith(_DANGEROUS) or text.startswith(_DANGEROUS) else text


def cell_value(field: Field, value: Any, vocabularies: Any) -> Any:
    """A stored value as the import template wants it: money in 万元, names for codes, one line a record."""
    if value is None or value == "" or value == []:
        return None
    match field.kind:
        case "money":
            wan = Decimal(value) / _FEN_PER_WAN
            return int(wan) if wan == wan.to_integral_value() else float(wan)
        case "flag":
            return "是" if value else "否"
        case "choice":
            return _term(field.vocabulary, value, vocabularies)
        case "choices":
            return "、".join(_term(field.vocabulary, code, vocabularies) for code in value)
        case "words":
            return "、".join(value)
        case "ip" | "affiliations" | "relations":
            return tables.lines(field.kind, value, vocabularies)
    return value


def workbook(
    title: str,
    head: Sequence[str],
    rows: Iterable[Sequence[Any]],
    widths: Sequence[float] = (),
    above: Sequence[str] = (),
) -> bytes:
    """An .xlsx with one sheet: `above` as lines of text, then the header, then rows; every cell made safe."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_name(title))
    for index, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    sheet.freeze_panes = f"A{len(above) + 2}"
    for line in above:
        sheet.append([_cell(sheet, line)])
    sheet.append([_cell(sheet, name, head=True) for name in head])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def recommendations_workbook(
    platform: Platform, recommendations: Recommendations, subject: ListingColumns
) -> bytes:
    """The list as it is shown, with reasons and cautions; `subject` is the need or achievement it is for.

    Contacts and confidential parts are never in it; an enterprise that hides its name stays hidden.
    """
    of_achievements = recommendations.library == "achievements"
    head = ["序号", "匹配程度", "匹配分", "成果名称" if of_achievements else "需求名称", "单位", "所在地区",
            "行业", "成熟度", "合作方式", "意向价格下限（万元）" if of_achievements else "预算下限（万元）",
            "意向价格上限（万元）" if of_achievements else "预算上限（万元）", "为什么匹配", "需要注意", "进展",
            "网址"]  # fmt: skip
    rows = [
        _recommended(platform, recommendations.library, n, item)
        for n, item in enumerate(recommendations.everything, 1)
    ]
    made = recommendations.created_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")
    above = (
        f"推荐清单：{subject.title}",
        f"生成于 {made}；排序方法 {recommendations.algorithm}；分数只供比较，是否合适请以沟通为准。",
    )
    return workbook("推荐", head, rows, (6, 10, 8, 42, 24, 16, 20, 8, 18, 12, 12, 56, 40, 14, 40), above)


def listings_workbook(
    platform: Platform,
    library: str,
    rows: Iterable[ListingColumns],
    *,
    circles: frozenset[str] = frozenset({PUBLIC}),
    owner_names: Mapping[int, str] | None = None,
) -> bytes:
    """Listings in the columns of the import template, so that the file can be edited and imported again.

    `circles`: which fields the reader may see (`services.listings.fields`: add contact and confidential only for
    the owner). `owner_names`: {organisation id: name}, only where the reader may know them.
    """
    fields = [field for field in FIELDS[library] if field.circle in circles]
    names = owner_names or {}
    head = [field.column for field in fields] + ["状态", "最近更新"] + (["单位名称"] if names else [])
    body = (
        [
            *(cell_value(field, getattr(row, field.name), platform.vocabularies) for field in fields),
            STATE_NAMES[row.state], row.updated_at,
            *([names.get(row.organisation_id or 0, "")] if names else []),
        ]
        for row in rows
    )  # fmt: skip
    widths = [_WIDTHS.get(field.kind, 14) for field in fields]
    return workbook("导出", head, body, [*widths, 10, 18, 28])


def _recommended(platform: Platform, library: str, number: int, item: Item) -> list[Any]:
    row, known = item.row, platform.vocabularies
    if library == "achievements":
        owner = item.organisation.name if item.organisation else ""
        trl, modes, low, high = row.trl, row.modes, row.price_min, row.price_max
    else:
        owner = public_label(item.organisation, shown=row.show_name)
        trl, modes, low, high = row.wanted_trl, row.wanted_modes, row.budget_min, row.budget_max
    money = Field("", "", "money", "")
    progress = "已婉拒" if item.passed else (
        INTRODUCTION_STATES.get(item.introduction.state, "") if item.introduction else "")  # fmt: skip
    return [
        number, LEVEL_NAMES[item.shown_level], round(item.score, 1), row.title, owner,
        known.regions.path_label(row.region), known.industries.name(row.industry), f"TRL {trl}" if trl else "未评估",
        "、".join(known.modes.name(code) for code in modes or ()), cell_value(money, low, known),
        cell_value(money, high, known), "\n".join(r["text"] for r in item.reasons),
        "\n".join(c["text"] for c in item.cautions), progress, f"{platform.settings.base_url}/{library}/{row.id}",
    ]  # fmt: skip


def _term(vocabulary: str, code: Any, vocabularies: Any) -> str:
    """The name of a code; a region by its whole path, because the names of counties repeat."""
    if code in (None, ""):
        return ""
    known = getattr(vocabularies, vocabulary)
    return str(known.path_label(code) if vocabulary == "regions" else known.name(str(code)))


def _cell(sheet: Any, value: Any, *, head: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, safe(value))
    if isinstance(cell.value, str):
        cell.data_type = "s"  # text stays text, whatever it begins with
        cell.alignment = Alignment(wrap_text=len(cell.value) > 30 or "\n" in cell.value, vertical="top")
    if head:
        cell.font, cell.fill = Font(bold=True), _HEAD_FILL
    return cell


def _sheet_name(title: str) -> str:
    """Excel allows 31 characters and none of these."""
    return re.sub(r"[\[\]:*?/\\']", " ", title).strip()[:31] or "导出"
