"""The rest of the operator's desk: organisations, accounts, 调阅, the log, the state of the machinery."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from repositories.organisations import Organisation
from repositories.outbox import Job
from services import invitations
from services.errors import Invalid
from tests.functional.counting import queries
from tests.support import PASSWORD, World, csrf, next_uscc, post, sign_in

PAGES = (
    "/operator/review", "/operator/organisations", "/operator/accounts", "/operator/introductions", "/operator/audit",
    "/operator/system",
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_only_operators_come_in(world: World, path: str) -> None:
    world.enterprise()
    world.operator()
    assert world.client().get(path).status_code == 302
    assert world.client("enterprise@example.org").get(path).status_code == 403
    assert world.client("operator@example.org").get(path).status_code == 200


def organisation(world: World, row_id: int | None) -> Organisation:
    with world.platform.database.read() as session:
        row = session.get(Organisation, row_id)
    assert row is not None
    return row


def test_an_organisation_is_approved_or_rejected_with_a_reason(world: World) -> None:
    person, _ = world.enterprise(state="pending"), world.operator()
    client = world.client("operator@example.org")
    here = f"/operator/organisations/{person.organisation_id}"
    assert here in client.get("/operator/organisations").get_data(as_text=True)
    refused = post(client, f"{here}/decision", {"verb": "reject", "reason": ""}, here)
    assert refused.status_code == 422
    assert "请写明不通过的原因" in refused.get_data(as_text=True)
    assert (
        post(client, f"{here}/decision", {"verb": "reject", "reason": "代码与名称不符"}, here).status_code
        == 303
    )
    assert organisation(world, person.organisation_id).state == "rejected"
    owner = world.client("enterprise@example.org")
    assert "代码与名称不符" in owner.get("/account/organisation").get_data(as_text=True)
    assert post(client, f"{here}/decision", {"verb": "approve"}, here).status_code == 303
    assert organisation(world, person.organisation_id).is_approved
    assert "单位核验通过" in owner.get("/inbox").get_data(as_text=True)


def test_mending_an_organisation_names_the_double_and_refuses_a_stale_form(world: World) -> None:
    person, _ = world.enterprise(name="甲企业"), world.operator()
    other = world.organisation("乙企业")
    client = world.client("operator@example.org")
    here = f"/operator/organisations/{person.organisation_id}"
    row = organisation(world, person.organisation_id)
    form = {"revision": str(row.revision), "name": "甲企业有限公司", "uscc": other.uscc, "kind": "enterprise",
            "region": "", "public_alias": "某企业", "intro": "", "website": "", "external_id": ""}  # fmt: skip
    refused = post(client, here, form, here)
    assert refused.status_code == 422
    assert "已属于“乙企业”" in refused.get_data(as_text=True)
    assert "甲企业有限公司" in refused.get_data(as_text=True)
    assert post(client, here, form | {"uscc": next_uscc()}, here).status_code == 303
    assert organisation(world, person.organisation_id).name == "甲企业有限公司"
    assert post(client, here, form | {"uscc": row.uscc}, here).status_code == 412


def test_one_more_person_of_an_organisation_gets_a_link_once(world: World) -> None:
    person, _ = world.enterprise(), world.operator()
    client = world.client("operator@example.org")
    here = f"/operator/organisations/{person.organisation_id}"
    data = {"person-name": "李四", "person-email": "li@example.org", "person-role": "enterprise"}
    refused = post(client, f"{here}/people", data | {"person-email": "nonsense"}, here)
    assert refused.status_code == 422
    assert 'id="person-email-error"' in refused.get_data(as_text=True)
    made = post(client, f"{here}/people", data, here)
    assert made.status_code == 201
    link = re.search(r"(/account/reset/[\w-]+)</code>", made.get_data(as_text=True))
    assert link is not None
    newcomer = world.client()
    chosen = {"password": "a phrase of mine", "csrf_token": csrf(newcomer, link.group(1))}
    assert newcomer.post(link.group(1), data=chosen).status_code == 303
    sign_in(newcomer, "li@example.org", "a phrase of mine")
    assert newcomer.get("/account/organisation").status_code == 200


def test_joining_an_organisation_opens_no_known_account(world: World) -> None:
    person, operator = world.enterprise(), world.operator()
    world.person("free@example.org", "enterprise")
    raw = {"name": "自由人", "email": "free@example.org"}
    account, path = invitations.invite(
        world.platform, operator, person.organisation_id or 0, raw, "enterprise"
    )
    assert path == ""
    assert account.organisation_id == person.organisation_id
    sign_in(world.client(), "free@example.org", PASSWORD)
    elsewhere = world.organisation("另一家")
    with pytest.raises(Invalid):
        invitations.invite(world.platform, operator, elsewhere.id, raw, "enterprise")


def test_closing_an_account_signs_it_out_and_reopening_lets_it_in(world: World) -> None:
    person, operator = world.enterprise(), world.operator()
    theirs, client = world.client("enterprise@example.org"), world.client("operator@example.org")
    here = f"/operator/accounts/{person.account_id}"
    assert post(client, f"{here}/active", {"active": "0", "reason": ""}, here).status_code == 422
    assert post(client, f"{here}/active", {"active": "0", "reason": "冒用他人单位"}, here).status_code == 303
    assert theirs.get("/account/settings").status_code == 302
    assert "冒用他人单位" in client.get(here).get_data(as_text=True)
    assert post(client, f"{here}/active", {"active": "1", "reason": "已澄清"}, here).status_code == 303
    sign_in(theirs, "enterprise@example.org")
    own = f"/operator/accounts/{operator.account_id}"
    assert post(client, f"{own}/active", {"active": "0", "reason": "试试"}, here).status_code == 403


def test_accounts_are_found_by_name_address_and_organisation(world: World) -> None:
    world.enterprise(name="宁波甲部件")
    world.university()
    world.operator()
    client = world.client("operator@example.org")
    for words in ("enterprise@", "宁波甲"):
        page = client.get("/operator/accounts", query_string={"q": words}).get_data(as_text=True)
        assert "enterprise@example.org" in page
        assert "university@example.org" not in page
    assert "没有这样的账户" in client.get("/operator/accounts?q=%25").get_data(as_text=True)


def test_a_confidential_part_opens_once_and_its_owner_sees_why(world: World) -> None:
    person, _ = world.enterprise(), world.operator()
    need = world.listing(person, "needs", title="需求一", confidential="年用量两吨")
    client = world.client("operator@example.org")
    here = f"/operator/confidential/{need.id}"
    assert "年用量两吨" not in client.get(here).get_data(as_text=True)
    assert post(client, here, {"reason": "看"}, here).status_code == 422
    opened = post(client, here, {"reason": "核对是否涉及出口管制"}, here)
    assert "年用量两吨" in opened.get_data(as_text=True)
    assert opened.headers["Cache-Control"] == "private, no-store"
    assert "年用量两吨" not in client.get(here).get_data(as_text=True)
    owner = world.client("enterprise@example.org")
    assert "核对是否涉及出口管制" in owner.get("/inbox").get_data(as_text=True)
    log = client.get("/operator/audit?kind=confidential.").get_data(as_text=True)
    assert "核对是否涉及出口管制" in log
    assert "年用量两吨" not in log
    assert world.client("enterprise@example.org").get(here).status_code == 403


def test_parked_jobs_are_shown_with_their_error_and_sent_round_again(world: World) -> None:
    world.operator()
    with world.platform.database.write() as session:
        session.add(Job(library="needs", subject_id=7, fact="edited", attempts=8, error="disk full",
                        parked_at=datetime(2026, 1, 1, tzinfo=UTC)))  # fmt: skip
    client = world.client("operator@example.org")
    page = client.get("/operator/system").get_data(as_text=True)
    assert "disk full" in page
    assert "1 个任务多次失败" in page
    assert post(client, "/operator/system/retry", page="/operator/system").status_code == 303
    page = client.get("/operator/system").get_data(as_text=True)
    assert "disk full" not in page
    assert "SQLite" in page


@pytest.mark.parametrize("path", ["/operator/organisations", "/operator/accounts", "/operator/audit"])
def test_nonsense_in_the_address_is_page_one(world: World, path: str) -> None:
    world.operator()
    client = world.client("operator@example.org")
    nonsense = "page=x&state=nonsense&role=nonsense&kind=x&by=x"
    for query in ("page=-1", "page=99999999999", nonsense, "q=" + "长" * 3000):
        assert client.get(f"{path}?{query}").status_code == 200


def test_pages_cost_the_same_whatever_they_hold(world: World) -> None:
    world.operator()
    person = world.enterprise(state="pending")
    world.listing(person, "needs", published=False, title="需求")
    client = world.client("operator@example.org")
    paths = ("/operator/organisations?state=all", "/operator/accounts", "/operator/audit", "/inbox")
    before = {path: queries(world, client, path) for path in paths}
    for n in range(6):
        world.enterprise(f"more{n}@example.org", f"更多企业{n}", "pending")
        world.listing(person, "needs", published=False, title=f"需求 {n}")
    assert {path: queries(world, client, path) for path in paths} == before
