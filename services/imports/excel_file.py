"""Reads .xlsx without trusting it: sizes are checked before it is opened, entities are refused, nothing is computed.

A workbook is a zip of XML that strangers made. openpyxl reads it as a stream; defusedxml (which openpyxl uses when
it is installed) refuses entity bombs. Macros and links are never looked at.
"""

from __future__ import annotations

import io
import logging
import zipfile
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from openpyxl import load_workbook

from services.imports.table import (
    HEADER_WITHIN,
    MAX_COLUMNS,
    Row,
    Table,
    UnreadableFile,
    check_size,
    plain,
    too_long,
)  # fmt: skip

log = logging.getLogger(__name__)

MAX_UNPACKED = 100 * 1024 * 1024
"""20,000 rows with full abstracts unpack to about 60 MB."""
MAX_RATIO, RATIO_FROM = 150, 20 * 1024 * 1024
"""Real sheets shrink 5 to 40 times, a zip bomb a thousand times; small files may be as regular as they like."""
MAX_MEMBERS = 1_000
LAST_ROW = 1_048_576
"""Excel's own limit; a row that claims a number beyond it would be reached through as many empty ones."""
_DAMAGED = "打不开这个 Excel 文件，可能已损坏或不完整。请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"


def unpacked_size(data: bytes) -> int:
    """How many bytes a workbook unpacks to; raises UnreadableFile for what is no workbook, or something enormous."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            members = package.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError):
        raise UnreadableFile(_DAMAGED) from None
    names = {member.filename for member in members}
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise UnreadableFile("这是一个压缩包或其他文档，不是 Excel 工作簿。请上传 .xlsx 或 .csv。")
    if any(member.flag_bits & 1 for member in members):
        raise UnreadableFile("这个文件设了密码。请去掉密码后再上传。")
    unpacked = sum(member.file_size for member in members)
    packed = max(1, sum(member.compress_size for member in members))
    bomb = unpacked > RATIO_FROM and unpacked / packed > MAX_RATIO
    if bomb or unpacked > MAX_UNPACKED or len(members) > MAX_MEMBERS:
        raise UnreadableFile(
            f"这个文件解压后有 {unpacked / 1024 / 1024:.0f} MB，超出正常表格的范围，没有打开。"
            "请只保留要导入的内容，另存为新的 .xlsx。"
        )
    return unpacked


def read(data: bytes, is_header: Callable[[Sequence[str]], bool]) -> Table:
    """The rows of the first visible sheet that has a header; raises UnreadableFile."""
    unpacked_size(data)
    try:
        return _read(data, is_header)
    except UnreadableFile:
        raise
    except Exception as error:  # openpyxl raises whatever a damaged part makes Python raise
        log.info("unreadable workbook: %s: %s", type(error).__name__, error)
        raise UnreadableFile(_DAMAGED) from None


def _read(data: bytes, is_header: Callable[[Sequence[str]], bool]) -> Table:
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    try:
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        for sheet in sheets:
            sheet.reset_dimensions()  # the size a file claims may be a million rows of nothing
            if _has_header(sheet, is_header):
                return Table(list(_rows(sheet)), sheet.title)
        return Table(list(islice(_rows(sheets[0]), HEADER_WITHIN)) if sheets else [])
    finally:
        book.close()


def _has_header(sheet: Any, is_header: Callable[[Sequence[str]], bool]) -> bool:
    return any(is_header(row.cells) for row in islice(_rows(sheet), HEADER_WITHIN))


def _rows(sheet: Any) -> Iterator[Row]:
    kept = 0
    gap: Any = None
    for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS + 1), 1):
        if row is gap:  # openpyxl gives one and the same tuple for every row a file leaves out
            if number > LAST_ROW:
                raise UnreadableFile(_DAMAGED)
            continue
        cells: list[str] = []
        wrong: dict[int, str] = {}
        for index, cell in enumerate(row):
            value = cell.value
            if value is None:
                cells.append("")
                continue
            if cell.data_type == "f":
                wrong[index] = "这一格是公式。请复制后“选择性粘贴 → 数值”，再导入。"
            elif cell.data_type == "e":
                wrong[index] = f"这一格是 Excel 的错误值 {value}，请改成实际内容。"
            text = plain(getattr(value, "text", value))
            if message := too_long(text):
                wrong[index] = message
            cells.append(text[:200] if index in wrong else text)
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            gap = row
            continue
        kept += 1
        check_size(kept)
        if len(cells) > MAX_COLUMNS:
            raise UnreadableFile(f"第 {number} 行超过 {MAX_COLUMNS} 列，请删去多余的列。")
        yield Row(number, tuple(cells), wrong)
