"""Needs written for enterprises, for programs: everything the pages can do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services import accounts
from tests.functional.api.calling import Caller, ok, problem
from tests.functional.proposals.conftest import SECRET, TITLE, Desk


@pytest.fixture
def call(desk: Desk) -> Callable[[str], Caller]:
    """The caller of a person."""

    def caller(who: str) -> Caller:
        token = accounts.issue_token(desk.world.platform, f"{who}@example.org")
        return Caller(desk.world.app.test_client(), {"Authorization": f"Bearer {token}"}, desk.people[who])

    return caller


def test_from_the_draft_to_the_enterprises_need(desk: Desk, call: Callable[[str], Caller]) -> None:
    manager, enterprise, stranger = call("manager"), call("enterprise"), call("rival")
    made = manager.post("/proposals", {"title": TITLE, "confidential": SECRET, "budget_max": "800000.00"})
    document = ok(made, 201)
    path = made.headers["Location"].removeprefix("/api/v1")
    assert (document["state"], document["need"]["budget_max"], document["organisation"]) == (
        "draft",
        "800000.00",
        None,
    )
    assert enterprise.get(path).status_code == stranger.get(path).status_code == 404
    assert manager.patch(path, {"problem": "开裂"}).status_code == 428
    edited = ok(manager.patch(path, {"problem": "开裂"}, match=made.headers["ETag"]))
    assert (edited["need"]["problem"], edited["revision"]) == ("开裂", 2)
    assert manager.patch(path, {"problem": "旧"}, match=made.headers["ETag"]).status_code == 412
    asked = ok(manager.post(f"{path}/ask", {"organisation": "甲企业"}))
    assert (asked["state"], asked["organisation"]) == ("waiting", "甲企业")
    for refused in (manager.patch(path, {"problem": "x"}, match="*"), manager.delete(path),
                    manager.post(f"{path}/ask", {"organisation": "甲企业"})):  # fmt: skip
        assert refused.status_code == 409
    read = ok(enterprise.get(path))
    assert (read["need"]["confidential"], read["manager"]) == (SECRET, desk.people["manager"].name)
    assert ok(enterprise.get("/proposals"))["items"][0]["need"]["title"] == TITLE
    assert ok(stranger.get("/proposals"))["total"] == 0
    for who in (stranger, call("second")):
        assert who.post(f"{path}/answer", {"answer": "confirm"}).status_code in (403, 404)
    assert enterprise.post(f"{path}/answer", {"answer": "confirm", "revision": 1}).status_code == 412
    done = ok(enterprise.post(f"{path}/answer", {"answer": "confirm", "revision": 2}))
    assert (done["state"], done["need"]["title"]) == ("confirmed", TITLE)
    assert ok(enterprise.get(f"/needs/{document['id']}"))["state"] == "submitted"
    assert manager.get(path).status_code == 404
    (left,) = ok(manager.get("/proposals"))["items"]
    assert (left["state"], left["need"]) == ("confirmed", None)
    assert enterprise.post(f"{path}/answer", {"answer": "refuse", "reason": "晚了"}).status_code in (404, 409)


def test_a_draft_has_its_recommendations_for_its_writer_alone(
    desk: Desk, call: Callable[[str], Caller]
) -> None:
    draft = desk.draft()
    path = f"/needs/{draft.id}/recommendations"
    assert ok(call("manager").get(path))["considered"] >= 0
    for who in ("second", "enterprise", "rival"):
        assert call(who).get(path).status_code == 404


def test_refused_taken_back_and_deleted(desk: Desk, call: Callable[[str], Caller]) -> None:
    manager, enterprise = call("manager"), call("enterprise")
    document = ok(manager.post("/proposals", {"title": TITLE}), 201)
    path = f"/proposals/{document['id']}"
    ok(manager.post(f"{path}/ask", {"organisation": "甲企业"}))
    assert ok(manager.post(f"{path}/recall"))["state"] == "draft"
    assert manager.post(f"{path}/recall").status_code == 409
    ok(manager.post(f"{path}/ask", {"organisation": "甲企业"}))
    refused = ok(enterprise.post(f"{path}/answer", {"answer": "refuse", "reason": "不是我们的需求"}))
    assert (refused["state"], refused["need"], refused["note"]) == ("refused", None, "不是我们的需求")
    assert ok(manager.get(path))["note"] == "不是我们的需求"
    assert manager.delete(path).status_code == 204
    assert manager.get(path).status_code == 404
    assert ok(manager.get("/proposals"))["total"] == 0


def test_what_cannot_be_used_is_named(desk: Desk, call: Callable[[str], Caller]) -> None:
    manager, enterprise = call("manager"), call("enterprise")
    said = problem(
        manager.post("/proposals", {"title": "", "budget_max": "很多", "deadline": "2001-01-01"}), 422
    )
    assert {"title", "budget_max", "deadline"} <= set(said)
    assert "external_id" in problem(manager.post("/proposals", {"title": "x", "external_id": "7"}), 422)
    need = desk.asked()
    path = f"/proposals/{need.id}"
    assert "answer" in problem(enterprise.post(f"{path}/answer", {"answer": "take"}), 422)
    assert "reason" in problem(enterprise.post(f"{path}/answer", {"answer": "refuse"}), 422)
    other = desk.draft()
    assert "organisation" in problem(manager.post(f"/proposals/{other.id}/ask", {"organisation": "甲"}), 422)
    assert "organisation" in problem(manager.post(f"/proposals/{other.id}/ask", {}), 422)
    for who in ("university", "operator"):
        assert call(who).get("/proposals").status_code == 403
