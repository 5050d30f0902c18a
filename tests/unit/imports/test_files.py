"""Files of every kind: read, or refused with a sentence that says what to do."""

import time

import pytest

from services.imports import columns, csv_file, excel_file, files
from services.imports.table import MAX_ROWS, UnreadableFile
from tests.unit.imports.books import csv, part, repacked, saved, sheet_of, xlsx

SHEET = "xl/worksheets/sheet1.xml"


def read(name, data, library="achievements"):
    return files.read(name, data, lambda cells: columns.is_header(library, cells))


def refusal(name, data):
    with pytest.raises(UnreadableFile) as told:
        read(name, data)
    assert told.value.errors[0].field == "file"
    return told.value.message


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_every_encoding_people_save(codec):
    table = read("a.csv", csv("成果名称,成果详情", "镍基单晶叶片修复,“𠮷”字与 Al₂O₃", codec=codec))
    assert [row.cells for row in table.rows][1] == ("镍基单晶叶片修复", "“𠮷”字与 Al₂O₃")


@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_csv_separators(mark):
    table = read("a.csv", csv(mark.join(("成果名称", "地区")), mark.join(("甲", "浙江省"))))
    assert table.rows[1].cells == ("甲", "浙江省")


def test_quoted_cells_may_hold_commas_and_lines_and_rows_keep_the_number_excel_shows():
    table = read("a.csv", csv("成果名称,成果详情", "", '"甲，乙,丙","第一行\n第二行"', "丁,"))
    assert [(row.number, row.cells) for row in table.rows[1:]] == [
        (3, ("甲，乙,丙", "第一行\n第二行")),
        (4, ("丁",)),
    ]


def test_broken_utf8_names_the_line():
    data = csv("成果名称", *[f"用于高炉的耐火材料配方第{i}种" for i in range(20)])
    damaged = data[:200] + b"\xff\xfe"[:1] + data[200:]
    line = damaged[:200].count(b"\n") + 1
    assert f"第 {line} 行" in refusal("a.csv", damaged)


def test_bytes_of_no_encoding_are_refused():
    assert "CSV UTF-8" in refusal("a.csv", b"title\n\xff\xff\x81\x20\xfe\xff\n")


def test_a_missing_quote_is_named_where_the_cell_grows():
    rows = [f"第{i}项成果的名称,说明" for i in range(2000)]
    table = read("a.csv", csv("成果名称,成果详情", '"甲,乙', *rows))
    assert "引号" in table.rows[1].wrong[0]
    assert len(table.rows[1].cells[0]) == 200


def test_a_megabyte_in_a_title_is_one_bad_cell():
    table = read("a.csv", csv("成果名称", "长" * 1_000_000, "短"))
    assert "1,000,000" in table.rows[1].wrong[0]
    assert table.rows[2].wrong == {}


@pytest.mark.parametrize(
    ("name", "data", "word"),
    [
        ("a.xlsx", b"", "空的"),
        ("a.csv", b" \r\n\t\n", "空的"),
        ("a.xlsx", b"PK\x03\x04 not a package", "打不开"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "xls"),
        ("a.xlsx", "成果名称\n甲".encode(), "内容却不是"),
        ("a.pdf", b"%PDF-1.7", "PDF"),
        ("a.csv", b"<!DOCTYPE html><html></html>", "网页"),
        ("a.csv", b"\x7fELF\x00\x00\x01\x02", "二进制"),
    ],
)
def test_what_is_no_table_is_refused_with_a_remedy(name, data, word):
    assert word in refusal(name, data)


def test_a_zip_that_is_no_workbook_is_refused():
    data = repacked(xlsx(("成果名称",)), {})
    assert "不是 Excel" in refusal("a.xlsx", data.replace(b"[Content_Types].xml", b"[Content_Typos].xml"))


def test_a_zip_bomb_is_not_opened():
    bomb = repacked(xlsx(("成果名称",), ("甲",)), {"xl/media/filler.xml": b"0" * (60 * 1024 * 1024)})
    assert len(bomb) < 200_000
    before = time.process_time()
    assert "解压后" in refusal("a.xlsx", bomb)
    assert time.process_time() - before < 1


@pytest.mark.parametrize("name", [SHEET, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"])
def test_entity_bombs_do_not_expand(name):
    bomb = (
        '<!DOCTYPE z [<!ENTITY a "'
        + "a" * 1000
        + '">'
        + "".join(f'<!ENTITY {chr(98 + i)} "{("&" + chr(97 + i) + ";") * 20}">' for i in range(8))
        + "]>"
    )
    sound = xlsx(("成果名称",), ("甲",))
    body = part(sound, name).decode()
    head, _, rest = body.partition(">") if body.startswith("<?xml") else ("", "", body)
    start = rest.index(">") + 1
    hostile = f"{head}{'>' if head else ''}{bomb}{rest[:start]}&i;{rest[start:]}".encode()
    before = time.process_time()
    assert "打不开" in refusal("a.xlsx", repacked(sound, {name: hostile}))
    assert time.process_time() - before < 2


def test_a_row_that_claims_an_absurd_number_does_not_hang():
    sound = xlsx(("成果名称",), ("甲",))
    hostile = part(sound, SHEET).replace(b'<row r="2"', b'<row r="99999999999"')
    before = time.process_time()
    assert "打不开" in refusal("a.xlsx", repacked(sound, {SHEET: hostile}))
    assert time.process_time() - before < 5


def test_a_sheet_that_claims_a_million_columns_is_read_by_what_it_holds():
    sound = xlsx(("成果名称",), ("甲",))
    hostile = part(sound, SHEET).replace(b"A1:A2", b"A1:XFD1048576")
    table = read("a.xlsx", repacked(sound, {SHEET: hostile}))
    assert [row.cells for row in table.rows] == [("成果名称",), ("甲",)]


def test_too_many_rows_and_columns():
    assert "20,000" in refusal("a.csv", csv("成果名称", *map(str, range(MAX_ROWS + 20))))
    assert "100 列" in refusal("a.csv", csv("成果名称", ",".join("x" * 120)))
    assert "100 列" in refusal("a.xlsx", xlsx(("成果名称",), ["x"] * 120))


def test_formulas_and_excel_errors_are_bad_cells_by_column():
    table = read("a.xlsx", xlsx(("成果名称", "意向价格下限（万元）"), ("甲", "=1+1"), ("乙", "#REF!")))
    assert "公式" in table.rows[1].wrong[1]
    assert "错误值" in table.rows[2].wrong[1]


def test_the_header_is_found_under_a_title_and_on_a_later_sheet():
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "封面"
    book.active.append(["2026 年成果汇总"])
    sheet = book.create_sheet("数据")
    sheet.append(["乙大学成果表"])
    sheet.append([])
    sheet.append(["序号", "成果名称"])
    sheet.append([1, "甲"])
    table = read("a.xlsx", saved(book))
    layout, rows = columns.split("achievements", table)
    assert table.sheet == "数据"
    assert [columns.typed(layout, row) for row in rows] == [{"title": "甲"}]
    assert rows[0].number == 4


def test_own_files_of_this_test_are_sound():
    assert sheet_of(xlsx(("a",), ("b",))) == [["a"], ["b"]]
    assert csv_file.read(csv("a", "b")).rows[1].cells == ("b",)
    excel_file.unpacked_size(xlsx(("a",)))
