"""Bundles: proposed by software, changed and decided by people, once; a confirmed one is an achievement's draft."""

from __future__ import annotations

from datetime import timedelta
from threading import Event
from threading import enumerate as enumerate_threads
from typing import Any

import pytest
from sqlalchemy import select

from repositories import bundling
from repositories.achievements import Achievement
from repositories.audit import AuditRow
from services.errors import Conflict, Invalid, NotFound, Stale
from services.patents import background, bundles, drafting
from tests.functional.patents.conftest import LIST, Office, number
from tests.support import post


@pytest.fixture
def proposed(office: Office) -> Office:
    """The list, bundled."""
    office.take(*LIST)
    assert propose(office) == 2
    return office


def propose(office: Office, role: str = "university") -> int:
    actor = office.people[role]
    return drafting.propose(office.world.platform, actor, actor.organisation_id or 0)


def do(office: Office, verb: Any, *values: Any, role: str = "university", **more: Any) -> Any:
    return verb(office.world.platform, office.people[role], *values, **more)


def ids(office: Office, *titles: str) -> list[int]:
    return [row.id for row in office.patents if any(t in row.title for t in titles)]


def log(office: Office, action: str) -> list[AuditRow]:
    with office.world.platform.database.read() as session:
        return list(session.scalars(select(AuditRow).where(AuditRow.action == action)))


def test_proposals_have_their_reason_and_leave_the_dead_alone(proposed: Office) -> None:
    blades, water = proposed.bundles
    assert len(proposed.members(blades.id)) == 3
    assert "李素心" in blades.reason
    assert "高盐废水" in water.reason
    assert not any("黑板擦" in t for b in (blades, water) for t in proposed.members(b.id))
    assert log(proposed, "bundles.proposed")


def test_confirming_makes_a_draft_with_its_rights(proposed: Office) -> None:
    blades = proposed.bundles[0]
    opened = do(proposed, bundles.get, blades.id)
    made = do(proposed, drafting.confirm, blades.id, title="单晶叶片激光修复成套技术", mark=opened.mark)
    with proposed.world.platform.database.read() as session:
        row = session.get(Achievement, made)
    assert row is not None
    assert (row.title, row.state, row.trl, row.organisation_id) == (
        "单晶叶片激光修复成套技术", "draft", None, proposed.people["university"].organisation_id,
    )  # fmt: skip
    assert [(r["number"], r["type"], r["status"], r["expiry"]) for r in row.ip] == [
        (f"ZL{number(1)}", "invention_patent", "granted", "2038-02-08"),
        (f"ZL{number(2)}", "invention_patent", "granted", "2038-03-08"),
        (f"ZL{number(3, kind='2')}", "utility_model", "granted", "2028-04-08"),
    ]
    assert row.forms == ["invention_patent", "utility_model"]
    assert row.abstract == "针对单晶叶片。"
    assert (proposed.bundles[0].state, proposed.bundles[0].achievement_id) == ("confirmed", made)
    assert log(proposed, "bundle.confirmed")
    assert log(proposed, "listing.created")
    page = proposed.client("university").get(f"/achievements/{made}").get_data(as_text=True)
    assert "成熟度未评估" in page
    assert proposed.client("nobody").get(f"/achievements/{made}").status_code == 404
    edit = proposed.client("university").get(f"/achievements/{made}/edit").get_data(as_text=True)
    assert f"ZL{number(1)}" in edit


def test_what_is_decided_is_decided_once(proposed: Office) -> None:
    blades, water = proposed.bundles
    do(proposed, drafting.confirm, blades.id)
    for verb in (drafting.confirm, bundles.dismiss):
        with pytest.raises(Conflict):
            do(proposed, verb, blades.id)
    for verb, value in (
        (bundles.rename, "新"),
        (bundles.split, [1]),
        (bundles.release, [1]),
        (bundles.merge, water.id),
    ):
        with pytest.raises(Conflict):
            do(proposed, verb, blades.id, value)
    with pytest.raises(Conflict):
        do(proposed, bundles.merge, water.id, blades.id)
    with pytest.raises(Conflict):
        do(proposed, bundles.make, blades.organisation_id, ids(proposed, "叶片"))
    assert len(log(proposed, "bundle.confirmed")) == 1


def test_a_bundle_that_changed_meanwhile_is_not_confirmed_unread(proposed: Office) -> None:
    blades = proposed.bundles[0]
    mark = do(proposed, bundles.get, blades.id).mark
    do(proposed, bundles.release, blades.id, ids(proposed, "粉末"))
    with pytest.raises(Stale):
        do(proposed, drafting.confirm, blades.id, mark=mark)
    with pytest.raises(Stale):
        do(proposed, bundles.dismiss, blades.id, mark)
    assert proposed.bundles[0].state == "proposed"


def test_split_merge_release_rename(proposed: Office) -> None:
    blades, water = proposed.bundles
    new = do(proposed, bundles.split, blades.id, ids(proposed, "装置"))
    assert (len(proposed.members(blades.id)), proposed.members(new.id)) == (2, ["镍基单晶叶片激光修复装置"])
    do(proposed, bundles.merge, blades.id, new.id)
    assert len(proposed.members(blades.id)) == 3
    assert [b.id for b in proposed.bundles] == [blades.id, water.id]
    do(proposed, bundles.release, water.id, ids(proposed, "汲取液"))
    assert len(proposed.members(water.id)) == 1
    do(proposed, bundles.release, water.id, ids(proposed, "正渗透浓缩系统"))
    assert [b.id for b in proposed.bundles] == [blades.id], "a bundle nothing is left in goes"
    do(proposed, bundles.rename, blades.id, "  叶片   修复 ")
    assert proposed.bundles[0].title == "叶片 修复"
    for action in ("bundle.split", "bundle.merged", "bundle.released", "bundle.renamed"):
        assert log(proposed, action), action


def test_what_cannot_be_done_is_told(proposed: Office) -> None:
    blades, water = proposed.bundles
    everything = [row.id for row in proposed.patents if row.bundle_id == blades.id]
    for verb, value, told in (
        (bundles.split, everything, "至少一件"), (bundles.split, [], "请勾选"), (bundles.split, ids(proposed, "废水"), "请勾选"),
        (bundles.rename, " ", "请填写"), (bundles.rename, "长" * 201, "最多 200 字"), (bundles.merge, blades.id, "另一组"),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            do(proposed, verb, blades.id, value)
        assert told in refused.value.errors[0].message
    with pytest.raises(NotFound):
        do(proposed, bundles.merge, blades.id, 999)
    with pytest.raises(Invalid):
        do(proposed, bundles.make, blades.organisation_id, [999])
    assert len(proposed.bundles) == 2
    assert water.id


def test_a_new_run_leaves_what_people_touched(proposed: Office) -> None:
    blades, water = proposed.bundles
    do(proposed, bundles.rename, blades.id, "人工改过")
    do(proposed, bundles.dismiss, water.id)
    proposed.take(
        f"{number(11, 2019)},单晶叶片激光修复的在线测温方法,,授权,2019-01-02,张望川；李素心,乙大学,"
    )
    propose(proposed)
    names = {b.title: b.state for b in proposed.bundles}
    assert names == {"人工改过": "proposed", water.title: "dismissed"}
    do(proposed, bundles.restore, water.id)
    assert proposed.bundles[1].state == "proposed"
    with pytest.raises(Conflict):
        do(proposed, bundles.restore, water.id)


def test_untouched_proposals_are_made_anew_with_what_came_since(proposed: Office) -> None:
    proposed.take(
        f"{number(11, 2019)},镍基单晶叶片激光修复装置的夹具,,授权,2019-01-02,张望川；李素心,乙大学,"
    )
    assert propose(proposed) == 2
    assert max(len(proposed.members(b.id)) for b in proposed.bundles) == 4


def test_rights_that_stand_in_an_achievement_are_not_proposed_again(office: Office) -> None:
    office.world.listing(
        office.people["university"], "achievements", title="叶片修复",
        ip=[{"type": "invention_patent", "number": f"ZL {number(n)}"} for n in (1, 2)],
    )  # fmt: skip
    office.take(*LIST)
    assert propose(office) == 1
    assert office.bundles[0].title == "高盐废水的正渗透浓缩系统"


def test_by_hand(proposed: Office) -> None:
    house = proposed.people["university"].organisation_id
    made = do(proposed, bundles.make, house, ids(proposed, "黑板擦", "汲取液"), title="自选")
    assert (made.title, len(proposed.members(made.id))) == ("自选", 2)
    assert "人工" in made.reason
    assert len(proposed.bundles) == 3, "the one it was taken from keeps the other"


def test_bundles_are_the_same_however_often(proposed: Office) -> None:
    def now() -> list[tuple[str, list[str]]]:
        return [(b.title, proposed.members(b.id)) for b in proposed.bundles]

    before = now()
    propose(proposed)
    assert now() == before


def test_a_long_list_is_bundled_beside_the_request(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.take(*LIST)
    monkeypatch.setattr(background, "AT_ONCE", 0)
    here, actor = office.world.platform, office.people["university"]
    house = actor.organisation_id or 0
    at_work, go_on = Event(), Event()
    propose_now = drafting.propose

    def slowly(*args: Any) -> int:
        at_work.set()
        assert go_on.wait(60)
        return propose_now(*args)

    monkeypatch.setattr(drafting, "propose", slowly)
    client = office.world.client("university@example.org")
    assert post(client, "/patents/propose", {}).status_code == 303
    assert at_work.wait(60)
    page = client.get("/patents/bundles").get_data(as_text=True)
    assert "正在给 6 件专利分组" in page
    assert "重新分组" not in page
    assert background.begin(here, actor, house).running  # a second click finds the first at work
    asked = client.get("/patents/bundles/progress")
    assert ("every 2s" in asked.get_data(as_text=True), "HX-Refresh" in asked.headers) == (True, False)
    go_on.set()
    for thread in enumerate_threads():
        if thread.name == f"bundling-{house}":
            thread.join(60)
    assert client.get("/patents/bundles/progress").headers["HX-Refresh"] == "true"
    assert background.progress(here, actor, house).waiting == 2
    assert len(office.bundles) == 2


def test_a_run_that_broke_says_so_and_can_be_begun_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.take(*LIST)
    monkeypatch.setattr(background, "AT_ONCE", 0)
    here, actor = office.world.platform, office.people["university"]
    house = actor.organisation_id or 0
    with here.database.write() as session:  # a process that was killed an hour ago
        bundling.claim(session, house, 6, here.now() - timedelta(hours=1), here.now() - timedelta(hours=2))
    assert background.progress(here, actor, house).failed
    page = office.world.client("university@example.org").get("/patents/bundles").get_data(as_text=True)
    assert "上次分组没有做完" in page
    background.begin(here, actor, house)
    for thread in enumerate_threads():
        if thread.name == f"bundling-{house}":
            thread.join(60)
    now = background.progress(here, actor, house)
    assert (now.running, now.failed, now.waiting) == (False, False, 2)
    with pytest.raises(NotFound):
        background.progress(here, office.people["college"], house)
