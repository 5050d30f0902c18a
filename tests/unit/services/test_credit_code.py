"""The credit code explained place by place while it is typed."""

from __future__ import annotations

import pytest
from stdnum.cn import uscc

from config.vocabularies import Vocabularies
from services.credit_code import explain

REGIONS = Vocabularies.load().regions
BODY = "91330203MA2000000"
WHOLE = BODY + uscc.calc_check_digit(BODY)


def said(raw: str) -> str:
    return "｜".join(part.text for part in explain(raw, REGIONS))


def test_nothing_typed_says_nothing() -> None:
    assert explain("  ", REGIONS) == []


def test_each_part_speaks_as_soon_as_it_is_there() -> None:
    assert said("9") == "市场监管部门登记｜还差 17 位"
    assert said("12") == "机构编制部门登记，事业单位｜还差 16 位"
    assert "宁波市 海曙区" in said("91330203")


def test_a_whole_code_is_checked() -> None:
    assert explain(WHOLE, REGIONS)[-1].ok is True
    wrong = WHOLE[:-1] + ("1" if WHOLE[-1] != "1" else "2")
    assert explain(wrong, REGIONS)[-1].ok is False
    assert "多了 1 位" in said(WHOLE + "1")


@pytest.mark.parametrize("raw", [WHOLE.lower(), f" {WHOLE[:8]} {WHOLE[8:]} ", f"{WHOLE[:2]}-{WHOLE[2:]}"])
def test_case_spaces_and_hyphens_do_not_matter(raw: str) -> None:
    assert explain(raw, REGIONS)[-1].ok is True


def test_letters_that_never_occur_are_named() -> None:
    assert "I、O" in said("91IO")
    assert explain("９１", REGIONS)[0].ok is False, "full-width digits are not in the code"


def test_an_old_place_falls_back_to_what_is_above_it() -> None:
    assert "四川省" in said("91519999")


def test_a_megabyte_is_looked_at_briefly() -> None:
    assert len(explain("9" * 10**6, REGIONS)) < 5
