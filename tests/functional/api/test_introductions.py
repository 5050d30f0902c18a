"""引荐 through the API: asked, answered, and contacts only when both agreed."""

from __future__ import annotations

from typing import Any

from tests.functional.api.calling import Cast, Counted, ok, problem


def shown(cast: Cast, **need: Any) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """(need, achievement, recommendations) of a pair that was shown to the enterprise."""
    offer = cast.achievement(contact_name="李老师", contact_phone="028-11111111")
    made = cast.need(contact_name="王工", contact_phone="028-22222222", **need)
    return made, offer, ok(cast.enterprise.get(f"/needs/{made['id']}/recommendations"))


def test_contacts_open_when_both_agreed_and_not_before(cast: Cast) -> None:
    need, offer, found = shown(cast)
    asked = cast.enterprise.post(
        "/introductions", {"run_id": found["run_id"], "achievement_id": offer["id"], "message": "想谈许可"}
    )
    introduction = ok(asked, 201)
    path = f"/introductions/{introduction['id']}"
    assert asked.headers["Location"] == f"/api/v1{path}"
    assert introduction["state"] == "asked"
    assert introduction["contacts"] is None
    assert introduction["match"]["reasons"]
    theirs = ok(cast.university.get(path))
    assert theirs["yours_to_answer"] is True
    assert theirs["need"]["organisation"]["name"] == "某enterprise"
    assert "028-2222" not in cast.university.get(f"/needs/{need['id']}").get_data(as_text=True)
    problem(cast.rival.get(path), 404)
    problem(cast.college.post(f"{path}/answer", {"answer": "accept"}), 404)
    problem(cast.enterprise.post(f"{path}/answer", {"answer": "accept"}), 403)
    agreed = ok(cast.university.post(f"{path}/answer", {"answer": "accept"}))
    assert agreed["contacts"]["enterprise"]["phone"] == "028-22222222"
    assert agreed["need"]["organisation"]["name"] == "甲企业"
    assert ok(cast.enterprise.get(path))["contacts"]["university"]["phone"] == "028-11111111"
    assert ok(cast.operator.get(path))["contacts"] is None
    assert ok(cast.university.get(f"/needs/{need['id']}"))["organisation"]["name"] == "甲企业"
    assert ok(cast.college.get(f"/needs/{need['id']}"))["organisation"]["name"] == "某enterprise"
    problem(cast.university.post(f"{path}/answer", {"answer": "decline", "reason": "timing"}), 409)
    problem(cast.enterprise.post("/introductions", {"entry_id": found["items"][0]["entry_id"]}), 409)


def test_declining_needs_one_of_the_eight_reasons(cast: Cast) -> None:
    _, offer, _ = shown(cast)
    found = ok(cast.university.get(f"/achievements/{offer['id']}/recommendations"))
    body = {"run_id": found["run_id"], "need_id": found["items"][0]["need"]["id"]}
    introduction = ok(cast.university.post("/introductions", body), 201)
    path = f"/introductions/{introduction['id']}/answer"
    assert "reason" in problem(cast.enterprise.post(path, {"answer": "decline"}), 422)
    assert "answer" in problem(cast.enterprise.post(path, {"answer": "perhaps"}), 422)
    assert "answer" in problem(cast.enterprise.post(path, {}), 422)
    declined = ok(cast.enterprise.post(path, {"answer": "decline", "reason": "maturity", "note": "再看看"}))
    assert (declined["state"], declined["reason"], declined["note"]) == ("declined", "maturity", "再看看")
    assert ok(cast.university.get("/notices"))["items"][0]["kind"] == "introduction.answered"


def test_the_asker_may_recall(cast: Cast) -> None:
    _, _, found = shown(cast)
    introduction = ok(
        cast.enterprise.post("/introductions", {"entry_id": found["items"][0]["entry_id"]}), 201
    )
    answer = ok(cast.enterprise.post(f"/introductions/{introduction['id']}/answer", {"answer": "recall"}))
    assert answer["state"] == "recalled"


def test_the_confidential_part_stays_out_of_what_the_other_side_reads(cast: Cast) -> None:
    _, _, found = shown(cast, confidential="激光熔覆修复技术 镍基粉末秘密配比")
    assert found["basis"] == "owner"
    introduction = ok(
        cast.enterprise.post("/introductions", {"entry_id": found["items"][0]["entry_id"]}), 201
    )
    assert "秘密" not in cast.university.get(f"/introductions/{introduction['id']}").get_data(as_text=True)
    assert "秘密" not in cast.operator.get(f"/introductions/{introduction['id']}").get_data(as_text=True)


def test_lists_by_tab_at_a_fixed_cost(cast: Cast) -> None:
    _, _, found = shown(cast)
    ok(cast.enterprise.post("/introductions", {"entry_id": found["items"][0]["entry_id"]}), 201)
    with Counted(cast.world) as first:
        everything = ok(cast.enterprise.get("/introductions"))
    assert (everything["total"], everything["tabs"]["theirs"]) == (1, 1)
    assert ok(cast.university.get("/introductions?tab=mine"))["total"] == 1
    assert ok(cast.enterprise.get("/introductions?tab=mine"))["items"] == []
    assert ok(cast.rival.get("/introductions"))["items"] == []
    assert ok(cast.manager.get("/introductions"))["items"] == []
    assert "tab" in problem(cast.enterprise.get("/introductions?tab=lost"), 422)
    other = cast.achievement(title="激光熔覆修复叶片的另一种技术")
    need = cast.need(title="另一条激光熔覆修复需求")
    again = ok(cast.enterprise.get(f"/needs/{need['id']}/recommendations"))
    body = {"run_id": again["run_id"], "achievement_id": other["id"]}
    ok(cast.enterprise.post("/introductions", body), 201)
    with Counted(cast.world) as second:
        assert ok(cast.enterprise.get("/introductions"))["total"] == 2
    assert first.count == second.count


def test_asking_for_what_was_not_shown(cast: Cast) -> None:
    need, offer, found = shown(cast)
    problem(cast.rival.post("/introductions", {"entry_id": found["items"][0]["entry_id"]}), 404)
    problem(cast.enterprise.post("/introductions", {"run_id": 999, "achievement_id": offer["id"]}), 404)
    problem(
        cast.enterprise.post("/introductions", {"run_id": found["run_id"], "need_id": need["id"] + 7}), 404
    )
    assert "entry_id" in problem(cast.enterprise.post("/introductions", {"message": "谁都行"}), 422)
    assert "entry_id" in problem(cast.enterprise.post("/introductions", {"entry_id": 2**40}), 422)
    assert "message" in problem(
        cast.enterprise.post(
            "/introductions", {"entry_id": found["items"][0]["entry_id"], "message": "长" * 1001}
        ),
        422,
    )
