"""What people and programs type wrongly or on purpose: a clear answer in Chinese, what was typed kept, never a 500."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from repositories.needs import Need
from services.listings.catalogue import ACHIEVEMENT, NEED, TALENT
from tests.support import PASSWORD, World, csrf, make_world, next_uscc

HOSTILE = """<script>alert(1)</script>"'><img src=x onerror=alert(2)>{{7*7}}%s"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world in which anything may be typed."""
    world = make_world(tmp_path_factory.mktemp("typed"), {"SANKU_MATCH_LIMIT": "100000 per minute"})
    world.enterprise()
    world.university()
    world.person("manager@example.org", "manager")
    world.operator()
    world.index()
    yield world
    world.platform.database.close()
    world.platform.index.close()


class Typist:
    """Someone with a form and the token of its page."""

    def __init__(self, world: World, email: str | None) -> None:
        self.client: FlaskClient = world.client(email)
        self.token = csrf(self.client, "/")

    def send(self, path: str, data: dict[str, Any], **options: Any) -> tuple[int, str]:
        """(status, text of the page)."""
        answer = self.client.post(path, data={"csrf_token": self.token, **data}, **options)
        return answer.status_code, answer.get_data(as_text=True)


@pytest.fixture(scope="module")
def enterprise(site: World) -> Typist:
    return Typist(site, "enterprise@example.org")


@pytest.fixture(scope="module")
def university(site: World) -> Typist:
    return Typist(site, "university@example.org")


@pytest.fixture(scope="module")
def visitor(site: World) -> Typist:
    return Typist(site, None)


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


@pytest.mark.parametrize("library", ["needs", "achievements", "talents"])
def test_markup_in_every_field_stays_text(site: World, library: str) -> None:
    """Typed into each text field, shown on the page, in the list, in the form and in the review: never as markup."""
    who = {"needs": "enterprise", "achievements": "university", "talents": "manager"}[library]
    fields = {"needs": NEED, "achievements": ACHIEVEMENT, "talents": TALENT}[library]
    short = "<b>x</b><i>\"'"
    data = {
        f.name: HOSTILE[: f.limit] if f.kind == "text" else short
        for f in fields
        if f.kind in ("line", "text", "words")
    }
    data["title"] = f"{library} {HOSTILE}"[: 60 if library == "talents" else 200]
    if library == "talents":
        data["certificate_level"] = "senior"  # a number needs one
    typist, operator = Typist(site, f"{who}@example.org"), Typist(site, "operator@example.org")
    answer = typist.client.post(
        f"/{library}/new", data={"csrf_token": typist.token, **data, "then": "submit"}
    )
    assert answer.status_code == 303, answer.get_data(as_text=True)[:2000]
    path = answer.location
    review = operator.client.get(f"/operator/review?library={library}").get_data(as_text=True)
    assert operator.send(f"{path}/publish", {})[0] == 303
    site.index()
    pages = [review] + [
        one.client.get(p).get_data(as_text=True)
        for one in (typist, operator, Typist(site, None))
        for p in (path, f"{path}/edit", f"/{library}", f"/{library}?q=alert", "/", "/search?q=alert img")
    ]
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<b>x</b>" not in page
        assert "onerror=alert(2)>" not in page
    assert any("&lt;script&gt;alert" in page for page in pages)


def test_control_characters_go_and_lines_stay(site: World, enterprise: Typist) -> None:
    typed = "前\x00后\x08\u200b\u202e\ufeff\ud83d"
    data = {"title": f"名称 {typed}".encode("utf-8", "surrogatepass"), "problem": "一\r\n二\r三\x0b"}
    answer = enterprise.client.post("/needs/new", data={"csrf_token": enterprise.token, **data})
    assert answer.status_code == 303
    with site.platform.database.read() as session:
        need = session.get(Need, int(answer.location.rsplit("/", 1)[1]))
        assert need is not None
        assert need.title.startswith("名称 前后")
        assert not re.search(r"[\x00-\x1f\u200b\u202e\ufeff]", need.title)
        assert need.problem == "一\n二\n三"


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


ODD_ADDRESSES = [
    ("/needs/99999999999999999999", 404), (f"/needs/{'9' * 5000}", 404), ("/needs/-1", 404), ("/needs/1.5", 404),
    ("/needs/0", 404), ("/needs/2147483648", 404), ("/needs/９", 404), ("/needs/1%00", 404), ("/needs/%ff", 404),
    ("/needs/../../etc/passwd", 404), ("/static/../app.py", 404), ("/static/%2e%2e/app.py", 404),
    ("/introductions/99999999999999999999", 401), ("/inbox/99999999999999999999", 401),
    ("/needs?page=-1", 200), ("/needs?page=abc", 200), (f"/needs?page={'9' * 31}", 200), ("/needs?page=", 200),
    ("/needs?page=1e3", 200), ("/needs?page=%00", 200), ("/needs?page=٣", 200), ("/needs?page=999999", 200),
    ("/needs?industry=nirgends&colour=red&industry=", 200), ("/needs?sort=backwards", 200),
    ("/achievements?trl=99&trl=x&modes=%3Cscript%3E", 200), ("/talents?stars=9", 200),
    ("/needs?q=%00%01%7f", 200), ("/needs?q=%ff%fe", 200), ("/needs?q=" + "x" * 30_000, 200), ("/needs?q=%22%20OR%20(", 200),
    ("/needs?q=title:a%20AND%20-b*~2%5E3", 200), ("/search?q=%F0%9F%98%80", 200), ("/search", 200), ("/search?q=+", 200),
    ("/account/login?next=//evil.example", 200), ("/account/login?next=/%09/evil.example", 200),
]  # fmt: skip


@pytest.mark.parametrize(("path", "expected"), ODD_ADDRESSES)
def test_odd_addresses(site: World, path: str, expected: int) -> None:
    answer = site.client().get(path)
    found = 401 if answer.status_code == 302 else answer.status_code
    assert found == expected
    assert "没有找到" in answer.get_data(as_text=True) or expected != 404


def test_a_tampered_cookie_is_nobody(site: World) -> None:
    client = site.client("enterprise@example.org")
    assert client.get("/needs/mine").status_code == 200
    whole = client.get_cookie("sanku")
    assert whole is not None
    for value in (
        whole.value[:-3] + "abc",
        "x" * 4000,
        "",
        "..",
        whole.value.split(".")[0],
        "eyJhIjoxfQ.aaaa.bbbb",
    ):
        client.set_cookie("sanku", value)
        answer = client.get("/needs/mine")
        assert (answer.status_code, answer.location.startswith("/account/login")) == (302, True), value
        assert client.get("/").status_code == 200


@pytest.mark.parametrize("token", [None, "", "falsch", "x" * 10_000])
def test_a_missing_or_wrong_token_against_forgery(site: World, token: str | None) -> None:
    client = site.client("enterprise@example.org")
    for path in (
        "/needs/new",
        "/needs/1/withdraw",
        "/matches/pass",
        "/account/login",
        "/match",
        "/introductions/ask",
    ):
        data = {"title": "偷"} if token is None else {"title": "偷", "csrf_token": token}
        answer = client.post(path, data=data)
        assert answer.status_code == 400, path
        assert "刷新后再提交" in answer.get_data(as_text=True)


def test_only_where_the_address_says_so(site: World, enterprise: Typist) -> None:
    """`back` leads back here and nowhere else."""
    made = enterprise.client.post(
        "/needs/new", data={"csrf_token": enterprise.token, "title": "往返"}
    ).location
    for back in (
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
    ):
        answer = enterprise.client.post(f"{made}/submit", data={"csrf_token": enterprise.token, "back": back})
        assert answer.status_code == 303
        assert answer.location == made
    back = enterprise.client.post(
        f"{made}/submit", data={"csrf_token": enterprise.token, "back": "/needs/mine"}
    )
    assert back.location == "/needs/mine"


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


def test_a_wrong_method_is_told_which_ones_there_are(site: World) -> None:
    answer = site.client().delete("/needs")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert "这个地址不支持这种操作" in answer.get_data(as_text=True)
