"""证书: its scan is read by the person and the operators, checked at review, gone with the person."""

from __future__ import annotations

import io

from repositories import erasure, files
from repositories.accounts import Account
from services.listings import entries
from tests.functional.api.calling import ok
from tests.functional.talents.conftest import House
from tests.functional.test_evidence import PDF_BYTES, PNG_BYTES
from tests.support import csrf

NAME = "中级技术经理人证书.pdf"


def upload(house: House, role: str, data: bytes = PDF_BYTES, name: str = NAME) -> int:
    client = house.world.client(f"{role}@example.org")
    return client.post(
        f"/talents/{house.profile.id}/files",
        data={"file": (io.BytesIO(data), name), "csrf_token": csrf(client, "/")}, content_type="multipart/form-data",
    ).status_code  # fmt: skip


def test_only_the_person_and_operators_read_it(house: House) -> None:
    assert upload(house, "manager") == 303
    listed = ok(house.call("manager").get(f"/talents/{house.profile.id}/files"))["items"]
    assert [(one["name"], one["public"]) for one in listed] == [(NAME, False)]
    path = f"/talents/{house.profile.id}/files/{listed[0]['id']}"
    for role, status in (
        ("nobody", 404),
        ("enterprise", 404),
        ("university", 404),
        ("other", 404),
        ("manager", 200),
        ("operator", 200),
    ):
        client = house.world.client(None if role == "nobody" else f"{role}@example.org")
        assert client.get(path).status_code == status, role
        assert house.call(role).get(path).status_code == status, role
        page = client.get(f"/talents/{house.profile.id}").get_data(as_text=True)
        assert (NAME in page) == (status == 200), role
        if status == 404:
            assert ok(house.call(role).get(f"/talents/{house.profile.id}/files"))["items"] == []


def test_handing_it_in_needs_no_review_and_a_review_checks_it(house: House) -> None:
    upload(house, "manager")
    here, operator = house.world.platform, house.people["operator"]
    row = entries.get(here, operator, "talents", house.profile.id)
    assert row.state == "published"
    assert "运营已核对" not in house.page("nobody", f"/talents/{row.id}")
    entries.edit(
        here,
        house.people["manager"],
        "talents",
        row.id,
        {"biography": "激光熔覆与增材"},
        revision=None,
        partial=True,
    )
    assert NAME in house.page("operator", "/operator/review?library=talents")
    entries.act(here, operator, "talents", row.id, "publish")
    page = house.page("nobody", f"/talents/{row.id}")
    assert "运营已核对" in page
    assert NAME not in page
    assert house.world.client().get(f"/talents/{row.id}/files/1").status_code == 404, (
        "checked, and still not shown"
    )


def test_who_may_hand_in_and_take_away(house: House) -> None:
    for role, status in (("enterprise", 403), ("university", 403), ("other", 403), ("manager", 303)):
        assert upload(house, role) == status, role
    assert upload(house, "manager", b"MZ not a certificate", "a.exe") == 422
    assert upload(house, "operator", PNG_BYTES, "证书.png") == 303
    assert house.call("other").delete(f"/talents/{house.profile.id}/files/1").status_code == 403
    assert house.call("manager").delete(f"/talents/{house.profile.id}/files/1").status_code == 204


def test_it_goes_with_the_person(house: House) -> None:
    upload(house, "manager")
    with house.world.platform.database.write() as session:
        account = session.get(Account, house.people["manager"].account_id)
        assert account is not None
        erasure.erase(session, account, house.world.platform.now())
    with house.world.platform.database.read() as session:
        assert files.of_owner(session, "talents", house.profile.id) == []
