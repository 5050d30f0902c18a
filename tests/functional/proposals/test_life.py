"""A need written for an enterprise: private until confirmed, the enterprise's own afterwards, refused with a reason."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from repositories.audit import AuditRow
from repositories.proposals import CONFIRMED, EXPIRED, REFUSED, WAITING
from services import access, accounts
from services.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from services.listings import entries
from services.proposals import answering, asking, drafting
from services.scheduler import TASKS, run_task
from tests.functional.api.calling import Caller
from tests.functional.proposals.conftest import SECRET, TITLE, Desk
from tests.support import World, make_world, next_uscc, post

STRANGERS = ("rival", "university", "operator", "second")


def test_until_it_is_confirmed_nobody_else_sees_it(desk: Desk) -> None:
    """Not by number, search, list, count, notice or in the queue; the enterprise only on the page of the request."""
    here, need = desk.world.platform, desk.asked()
    desk.world.index()
    for who in (*STRANGERS, "enterprise", None):
        client = desk.world.client(f"{who}@example.org" if who else None)
        assert client.get(f"/needs/{need.id}").status_code == 404, who
        for path in ("/needs?q=objproposal", "/search?q=objproposal", "/", "/needs"):
            text = client.get(path).get_data(as_text=True).split("<main", 1)[1]
            assert f'href="/needs/{need.id}"' not in text, (who, path)
            assert "叶片修复objproposal" not in text, (who, path)
        if who:
            token = accounts.issue_token(here, f"{who}@example.org")
            api = Caller(client, {"Authorization": f"Bearer {token}"}, desk.people[who])
            assert api.get(f"/needs/{need.id}").status_code == 404
            assert api.get("/needs?q=objproposal").get_json()["total"] == 0
            assert api.get("/me/needs").get_json()["total"] == 0
        if who in STRANGERS:
            expected = 404 if who in ("rival", "second") else 403
            assert client.get(f"/proposals/{need.id}").status_code == expected, who
            assert desk.notices(who) == []
    operator = desk.world.client("operator@example.org")
    for path in ("/operator/review?library=needs", "/operator/audit", "/operator/system", "/operator/leads"):
        assert TITLE not in operator.get(path).get_data(as_text=True), path
    for who in ("operator", "second", "rival"):
        with pytest.raises((NotFound, Forbidden)):
            entries.act(here, desk.people[who], "needs", need.id, "submit")
    assert "needs" in {row.library for row in [need]}


def test_its_writer_reads_it_with_recommendations_but_cannot_publish_it(desk: Desk) -> None:
    desk.world.listing(desk.people["university"], "achievements", title=f"{TITLE}技术")
    desk.world.index()
    need = desk.draft()
    client = desk.world.client("manager@example.org")
    text = client.get(f"/needs/{need.id}?tab=weak").get_data(as_text=True)
    assert "只有您看得到" in text
    assert f"{TITLE}技术" in re.sub("</?mark>", "", text)
    assert f"/proposals/{need.id}/edit" in text
    assert "请求引荐</a>" not in text
    assert post(client, f"/needs/{need.id}/submit", {}, "/leads").status_code == 403
    assert client.get(f"/needs/{need.id}/edit").status_code == 403
    with pytest.raises(Forbidden):
        entries.act(desk.world.platform, desk.people["manager"], "needs", need.id, "submit")
    assert (
        access.side_of(
            desk.people["manager"],
            need,
            desk.world.listing(desk.people["university"], "achievements", title="x"),
        )
        == ""
    )


def test_the_enterprise_reads_it_whole_and_makes_it_its_own(desk: Desk) -> None:
    need = desk.asked()
    client = desk.world.client("enterprise@example.org")
    inbox = desk.notices("enterprise")
    assert [n.href for n in inbox] == [f"/proposals/{need.id}"]
    assert TITLE not in inbox[0].subject + inbox[0].body
    assert "等您确认" in client.get("/proposals").get_data(as_text=True)
    page = client.get(f"/proposals/{need.id}").get_data(as_text=True)
    for words in (TITLE, "热影响区开裂", SECRET, "80 万元"):
        assert words in page
    answer = post(
        client, f"/proposals/{need.id}/answer", {"verb": "confirm", "revision": need.revision}, "/proposals"
    )
    assert answer.location == f"/needs/{need.id}"
    own = desk.need(need.id)
    assert own is not None
    assert (own.state, own.organisation_id, own.account_id) == (
        "submitted", desk.people["enterprise"].organisation_id, desk.people["enterprise"].account_id,
    )  # fmt: skip
    assert client.get(f"/needs/{need.id}").status_code == 200
    assert desk.world.client("colleague@example.org").get(f"/needs/{need.id}").status_code == 200
    manager = desk.world.client("manager@example.org")
    for path in (f"/needs/{need.id}", f"/proposals/{need.id}"):
        assert manager.get(path).status_code == 404
    assert "企业已确认" in manager.get("/proposals").get_data(as_text=True)
    assert desk.notices("manager")[-1].subject == "企业确认了您代拟的需求"
    entries.act(desk.world.platform, desk.people["operator"], "needs", need.id, "publish")
    text = manager.get(f"/needs/{need.id}").get_data(as_text=True)
    assert TITLE in text
    assert SECRET not in text
    assert "甲企业" not in text
    with desk.world.platform.database.read() as session:
        done = list(
            session.query(AuditRow).filter_by(object_type="needs", object_id=need.id).order_by(AuditRow.id)
        )
    assert [row.action for row in done] == [
        "listing.created", "proposal.asked", "listing.submit", "proposal.confirmed", "listing.publish",
    ]  # fmt: skip


def test_refusing_needs_a_reason_and_leaves_the_draft_with_its_writer(desk: Desk) -> None:
    need = desk.asked()
    client = desk.world.client("enterprise@example.org")
    for reason in ("", "长" * 501):
        answer = post(
            client,
            f"/proposals/{need.id}/answer",
            {"verb": "refuse", "reason": reason, "revision": 1},
            "/proposals",
        )
        assert answer.status_code == 422
    answer = post(
        client,
        f"/proposals/{need.id}/answer",
        {"verb": "refuse", "reason": "指标写错了", "revision": need.revision},
        "/proposals",
    )
    assert answer.location == "/proposals"
    proposal = desk.proposal(need.id)
    assert proposal is not None
    assert (proposal.state, proposal.note, proposal.link_hash) == (REFUSED, "指标写错了", None)
    assert client.get(f"/proposals/{need.id}").status_code == 404
    assert TITLE not in client.get("/proposals").get_data(as_text=True)
    manager = desk.world.client("manager@example.org")
    assert "指标写错了" in manager.get(f"/proposals/{need.id}").get_data(as_text=True)
    again = post(manager, f"/proposals/{need.id}/ask", {"organisation": "甲企业"}, f"/proposals/{need.id}")
    assert again.status_code == 409, "the same text is not laid before the same enterprise twice"
    drafting.edit(
        desk.world.platform,
        desk.people["manager"],
        need.id,
        {"indicators": "结合强度 ≥ 60 MPa"},
        revision=None,
        partial=True,
    )
    assert (
        post(
            manager, f"/proposals/{need.id}/ask", {"organisation": "甲企业"}, f"/proposals/{need.id}"
        ).status_code
        == 303
    )
    asked = desk.proposal(need.id)
    assert asked is not None
    assert (asked.state, asked.note, asked.answerer_id) == (WAITING, "", None)


@pytest.mark.parametrize("by", ["name", "code", "spaced code"])
def test_the_enterprise_is_named_exactly(desk: Desk, by: str) -> None:
    code = desk.house("甲企业").uscc or ""
    words = {"name": " 甲企业 ", "code": code, "spaced code": f"{code[:2].lower()} {code[2:].lower()}"}[by]
    need = desk.draft()
    asking.ask(desk.world.platform, desk.people["manager"], need.id, words)
    proposal = desk.proposal(need.id)
    assert proposal is not None
    assert proposal.organisation_id == desk.people["enterprise"].organisation_id


def test_nobody_is_found_by_halves(desk: Desk) -> None:
    need, here = desk.draft(), desk.world.platform
    desk.world.organisation("无人企业")
    desk.world.organisation("未过企业", state="rejected")
    for words in ("甲", "甲企", "%", "", "没有这家", "未过企业", next_uscc(), "910000000000000000"):
        with pytest.raises(Invalid) as told:
            asking.ask(here, desk.people["manager"], need.id, words)
        assert told.value.fields == {"organisation"}
    for house in ("无人企业", "乙大学"):
        with pytest.raises(Conflict):
            asking.ask(here, desk.people["manager"], need.id, house)
    assert desk.proposal(need.id) is None


def test_while_the_enterprise_reads_nothing_changes(desk: Desk) -> None:
    need, here, manager = desk.asked(), desk.world.platform, desk.people["manager"]
    for attempt in (
        lambda: drafting.edit(here, manager, need.id, {"title": "另一条"}, revision=None, partial=True),
        lambda: drafting.discard(here, manager, need.id),
        lambda: asking.ask(here, manager, need.id, "丙企业"),
    ):
        with pytest.raises(Conflict):
            attempt()
    client = desk.world.client("manager@example.org")
    assert client.get(f"/proposals/{need.id}/edit").status_code == 303
    assert post(client, f"/proposals/{need.id}/recall", {}, f"/proposals/{need.id}").status_code == 303
    assert desk.proposal(need.id) is None
    assert desk.world.client("enterprise@example.org").get(f"/proposals/{need.id}").status_code == 404
    drafting.edit(here, manager, need.id, {"title": "改过的名称"}, revision=1, partial=True)
    asking.ask(here, manager, need.id, "甲企业")
    with pytest.raises(Stale):
        answering.answer(here, desk.people["enterprise"], need.id, "confirm", revision=1)
    answering.answer(here, desk.people["enterprise"], need.id, "confirm", revision=2)
    with pytest.raises(Conflict):
        answering.answer(here, desk.people["colleague"], need.id, "refuse", "太晚了")


def test_what_is_not_answered_in_time_stays_a_draft(desk: Desk) -> None:
    need = desk.asked()
    late = replace(desk.world.platform, clock=lambda: desk.world.platform.clock() + timedelta(days=15))
    with pytest.raises(Conflict):
        answering.answer(late, desk.people["enterprise"], need.id, "confirm")
    task = next(task for task in TASKS if task.name == "expire_proposals")
    assert run_task(late, task)
    proposal = desk.proposal(need.id)
    assert proposal is not None
    assert (proposal.state, proposal.link_hash) == (EXPIRED, None)
    assert desk.notices("manager")[-1].kind == "proposal.expired"
    assert desk.world.client("enterprise@example.org").get(f"/proposals/{need.id}").status_code == 404
    assert desk.world.client("manager@example.org").get(f"/proposals/{need.id}").status_code == 200
    assert asking.expire(late) == 0
    asking.ask(desk.world.platform, desk.people["manager"], need.id, "甲企业")


def test_who_is_asked_is_not_anybody_else(desk: Desk) -> None:
    need, here = desk.asked(), desk.world.platform
    for who in ("rival", "university", "operator", "second", "manager"):
        with pytest.raises(NotFound):
            answering.answer(here, desk.people[who], need.id, "confirm")
    for who in ("enterprise", "second", "operator"):
        with pytest.raises((NotFound, Forbidden)):
            drafting.edit(here, desk.people[who], need.id, {"title": "x"}, revision=None, partial=True)
        with pytest.raises((NotFound, Forbidden)):
            drafting.discard(here, desk.people[who], need.id)
    for who in ("enterprise", "university", "operator"):
        with pytest.raises(Forbidden):
            drafting.create(here, desk.people[who], {"title": "x"})
    with pytest.raises(NotFound):
        answering.open_one(here, desk.people["enterprise"], desk.draft().id)


def test_a_discarded_draft_leaves_nothing(desk: Desk) -> None:
    desk.world.listing(desk.people["university"], "achievements", title="高温合金叶片激光修复技术")
    desk.world.index()
    need = desk.draft()
    client = desk.world.client("manager@example.org")
    client.get(f"/needs/{need.id}")
    assert post(client, f"/proposals/{need.id}/discard", {}, f"/proposals/{need.id}").location == "/proposals"
    assert desk.need(need.id) is None
    assert client.get(f"/needs/{need.id}").status_code == 404


def test_a_manager_who_leaves_takes_the_drafts_along(desk: Desk) -> None:
    need, asked = desk.draft(), desk.asked()
    accounts.erase(desk.world.platform, desk.people["manager"], desk.people["manager"].account_id or 0)
    assert desk.need(need.id) is None
    assert desk.need(asked.id) is None
    assert desk.world.client("enterprise@example.org").get(f"/proposals/{asked.id}").status_code == 404


def test_forms_keep_what_was_typed(desk: Desk) -> None:
    client = desk.world.client("manager@example.org")
    answer = post(
        client, "/proposals/new", {"title": "", "problem": "写了很久", "budget_max": "很多"}, "/proposals/new"
    )
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "写了很久" in text
    assert "很多" in text
    answer = post(client, "/proposals/new", {"title": TITLE, "budget_max": "80"}, "/proposals/new")
    need_id = int(answer.location.rsplit("/", 1)[-1])
    saved = desk.need(need_id)
    assert saved is not None
    assert (saved.budget_max, saved.organisation_id, saved.state) == (80_000_000, None, "draft")
    stale = post(
        client, f"/proposals/{need_id}/edit", {"title": "改", "revision": 99}, f"/proposals/{need_id}/edit"
    )
    assert stale.status_code == 412
    answer = post(client, f"/proposals/{need_id}/ask", {"organisation": "没有这家"}, f"/proposals/{need_id}")
    assert answer.status_code == 422
    assert "没有这家" in answer.get_data(as_text=True)


def with_mail(folder: Path) -> Desk:
    world: World = make_world(
        folder, {"SANKU_SMTP_HOST": "127.0.0.1", "SANKU_SMTP_PORT": "1", "SANKU_MAIL_FROM": "a@b.example"}
    )
    desk = Desk(world)
    desk.people["enterprise"], desk.people["rival"] = (
        world.enterprise(),
        world.enterprise("rival@example.org", "丙企业"),
    )
    desk.people["manager"] = world.person("manager@example.org", "manager")
    with world.platform.database.write() as session:
        for who in ("enterprise", "rival"):
            account = session.get(accounts.Account, desk.people[who].account_id)
            assert account is not None
            account.confirmed_at = world.platform.now()
    return desk


def test_the_letter_carries_a_link_that_works_once_and_no_word_of_the_need(tmp_path: Path) -> None:
    desk = with_mail(tmp_path)
    need = desk.asked()
    inbox, letter = desk.notices("enterprise")
    assert (inbox.in_inbox, inbox.mail_state) == (True, "off")
    assert (letter.in_inbox, letter.mail_state) == (False, "waiting")
    said = letter.subject + letter.body
    for words in (TITLE, SECRET, "热影响区", "80 万"):
        assert words not in said
    assert re.fullmatch(r"/proposals/link/[\w-]{20,}", letter.href)
    proposal = desk.proposal(need.id)
    assert proposal is not None
    assert proposal.link_hash not in letter.href
    client, rival = desk.world.client("enterprise@example.org"), desk.world.client("rival@example.org")
    assert desk.world.client().get(letter.href).location.startswith("/account/login?next=")
    assert rival.get(letter.href).status_code == 404
    for _ in range(2):  # a mail scanner opens it first: that changes nothing
        assert client.get(letter.href).location == f"/proposals/{need.id}"
    post(client, f"/proposals/{need.id}/answer", {"verb": "confirm", "revision": need.revision}, "/proposals")
    assert client.get(letter.href).status_code == 404
    assert "链接已失效" in client.get(letter.href).get_data(as_text=True)
    confirmed = desk.proposal(need.id)
    assert confirmed is not None
    assert confirmed.state == CONFIRMED


def test_a_link_dies_when_the_request_is_taken_back(tmp_path: Path) -> None:
    desk = with_mail(tmp_path)
    need = desk.asked()
    href = desk.notices("enterprise")[-1].href
    asking.recall(desk.world.platform, desk.people["manager"], need.id)
    asking.ask(desk.world.platform, desk.people["manager"], need.id, "甲企业")
    client = desk.world.client("enterprise@example.org")
    assert client.get(href).status_code == 404
    assert client.get(desk.notices("enterprise")[-1].href).status_code == 303
