"""Headings and cells: the template's, the API's, and what people write instead."""

from datetime import date, datetime, time

import pytest

from services.imports import columns, csv_file
from services.imports.table import UnreadableFile, plain
from services.listings.catalogue import FIELDS
from tests.unit.imports.books import csv


def said(library, *lines):
    layout, rows = columns.split(library, csv_file.read(csv(*lines)))
    return [columns.typed(layout, row) for row in rows]


@pytest.mark.parametrize("library", list(FIELDS))
def test_every_field_is_known_by_its_heading_and_by_its_api_name(library):
    for heading in ("column", "name", "label"):
        names = [getattr(field, heading) for field in FIELDS[library]]
        layout, _ = columns.split(library, csv_file.read(csv(",".join(names), "x")))
        assert [column.targets for column in layout.columns] == [(field.name,) for field in FIELDS[library]]
        assert layout.ignored == ()


@pytest.mark.parametrize(
    "heading",
    ["成果名称", "标题", "题目", "名称", "title", "Title", " 成果名称 *", "成果名称（必填）", "项目名称"],
)
def test_a_title_alone_is_enough(heading):
    assert said("achievements", heading, "甲") == [{"title": "甲"}]


def test_unknown_columns_are_left_and_named():
    layout, _ = columns.split("needs", csv_file.read(csv("需求名称,行业大类,", "甲,乙")))
    assert layout.ignored == ("行业大类",)


def test_the_templates_heading_wins_over_a_look_alike_and_two_of_a_kind_are_refused():
    assert said("achievements", "项目名称,成果名称", "甲,乙") == [{"title": "乙"}]
    with pytest.raises(UnreadableFile, match="同一个字段"):
        said("achievements", "成果名称,title", "甲,乙")


def test_no_header_says_which_one_is_missing_and_what_was_found():
    with pytest.raises(UnreadableFile, match=r"成果名称.*第一行现在是：甲、乙"):
        said("achievements", "甲,乙", "丙,丁")


def test_a_header_without_rows():
    with pytest.raises(UnreadableFile, match="没有数据行"):
        said("needs", "需求名称")


@pytest.mark.parametrize(
    ("typed", "low", "high"),
    [
        ("10~50万", "10万", "50万"),
        ("10 - 50", "10", "50"),
        ("10万-1亿", "10万", "1亿"),
        (">200万", "200万", None),
        ("200万以上", "200万", None),
        ("<1万", None, "1万"),
        ("50万元以内", None, "50万元"),
        ("80", "80", "80"),
        ("面议", None, None),
        ("很多", "很多", "很多"),
    ],
)
def test_a_range_in_one_cell(typed, low, high):
    expected = {"title": "甲"} | {k: v for k, v in (("budget_min", low), ("budget_max", high)) if v}
    assert said("needs", "需求名称,预算", f"甲,{typed}") == [expected]


def test_a_heading_in_yuan():
    assert said("achievements", "成果名称,意向价格下限（元）", "甲,500000") == [
        {"title": "甲", "price_min": "500000元"}
    ]


def test_a_comma_without_quotes_is_a_row_error_not_a_wrong_record():
    row = said("achievements", "成果名称,学科", "甲,乙,丙")[0]
    assert "引号" in row[columns.UNREADABLE][0][1]


def test_the_apostrophe_of_exports_is_taken_off_again():
    assert said("achievements", "成果名称", "'=1+1", "'甲'", "'-40 ℃ 电解液") == [
        {"title": "=1+1"}, {"title": "'甲'"}, {"title": "-40 ℃ 电解液"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (6.0, "6"), (12.300000000000001, "12.3"), (0.1 + 0.2, "0.3"), (13800000000.0, "13800000000"), (True, "是"),
        (datetime(2027, 6, 30), "2027-06-30"),  # noqa: DTZ001
        (date(2027, 6, 30), "2027-06-30"), (time(8, 5), "08:05:00"), (None, ""),
    ],
)  # fmt: skip
def test_numbers_and_dates_of_excel_cells(value, text):
    assert plain(value) == text
