"""Requests no page sends: markup for text, odd addresses, tampered cookies, tokens against forgery, wrong methods."""

from __future__ import annotations

import re

import pytest

from repositories.needs import Need
from services.listings.catalogue import ACHIEVEMENT, NEED, TALENT
from tests.functional.typed.conftest import Typist
from tests.support import World

HOSTILE = """<script>alert(1)</script>"'><img src=x onerror=alert(2)>{{7*7}}%s"""


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


def test_a_wrong_method_is_told_which_ones_there_are(site: World) -> None:
    answer = site.client().delete("/needs")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert "这个地址不支持这种操作" in answer.get_data(as_text=True)
