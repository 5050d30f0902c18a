"""Signing up, in and out: what works at once, what is refused, and what is never given away."""

from __future__ import annotations

from flask.testing import FlaskClient

from repositories.accounts import Account, by_email
from services import signing
from services.errors import Invalid, Throttled
from tests.support import PASSWORD, World, csrf, next_uscc, sign_in


def register(client: FlaskClient, **changes: str):
    """Send the sign-up form with some fields changed."""
    form = {
        "role": "enterprise", "organisation_name": "甲新材料有限公司", "uscc": next_uscc(), "region": "四川省成都市",
        "name": "张三", "email": "zhang@example.org", "phone": "", "password": PASSWORD,
    } | changes  # fmt: skip
    return client.post("/account/register", data={**form, "csrf_token": csrf(client, "/account/register")})


def account(world: World, email: str) -> Account | None:
    with world.platform.database.read() as session:
        return by_email(session, email)


def test_signing_up_signs_in_and_says_what_waits(world: World) -> None:
    client = world.client()
    answer = register(client, next="/needs/new")
    assert answer.status_code == 303
    page = client.get(answer.location).get_data(as_text=True)
    assert "现在就可以" in page
    assert "待核验" in page
    assert 'href="/needs/new"' in page
    made = account(world, "zhang@example.org")
    assert made is not None
    assert made.organisation is not None
    assert made.organisation.state == "pending"


def test_every_faulty_field_is_named_and_what_was_typed_is_kept(world: World) -> None:
    answer = register(
        world.client(), role="", uscc="91510100MA000000XX", email="not an address", password="short"
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for id_ in ("role", "uscc", "email", "password"):
        assert f'id="{id_}-error"' in page
    assert "校验位不对" in page
    assert "甲新材料有限公司" in page
    assert "short" not in page
    assert account(world, "not an address") is None


def test_a_stranger_does_not_join_an_organisation_by_its_public_code(world: World) -> None:
    house = world.organisation("已有单位")
    answer = register(world.client(), uscc=house.uscc or "")
    assert answer.status_code == 422
    assert "平台上已有这个单位" in answer.get_data(as_text=True)
    assert account(world, "zhang@example.org") is None


def test_a_manager_may_leave_the_organisation_out(world: World) -> None:
    assert register(world.client(), role="manager", organisation_name="", uscc="").status_code == 303
    made = account(world, "zhang@example.org")
    assert made is not None
    assert made.organisation_id is None


def test_the_code_is_explained_while_it_is_typed(world: World) -> None:
    client = world.client()
    piece = client.get("/account/credit-code?uscc=9133020").get_data(as_text=True)
    assert "市场监管部门登记，企业" in piece
    assert "还差 11 位" in piece
    whole = client.get(f"/account/credit-code?uscc={next_uscc()}").get_data(as_text=True)
    assert "四川省" in whole
    assert "校验位正确" in whole
    assert "没有 I、O、S、V、Z" in client.get("/account/credit-code?uscc=91O").get_data(as_text=True)


def test_the_same_words_for_a_wrong_address_and_a_wrong_password(world: World) -> None:
    world.enterprise()
    client = world.client()
    pages = []
    for email in ("enterprise@example.org", "nobody@example.org"):
        answer = client.post(
            "/account/login", data={"email": email, "password": "x", "csrf_token": csrf(client)}
        )
        assert answer.status_code == 422
        pages.append(answer.get_data(as_text=True).replace(email, ""))
    strip = [page.split("<main")[1].split("csrf_token")[0] for page in pages]
    assert strip[0] == strip[1]


def test_guessing_is_slowed_down_and_the_page_says_so(world: World) -> None:
    world.enterprise()
    client = world.client()
    data = {"email": "enterprise@example.org", "password": "wrong wrong", "csrf_token": csrf(client)}
    assert [client.post("/account/login", data=data).status_code for _ in range(8)] == [422] * 8
    answer = client.post("/account/login", data={**data, "password": PASSWORD})
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "900"
    assert "15 分钟" in answer.get_data(as_text=True)


def guess(world: World, address: str, email: str = "enterprise@example.org", password: str = "wrong") -> str:
    """What an attempt from an address leads to."""
    try:
        return "in" if signing.sign_in(world.platform, email, password, address, "tests") else ""
    except Throttled:
        return "later"
    except Invalid:
        return "wrong"


def test_strangers_do_not_lock_the_owner_out(world: World) -> None:
    """Wrong passwords from elsewhere, few or many, leave the owner attempts of his or her own."""
    world.enterprise()
    assert [guess(world, "203.0.113.9") for _ in range(9)] == ["wrong"] * 8 + ["later"]
    assert guess(world, "203.0.113.9", password=PASSWORD) == "later"
    assert guess(world, "198.51.100.7", password=PASSWORD) == "in"
    # from many addresses at once: each gets fewer attempts, the owner still gets in
    tried = [guess(world, f"192.0.2.{n}") for n in range(1, 30) for _ in range(8)]
    assert tried.count("wrong") < 29 * 8 / 2
    assert guess(world, "198.51.100.8") == guess(world, "198.51.100.8") == "wrong"
    assert guess(world, "198.51.100.8", password=PASSWORD) == "in"


def test_one_address_does_not_try_a_password_on_everybody(world: World) -> None:
    world.enterprise()
    tried = [guess(world, "203.0.113.9", f"p{n}@example.org") for n in range(70)]
    assert tried == ["wrong"] * 60 + ["later"] * 10
    assert guess(world, "203.0.113.9", password=PASSWORD) == "later"
    assert guess(world, "203.0.113.10", password=PASSWORD) == "in"


def test_a_neighbour_in_the_same_ipv6_network_is_the_same_address(world: World) -> None:
    world.enterprise()
    assert [guess(world, f"2001:db8:1:2::{n:x}") for n in range(1, 10)] == ["wrong"] * 8 + ["later"]
    assert guess(world, "2001:db8:1:3::1", password=PASSWORD) == "in"


def test_next_leads_to_this_site_only(world: World) -> None:
    world.enterprise()
    places = {
        "/needs/mine": "/needs/mine", "https://evil.example/": "", "//evil.example": "", "/\\evil.example": "",
        "/\t/evil.example": "", "/\n/evil.example": "", "javascript:alert(1)": "",
    }  # fmt: skip
    for wanted, expected in places.items():
        client = world.client()
        data = {
            "email": "enterprise@example.org",
            "password": PASSWORD,
            "next": wanted,
            "csrf_token": csrf(client),
        }
        answer = client.post("/account/login", data=data)
        assert answer.status_code == 303
        assert answer.location == (expected or "/needs/mine"), wanted


def test_a_session_planted_beforehand_is_dropped(world: World) -> None:
    world.enterprise()
    client = world.client()
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
    sign_in(client, "enterprise@example.org")
    with client.session_transaction() as session:
        assert "planted" not in session
        assert session.permanent


def test_signing_out_ends_the_session_on_the_server_too(world: World) -> None:
    world.enterprise()
    client = world.client("enterprise@example.org")
    with client.session_transaction() as session:
        kept = dict(session)
    answer = client.post("/account/logout", data={"csrf_token": csrf(client, "/account/settings")})
    assert answer.status_code == 303
    with client.session_transaction() as session:
        session.update(kept)
    assert client.get("/account/settings").status_code == 302, "a copied cookie must not work any more"


def test_a_missing_token_of_the_form_is_refused(world: World) -> None:
    world.enterprise()
    client = world.client()
    answer = client.post("/account/login", data={"email": "enterprise@example.org", "password": PASSWORD})
    assert answer.status_code == 400
