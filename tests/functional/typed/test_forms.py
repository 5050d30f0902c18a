"""What people type wrongly or on purpose into forms: a clear answer in Chinese, what was typed kept, never a 500."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from repositories.needs import Need
from services.listings.catalogue import ACHIEVEMENT, NEED, TALENT
from tests.functional.typed.conftest import Typist
from tests.support import PASSWORD, World, next_uscc


def value_of(page: str, name: str) -> str:
    """What a field of the page holds."""
    area = re.search(rf'<textarea[^>]*name="{name}"[^>]*>(.*?)</textarea>', page, re.S)
    line = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    if area is not None:
        return html.unescape(area.group(1)).lstrip("\r\n")
    assert line is not None, name
    held = re.search(r'value="([^"]*)"', line.group(0))
    return html.unescape(held.group(1)) if held else ""


WRONG = [
    ("title", "", "请填写需求名称"),
    ("title", "\x00\x07 \u202e", "请填写需求名称"),
    ("title", "长" * 201, "最多 200 字"),
    ("problem", "长" * 8001, "最多 8000 字，现在有 8001 字"),
    ("budget_min", "-5", "不能是负数"),
    ("budget_min", "很多", "应为数字"),
    ("budget_min", "NaN", "应为数字"),
    ("budget_min", "Infinity", "应为数字"),
    ("budget_min", "１２", "应为数字"),
    ("budget_min", "1e400", "太大"),
    ("budget_min", "9" * 29, "太大"),
    ("budget_min", "9" * 400, "应为数字"),
    ("budget_min", "0.0000001", "最小到分"),
    ("deadline", "2027-02-30", "2027-06-30 这样的日期"),
    ("deadline", "9999-99-99", "2027-06-30 这样的日期"),
    ("deadline", "0001-01-01", "年份应在 1950 到 2100 之间"),
    ("deadline", "2001-01-01", "已经过去"),
    ("wanted_trl", "10", "1 到 9 的整数"),
    ("wanted_trl", "-1", "1 到 9 的整数"),
    ("wanted_trl", "٣", "1 到 9 的整数"),
    ("industry", "不存在的行业", "里没有“不存在的行业”"),
    ("region", "999999", "里没有“999999”"),
    ("wanted_modes", "steal", "里没有“steal”"),
    ("contact_email", "谁@", "不是有效的邮箱地址"),
    ("contact_phone", "1" * 41, "最多 40 字"),
    ("award", "5", "请同时勾选“揭榜挂帅”"),
    ("is_bounty", "maybe", "请填“是”或“否”"),
]


@pytest.mark.parametrize(("field", "typed", "message"), WRONG)
def test_each_wrong_value_is_named_and_everything_typed_is_kept(
    site: World, enterprise: Typist, field: str, typed: str, message: str
) -> None:
    before = count(site)
    data = {
        "title": "好名称",
        "problem": "第一行\n第二行",
        "budget_max": "80",
        "teaser": "<b>摘要</b>",
        field: typed,
    }
    status, page = enterprise.send("/needs/new", data)
    assert status == 422
    assert message in html.unescape(page)
    assert 'class="error-summary"' in page
    assert count(site) == before
    for name in {"title", "problem", "budget_max", "teaser"} - {field}:
        assert value_of(page, name).replace("\r\n", "\n") == data[name]
    if field not in ("wanted_modes", "is_bounty", "wanted_trl", "industry") and typed.isprintable():
        assert value_of(page, field) == typed


def count(world: World) -> int:
    """How many needs there are."""
    with world.platform.database.read() as session:
        return int(session.scalar(select(func.count(Need.id))) or 0)


@pytest.mark.parametrize(("data", "message"), [
    ({"budget_min": "90", "budget_max": "80"}, "预算上限低于下限"),
    ({"deadline": "2099-01-02", "expires_on": "2099-01-01"}, "有效期早于希望完成日期"),
])  # fmt: skip
def test_two_fields_that_contradict_each_other(
    enterprise: Typist, data: dict[str, str], message: str
) -> None:
    status, page = enterprise.send("/needs/new", {"title": "好名称", **data})
    assert (status, message in page) == (422, True)


def test_every_wrong_field_is_named_at_once(enterprise: Typist) -> None:
    data = {"title": "", "budget_min": "-1", "deadline": "昨天", "region": "火星"}
    status, page = enterprise.send("/needs/new", data)
    assert status == 422
    assert "有 4 处需要修改，您填写的内容都还在" in page


def test_a_megabyte_in_a_title(enterprise: Typist) -> None:
    status, page = enterprise.send("/needs/new", {"title": "长" * 350_000, "problem": "留着"})
    assert status == 422
    assert "最多 200 字，现在有 350000 字" in page
    assert value_of(page, "problem") == "留着"


def test_more_than_any_form_holds(enterprise: Typist) -> None:
    status, page = enterprise.send("/needs/new", {"title": "长" * 2_000_000})
    assert status == 413
    assert "内容太大" in page


@pytest.mark.parametrize(("typed", "message"), [
    ("91510100MA00000000", "校验位不对"),
    ("91510100MA0000000", "应为 18 位，现在是 17 位"),
    ("9151 0100-MA00000000", "校验位不对"),
    ("OOOOOOOOOOOOOOOOOO", "校验位不对"),
    ("<script>", "应为 18 位"),
    ("", "请填写统一社会信用代码"),
])  # fmt: skip
def test_a_credit_code_that_cannot_be(visitor: Typist, typed: str, message: str) -> None:
    data = {
        "role": "enterprise", "name": "王工", "email": "neu@example.org", "password": PASSWORD,
        "organisation_name": "新企业", "uscc": typed, "region": "四川省成都市",
    }  # fmt: skip
    status, page = visitor.send("/account/register", data)
    assert (status, message in html.unescape(page)) == (422, True)
    assert value_of(page, "organisation_name") == "新企业"
    assert PASSWORD not in page


def test_a_right_credit_code_passes(site: World) -> None:
    data = {
        "role": "enterprise", "name": "王工", "email": "neu@example.org", "password": PASSWORD,
        "organisation_name": "新企业", "uscc": next_uscc(), "region": "四川省成都市",
    }  # fmt: skip
    assert Typist(site, None).send("/account/register", data)[0] == 303


@pytest.mark.parametrize("entry", ["", "-1", "0", "99999999999999999999", "1e3", "٣", "' OR 1=1", "\x00"])
def test_odd_numbers_in_forms(enterprise: Typist, entry: str) -> None:
    for path, data in (
        ("/matches/pass", {"entry_id": entry, "reason": "direction"}),
        ("/matches/unpass", {"need_id": entry, "achievement_id": entry}),
        ("/introductions/ask", {"entry_id": entry, "message": "您好"}),
    ):
        assert enterprise.send(path, data)[0] == 404


ANY_TEXT = st.text(max_size=40) | st.sampled_from(
    ["", "\x00", "面议", "1e9", "-0", "９９", "2027-13-01", "20270101", "TRL6级", "发明专利，ZL1，已授权，9999-99-99", "a,b,c,d,e,f",
     "单位，职务，2020-01-01，2019-01-01", "\ud800", "；；\n|\t", "C26", "四川省成都市", "Ⅷ", "١٢", "0x10", "1_000", "on"],
)  # fmt: skip


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(data=st.data())
def test_anything_at_all_in_a_form_is_saved_or_refused(site: World, data: st.DataObject) -> None:
    library, fields, email = data.draw(st.sampled_from([
        ("needs", NEED, "enterprise"), ("achievements", ACHIEVEMENT, "university"), ("talents", TALENT, "manager"),
    ]))  # fmt: skip
    typist = typists(site, f"{email}@example.org")
    typed = data.draw(st.dictionaries(st.sampled_from([f.name for f in fields]), ANY_TEXT, max_size=8))
    encoded = {name: value.encode("utf-8", "surrogatepass") for name, value in typed.items()}
    status, page = typist.send(f"/{library}/new", {"title": "名称", **encoded})
    assert status in (303, 422), (status, typed)
    if status == 422:
        assert "处需要修改" in page
    query = "&".join(f"{name}={value.encode('utf-8', 'replace').hex('%')}" for name, value in typed.items())
    assert typist.client.get(f"/{library}?{query}").status_code == 200


_TYPISTS: dict[tuple[int, str], Typist] = {}


def typists(world: World, email: str) -> Typist:
    """One browser a person for the many examples."""
    key = (id(world), email)
    if key not in _TYPISTS:
        _TYPISTS[key] = Typist(world, email)
    return _TYPISTS[key]
