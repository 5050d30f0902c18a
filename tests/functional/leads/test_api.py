"""Leads for programs: the same list with its reasons, and the answer."""

from __future__ import annotations

from functools import partial

import pytest

from services import accounts
from tests.functional.api.calling import Caller, ok, problem
from tests.functional.leads.conftest import SUBJECTS, Market


@pytest.fixture
def call(market: Market) -> partial[Caller]:
    """The caller of a role."""

    def caller(who: str) -> Caller:
        token = accounts.issue_token(market.here, f"{who}@example.org")
        return Caller(
            market.world.app.test_client(), {"Authorization": f"Bearer {token}"}, market.people[who]
        )

    return partial(caller)


def test_a_manager_gets_ranked_leads_with_reasons(market: Market, call: partial[Caller]) -> None:
    market.profile("manager", 1)
    for n in range(3):
        market.achievement(n, industry="C35", region="510100"), market.need(n, confidential="某厂代号")
    market.make()
    found = ok(call("manager").get("/leads"))
    assert (found["total"], found["page"], found["per_page"], found["profile_state"]) == (
        3,
        1,
        20,
        "published",
    )
    assert found["states"] == {"new": 3, "interested": 0, "passed": 0, "taken": 0}
    assert found["facets"]["region"] == {"510000": 3}
    first = found["items"][0]
    assert [item["rank"] for item in found["items"]] == [1, 2, 3]
    assert first["need"]["title"].startswith(SUBJECTS[1])
    assert first["score"] >= found["items"][1]["score"] >= found["items"][2]["score"]
    assert sum(r["contribution"] for r in first["reasons"]) <= first["score"] + 0.01
    assert any(reason["evidence"]["need"] for reason in first["match"]["reasons"])
    assert first["need"]["organisation"]["name"] == "某enterprise"
    assert first["answers"] is None
    assert "某厂代号" not in str(found)
    assert "甲企业" not in str(found)
    assert ok(call("manager").get("/leads?industry=C35&level=3&days=3&sort=newest&per_page=2"))["total"] == 3
    assert ok(call("manager").get("/leads?region=浙江"))["total"] == 0


def test_answering_and_reading_one(market: Market, call: partial[Caller]) -> None:
    market.profile("manager"), market.profile("second")
    market.achievement(), market.need()
    market.make()
    (lead,) = market.leads()
    manager, second = call("manager"), call("second")
    assert ok(second.post(f"/leads/{lead.id}/answer", {"answer": "interested"}))["state"] == "interested"
    read = ok(manager.get(f"/leads/{lead.id}"))
    assert (read["state"], read["interested"], read["is_taken"]) == ("new", 1, False)
    assert [(a.state) for a in market.answers()] == ["interested", "viewed"]
    body = {"answer": "pass", "reason": "price", "note": "超出预算"}
    passed = ok(manager.post(f"/leads/{lead.id}/answer", body))
    assert (passed["state"], passed["reason"], passed["note"]) == ("passed", "price", "超出预算")
    assert ok(manager.get("/leads"))["states"]["passed"] == 1
    assert ok(manager.post(f"/leads/{lead.id}/answer", {"answer": "undo"}))["state"] == "viewed"
    deal = ok(manager.post("/deals", {"lead_id": lead.id}), 201)
    assert deal["state"] == "opened"
    assert ok(second.get(f"/leads/{lead.id}"))["is_taken"]
    assert second.post(f"/leads/{lead.id}/answer", {"answer": "interested"}).status_code == 409
    operator = ok(call("operator").get("/leads?state=interested"))
    assert [(a["talent"]["name"], a["state"]) for a in operator["items"][0]["answers"]] == [
        ("经理人second", "interested"), ("经理人manager", "viewed"),
    ]  # fmt: skip


def test_what_cannot_be_used_is_named(market: Market, call: partial[Caller]) -> None:
    market.profile()
    market.achievement(), market.need()
    market.make()
    (lead,) = market.leads()
    manager = call("manager")
    said = problem(manager.get("/leads?state=zzz&sort=up&industry=火星&region=月球"), 422)
    assert set(said) == {"state", "sort", "industry", "region"}
    assert "level" in problem(manager.get("/leads?level=1"), 422)
    assert "answer" in problem(manager.post(f"/leads/{lead.id}/answer", {"answer": "take"}), 422)
    assert "reason" in problem(manager.post(f"/leads/{lead.id}/answer", {"answer": "pass"}), 422)
    assert "note" in problem(
        manager.post(f"/leads/{lead.id}/answer", {"answer": "undo", "note": "长" * 501}), 422
    )
    assert manager.post("/leads/999999/answer", {"answer": "undo"}).status_code == 404
    assert "state" in problem(call("operator").get("/leads?state=new"), 422)
    assert market.answers() == []
