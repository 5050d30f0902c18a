"""From bytes to a table, whatever the file is called: what it is shows in its first bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from services.imports import csv_file, excel_file
from services.imports.table import Table, UnreadableFile

_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PDF = b"%PDF"


def weight(data: bytes) -> int:
    """Roughly how many bytes there are to read: a workbook is packed. Raises UnreadableFile for a damaged one."""
    return excel_file.unpacked_size(data) if data.startswith(_ZIP) else len(data)


def read(filename: str, data: bytes, is_header: Callable[[Sequence[str]], bool]) -> Table:
    """The table in an uploaded file; raises UnreadableFile with a remedy. `is_header` knows a header when it sees one."""
    ending = filename.lower().rsplit(".", 1)[-1] if "." in filename else ""
    if not data.strip(b"\x00 \t\r\n"):
        raise UnreadableFile("文件是空的（0 字节或只有空白）。请检查是否保存完整后再上传。")
    if data.startswith((_ZIP, _EMPTY_ZIP)):
        return excel_file.read(data, is_header)
    if data.startswith(_OLE):
        raise UnreadableFile("这是旧版 .xls，或设了密码的文件。请去掉密码，另存为 .xlsx 再上传。")
    if data.startswith(_PDF):
        raise UnreadableFile("这是 PDF，不是表格。请上传 .xlsx 或 .csv。")
    if ending in ("xlsx", "xlsm", "xls", "et", "ods"):
        raise UnreadableFile("文件名像 Excel，内容却不是，可能没有下载完整。请用 Excel 打开后另存为 .xlsx。")
    if data[:200].lstrip().lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        raise UnreadableFile("这是网页或 XML，不是表格。请上传 .xlsx 或 .csv。")
    return csv_file.read(data)
