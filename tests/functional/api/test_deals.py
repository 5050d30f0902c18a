"""Deals for programs: need → recommendation → deal → consent → stages → end, with ETags and faults that name their field."""

from __future__ import annotations

from typing import Any

import pytest

from repositories.assignments import Assignment
from repositories.deals import Deal
from tests.functional.api.calling import Cast, ok, problem
from tests.support import World

SECRET = "客户为某型发动机大修厂"


@pytest.fixture
def cast(world: World) -> Cast:
    """Everybody, a need with a confidential part and an achievement that fits it."""
    made = Cast(world)
    made.achievement(contact_phone="029-8888")
    made.need(confidential=SECRET, contact_phone="0574-1234")
    return made


def opened(cast: Cast) -> dict[str, Any]:
    """The deal as the interface promises it: by the run and the achievement."""
    need = ok(cast.enterprise.get("/me/needs"))["items"][0]
    found = ok(cast.enterprise.get(f"/needs/{need['id']}/recommendations"))
    body = {"run_id": found["run_id"], "achievement_id": found["items"][0]["achievement"]["id"]}
    return ok(cast.enterprise.post("/deals", body), 201)


def test_opening_by_the_run_and_the_achievement(cast: Cast) -> None:
    deal = opened(cast)
    assert (deal["state"], deal["state_name"], deal["your_side"]) == ("opened", "立项", "enterprise")
    assert deal["consents"]["enterprise"]
    assert deal["consents"]["university"] is None
    assert deal["contacts"] is None
    assert [step["who"] for step in deal["waiting_for"]] == ["university", "operator"]
    assert deal["match"]["reasons"]
    theirs = ok(cast.university.get(f"/deals/{deal['id']}"))
    assert theirs["yours_to_answer"]
    assert theirs["need"]["organisation"]["name"] != "甲企业"
    assert SECRET not in str(theirs)
    again = cast.enterprise.post("/deals", {"entry_id": deal["match"]["entry_id"]})
    assert f"第 {deal['id']} 号" in problem_text(again, 409)
    assert problem(cast.enterprise.post("/deals", {}), 422).keys() == {"run_id"}
    assert problem(cast.enterprise.post("/deals", {"colour": "red"}), 422).keys() == {"colour"}


def test_the_walk_to_the_end(cast: Cast) -> None:
    deal = opened(cast)
    here = f"/deals/{deal['id']}"
    assert problem(cast.university.post(f"{here}/consent", {"answer": "maybe"}), 422).keys() == {"answer"}
    agreed = ok(cast.university.post(f"{here}/consent", {"answer": "agree"}))
    assert agreed["both_agreed"]
    assert agreed["contacts"]["enterprise"]["phone"] == "0574-1234"
    assert "没有技术经理人接手" in problem_text(
        cast.operator.post(f"{here}/stage", {"verb": "negotiate"}), 409
    )
    lead(cast, deal["id"])
    document = cast.manager.get(here)
    stale = document.headers["ETag"]
    moved = cast.manager.post(
        f"{here}/stage", {"verb": "negotiate", "note": "周五面谈"}, headers={"If-Match": stale}
    )
    assert ok(moved)["state"] == "negotiating"
    refused = cast.manager.post(f"{here}/stage", {"verb": "sign"}, headers={"If-Match": stale})
    assert refused.status_code == 412
    assert problem(cast.manager.post(f"{here}/stage", {"verb": "fly"}), 422).keys() == {"verb"}
    for verb in ("sign", "perform", "complete"):
        done = ok(cast.manager.post(f"{here}/stage", {"verb": verb}))
    assert (done["state"], done["waiting_for"]) == ("completed", [])
    assert [one["kind"] for one in done["events"]][-3:] == ["moved", "moved", "moved"]
    assert (
        cast.enterprise.get(
            here, headers={"If-None-Match": cast.enterprise.get(here).headers["ETag"]}
        ).status_code
        == 304
    )


def test_ending_needs_a_reason_and_other_an_explanation(cast: Cast) -> None:
    deal = opened(cast)
    here = f"/deals/{deal['id']}/end"
    assert problem(cast.enterprise.post(here, {}), 422).keys() == {"reason"}
    assert problem(cast.enterprise.post(here, {"reason": "unanswered"}), 422).keys() == {"reason"}
    assert problem(cast.enterprise.post(here, {"reason": "other"}), 422).keys() == {"note"}
    ended = ok(cast.enterprise.post(here, {"reason": "price", "note": "预算砍了"}))
    assert (ended["state"], ended["end_reason"], ended["end_note"]) == ("ended", "price", "预算砍了")
    assert "终止" in problem_text(cast.enterprise.post(here, {"reason": "price"}), 409)


def test_what_it_asks_of_a_manager_is_edited_by_etag(cast: Cast) -> None:
    deal = opened(cast)
    here = f"/deals/{deal['id']}"
    assert cast.enterprise.patch(here, {"languages": ["en"]}).status_code == 428
    tag = cast.enterprise.get(here).headers["ETag"]
    changed = ok(cast.enterprise.patch(here, {"languages": ["en"], "region": "330000"}, match=tag))
    assert changed["asks_of_manager"] == {
        "languages": ["en"],
        "posts": [],
        "certificate": None,
        "region": "330000",
    }
    assert cast.enterprise.patch(here, {"languages": []}, match=tag).status_code == 412
    wrong = cast.enterprise.patch(here, {"posts": ["pilot"]}, match="*")
    assert problem(wrong, 422).keys() == {"posts"}


def test_lists_by_tab_and_stage(cast: Cast) -> None:
    deal = opened(cast)
    listed = ok(cast.university.get("/deals?tab=todo"))
    assert [one["id"] for one in listed["items"]] == [deal["id"]]
    assert listed["tabs"] == {"todo": 1, "open": 1, "completed": 0, "ended": 0}
    assert listed["facets"] == {"state": {"opened": 1}}
    assert ok(cast.enterprise.get("/deals?state=opened"))["total"] == 1
    assert ok(cast.enterprise.get("/deals?state=signed"))["total"] == 0
    assert ok(cast.enterprise.get("/deals?q=没有这样的"))["total"] == 0
    assert ok(cast.rival.get("/deals"))["total"] == 0
    assert problem(cast.enterprise.get("/deals?tab=mine"), 422).keys() == {"tab"}
    assert problem(cast.enterprise.get("/deals?state=ended"), 422).keys() == {"state"}


def test_a_recommendation_says_that_there_is_a_deal(cast: Cast) -> None:
    deal = opened(cast)
    found = ok(cast.enterprise.get(f"/needs/{deal['need']['id']}/recommendations"))
    assert found["items"][0]["deal"] == {"id": deal["id"], "state": "opened"}


def lead(cast: Cast, deal_id: int) -> None:
    """The manager has accepted."""
    talent = cast.world.listing(cast.manager.actor, "talents", title="周经理")
    with cast.world.platform.database.write() as session:
        deal = session.get(Deal, deal_id)
        deal.move("assign", cast.world.platform.now())
        session.add(
            Assignment(deal_id=deal_id, talent_id=talent.id, state="accepted", due_on=deal.answer_due_on)
        )


def problem_text(response: Any, status: int) -> str:
    problem(response, status)
    return str(response.get_json()["title"])
