"""A need form as people send it, Word or Excel, read into plain text for matching; nothing is kept of it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from itertools import chain, islice

from docx import Document
from docx.oxml.ns import qn
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from openpyxl import load_workbook

from services.errors import FieldError, Invalid

MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED = 60 * 1024 * 1024
MAX_RATIO = 200
"""A real document packs ten to twenty times; a bomb packs a thousand times."""
MAX_CHARACTERS = 20_000
MAX_STREAMED, MAX_PARSED = 16 * 1024 * 1024, 4 * 1024 * 1024
"""XML that is read as a stream (cells of a workbook) and XML that becomes a tree in memory, fifty times its size."""
MAX_LINES, MAX_CELLS = 5_000, 100
"""Paragraphs or rows of a document, and cells of a row, that are looked at."""
_STREAMED = ("xl/worksheets/", "xl/sharedStrings.xml")
_NAME = re.compile(r"^[^\n：:]{0,6}(?:名称|标题|题目)[^\S\n]*[：:]\s*(?=\S)([^\n：:]{6,})$", re.MULTILINE)
"""`需求名称：高温合金叶片修复` in a form; a row of column heads (`需求名称：预算`) has no value of six characters.
No two of its parts can take the same character, so that no text makes it try again and again."""


def read_need_form(filename: str, body: bytes) -> str:
    """The text of a .docx, .xlsx or .txt; raises Invalid naming what to do."""
    if not body:
        raise _refused("文件是空的，请检查后重新选择。")
    if len(body) > MAX_BYTES:
        raise _refused(f"文件有 {len(body) // 1024 // 1024} MB，最大 10 MB；可以只粘贴文字。")
    ending = filename.rsplit(".", 1)[-1].lower()
    if ending == "txt":
        return _decoded(body)[:MAX_CHARACTERS]
    if ending not in ("docx", "xlsx"):
        raise _refused("请上传 .docx、.xlsx 或 .txt 文件；旧的 .doc、.xls 请另存为新格式。")
    refuse_bomb(body)
    try:
        text = _from_docx(body) if ending == "docx" else _from_xlsx(body)
    except Exception as error:
        # The two libraries raise a dozen kinds for damaged files; all mean the same to the person.
        raise _refused("文件打不开，可能已损坏或加了密码；可以直接粘贴文字。") from error
    if not text.strip():
        raise _refused("文件里没有文字；如果内容是图片，请把文字粘贴到框里。")
    return _name_first(text[:MAX_CHARACTERS])


def refuse_bomb(body: bytes) -> None:
    """Raise Invalid for what is no ZIP at all, or unpacks to far more than any real document."""
    try:
        with zipfile.ZipFile(BytesIO(body)) as archive:
            members = archive.infolist()
            unpacked = sum(item.file_size for item in members)
            markup = [m for m in members if m.filename.lower().endswith((".xml", ".rels"))]
            streamed = sum(m.file_size for m in markup if m.filename.startswith(_STREAMED))
            parsed = sum(m.file_size for m in markup) - streamed
            too_much = streamed > MAX_STREAMED or parsed > MAX_PARSED
            if too_much or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(len(body), 1):
                raise _refused("文件解压后过大，不像一份正常的表格或文档，没有读取。")
    except zipfile.BadZipFile:
        raise _refused("文件内容与扩展名不符，请用 Word 或 Excel 另存后再上传。") from None


def _from_docx(data: bytes) -> str:
    document = Document(BytesIO(data))
    body = document.element.body
    lines = chain(
        (Paragraph(p, document).text for p in islice(body.iterchildren(qn("w:p")), MAX_LINES)),
        islice(chain.from_iterable(_table_lines(table) for table in document.tables), MAX_LINES),
    )
    found, length = [], 0
    for line in filter(None, (line.strip() for line in lines)):
        found.append(line)
        length += len(line) + 1
        if length > MAX_CHARACTERS:
            break
    return "\n".join(found)


def _table_lines(table: Table) -> Iterator[str]:
    """The rows of a table, merged cells once a row.

    The library's own `row.cells` repeats a cell as often as the file says it spans: two thousand million times, if a
    file says so, and it walks a column of merged cells up to its top for each of them.
    """
    above: dict[int, str] = {}
    for row in islice(table._tbl.iterchildren(qn("w:tr")), MAX_LINES):
        cells, column = [], 0
        for cell in islice(row.iterchildren(qn("w:tc")), MAX_CELLS):
            merged = cell.vMerge == "continue"
            text = above.get(column, "") if merged else _Cell(cell, table).text.strip()
            above[column] = text
            column += max(1, cell.grid_span)
            cells.append(text)
        yield "：".join(dict.fromkeys(filter(None, cells)))


def _from_xlsx(body: bytes) -> str:
    workbook = load_workbook(BytesIO(body), read_only=True, data_only=True)
    lines = []
    for sheet in workbook.worksheets[:3]:
        for row in sheet.iter_rows(max_row=500, max_col=30, values_only=True):
            cells = [str(cell).strip() for cell in row if cell is not None and str(cell).strip()]
            if cells:
                lines.append("：".join(cells))
    return "\n".join(lines)


def _name_first(text: str) -> str:
    """The line that names the need goes first and without its label: in matching it stands for the title."""
    named = _NAME.search(text)
    if named is None:
        return text
    return "\n".join(
        filter(None, (named[1].strip(), text[: named.start()].strip(), text[named.end() :].strip()))
    )


def _decoded(body: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _refused("文字编码无法识别，请另存为 UTF-8 后再上传。")


def _refused(message: str) -> Invalid:
    return Invalid([FieldError("file", message)])
