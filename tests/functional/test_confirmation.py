"""最近确认: what nobody has confirmed for long sinks and says so, its owner is asked once, and one click mends it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from matching.cautions import CONFIRMATION_LASTS
from repositories import audit
from repositories.achievements import Achievement
from repositories.notices import Notice
from services.errors import Conflict, Forbidden
from services.listings import confirming, entries
from services.listings.library import LIBRARIES
from services.scheduler import TASKS, ask_confirmation
from tests.functional.api.calling import ok
from tests.functional.patents.conftest import Office, office
from tests.support import csrf

__all__ = ["office"]
OLD = CONFIRMATION_LASTS + timedelta(days=1)
WHO = {"achievements": "university", "needs": "enterprise", "talents": "manager"}


def listing(office: Office, library: str, title: str, *, age: timedelta | None = None) -> int:
    """A published listing, last confirmed so long ago."""
    row = office.world.listing(office.people[WHO[library]], library, title=title)
    if age is not None:
        with office.world.platform.database.write() as session:
            session.get(LIBRARIES[library].model, row.id).confirmed_on = office.world.platform.today() - age
    office.world.index()
    return int(row.id)


def load(office: Office, library: str, row_id: int) -> Any:
    with office.world.platform.database.read() as session:
        return session.get(LIBRARIES[library].model, row_id)


def told(office: Office) -> list[tuple[str, str]]:
    with office.world.platform.database.read() as session:
        rows = session.scalars(select(Notice).where(Notice.kind == confirming.KIND).order_by(Notice.id))
        return [(row.subject, row.href) for row in rows]


def order(office: Office, library: str, query: str = "") -> list[str]:
    return [one["title"] for one in ok(office.call("nobody").get(f"/{library}{query}"))["items"]]


@pytest.mark.parametrize("library", sorted(LIBRARIES))
def test_it_sinks_its_owner_is_asked_once_and_one_click_brings_it_back(office: Office, library: str) -> None:
    listing(office, library, "较早发布")
    late = listing(office, library, "较晚发布", age=OLD)
    listing(office, library, "刚过期限以内", age=CONFIRMATION_LASTS)
    assert order(office, library) == ["刚过期限以内", "较晚发布", "较早发布"]
    assert confirming.ask(office.world.platform) == 1
    assert confirming.ask(office.world.platform) == 0
    office.world.index()
    assert order(office, library) == ["刚过期限以内", "较早发布", "较晚发布"]
    assert order(office, library, "?sort=newest")[-1] == "较晚发布"
    assert [href for _, href in told(office)] == [f"/{library}/{late}"]
    before = load(office, library, late)
    page = office.client("nobody").get(f"/{library}/{late}").get_data(as_text=True)
    assert "没有确认，信息可能已变" in page
    assert "仍然有效" not in page
    mine = office.client(WHO[library]).get(f"/{library}/{late}").get_data(as_text=True)
    assert f'action="/{library}/{late}/confirm"' in mine
    assert "信息可能已变" in office.client("nobody").get(f"/{library}").get_data(as_text=True)
    assert office.press(WHO[library], f"/{library}/{late}/confirm").status_code == 303
    after = load(office, library, late)
    assert (after.confirmed_on, after.stale, after.state) == (
        office.world.platform.today(),
        False,
        "published",
    )
    assert (after.revision, after.expires_on) == (before.revision, before.expires_on), "no edit, no renewal"
    office.world.index()
    assert order(office, library) == ["刚过期限以内", "较晚发布", "较早发布"]
    assert "信息可能已变" not in office.client("nobody").get(f"/{library}").get_data(as_text=True)
    with office.world.platform.database.read() as session:
        assert audit.of_object(session, library, late, "listing.confirm")


def test_who_may_confirm(office: Office) -> None:
    row_id = listing(office, "achievements", "叶片", age=OLD)
    for role, status in (
        ("nobody", 401),
        ("enterprise", 403),
        ("college", 403),
        ("university", 200),
        ("operator", 200),
    ):
        assert office.call(role).post(f"/achievements/{row_id}/confirm").status_code == status, role
    draft = office.world.listing(office.people["university"], "achievements", published=False, title="草稿")
    with pytest.raises(Conflict):
        entries.act(office.world.platform, office.people["university"], "achievements", draft.id, "confirm")
    with pytest.raises(Forbidden):
        confirming.confirm_all(office.world.platform, office.people["enterprise"], "achievements")


def test_many_are_asked_about_in_one_notice_and_confirmed_by_one_press(office: Office) -> None:
    ids = [listing(office, "achievements", f"第 {n} 项", age=OLD) for n in range(3)]
    mine = listing(office, "achievements", "新的")
    confirming.ask(office.world.platform)
    assert told(office) == [("请确认 3 条成果仍然有效", "/achievements/mine?state=published")]
    client = office.client("university")
    assert "3 条已经很久没有确认" in client.get("/achievements/mine").get_data(as_text=True)
    answer = client.post(
        "/achievements/mine/confirm", data={"csrf_token": csrf(client, "/achievements/mine")}
    )
    assert answer.status_code == 303
    assert [load(office, "achievements", one).stale for one in (*ids, mine)] == [False] * 4
    assert "很久没有确认" not in client.get("/achievements/mine").get_data(as_text=True)
    assert ok(office.call("university").post("/me/achievements/confirm")) == {"confirmed": 0}


def test_an_edit_confirms_too(office: Office) -> None:
    row_id = listing(office, "achievements", "叶片", age=OLD)
    confirming.ask(office.world.platform)
    actor = office.people["university"]
    entries.edit(
        office.world.platform,
        actor,
        "achievements",
        row_id,
        {"contact_name": "李"},
        revision=None,
        partial=True,
    )
    row = load(office, "achievements", row_id)
    assert (row.stale, row.confirmed_on) == (False, office.world.platform.today())


def test_what_nobody_owns_is_left_alone(office: Office) -> None:
    """A paper has nobody who could confirm it: it neither sinks nor carries a caution."""
    row_id = listing(office, "achievements", "论文", age=OLD)
    with office.world.platform.database.write() as session:
        session.get(LIBRARIES["achievements"].model, row_id).organisation_id = None
    assert confirming.ask(office.world.platform) == 0
    assert "信息可能已变" not in office.client("nobody").get(f"/achievements/{row_id}").get_data(as_text=True)


def test_it_is_a_recurring_task(office: Office) -> None:
    assert any(task.run is ask_confirmation for task in TASKS)
    assert ask_confirmation(office.world.platform) == "请确认 0 条"


def test_the_day_of_a_publication_is_that_of_china(office: Office) -> None:
    evening = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)
    row = Achievement(title="夜间发布", state="submitted", created_at=evening, updated_at=evening)
    with office.world.platform.database.write() as session:
        session.add(row)
        session.flush()
        row.move(session, "publish", evening)
        assert row.confirmed_on == date(2026, 11, 23)
