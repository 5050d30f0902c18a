"""需求体检 over HTTP: beside the form, on a need's page, in review, beside a paste and through the API."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from repositories.needs import Need
from tests.support import World, csrf, make_world, post

GOOD = {
    "title": "高温合金叶片激光熔覆修复用粉末",
    "problem": "目前用进口粉末修复叶片，热影响区开裂，每百件报废 12 件；试过预热到 300 ℃，没有改善。",
    "indicators": "结合强度 ≥ 400 MPa\n热影响区 ≤ 0.5 mm",
    "constraints": "在 900 ℃ 燃气中使用，年产 2000 件；单件成本不超过 300 元；按 GB/T 228.1 拉伸试验验收。",
    "budget_max": "80",
    "deadline": "2099-06-30",
    "wanted_modes": ["license"],
    "wanted_trl": "6",
    "industry": "C37",
    "region": "浙江省宁波市",
}
VAGUE = {"title": "新材料研发", "problem": "希望得到性能先进、高效节能的新材料，提高产品质量，降低成本，达到国际领先水平，满足客户日益增长的需要，尽快见效。"}  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = make_world(tmp_path_factory.mktemp("doctor"))
    made.enterprise()
    made.operator()
    made.university()
    made.person("manager@example.org", "manager")
    yield made
    made.platform.database.close()
    made.platform.index.close()


def check(world: World, email: str, **fields: Any) -> str:
    answer = post(
        world.client(email), "/needs/check", fields, page="/needs/criteria" if not email else "/needs/new"
    )
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def said(page: str) -> str:
    found = re.search(r'id="doctor-said"[^>]*>([^<]+)<', page)
    assert found is not None
    return found.group(1)


def test_what_is_typed_is_examined_and_nothing_of_it_is_kept(world: World) -> None:
    assert said(check(world, "enterprise@example.org", **GOOD)).startswith("20/20")
    page = check(world, "enterprise@example.org", **VAGUE)
    assert "“先进”" in page
    assert 'href="#problem" data-doctor-word="先进"' in page
    assert 'href="#budget_max"' in page
    with world.platform.database.read() as session:
        assert session.query(Need).count() == 0
    assert not world.platform.embedder.ready, "a pause in typing must not encode"


def test_what_nobody_can_read_is_no_error(world: World) -> None:
    page = check(
        world,
        "enterprise@example.org",
        title="x" * 5_000,
        deadline="昨天",
        budget_max="很多",
        wanted_trl="九",
    )
    assert "没有写预算" not in page


def test_hardly_anything_written_a_managers_help_is_offered(world: World) -> None:
    page = check(world, "enterprise@example.org", title="新材料")
    assert 'href="#wants_manager"' in page
    assert "#wants_manager" not in check(world, "enterprise@example.org", **GOOD)
    assert "找一位技术经理人" not in check(world, "manager@example.org", title="新材料")


def test_the_confidential_part_is_not_sent(world: World) -> None:
    form = world.client("enterprise@example.org").get("/needs/new").get_data(as_text=True)
    sent = re.search(r'hx-params="([^"]+)"', form)
    assert sent is not None
    assert "problem" in sent.group(1)
    assert "confidential" not in sent.group(1)
    assert "contact" not in sent.group(1)


@pytest.mark.parametrize("fields", [GOOD, VAGUE, {**VAGUE, "problem": VAGUE["problem"] * 300}])
def test_a_pause_in_typing_is_answered_at_once(world: World, fields: dict[str, Any]) -> None:
    """The processor's time: other tests run beside this one."""
    client = world.client("enterprise@example.org")
    token = csrf(client, "/needs/new")
    times = []
    for _ in range(5):
        before = time.process_time()
        assert client.post("/needs/check", data={**fields, "csrf_token": token}).status_code == 200
        times.append(time.process_time() - before)
    assert sorted(times)[2] < 0.1


def test_only_so_often(tmp_path_factory: pytest.TempPathFactory) -> None:
    made = make_world(tmp_path_factory.mktemp("often"))
    made.enterprise()
    client = made.client("enterprise@example.org")
    token = csrf(client, "/needs/new")
    statuses = [
        client.post("/needs/check", data={"title": "x", "csrf_token": token}).status_code for _ in range(91)
    ]
    assert statuses[:90] == [200] * 90
    assert statuses[90] == 429
    made.platform.database.close()
    made.platform.index.close()


def test_the_form_stands_beside_its_panel_with_what_was_typed(world: World) -> None:
    client = world.client("enterprise@example.org")
    answer = post(client, "/needs/new", {**VAGUE, "budget_max": "很多"}, page="/needs/new")
    assert answer.status_code == 422
    assert "“先进”" in answer.get_data(as_text=True)
    assert 'id="doctor-body"' in world.client("manager@example.org").get("/proposals/new").get_data(
        as_text=True
    )
    assert 'id="doctor-body"' not in world.client("university@example.org").get("/achievements/new").get_data(
        as_text=True
    )


def test_the_owner_and_the_operator_read_it_and_nobody_else(tmp_path_factory: pytest.TempPathFactory) -> None:
    made = make_world(tmp_path_factory.mktemp("read"))
    people = {role: getattr(made, role)() for role in ("enterprise", "operator", "university")}
    need = made.listing(people["enterprise"], "needs", **VAGUE, confidential="配方甲乙丙")
    waiting = made.listing(
        people["enterprise"], "needs", published=False, title="待审的新材料研发", problem="开裂"
    )
    post(made.client("enterprise@example.org"), f"/needs/{waiting.id}/submit")
    for role in ("enterprise", "operator"):
        page = made.client(f"{role}@example.org").get(f"/needs/{need.id}").get_data(as_text=True)
        assert "需求体检" in page
        assert f"/needs/{need.id}/edit#budget_max" in page
    for email in ("university@example.org", None):
        assert "需求体检</b>" not in made.client(email).get(f"/needs/{need.id}").get_data(as_text=True)
    review = made.client("operator@example.org").get("/operator/review?library=needs").get_data(as_text=True)
    assert "需求体检" in review
    made.platform.database.close()
    made.platform.index.close()


def test_similar_needs_are_published_ones_of_others(tmp_path_factory: pytest.TempPathFactory) -> None:
    made = make_world(tmp_path_factory.mktemp("similar"))
    mine, theirs = made.enterprise(), made.enterprise("other@example.org", "丙企业")
    made.university()
    title = "叶片激光熔覆修复"
    need = made.listing(mine, "needs", title=title)
    made.listing(mine, "needs", title=f"{title}的另一条自己的")
    shown = [
        made.listing(theirs, "needs", title=f"{title}第{n}种", confidential="机密工艺").title
        for n in range(4)
    ]
    made.listing(theirs, "needs", published=False, title=f"{title}未发布")
    made.listing(theirs, "needs", title="腌菜废水脱盐")
    paused = made.listing(theirs, "needs", title=f"{title}刚下架")
    made.index()
    post(made.client("other@example.org"), f"/needs/{paused.id}/withdraw")
    page = made.client("enterprise@example.org").get(f"/needs/{need.id}/similar").get_data(as_text=True)
    found = re.findall(r"<li><a [^>]+>([^<]+)</a>", page)
    assert len(found) == 3
    assert set(found) <= set(shown)
    assert "机密" not in page
    for email, status in (("other@example.org", 404), ("university@example.org", 403), (None, 302)):
        assert made.client(email).get(f"/needs/{need.id}/similar").status_code == status
    made.platform.database.close()
    made.platform.index.close()


def test_a_paste_is_examined_beside_its_answer(world: World) -> None:
    page = post(world.client(), "/match", {"text": VAGUE["problem"]}).get_data(as_text=True)
    assert "需求体检" in page
    assert "“先进”" in page
    assert "#budget_max" not in page


def test_the_page_of_criteria_lists_every_check_with_its_points(world: World) -> None:
    page = world.client().get("/needs/criteria").get_data(as_text=True)
    known = world.platform.doctor
    assert all(one.title in page and one.example in page for one in known.checks if one.points)
    assert sum(one.points for one in known.checks) == 20


def test_programs_examine_a_need_without_an_account(world: World) -> None:
    client = world.client()
    answer = client.post("/api/v1/needs/check", json=GOOD).get_json()
    assert (answer["points"], answer["most"], answer["findings"], answer["manager_suggested"]) == (
        20,
        20,
        [],
        False,
    )
    answer = client.post("/api/v1/needs/check", json={"text": VAGUE["problem"]}).get_json()
    vague = next(one for one in answer["findings"] if one["check"] == "concrete")
    assert vague["field"] == "problem"
    assert "先进" in vague["words"]
    assert client.post("/api/v1/needs/check", json={"confidential": "x"}).status_code == 422
    assert client.post("/api/v1/needs/check", json={"text": "长" * 20_001}).status_code == 422
