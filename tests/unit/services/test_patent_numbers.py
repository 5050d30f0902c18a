"""Patent numbers in every spelling are one number; terms end when the law says."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.patents import terms
from services.patents.numbers import DESIGN, INVENTION, UTILITY, BadNumber, canonical, check_digit, read, same


@pytest.mark.parametrize(
    "typed",
    ["201810123456.5", "2018101234565", "201810123456", "ZL201810123456.5", "ZL 2018 1 0123456.5", "CN201810123456.5",
     "cn 201810123456", "ＺＬ２０１８１０１２３４５６．５", "申请号：201810123456.5", "ZL201810123456。5"],
)  # fmt: skip
def test_one_number_however_it_is_written(typed: str) -> None:
    assert read(typed).text == "201810123456.5"
    assert same(typed, "201810123456.5")


def test_the_standards_own_example() -> None:
    """ZC 0006-2003 works its rule out on 200310100002, whose check digit is ten, written X."""
    assert check_digit("200310100002") == "X"
    assert read("ZL200310100002.x").text == "200310100002.X"


def test_kind_and_year_stand_in_the_number() -> None:
    assert [(n.kind, n.year) for n in map(read, ("201810123456", "201820123456", "202130123456", "201880012345"))] == [
        (INVENTION, 2018), (UTILITY, 2018), (DESIGN, 2021), (INVENTION, 2018),
    ]  # fmt: skip
    assert (read("85100001").year, read("03123456").year) == (1985, 2003)


def test_a_publication_is_not_an_application() -> None:
    a, b = read("CN108123456A"), read("CN 108123456 B")
    assert a == b
    assert (a.text, a.is_publication, a.kind) == ("CN108123456", True, INVENTION)
    assert not same("CN108123456B", "201810123456.5")
    assert read("CN108123456") == a, "without the letter it is no application of 1910"
    assert read("CN1234567C").text == "CN1234567"


def test_other_offices_stay_as_they_are() -> None:
    assert read("PCT/CN2018/081234").kind == "pct_application"
    assert read("PCTCN2018081234").text == "PCT/CN2018/081234"
    assert read("US 10,123,456 B2").text == "US10123456B2"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "请填写申请号"), ("201810123456.7", "应为 5"), ("ZL201870123456", "第 5 位"), ("190010123456", "1985"),
        ("待补", "不像申请号"), ("2018101234", "不像申请号"), ("CN", "不像申请号"), ("=1+1", "不像申请号"), ("9" * 400, "不像申请号"),
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused_with_a_remedy(typed: str, told: str) -> None:
    with pytest.raises(BadNumber) as bad:
        read(typed)
    assert told in str(bad.value)
    assert len(str(bad.value)) < 200
    assert canonical(typed) == typed.strip()


@given(st.integers(1985, 2100), st.sampled_from("12389"), st.integers(0, 9_999_999))
def test_every_number_with_its_digit_reads_back(year: int, kind: str, serial: int) -> None:
    digits = f"{year}{kind}{serial:07d}"
    right = check_digit(digits)
    assert read(f"CN{digits}.{right}").text == read(digits).text == f"{digits}.{right}"
    wrong = "0" if right != "0" else "1"
    with pytest.raises(BadNumber):
        read(f"{digits}.{wrong}")


@given(st.text(max_size=60))
def test_anything_typed_is_a_number_or_told(typed: str) -> None:
    with suppress(BadNumber):  # no other error, whatever it is
        assert 0 < len(read(typed).text) <= 40


@pytest.mark.parametrize(
    ("kind", "filed", "ends"),
    [
        (INVENTION, date(2018, 2, 8), date(2038, 2, 8)), (UTILITY, date(2018, 2, 8), date(2028, 2, 8)),
        (DESIGN, date(2021, 6, 1), date(2036, 6, 1)), (DESIGN, date(2021, 5, 31), date(2031, 5, 31)),
        (UTILITY, date(2020, 2, 29), date(2030, 2, 28)), ("software_copyright", date(2020, 1, 1), None), (INVENTION, None, None),
    ],
)  # fmt: skip
def test_terms(kind: str, filed: date | None, ends: date | None) -> None:
    assert terms.expiry(kind, filed) == ends


def test_a_right_whose_term_is_over_has_expired_whatever_the_list_said() -> None:
    today = date(2026, 11, 22)
    assert terms.state_today("granted", date(2026, 11, 21), today) == "expired"
    assert terms.state_today("granted", today, today) == "granted"
    assert terms.state_today("lapsed", date(2020, 1, 1), today) == "lapsed"
    assert terms.state_today("pending", date(2020, 1, 1), today) == "pending"
