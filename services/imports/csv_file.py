"""Reads csv as people save it: UTF-8 with or without BOM, GB18030, UTF-16 from Excel; comma, tab or semicolon."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from services.imports.table import MAX_COLUMNS, Row, Table, UnreadableFile, check_size, plain, too_long

_DELIMITERS = (",", "\t", ";")
_BROKEN_SHARE = 0.02
"""Up to this share of unreadable characters a file is damaged UTF-8; a GB18030 file read as UTF-8 breaks everywhere."""
_REMEDY = "请在 Excel 里“另存为 → CSV UTF-8”，或直接上传 .xlsx。"

# The module's limit is global and 128 KB by default; longer cells get a message of their own, by row and column.
csv.field_size_limit(64 * 1024 * 1024)


def decode(data: bytes) -> str:
    """The text of the file; raises UnreadableFile naming the line that cannot be read."""
    for mark, codec in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _strict(data, codec)
    if b"\x00" in data:
        raise UnreadableFile(f"这不是表格文件（里面有二进制内容）。{_REMEDY}")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as broken:
        loose = data.decode("utf-8", errors="replace")
        foreign = sum(1 for c in loose if ord(c) > 127)
        if loose.count("\ufffd") <= max(3, foreign * _BROKEN_SHARE) and foreign > 20:
            raise _at_line(data, broken.start) from None
    return _strict(data, "gb18030")


def _strict(data: bytes, codec: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError as broken:
        raise _at_line(data, broken.start) from None


def _at_line(data: bytes, position: int) -> UnreadableFile:
    line = data.count(b"\n", 0, position) + 1
    return UnreadableFile(f"第 {line} 行有认不出的字符，文件的编码不是 UTF-8 或 GB18030，或已损坏。{_REMEDY}")


def read(data: bytes) -> Table:
    """The rows of a csv file; raises UnreadableFile."""
    text = decode(data)
    return Table(list(_rows(text, _delimiter(text))))


def _delimiter(text: str) -> str:
    """The separator that cuts the first lines into most pieces; comma when nothing does."""
    head = [line for line in text[:20_000].splitlines() if line.strip()][:3]
    return max(_DELIMITERS, key=lambda mark: (sum(line.count(mark) for line in head[:1]), mark == ","))


def _rows(text: str, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    kept = 0
    number = 0
    try:
        for number, record in enumerate(reader, 1):
            cells = tuple(plain(cell) for cell in record)
            if not any(cells):
                continue
            while cells and not cells[-1]:
                cells = cells[:-1]
            kept += 1
            check_size(kept)
            if len(cells) > MAX_COLUMNS:
                raise UnreadableFile(f"第 {number} 行有 {len(cells)} 列，最多 {MAX_COLUMNS} 列。")
            wrong = {i: message for i, cell in enumerate(cells) if (message := too_long(cell))}
            yield Row(number, tuple(c[:200] if i in wrong else c for i, c in enumerate(cells)), wrong)
    except csv.Error as error:
        raise UnreadableFile(f"第 {number + 1} 行起读不下去了（{error}）。{_REMEDY}") from None
