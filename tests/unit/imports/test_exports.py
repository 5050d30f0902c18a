"""What leaves as a spreadsheet runs nothing and can come back."""

import io

import pytest
from openpyxl import load_workbook

from services.exports import safe, workbook


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =cmd|' /C calc'!A0", "\n=1"]
)
def test_text_that_could_run_gets_an_apostrophe(text):
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("value", ["甲", "", 5, 1.5, None, "a=b", "’"])
def test_everything_else_stays(value):
    assert safe(value) == value


def test_cells_are_text_and_excel_can_open_them():
    data = workbook(
        "表/名", ["列"], [['=HYPERLINK("http://x")'], ["\x00坏\x1f字"], ["长" * 40_000], [3]], above=["=说明"]
    )
    sheet = load_workbook(io.BytesIO(data)).active
    cells = [row[0] for row in sheet.iter_rows()]
    assert [cell.data_type for cell in cells] == ["s", "s", "s", "s", "s", "n"]
    assert [str(cell.value)[:3] for cell in cells] == ["'=说", "列", "'=H", "坏字", "长长长", "3"]
    assert len(cells[4].value) < 32_768
