"""Signing up, tokens, oneself, notices, organisations and the operator's decisions."""

from __future__ import annotations

from typing import Any

from tests.functional.api.calling import PREFIX, Caller, Cast, ok, problem
from tests.support import PASSWORD, next_uscc


def sign_up(**changed: Any) -> dict[str, Any]:
    body = {
        "email": "new@example.org",
        "name": "赵工",
        "password": PASSWORD,
        "role": "enterprise",
        "organisation_name": "新来的企业",
        "uscc": next_uscc(),
    }
    return body | changed


def test_from_signing_up_to_a_published_need(cast: Cast) -> None:
    assert cast.operator
    account = ok(cast.nobody.post("/register", sign_up()), 201)
    assert account["role"] == "enterprise"
    assert account["organisation"]["state"] == "pending"
    given = ok(
        cast.nobody.post("/tokens", {"email": "NEW@example.org", "password": PASSWORD, "name": "脚本"}), 201
    )
    assert given["account"]["id"] == account["id"]
    me = Caller(cast.nobody.client, {"Authorization": f"Bearer {given['token']}"}, cast.nobody.actor)
    assert ok(me.get("/me"))["organisation"]["name"] == "新来的企业"
    need = ok(me.post("/needs", {"title": "轴承早期点蚀"}), 201)
    assert ok(me.post(f"/needs/{need['id']}/publish"))["state"] == "submitted"
    problem(cast.operator.post(f"/needs/{need['id']}/publish"), 409)
    house = account["organisation"]["id"]
    assert ok(cast.operator.post(f"/organisations/{house}/approve"))["state"] == "approved"
    assert ok(cast.operator.post(f"/needs/{need['id']}/publish"))["state"] == "published"
    notices = ok(me.get("/notices"))
    assert {one["kind"] for one in notices["items"]} == {"organisation.decided", "listing.publish"}
    assert notices["unread"] == 2
    assert me.post("/notices/read", {"id": notices["items"][0]["id"]}).status_code == 204
    assert ok(me.get("/me"))["unread_notices"] == 1
    assert me.post("/notices/read").status_code == 204
    assert ok(me.get("/me"))["unread_notices"] == 0


def test_signing_up_names_every_fault(cast: Cast) -> None:
    faults = problem(
        cast.nobody.post("/register", {"email": "nope", "password": "short", "uscc": "123"}), 422
    )
    assert set(faults) >= {"email", "name", "password", "role", "uscc", "organisation_name"}
    ok(cast.nobody.post("/register", sign_up()), 201)
    assert "email" in problem(cast.nobody.post("/register", sign_up(organisation_name="别家")), 422)
    assert "role" in problem(
        cast.nobody.post("/register", sign_up(email="b@example.org", role="operator")), 422
    )
    taken = sign_up(email="c@example.org", organisation_name="甲企业")
    assert cast.enterprise.actor.organisation_name == "甲企业"
    assert "organisation_name" in problem(cast.nobody.post("/register", taken), 422)


def test_tokens_are_given_for_passwords_and_taken_back(cast: Cast) -> None:
    assert cast.enterprise
    wrong = {"email": "enterprise@example.org", "password": "not this one"}
    assert problem(cast.nobody.post("/tokens", wrong), 422) == {"password": "邮箱或密码不对。"}
    given = ok(cast.nobody.post("/tokens", {**wrong, "password": PASSWORD, "name": "脚本"}), 201)
    me = Caller(cast.nobody.client, {"Authorization": f"Bearer {given['token']}"}, cast.nobody.actor)
    rows = ok(me.get("/tokens"))["items"]
    assert given["token"] not in str(rows)
    newest = next(row for row in rows if row["name"] == "脚本")
    problem(cast.rival.delete(f"/tokens/{newest['id']}"), 404)
    assert me.delete(f"/tokens/{newest['id']}").status_code == 204
    problem(me.get("/me"), 401)
    for _ in range(9):
        last = cast.nobody.post("/tokens", wrong)
    problem(last, 429)
    assert int(last.headers["Retry-After"]) > 0


def test_only_a_bearer_token_counts(cast: Cast) -> None:
    browser = cast.world.app.test_client()
    with browser.session_transaction() as session:
        session["sign_in"] = "whatever"
    assert browser.get(f"{PREFIX}/me").status_code == 401
    for header in ("Basic eDp5", "Bearer", "Bearer ", "Bearer wrong", "Bearer " + "x" * 9000, "令牌"):
        response = browser.get(
            f"{PREFIX}/needs", headers={"Authorization": header.encode().decode("latin-1")}
        )
        problem(response, 401)
        assert response.headers["WWW-Authenticate"] == "Bearer"


def test_organisations_show_what_is_public(cast: Cast) -> None:
    house, school = cast.enterprise.actor.organisation_id, cast.university.actor.organisation_id
    assert set(ok(cast.nobody.get(f"/organisations/{school}"))) == {
        "id", "name", "kind", "region", "intro", "website", "is_demo",
    }  # fmt: skip
    assert ok(cast.university.get(f"/organisations/{school}"))["uscc"]
    problem(cast.rival.get(f"/organisations/{house}"), 404)
    cast.need()
    problem(cast.nobody.get(f"/organisations/{house}"), 404)
    cast.need(show_name=True, title="公开名称的需求")
    public = ok(cast.nobody.get(f"/organisations/{house}"))
    assert public["name"] == "甲企业"
    assert "public_alias" not in public
    assert ok(cast.operator.get(f"/organisations/{house}"))["state"] == "approved"


def test_operators_decide_with_a_reason(cast: Cast) -> None:
    house = ok(cast.nobody.post("/register", sign_up()), 201)["organisation"]["id"]
    problem(cast.enterprise.post(f"/organisations/{house}/approve"), 403)
    assert "reason" in problem(cast.operator.post(f"/organisations/{house}/reject"), 422)
    assert (
        ok(cast.operator.post(f"/organisations/{house}/reject", {"reason": "代码不符"}))["state"]
        == "rejected"
    )
    problem(cast.operator.post(f"/organisations/{house}/reject", {"reason": "代码不符"}), 409)
    problem(cast.operator.post("/organisations/99999/approve"), 404)
    problem(cast.operator.post(f"/organisations/{house}/adore"), 404)


def test_a_confidential_part_is_opened_with_a_reason_its_owner_sees(cast: Cast) -> None:
    need = cast.need(confidential="镍基粉末配比 60:40")
    path = f"/needs/{need['id']}/confidential"
    problem(cast.university.post(path, {"reason": "想看一看"}), 403)
    assert "reason" in problem(cast.operator.post(path, {"reason": "看"}), 422)
    opened = ok(cast.operator.post(path, {"reason": "核对揭榜指标"}))
    assert opened["confidential"] == "镍基粉末配比 60:40"
    notice = ok(cast.enterprise.get("/notices"))["items"][0]
    assert notice["kind"] == "confidential.opened"
    assert "60:40" not in str(notice)


def test_a_house_keeps_its_own_page_and_operators_the_rest(cast: Cast) -> None:
    house = cast.enterprise.actor.organisation_id
    path = f"/organisations/{house}"
    tag = cast.enterprise.get(path).headers["ETag"]
    changed = ok(cast.enterprise.patch(path, {"public_alias": "某叶片修复企业"}, match=tag))
    assert (changed["proposed"], changed["revision"]) == ({"public_alias": "某叶片修复企业"}, 2)
    assert changed["public_alias"] != "某叶片修复企业"  # an operator reads it first
    problem(cast.enterprise.post(f"{path}/words/accept"), 403)
    problem(cast.operator.post(f"{path}/words/accept"), 428)
    taken = ok(cast.operator.send("POST", f"{path}/words/accept", json={}, headers={"If-Match": '"2"'}))
    assert (taken["public_alias"], taken["proposed"]) == ("某叶片修复企业", {})
    problem(cast.operator.send("POST", f"{path}/words/decline", json={}, headers={"If-Match": "*"}), 422)
    problem(cast.enterprise.patch(path, {"intro": "又改"}, match=tag), 412)
    assert "If-Match" in problem(cast.enterprise.patch(path, {"intro": "又改"}), 428)
    assert set(problem(cast.enterprise.patch(path, {"name": "改名", "uscc": ""}, match="*"), 422)) == {
        "name",
        "uscc",
    }
    problem(cast.rival.patch(path, {"intro": "别人改"}, match="*"), 404)
    assert ok(cast.operator.patch(path, {"name": "甲企业集团"}, match="*"))["name"] == "甲企业集团"
    listed = ok(cast.operator.get("/organisations?q=集团&state=approved"))
    assert [row["id"] for row in listed["items"]] == [house]
    assert "state" in problem(cast.operator.get("/organisations?state=lost"), 422)
    problem(cast.enterprise.get("/organisations"), 403)
