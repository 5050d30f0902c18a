"""Makes the files the tests read: sound workbooks, and damaged or hostile ones."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook, load_workbook


def xlsx(*rows: Sequence[Any], sheet: str = "填写") -> bytes:
    """A workbook with one sheet."""
    book = Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(list(row))
    return saved(book)


def saved(book: Workbook) -> bytes:
    """The bytes of a workbook."""
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def sheet_of(data: bytes, name: str = "") -> list[list[Any]]:
    """The values of a sheet, rows without any left out."""
    book = load_workbook(io.BytesIO(data))
    sheet = book[name] if name else book.active
    return [list(row) for row in sheet.iter_rows(values_only=True) if any(v is not None for v in row)]


def csv(*lines: str, codec: str = "utf-8") -> bytes:
    """Lines of a csv file."""
    return "\r\n".join(lines).encode(codec)


def repacked(data: bytes, parts: Mapping[str, bytes]) -> bytes:
    """A workbook with parts replaced or added: what a normal program would never write."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, body in parts.items():
            new.writestr(name, body)
    return buffer.getvalue()


def part(data: bytes, name: str) -> bytes:
    """One part of a workbook."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return package.read(name)
