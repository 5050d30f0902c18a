"""One's own account: particulars, sign-ins, tokens, the organisation's page, being forgotten."""

from __future__ import annotations

import re

from repositories import audit
from repositories.accounts import Account
from repositories.notices import Notice, inbox
from repositories.organisations import Organisation
from repositories.talents import Talent
from services import accounts
from tests.support import PASSWORD, World, post, sign_in


def test_particulars_are_saved_and_a_missing_name_is_named(world: World) -> None:
    person = world.enterprise()
    client = world.client("enterprise@example.org")
    refused = post(client, "/account/settings", {"name": " ", "phone": "028-1"}, "/account/settings")
    assert refused.status_code == 422
    assert "请填写您的姓名" in refused.get_data(as_text=True)
    assert (
        post(client, "/account/settings", {"name": "李四", "phone": "028-1"}, "/account/settings").status_code
        == 303
    )
    with world.platform.database.read() as session:
        row = session.get(Account, person.account_id)
    assert row is not None
    assert (row.name, row.phone, row.mail_notices) == ("李四", "028-1", False)


def test_a_new_password_ends_the_other_sign_ins_but_not_this_one(world: World) -> None:
    world.enterprise()
    here, elsewhere = world.client("enterprise@example.org"), world.client("enterprise@example.org")
    wrong = post(
        here, "/account/password", {"old_password": "no", "new_password": "short"}, "/account/sessions"
    )
    assert wrong.status_code == 422
    assert "现在的密码不对" in wrong.get_data(as_text=True)
    data = {"old_password": PASSWORD, "new_password": "another good phrase"}
    assert post(here, "/account/password", data, "/account/sessions").status_code == 303
    assert here.get("/account/settings").status_code == 200
    assert elsewhere.get("/account/settings").status_code == 302
    sign_in(elsewhere, "enterprise@example.org", "another good phrase")


def test_one_other_sign_in_or_all_of_them_can_be_ended(world: World) -> None:
    world.enterprise()
    clients = [world.client("enterprise@example.org") for _ in range(3)]
    page = clients[0].get("/account/sessions").get_data(as_text=True)
    keys = re.findall(r"/account/sessions/([0-9a-f]{16})/end", page)
    assert len(keys) == 2, "one's own browser has no button"
    assert post(clients[0], f"/account/sessions/{keys[0]}/end", page="/account/sessions").status_code == 303
    assert sum(c.get("/account/settings").status_code == 200 for c in clients) == 2
    assert post(clients[0], "/account/sessions", page="/account/sessions").status_code == 303
    assert [c.get("/account/settings").status_code for c in clients] == [200, 302, 302]


def test_nobody_ends_the_sign_in_of_somebody_else(world: World) -> None:
    world.enterprise()
    world.university()
    mine, other = world.client("enterprise@example.org"), world.client("university@example.org")
    world.client("enterprise@example.org")
    key = re.findall(
        r"/account/sessions/([0-9a-f]{16})/end", mine.get("/account/sessions").get_data(as_text=True)
    )[0]
    assert post(other, f"/account/sessions/{key}/end", page="/account/sessions").status_code == 404


def test_a_token_is_shown_once_works_and_can_be_revoked(world: World) -> None:
    world.enterprise()
    client = world.client("enterprise@example.org")
    made = post(client, "/account/tokens", {"name": "科研系统"}, "/account/tokens")
    assert made.status_code == 201
    found = re.search(r"<code>([\w-]{40,})</code>", made.get_data(as_text=True))
    assert found is not None
    assert found.group(1) not in client.get("/account/tokens").get_data(as_text=True)
    assert accounts.account_of_token(world.platform, found.group(1)) is not None
    number = re.search(r"/account/tokens/(\d+)/revoke", client.get("/account/tokens").get_data(as_text=True))
    assert number is not None
    world.university()
    stranger = world.client("university@example.org")
    path = f"/account/tokens/{number.group(1)}/revoke"
    assert post(stranger, path, page="/account/tokens").status_code == 404
    assert post(client, path, page="/account/tokens").status_code == 303
    assert accounts.account_of_token(world.platform, found.group(1)) is None


def test_an_organisations_people_change_all_but_what_was_checked(world: World) -> None:
    person = world.enterprise(name="甲企业")
    client = world.client("enterprise@example.org")
    data = {"revision": "1", "public_alias": "某航空部件企业", "name": "改名", "uscc": "x", "kind": "other",
            "region": "浙江省宁波市"}  # fmt: skip
    assert post(client, "/account/organisation", data, "/account/organisation").status_code == 303
    with world.platform.database.read() as session:
        row = session.get(Organisation, person.organisation_id)
    assert row is not None
    assert (row.name, row.region) == ("甲企业", "330200")
    assert row.proposed == {"public_alias": "某航空部件企业"}
    stale = post(client, "/account/organisation", data, "/account/organisation")
    assert stale.status_code == 412
    assert "某航空部件企业" in stale.get_data(as_text=True)


def test_erasing_needs_the_address_and_leaves_nothing_that_names_the_person(world: World) -> None:
    person = world.enterprise()
    need = world.listing(
        person, "needs", title="叶片修复", contact_name="王工", contact_email="enterprise@example.org"
    )
    client = world.client("enterprise@example.org")
    refused = post(client, "/account/erase", {"email": "other@example.org"}, "/account/erase")
    assert refused.status_code == 422
    assert (
        post(client, "/account/erase", {"email": "Enterprise@example.org"}, "/account/erase").status_code
        == 303
    )
    assert client.get("/account/settings").status_code == 302
    with world.platform.database.read() as session:
        row = session.get(Account, person.account_id)
        kept = session.get(type(need), need.id)
        assert row is not None
        assert kept is not None
        assert (row.email, row.name, row.phone, row.is_active) == (None, "已注销用户", "", False)
        assert (kept.contact_name, kept.contact_email, kept.state) == ("", "", "published")
        assert inbox(session, row.id, 0, 10) == []
        assert audit.of_object(session, "accounts", row.id, "account.erased")


def test_erasing_a_manager_takes_the_profile_down(world: World) -> None:
    person = world.person("manager@example.org", "manager")
    profile = world.listing(
        person,
        "talents",
        title="周望川",
        biography="做过材料领域的转化",
        certificate_level="middle",
        certificate_number="Z-1",
    )
    accounts.erase(world.platform, person, person.account_id or 0)
    with world.platform.database.read() as session:
        row = session.get(Talent, profile.id)
    assert row is not None
    assert (row.title, row.biography, row.certificate_number, row.state) == (
        "已注销用户",
        "",
        "",
        "withdrawn",
    )
    assert world.client().get(f"/talents/{profile.id}").status_code == 404


def test_the_last_operator_stays(world: World) -> None:
    world.operator()
    client = world.client("operator@example.org")
    answer = post(client, "/account/erase", {"email": "operator@example.org"}, "/account/erase")
    assert answer.status_code == 409
    assert "最后一个平台运营" in answer.get_data(as_text=True)


def test_what_is_kept_can_be_taken_away_as_a_file(world: World) -> None:
    world.enterprise()
    client = world.client("enterprise@example.org")
    data = client.get("/account/data.json").get_json()
    assert data["account"]["email"] == "enterprise@example.org"
    assert data["counts"]["sessions"] == 1
    assert "password" not in str(data["account"])


def test_the_inbox_is_ones_own_and_opening_reads(world: World) -> None:
    one, other = world.enterprise(), world.university()
    with world.platform.database.write() as session:
        for person, href in ((one, "/needs/mine"), (one, "//evil.example"), (other, "/needs")):
            session.add(
                Notice(account_id=person.account_id, kind="listing.publish", subject="已发布", href=href)
            )
    client = world.client("enterprise@example.org")
    page = client.get("/inbox").get_data(as_text=True)
    ids = sorted({int(n) for n in re.findall(r'href="/inbox/(\d+)"', page)})
    assert len(ids) == 2
    assert client.get(f"/inbox/{ids[0]}").location == "/needs/mine"
    assert client.get(f"/inbox/{ids[1]}").location == "/inbox", "a notice never leads off the site"
    assert client.get(f"/inbox/{ids[1] + 1}").status_code == 404
    assert "没有未读" in client.get("/inbox?show=unread").get_data(as_text=True)
