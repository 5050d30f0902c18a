"""An organisation that loses its approval takes its listings out of public view, and brings them back; on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from repositories import audit
from repositories.notices import Notice
from repositories.outbox import WITHDRAWN_FACT, Job
from services import organisations
from services.access import Actor
from services.errors import Conflict
from services.listings import entries
from services.listings.library import LIBRARIES
from tests.integration.test_at_once import together
from tests.support import World


def states(world: World, rows: list[Any]) -> list[str]:
    with world.platform.database.read() as session:
        return [session.get(LIBRARIES[r.library].model, r.id).state for r in rows]


def jobs(world: World, row: Any) -> list[str]:
    with world.platform.database.read() as session:
        mine = (Job.library == row.library, Job.subject_id == row.id)
        return list(session.scalars(select(Job.fact).where(*mine).order_by(Job.id)))


def actions(world: World, row: Any) -> list[str]:
    """The history of a listing, oldest first."""
    with world.platform.database.read() as session:
        return [line.action for line in audit.latest(session, 0, 50, about=(row.library, row.id))][::-1]


def house_of(actor: Actor) -> int:
    assert actor.organisation_id is not None
    return actor.organisation_id


def test_what_was_public_goes_and_comes_back(both: World) -> None:
    here, operator, uni = both.platform, both.operator(), both.university()
    other = both.university("other@example.org", "丙大学")
    public, paused, draft, edited = (
        both.listing(uni, "achievements", published=published, title=title)
        for title, published in (("甲", True), ("乙", True), ("丙", False), ("丁", True))
    )
    strangers = both.listing(other, "achievements", title="戊")
    entries.act(here, uni, "achievements", paused.id, "pause")
    organisations.decide(here, operator, house_of(uni), approve=False, reason="营业执照已注销")

    rows = [public, paused, draft, edited, strangers]
    assert states(both, rows) == ["paused", "paused", "draft", "paused", "published"]
    assert jobs(both, public)[-1] == WITHDRAWN_FACT
    assert actions(both, public) == [
        "listing.created", "listing.submit", "listing.publish", "organisation.rejected",
    ]  # fmt: skip
    assert "organisation.rejected" not in actions(both, strangers) + actions(both, draft)
    with here.database.read() as session:
        told = session.scalars(select(Notice.body).where(Notice.account_id == uni.account_id)).all()
    assert any("2 条内容已暂停展示" in text and "营业执照已注销" in text for text in told)
    with pytest.raises(Conflict, match="核验"):
        entries.act(here, uni, "achievements", public.id, "resume")
    entries.edit(
        here, uni, "achievements", edited.id, {"abstract": "改过的"}, revision=None, partial=True
    )  # and so it waits for review

    organisations.decide(here, operator, house_of(uni), approve=True)
    assert states(both, rows) == ["published", "paused", "draft", "submitted", "published"]
    assert jobs(both, public)[-1] == "resume"
    assert actions(both, public)[-1] == "organisation.approved"
    assert "organisation.approved" not in actions(both, paused)


def test_publishing_and_losing_the_approval_at_the_same_moment(both: World) -> None:
    """Whichever comes first: nothing of a house without approval is public afterwards."""
    here, operator = both.platform, both.operator()
    for place in range(3):
        uni = both.university(f"u{place}@example.org", f"第{place}大学")
        row = both.listing(uni, "achievements", published=False, title="同时")
        entries.act(here, uni, "achievements", row.id, "submit")

        def step(who: int, row: Any = row, house: int = house_of(uni)) -> None:
            if who:
                organisations.decide(here, operator, house, approve=False, reason="核实不符")
            else:
                entries.act(here, operator, "achievements", row.id, "publish")

        results = together(2, step)
        assert results[1] is None, results
        assert states(both, [row]) in (["paused"], ["submitted"]), results
