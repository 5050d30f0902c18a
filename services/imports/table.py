"""What every kind of file becomes: a header and rows of text. And how a cell of any type becomes text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from services.errors import FieldError, Invalid

MAX_ROWS = 20_000
MAX_COLUMNS = 100
MAX_CELL = 10_000
"""Characters of one cell; the longest field takes 8,000."""
HEADER_WITHIN = 10
"""The header may stand under a few lines of title: it is looked for in that many non-empty rows."""


class UnreadableFile(Invalid):
    """The file as a whole cannot be used; the message says why and what to do."""

    def __init__(self, message: str) -> None:
        """The file is the faulty field."""
        super().__init__([FieldError("file", message)], message)


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not empty. `number` is the one the spreadsheet program shows; `wrong`: column → message."""

    number: int
    cells: tuple[str, ...]
    wrong: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """The non-empty rows of one sheet, the header among the first of them. `sheet`: its name, empty for csv."""

    rows: Sequence[Row]
    sheet: str = ""


def plain(value: Any) -> str:
    """A cell's value as a person would type it.

    Excel keeps every number as a binary fraction: 6 arrives as 6.0 and 12.3 as 12.300000000000001; it shows 15
    digits, and so do we.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()


def too_long(text: str) -> str:
    """The message for a cell beyond `MAX_CELL`, empty when it fits."""
    if len(text) <= MAX_CELL:
        return ""
    return (
        f"这一格有 {len(text):,} 字，最多 {MAX_CELL:,} 字。若内容看着没那么长，多半是前面某处少了一个引号。"
    )


def check_size(rows: int) -> None:
    """Raise UnreadableFile as soon as there is one row too many."""
    if rows > MAX_ROWS + HEADER_WITHIN:
        raise UnreadableFile(f"超过 {MAX_ROWS:,} 行，请拆成几个文件分别导入。")
