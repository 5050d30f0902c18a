"""What a handed-in file is, by its content: the name is what somebody called it, and proves nothing.

Nothing is opened beyond the table of contents of a document: files are kept and handed out, never read.
"""

from __future__ import annotations

import io
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import PurePath

from services.errors import FieldError, Invalid

MAX_NAME = 100


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file the platform takes."""

    label: str
    endings: tuple[str, ...]
    media_type: str


_OFFICE = "application/vnd.openxmlformats-officedocument."
PDF = Kind("PDF", ("pdf",), "application/pdf")
PNG = Kind("图片", ("png",), "image/png")
JPEG = Kind("图片", ("jpg", "jpeg"), "image/jpeg")
DOCX = Kind("Word", ("docx",), f"{_OFFICE}wordprocessingml.document")
XLSX = Kind("Excel", ("xlsx",), f"{_OFFICE}spreadsheetml.sheet")
KINDS = (PDF, PNG, JPEG, DOCX, XLSX)
ACCEPTED = ",".join(f".{ending}" for kind in KINDS for ending in kind.endings)

_SIGNATURES = ((b"%PDF-", PDF), (b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG))
_PARTS = (("word/document.xml", DOCX), ("xl/workbook.xml", XLSX))
_ADVICE = "请上传 PDF、图片（PNG、JPG）、Word（.docx）或 Excel（.xlsx）。"


def recognise(data: bytes) -> Kind:
    """The kind of a file; raises Invalid (field `file`) with a remedy for anything else."""
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            return kind
    if data.startswith(b"PK\x03\x04"):
        return _office(data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise _refused("这是旧版 Office 文件，或设了密码。请去掉密码，另存为 .docx、.xlsx 或 PDF 再上传。")
    if not data.strip(b"\x00 \t\r\n"):
        raise _refused("文件是空的，请检查后重新选择。")
    raise _refused(f"认不出这是什么文件。{_ADVICE}")


def _office(data: bytes) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = {member.filename for member in package.infolist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError):
        raise _refused("文件打不开，可能没有下载完整。请重新保存后再上传。") from None
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise _refused("文件里有宏，不能上传。请另存为不带宏的 .docx、.xlsx，或转成 PDF。")
    kind = next((kind for part, kind in _PARTS if part in names), None)
    if kind is None or "[Content_Types].xml" not in names:
        raise _refused(f"这是压缩包或其他格式。{_ADVICE}")
    return kind


def shown_name(filename: str, kind: Kind) -> str:
    """What the file is called: no folders, nothing invisible, and the ending its content has."""
    base = PurePath(filename.replace("\\", "/")).name
    plain = "".join(c for c in unicodedata.normalize("NFC", base) if unicodedata.category(c)[0] != "C")
    stem, dot, ending = plain.rpartition(".")
    if not dot or ending.lower() not in kind.endings:
        stem, ending = plain, kind.endings[0]
    return f"{stem.strip(' .')[:MAX_NAME] or '文件'}.{ending.lower()}"


def _refused(message: str) -> Invalid:
    return Invalid([FieldError("file", message)])
