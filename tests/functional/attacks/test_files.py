"""Files and texts that once took minutes or all memory.

Time limits are generous, and of processor time.
"""

from __future__ import annotations

import io
import os
import time
import zipfile

import pytest
from docx import Document
from openpyxl import Workbook

from services.differences import IN, OUT, likeness, pieces
from services.documents import read_need_form
from services.errors import Invalid
from tests.functional.stage import Stage

SECONDS = 10.0


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def packed(kind: str, replaced: dict[str, str], padding: int = 0) -> bytes:
    """A right .docx or .xlsx with some of its parts replaced; `padding` bytes that do not pack."""
    plain, out = io.BytesIO(), io.BytesIO()
    (Document() if kind == "docx" else Workbook()).save(plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            if item.filename not in replaced:
                target.writestr(item, source.read(item))
        for name, body in replaced.items():
            target.writestr(name, body)
        if padding:
            target.writestr("padding.bin", os.urandom(padding))
    return out.getvalue()


def word(body: str, padding: int = 0) -> bytes:
    """A .docx whose document is this markup."""
    document = f'<?xml version="1.0"?><w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    return packed("docx", {"word/document.xml": document}, padding)


def paragraph(words: str) -> str:
    return f'<w:p><w:r><w:t xml:space="preserve">{words}</w:t></w:r></w:p>'


def cell(words: str, properties: str) -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(words)}</w:tc>"


def timed(name: str, body: bytes) -> str:
    """What is read of a form, or the words in which it is refused, within the time."""
    started = time.process_time()
    try:
        found = read_need_form(name, body)
    except Invalid as refused:
        found = refused.errors[0].message
    assert time.process_time() - started < SECONDS
    return found


def test_a_cell_that_spans_two_thousand_million_columns() -> None:
    spanning = cell("需求名称：高温合金叶片修复", '<w:gridSpan w:val="2000000000"/>')
    assert "高温合金叶片修复" in timed("需求.docx", word(f"<w:tbl><w:tr>{spanning}</w:tr></w:tbl>"))


def test_a_column_of_merged_cells_as_long_as_the_file() -> None:
    top = "<w:tr>" + cell("指标", '<w:vMerge w:val="restart"/>') * 40 + "</w:tr>"
    below = "<w:tr>" + cell("", "<w:vMerge/>") * 40 + cell("强度", "") + "</w:tr>"
    read = timed("需求.docx", word(f"<w:tbl>{top}{below * 300}</w:tbl>"))
    assert read.splitlines()[:2] == ["指标", "指标：强度"]


@pytest.mark.parametrize("words", [
    f"名称：{' ' * 60_000}：x", f"名称{' ' * 60_000}x", f"名称：{'甲' * 60_000}：", "名称：" * 20_000,
])  # fmt: skip
def test_blanks_that_make_a_search_try_again_and_again(words: str) -> None:
    assert timed("需求.docx", word(paragraph(words)))


def test_a_document_of_millions_of_empty_paragraphs() -> None:
    assert "过大" in timed("需求.docx", word("<w:p/>" * 4_000_000, padding=200_000))
    assert timed("需求.docx", word("<w:p/>" * 500_000 + paragraph("高温合金叶片"), padding=50_000))


def test_a_workbook_of_millions_of_fonts_or_strings() -> None:
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    fonts = f"<styleSheet {space}><fonts>{'<font><b/></font>' * 1_000_000}</fonts></styleSheet>"
    strings = f"<sst {space}>{'<si><t>abcdef</t></si>' * 1_000_000}</sst>"
    for part, body in (("xl/styles.xml", fonts), ("xl/sharedStrings.xml", strings)):
        assert "过大" in timed("需求.xlsx", packed("xlsx", {part: body}, padding=400_000))


def test_a_million_keywords(stage: Stage) -> None:
    started = time.process_time()
    many = [f"词{n}" for n in range(300_000)]
    answer = stage.callers["university"].post("/achievements", {"title": "成果", "keywords": many})
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == "keywords"
    for name, value in (("ip", [{"type": "invention_patent"}] * 100_000), ("forms", "发明专利、" * 300_000)):
        assert (
            stage.callers["university"].post("/achievements", {"title": "成果", name: value}).status_code
            == 422
        )
    assert time.process_time() - started < 2 * SECONDS


@pytest.mark.parametrize(("before", "after"), [
    ("，" * 8000, "，甲" * 4000), ("甲" * 8000, "甲乙" * 4000), ("甲，" * 4000, "，甲乙" * 2600),
])  # fmt: skip
def test_texts_that_take_a_reviewer_minutes(before: str, after: str) -> None:
    started = time.process_time()
    found = pieces(before, after)
    likeness(before[:200], after[:200])
    assert time.process_time() - started < SECONDS
    assert "".join(t for kind, t in found if kind != IN) == before
    assert "".join(t for kind, t in found if kind != OUT) == after
