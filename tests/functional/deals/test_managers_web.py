"""The list, the assignment and the answer as pages and as API: the same rules, the same words."""

from __future__ import annotations

import re
from typing import Any

from repositories.accounts import Account
from repositories.talents import Talent
from services import accounts
from services import assignments as assigning
from tests.functional.counting import queries
from tests.functional.deals.conftest import PHONE, Table
from tests.support import post, sign_in


def browser(table: Table, role: str) -> Any:
    client = table.world.app.test_client()
    sign_in(client, email_of(table, role))
    return client


def email_of(table: Table, role: str) -> str:
    with table.world.platform.database.read() as session:
        account = session.get(Account, table.people[role].account_id)
        assert account is not None
        return account.email or ""


def call(table: Table, role: str, method: str, path: str, body: Any = None) -> Any:
    token = accounts.issue_token(table.world.platform, email_of(table, role))
    return table.world.app.test_client().open(
        f"/api/v1{path}", method=method, json=body, headers={"Authorization": f"Bearer {token}"}
    )


def test_the_walk_of_a_program_from_deal_to_manager(table: Table) -> None:
    entry = table.entry(role="enterprise")
    deal = call(table, "enterprise", "POST", "/deals", {"entry_id": entry}).get_json()
    found = call(table, "operator", "GET", f"/deals/{deal['id']}/managers")
    assert found.status_code == 200
    answer = found.get_json()
    first = answer["items"][0]
    assert (first["rank"], first["talent"]["title"], first["load"], first["load_after"]) == (
        1,
        "周经理",
        0,
        1,
    )
    assert abs(first["score"] - sum(c["points"] for c in first["contributions"])) < 0.001
    assert all(set(r) == {"feature", "text", "contribution", "evidence"} for r in first["reasons"])
    assert answer["rejections"] == []
    chosen = {"run_id": answer["run_id"], "talent_id": first["talent"]["id"]}
    made = call(table, "operator", "POST", f"/deals/{deal['id']}/assignment", chosen)
    assert made.status_code == 200
    assert made.get_json()["state"] == "brokering"
    assert made.get_json()["assignment"]["talent"] == {"id": table.profile.id, "name": "周经理"}
    again = call(table, "operator", "POST", f"/deals/{deal['id']}/assignment", chosen)
    assert again.status_code == 409
    assert "已经指派了周经理（等待经理人确认）" in again.get_json()["title"]
    taken = call(table, "manager", "POST", f"/deals/{deal['id']}/assignment/answer", {"answer": "accept"})
    assert taken.get_json()["assignment"]["state"] == "accepted"
    freed = call(table, "operator", "POST", f"/deals/{deal['id']}/assignment/release", {"note": "长期出差"})
    assert (freed.get_json()["state"], freed.get_json()["assignment"]) == ("opened", None)


def test_a_program_is_told_what_is_wrong_by_field(table: Table) -> None:
    deal = table.open()
    path = f"/deals/{deal.id}/assignment"
    for body, field in (
        ({}, "run_id"),
        ({"run_id": "x", "talent_id": 1}, "run_id"),
        ({"run_id": 1, "talent_id": 1}, "talent_id"),
    ):
        answer = call(table, "operator", "POST", path, body)
        assert answer.status_code == 422
        assert field in [error["field"] for error in answer.get_json()["errors"]]
    run = call(table, "operator", "GET", f"/deals/{deal.id}/managers").get_json()["run_id"]
    call(table, "operator", "POST", path, {"run_id": run, "talent_id": table.profile.id})
    for body, field in (({"answer": "perhaps"}, "answer"), ({"answer": "decline"}, "reason"), ({}, "answer")):
        answer = call(table, "manager", "POST", f"{path}/answer", body)
        assert answer.status_code == 422
        assert field in [error["field"] for error in answer.get_json()["errors"]]
    gone = call(table, "manager", "POST", f"{path}/answer", {"answer": "decline", "reason": "busy"})
    assert (gone.status_code, gone.get_json()) == (200, {"id": deal.id})


def test_what_the_enterprise_gets_holds_no_rejection_load_or_arithmetic(table: Table) -> None:
    inside = table.world.person("inside@example.org", "manager")
    table.world.listing(
        inside, "talents", title="郑经理", biography="激光熔覆", affiliations="青岚理工大学，主管，，"
    )
    table.world.index()
    deal = table.open()
    answer = call(table, "enterprise", "GET", f"/deals/{deal.id}/managers")
    assert answer.status_code == 200
    assert answer.get_json()["rejections"] == []
    assert {(i["load"], i["capacity"], tuple(i["cautions"]), tuple(i["contributions"])) for i in answer.get_json()["items"]} == {
        (None, None, (), ())
    }  # fmt: skip
    assert "郑经理" not in answer.get_data(as_text=True)
    page = browser(table, "enterprise").get(f"/deals/{deal.id}").get_data(as_text=True)
    whole = browser(table, "enterprise").get(f"/deals/{deal.id}/managers").get_data(as_text=True)
    for text in (page, whole):
        assert "周经理" in text
        assert "郑经理" not in text
        assert "接手后" not in text
        assert "怎么来的" not in text
        assert "确认指派" not in text
    for role, status in (("university", 403), ("stranger", 404), ("rival", 404)):
        assert call(table, role, "GET", f"/deals/{deal.id}/managers").status_code == status
        assert browser(table, role).get(f"/deals/{deal.id}/managers").status_code == status
    assert "周经理" not in browser(table, "university").get(f"/deals/{deal.id}").get_data(as_text=True)


def test_an_operator_chooses_on_the_page_and_the_manager_answers_there(table: Table) -> None:
    deal = table.open()
    operator, path = browser(table, "operator"), f"/deals/{deal.id}"
    text = operator.get(path).get_data(as_text=True)
    assert "接手后" in text
    assert "怎么来的" in text
    run = re.search(r'name="run_id" value="(\d+)"', text)
    assert run is not None
    chosen = {"run_id": run.group(1), "talent_id": table.profile.id}
    assert post(operator, f"{path}/assignment", chosen, page=path).status_code == 303
    second = post(operator, f"{path}/assignment", chosen, page=path)
    assert second.status_code == 409
    assert "已经指派了周经理" in second.get_data(as_text=True)
    manager = browser(table, "manager")
    text = manager.get(path).get_data(as_text=True)
    assert "接手这个项目" in text
    assert PHONE not in text
    refused = post(manager, f"{path}/assignment/answer", {"verb": "decline", "note": "年底很忙"}, page=path)
    assert refused.status_code == 422
    assert "请选择一个婉拒的原因" in refused.get_data(as_text=True)
    assert "年底很忙" in refused.get_data(as_text=True)
    assert post(manager, f"{path}/assignment/answer", {"verb": "accept"}, page=path).status_code == 303
    assert "婉拒…" not in manager.get(path).get_data(as_text=True)
    refused = post(operator, f"{path}/assignment/release", {"note": ""}, page=path)
    assert refused.status_code == 422
    assert "请写明解除的原因" in refused.get_data(as_text=True)
    assert post(operator, f"{path}/assignment/release", {"note": "长期出差"}, page=path).status_code == 303
    assert "长期出差" not in browser(table, "enterprise").get(path).get_data(as_text=True)


def test_declining_on_the_page_leads_away_from_a_deal_one_sees_no_more(table: Table) -> None:
    deal = table.open()
    path = f"/deals/{deal.id}"
    run = call(table, "operator", "GET", f"{path}/managers").get_json()["run_id"]
    assigning.offer(table.world.platform, table.people["operator"], deal.id, run, table.profile.id)
    manager = browser(table, "manager")
    answer = post(manager, f"{path}/assignment/answer", {"verb": "decline", "reason": "busy"}, page=path)
    assert (answer.status_code, answer.location) == (303, "/deals")
    assert manager.get(path).status_code == 404


def test_a_refused_number_or_verb_breaks_nothing(table: Table) -> None:
    deal = table.open()
    operator, path = browser(table, "operator"), f"/deals/{deal.id}"
    for run, person in (("", ""), ("x", "1"), ("9" * 40, "1"), ("-1", "-1")):
        answer = post(operator, f"{path}/assignment", {"run_id": run, "talent_id": person}, page=path)
        assert answer.status_code == 422
        assert "不在这次的推荐名单里" in answer.get_data(as_text=True)
    assert post(operator, f"{path}/assignment/answer", {"verb": "maybe"}, page=path).status_code == 404


def test_queries_of_the_list_do_not_grow_with_it(table: Table) -> None:
    deal = table.open()
    operator = browser(table, "operator")

    def look() -> int:
        operator.get(f"/deals/{deal.id}/managers")  # freezes the list and warms the facts
        return queries(table.world, operator, f"/deals/{deal.id}/managers")

    few = look()
    with table.world.platform.database.write() as session:
        for n in range(60):
            row = Talent(title=f"经理{n}", biography="激光熔覆修复粉末", capacity=n % 3, state="published")
            session.add(row)
            session.flush()
            row.project(session, "publish")
    table.world.index()
    assert look() <= few
