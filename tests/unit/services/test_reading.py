"""What people type becomes values: one rule each, with the sentence a person reads when it does not."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.vocabularies import Vocabularies
from services.errors import Invalid
from services.listings.catalogue import ACHIEVEMENT, NEED, TALENT, field_of
from services.listings.fields import Field
from services.listings.reading import MAX_FEN, clean, read_fields
from tests.support import next_uscc

KNOWN = Vocabularies.load()


def read(field: Field, raw: Any, unit: int = 1) -> Any:
    return read_fields((field,), {field.name: raw}, KNOWN, yuan_per_unit=unit)[field.name]


def refusal(field: Field, raw: Any, unit: int = 1) -> str:
    with pytest.raises(Invalid) as refused:
        read(field, raw, unit)
    (error,) = refused.value.errors
    assert error.field == field.name
    assert error.message.endswith("。")
    return error.message


MONEY = field_of("needs", "budget_min")


@pytest.mark.parametrize(("raw", "unit", "fen"), [
    ("80", 10_000, 80_000_000), ("80", 1, 8_000), ("12.5", 10_000, 12_500_000), ("12.5万", 1, 12_500_000),
    ("80 万元", 10_000, 80_000_000), ("3亿", 1, 30_000_000_000), ("500元", 10_000, 50_000), ("1,234.56", 1, 123_456),
    ("￥1，000", 1, 100_000), ("面议", 1, None), ("", 1, None), (None, 1, None), (0, 1, 0), (80.0, 10_000, 80_000_000),
    ("1e3", 1, 100_000), ("0.01", 1, 1), ("-0", 1, 0), (f"{MAX_FEN // 100}", 1, MAX_FEN),
])  # fmt: skip
def test_money(raw: Any, unit: int, fen: int | None) -> None:
    assert read(MONEY, raw, unit) == fen


@pytest.mark.parametrize(("raw", "unit", "said"), [
    ("-1", 1, "不能是负数"), ("0.001", 1, "最小到分"), (f"{MAX_FEN}", 1, "太大"), ("9999999999万", 10_000, "太大"),
    ("八十", 1, "例如 500000.00（元）"), ("八十", 10_000, "例如 50 或 12.5（万元）"), ("1_000", 1, "应为数字"),
    ("0x10", 1, "应为数字"), ("nan", 1, "应为数字"), ("--5", 1, "应为数字"), ({"a": 1}, 1, "应为数字"), ([1], 1, "应为数字"),
])  # fmt: skip
def test_money_that_is_none(raw: Any, unit: int, said: str) -> None:
    assert said in refusal(MONEY, raw, unit)


@given(fen=st.integers(0, MAX_FEN))
@settings(max_examples=200, deadline=None)
def test_every_amount_survives_the_form_and_the_api(fen: int) -> None:
    assert read(MONEY, f"{Decimal(fen) / 100:.2f}", 1) == fen
    assert read(MONEY, f"{Decimal(fen) / 1_000_000:f}", 10_000) == fen


DAY = field_of("needs", "deadline")
SPREADSHEET_CELL = datetime(2027, 6, 30, 23, 59)  # noqa: DTZ001 (cells have no zone)


@pytest.mark.parametrize("raw", [
    "2027-06-30", "2027/6/30", "2027.06.30", "2027年6月30日", "20270630", "2027-06-30T12:00:00", "2027-06-30 08:00",
    date(2027, 6, 30), SPREADSHEET_CELL, " 2027-06-30\n",
])  # fmt: skip
def test_dates_as_people_write_them(raw: Any) -> None:
    assert read(DAY, raw) == date(2027, 6, 30)


@pytest.mark.parametrize(
    "raw", ["30.06.2027", "2027-02-29", "明年", "2027-6", "1949-12-31", "2101-01-01", 45_000, "0000-00-00"]
)
def test_dates_that_are_none(raw: Any) -> None:
    assert "日期" in refusal(DAY, raw) or "年份" in refusal(DAY, raw)


@pytest.mark.parametrize(("name", "raw", "value"), [
    ("trl", "6", 6), ("trl", "TRL 6", 6), ("trl", "6级", 6), ("trl", 6.0, 6), ("trl", "未评估", None), ("trl", "", None),
    ("industry", "C26", "C26"), ("industry", "C26 化学原料和化学制品制造业", "C26"), ("region", "四川省 成都市", "510100"),
    ("region", "510100", "510100"), ("discipline", "430 材料科学", "430"), ("modes", "许可、转让", ["transfer", "license"]),
    ("modes", ["license", "license"], ["license"]), ("modes", "", []), ("modes", None, []), ("pay_later", "是", True),
    ("pay_later", "", False), ("pay_later", "×", False), ("keywords", "a、b，c;d\ne", ["a", "b", "c", "d", "e"]),
    ("keywords", "a、a、 ", ["a"]), ("visibility", "", "public"), ("contact_email", "A@Example.ORG", "A@example.org"),
])  # fmt: skip
def test_terms_flags_and_words(name: str, raw: Any, value: Any) -> None:
    assert read(field_of("achievements", name), raw) == value


@pytest.mark.parametrize(("name", "raw", "said"), [
    ("trl", "0", "1 到 9"), ("trl", "9.5", "1 到 9"), ("trl", "六", "1 到 9"), ("trl", "1" * 400, "1 到 9"),
    ("industry", "魔法业", "里没有“魔法业”"), ("industry", "x" * 500, "…"), ("modes", "许可、偷", "里没有“偷”"),
    ("keywords", [str(n) for n in range(11)], "最多 10 项，现在有 11 项"), ("keywords", "长" * 31, "最多 30 字"),
    ("pay_later", "也许", "请填“是”或“否”"), ("contact_email", "a@", "不是有效的邮箱"), ("contact_email", "a@b@c.org", "不是有效的邮箱"),
    ("title", "", "请填写成果名称"), ("title", "　\u200b", "请填写成果名称"), ("summary", "长" * 121, "现在有 121 字"),
    ("ip", "发明专利，1，已授权，2043-01-01，多了", "第 1 行应为"), ("ip", "魔法专利", "第 1 行：类型里没有"),
    ("ip", [7], "写法不对"), ("ip", [{"expiry": "后天"}], "第 1 行：到期日"),
])  # fmt: skip
def test_what_is_refused_says_why(name: str, raw: Any, said: str) -> None:
    assert said in refusal(field_of("achievements", name), raw)


def test_small_tables_by_line_and_by_object() -> None:
    ip = field_of("achievements", "ip")
    line = read(ip, "发明专利，ZL1，已授权，2043-01-01\n软著")
    assert line[0] == {
        "type": "invention_patent",
        "number": "ZL1",
        "status": "granted",
        "expiry": "2043-01-01",
    }
    assert (line[1]["type"], line[1]["expiry"]) == ("software_copyright", None)
    assert (
        read(ip, [{"type": "发明专利", "number": "ZL1", "status": "已授权", "expiry": "2043/1/1"}])
        == line[:1]
    )
    assert "结束日期早于起始日期" in refusal(
        field_of("talents", "affiliations"), "甲，乙，2021-01-01，2020-01-01"
    )


@pytest.mark.parametrize("raw", ["", "12345678901234567", "91510100MA00000000", "Ｏ" * 18])
def test_a_credit_code_is_checked(raw: str) -> None:
    field = Field("uscc", "统一社会信用代码", "uscc", "", 18, required=True)
    assert "统一社会信用代码" in refusal(field, raw)


def test_a_credit_code_as_people_copy_it() -> None:
    code, field = next_uscc(), Field("uscc", "统一社会信用代码", "uscc", "", 18)
    for raw in (code, code.lower(), f" {code[:6]} {code[6:]}", f"{code[:8]}-{code[8:]}"):
        assert read(field, raw) == code


def test_all_faults_at_once_and_only_what_was_given() -> None:
    with pytest.raises(Invalid) as refused:
        read_fields(NEED, {"title": "", "budget_min": "x", "deadline": "x"}, KNOWN)
    assert [e.field for e in refused.value.errors] == ["title", "budget_min", "deadline"]
    assert read_fields(NEED, {"teaser": " a "}, KNOWN, partial=True) == {"teaser": "a"}
    whole = read_fields(TALENT, {"title": "甲"}, KNOWN)
    assert (whole["capacity"], whole["stars"], whole["posts"]) == (5, 0, [])


@given(text=st.text())
def test_cleaned_text_is_clean_and_stays_so(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert not any(ord(c) < 32 and c not in "\t\n" for c in once)
    once.encode("utf-8")


@given(raw=st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4), max_leaves=8,
))  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_any_json_at_all_is_read_or_refused(raw: Any) -> None:
    for field in (*ACHIEVEMENT, *NEED, *TALENT):
        with suppress(Invalid):
            read(field, raw)
