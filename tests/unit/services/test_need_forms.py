"""A need form as people send it: its own name stands first, because in matching the first line stands for the title."""

from __future__ import annotations

from io import BytesIO

import pytest
from docx import Document
from openpyxl import Workbook

from services.documents import read_need_form
from services.errors import Invalid
from services.pasted import read_paste
from tests.unit.matching.world import shipped


def word(rows: list[tuple[str, str]]) -> bytes:
    document = Document()
    document.add_heading("技术需求表", 1)
    table = document.add_table(rows=0, cols=2)
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def excel(rows: list[tuple[str, ...]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def test_the_name_in_a_form_is_the_title() -> None:
    rows = [
        ("填表日期", "2026-10-01"),
        ("需求名称", "叶片叶尖磨损的激光熔覆修复"),
        ("需求描述", "要求结合强度不低于 400 MPa。"),
    ]
    for name, body in (("表.docx", word(rows)), ("表.xlsx", excel([*rows]))):
        pasted = read_paste(read_need_form(name, body), shipped().ngrams)
        text = pasted.text
        assert pasted.title == "叶片叶尖磨损的激光熔覆修复"
        assert "需求描述：要求结合强度不低于 400 MPa。" in text
        assert "填表日期" in text


def test_heads_of_columns_are_no_name() -> None:
    text = read_need_form("表.xlsx", excel([("需求名称", "预算"), ("焊缝在线检测", "80")]))
    assert text.splitlines() == ["需求名称：预算", "焊缝在线检测：80"]


@pytest.mark.parametrize("name", ["表.doc", "表.pdf", "没有扩展名"])
def test_other_kinds_are_refused_with_a_remedy(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_need_form(name, b"x")
    assert "另存为" in refused.value.errors[0].message


@pytest.mark.parametrize("body", [b"", b"PK\x03\x04 damaged", b"plain text"])
def test_empty_and_damaged_files_are_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        read_need_form("表.docx", body)
