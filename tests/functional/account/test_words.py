"""What the public reads of an organisation is read by an operator first: alias, introduction, website."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from repositories.organisations import Organisation
from services import organisations
from services.errors import Stale
from tests.support import World, csrf, post

ALIAS = "某叶片修复企业"


@pytest.fixture
def house(world: World) -> int:
    """An approved enterprise with a public need, whose name is hidden behind its alias."""
    actor = world.enterprise()
    world.operator()
    world.listing(actor, "needs", title="叶片激光熔覆修复")
    world.index()
    assert actor.organisation_id is not None
    return actor.organisation_id


def stored(world: World, house: int) -> Organisation:
    with world.platform.database.read() as session:
        row = session.get(Organisation, house)
    assert row is not None
    return row


def propose(world: World, client: FlaskClient, house: int, **words: str) -> str:
    row = organisations.as_wanted(stored(world, house))
    form = {name: row[name] or "" for name in ("region", "public_alias", "intro", "website")}
    form["revision"] = str(stored(world, house).revision)
    form |= {"region": "四川省成都市", **words}
    answer = post(client, "/account/organisation", form, "/account/organisation")
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return client.get("/account/organisation").get_data(as_text=True)


def listed(world: World) -> str:
    return world.client().get("/needs").get_data(as_text=True)


def settle(client: FlaskClient, house: int, revision: int, verb: str, reason: str = "") -> int:
    page = f"/operator/organisations/{house}"
    data = {"verb": verb, "revision": str(revision), "words-reason": reason, "csrf_token": csrf(client, page)}
    return client.post(f"{page}/words", data=data).status_code


def test_new_words_wait_and_then_stand(world: World, house: int) -> None:
    client, desk = world.client("enterprise@example.org"), world.client("operator@example.org")
    own = propose(world, client, house, public_alias=ALIAS, intro="做修复的", region="浙江省杭州市")
    assert ALIAS in own
    assert "等待审核" in own
    assert ALIAS not in listed(world)
    assert stored(world, house).region == "330100"  # a place needs no reading
    waiting = desk.get("/operator/organisations").get_data(as_text=True)
    assert "资料改动" in waiting
    assert "甲企业" in waiting
    page = desk.get(f"/operator/organisations/{house}").get_data(as_text=True)
    assert "<ins>做修复的</ins>" in page
    assert settle(desk, house, 1, "accept") == 303  # an older version: told, not taken
    assert stored(world, house).proposed is not None
    assert settle(desk, house, stored(world, house).revision, "accept") == 303
    row = stored(world, house)
    assert (row.public_alias, row.intro, row.proposed) == (ALIAS, "做修复的", None)
    world.index()
    assert ALIAS in listed(world)
    assert "资料改动已采用" in client.get("/inbox").get_data(as_text=True)


def test_declined_words_never_stand(world: World, house: int) -> None:
    client, desk = world.client("enterprise@example.org"), world.client("operator@example.org")
    propose(world, client, house, public_alias="甲企业（能认出来）")
    revision = stored(world, house).revision
    assert settle(desk, house, revision, "decline") == 422
    assert settle(desk, house, revision, "decline", "这样的称呼能认出是哪家企业") == 303
    row = stored(world, house)
    assert (row.public_alias, row.proposed) == ("某enterprise", None)
    assert "能认出是哪家企业" in client.get("/inbox").get_data(as_text=True)


def test_taking_a_proposal_back_leaves_nothing_to_read(world: World, house: int) -> None:
    client = world.client("enterprise@example.org")
    propose(world, client, house, intro="写错了")
    assert "等待审核" not in propose(world, client, house, intro="")
    assert stored(world, house).proposed is None
    desk = world.client("operator@example.org")
    assert "资料改动待审核" not in desk.get(f"/operator/organisations/{house}").get_data(as_text=True)


def test_words_changed_meanwhile_are_not_taken_unread(world: World, house: int) -> None:
    client, operator = world.client("enterprise@example.org"), world.operator("second@example.org")
    propose(world, client, house, intro="先写的")
    read = stored(world, house).revision
    propose(world, client, house, intro="后写的")
    with pytest.raises(Stale):
        organisations.settle(world.platform, operator, house, True, read)
    assert stored(world, house).intro == ""


def test_before_the_first_check_words_are_simply_kept(world: World) -> None:
    """Nothing of it is public yet, and whoever checks it reads them."""
    actor = world.enterprise(state="pending")
    assert actor.organisation_id is not None
    propose(world, world.client("enterprise@example.org"), actor.organisation_id, intro="我们是谁")
    assert stored(world, actor.organisation_id).intro == "我们是谁"


def test_an_operators_own_words_stand_at_once(world: World, house: int) -> None:
    operator = world.operator("second@example.org")
    organisations.edit(world.platform, operator, house, {"intro": "运营更正"}, stored(world, house).revision)
    assert stored(world, house).intro == "运营更正"
