"""Recommendations both ways, matching without an account, passing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from repositories import match_runs
from tests.functional.api.calling import Cast, Counted, ok, problem
from tests.support import make_world

TEXT = "高温合金叶片激光熔覆修复后热影响区开裂，想找修复用粉末和工艺"


def rows(cast: Cast, model: Any) -> int:
    with cast.world.platform.database.read() as session:
        return int(session.scalar(select(func.count()).select_from(model)) or 0)


def test_a_draft_gets_its_recommendations_in_the_next_call(cast: Cast) -> None:
    good = cast.achievement(
        trl=6, modes=["license"], ip=[{"type": "发明专利", "status": "已授权", "expiry": "2001-01-01"}]
    )
    need = cast.need(published=False, wanted_trl=8)
    found = ok(cast.enterprise.get(f"/needs/{need['id']}/recommendations?limit=5"))
    assert found["run_id"]
    assert found["algorithm"]
    assert found["basis"] == "public"
    (item,) = found["items"]
    assert item["achievement"]["id"] == good["id"]
    assert item["achievement"]["organisation"]["name"] == "乙大学"
    assert (item["rank"], item["level"] in (1, 2, 3, 4)) == (1, True)
    assert item["entry_id"]
    reason = item["reasons"][0]
    assert set(reason) == {"feature", "text", "contribution", "evidence"}
    assert reason["evidence"]["need"]
    assert all(word in need["title"] + need["problem"] for word in item["reasons"][0]["evidence"]["need"])
    assert {caution["code"] for caution in item["cautions"]}
    again = ok(cast.enterprise.get(f"/needs/{need['id']}/recommendations?limit=5"))
    assert again["run_id"] == found["run_id"]


def test_weak_ones_come_last_and_limits_hold(cast: Cast) -> None:
    cast.achievement()
    cast.achievement(title="叶片式水泵的节能改造")
    need = cast.need(published=False)
    items = ok(cast.enterprise.get(f"/needs/{need['id']}/recommendations"))["items"]
    assert [item["rank"] for item in items] == [1, 2]
    assert items[0]["score"] > items[1]["score"]
    assert [item["recommended"] for item in items] == [True, False]
    assert len(ok(cast.enterprise.get(f"/needs/{need['id']}/recommendations?limit=1"))["items"]) == 1
    assert ok(cast.enterprise.get(f"/needs/{need['id']}/recommendations?limit=-3"))["items"][0]["rank"] == 1


def test_lists_are_narrowed(cast: Cast) -> None:
    cast.achievement(trl=3, industry="C37", region="510100", modes=["license"])
    need = cast.need(published=False)
    path = f"/needs/{need['id']}/recommendations"
    for query, count in (
        ("trl_min=4", 0), ("trl_min=3", 1), ("industry=C", 1), ("industry=C26", 0), ("region=四川省,浙江省", 1),
        ("modes=transfer", 0), ("modes=transfer&modes=license", 1),
    ):  # fmt: skip
        assert len(ok(cast.enterprise.get(f"{path}?{query}"))["items"]) == count, query
    assert set(problem(cast.enterprise.get(f"{path}?industry=没有&region=月球"), 422)) == {
        "industry",
        "region",
    }
    assert "trl" in problem(cast.enterprise.get(f"{path}?trl=3"), 422)


def test_the_other_direction_has_the_same_shape(cast: Cast) -> None:
    offer = cast.achievement()
    need = cast.need()
    found = ok(cast.university.get(f"/achievements/{offer['id']}/recommendations"))
    (item,) = found["items"]
    assert item["need"]["id"] == need["id"]
    assert item["need"]["organisation"] == {
        "id": None,
        "name": "某enterprise",
        "kind": "enterprise",
        "region": None,
    }
    assert set(item) >= {"rank", "score", "level", "level_name", "entry_id", "reasons", "cautions"}


def test_recommendations_are_the_owner_s(cast: Cast) -> None:
    need, offer = cast.need(), cast.achievement()
    assert ok(cast.operator.get(f"/needs/{need['id']}/recommendations"))["basis"] == "public"
    problem(cast.rival.get(f"/needs/{need['id']}/recommendations"), 403)
    problem(cast.university.get(f"/needs/{need['id']}/recommendations"), 403)
    problem(cast.college.get(f"/achievements/{offer['id']}/recommendations"), 403)
    problem(cast.nobody.get(f"/needs/{need['id']}/recommendations"), 401)
    problem(cast.enterprise.get("/needs/2147483647/recommendations"), 404)


def test_matching_without_an_account_stores_nothing(cast: Cast) -> None:
    good = cast.achievement()
    members = ok(
        cast.university.post("/achievements", {"title": "激光熔覆内部成果", "visibility": "members"}), 201
    )
    cast.publish("achievements", members, cast.university)
    before = rows(cast, match_runs.MatchRun)
    found = ok(cast.nobody.post("/match", {"text": TEXT}))
    assert [item["achievement"]["id"] for item in found["items"]] == [good["id"]]
    assert found["run_id"] is None
    assert found["items"][0]["entry_id"] is None
    assert found["items"][0]["reasons"]
    parts = ok(
        cast.nobody.post("/match", {"title": "激光熔覆修复用粉末", "problem": "热影响区开裂", "limit": 1})
    )
    assert parts["items"]
    assert rows(cast, match_runs.MatchRun) == before


def test_matching_says_what_it_needs(cast: Cast) -> None:
    assert "text" in problem(cast.nobody.post("/match", {}), 422)
    assert "text" in problem(cast.nobody.post("/match", {"text": "短"}), 422)
    assert "text" in problem(cast.nobody.post("/match", {"text": "长" * 20_001}), 422)
    assert "text" in problem(cast.nobody.post("/match", {"text": ["一", "二"]}), 422)
    assert "query" in problem(cast.nobody.post("/match", {"query": TEXT}), 422)


def test_passing_and_taking_it_back(cast: Cast) -> None:
    offer, need = cast.achievement(), cast.need(published=False)
    path = f"/needs/{need['id']}/recommendations"
    found = ok(cast.enterprise.get(path))
    body = {
        "run_id": found["run_id"],
        "achievement_id": offer["id"],
        "reason": "maturity",
        "note": "还在实验室",
    }
    assert "reason" in problem(cast.enterprise.post("/passes", {**body, "reason": "ugly"}), 422)
    assert cast.enterprise.post("/passes", body).status_code == 204
    after = ok(cast.enterprise.get(path))
    assert after["items"] == []
    assert after["passed"][0]["achievement_id"] == offer["id"]
    pair = f"/passes?need_id={need['id']}&achievement_id={offer['id']}"
    problem(cast.rival.delete(pair), 404)
    assert cast.enterprise.delete(pair).status_code == 204
    assert len(ok(cast.enterprise.get(path))["items"]) == 1
    problem(cast.rival.post("/passes", body), 404)
    problem(
        cast.enterprise.post(
            "/passes", {"run_id": found["run_id"], "achievement_id": 999, "reason": "maturity"}
        ),
        404,
    )
    assert "entry_id" in problem(cast.enterprise.post("/passes", {"reason": "maturity"}), 422)
    assert "achievement_id" in problem(cast.enterprise.delete("/passes?need_id=1"), 422)


def test_a_list_costs_the_same_queries_whatever_it_holds(cast: Cast) -> None:
    need = cast.need(published=False)
    costs = []
    for count in (1, 4):
        while ok(cast.nobody.get("/achievements"))["total"] < count:
            cast.achievement()
        ok(cast.enterprise.get(f"/needs/{need['id']}/recommendations"))
        with Counted(cast.world) as counted:
            ok(cast.enterprise.get(f"/needs/{need['id']}/recommendations"))
        costs.append(counted.count)
    assert costs[0] == costs[1]


def test_matching_without_an_account_is_limited(tmp_path: Path) -> None:
    world = make_world(tmp_path / "limited", {"SANKU_MATCH_LIMIT": "2 per minute"})
    cast = Cast(world)
    for _ in range(2):
        ok(cast.nobody.post("/match", {"text": TEXT}))
    refused = cast.nobody.post("/match", {"text": TEXT})
    problem(refused, 429)
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    world.platform.database.close()
    world.platform.index.close()


def test_without_the_index_the_database_still_answers(cast: Cast) -> None:
    cast.achievement()
    need = cast.need(published=False)
    for pointer in cast.world.platform.settings.index_folder.glob("*.json"):
        pointer.write_text("{", encoding="utf-8")  # as a disk fault may leave it
    for away in (
        cast.enterprise.get(f"/needs/{need['id']}/recommendations"),
        cast.nobody.get("/achievements?q=激光"),
        cast.nobody.post("/match", {"text": TEXT}),
    ):
        problem(away, 503)
        assert int(away.headers["Retry-After"]) > 0
    assert ok(cast.enterprise.post("/needs", {"title": "照样能录入"}), 201)
    assert ok(cast.enterprise.get(f"/needs/{need['id']}"))["id"] == need["id"]


def test_a_list_says_where_a_page_shows_what(cast: Cast) -> None:
    """Items stay in the order of scores; what a page folds under a better one is said beside it."""
    text = "以激光熔覆在叶尖逐层堆出镍基合金，再以数控铣削恢复型面，堆焊区晶粒与基体取向偏差小于六度。" * 3
    first = cast.achievement(title="高温合金叶片激光熔覆修复用粉末", abstract=text, team="叶片组")
    twin = cast.achievement(title="高温合金叶片激光熔覆修复粉末", abstract=text, team="叶片组")
    need = cast.need(published=False)
    path = f"/needs/{need['id']}/recommendations"
    items = {item["achievement"]["id"]: item for item in ok(cast.enterprise.get(path))["items"]}
    head, under = sorted((items[first["id"]], items[twin["id"]]), key=lambda item: item["rank"])
    assert (head["folded_under"], head["place"], under["place"]) == (None, 1, 1)
    assert under["folded_under"] == head["achievement"]["id"]
    assert {item["like_passed"] for item in items.values()} == {""}
    assert not head["missing"]
    assert (
        cast.enterprise.post("/passes", {"entry_id": head["entry_id"], "reason": "price"}).status_code == 204
    )
    (left,) = ok(cast.enterprise.get(path))["items"]
    assert left["like_passed"] == head["achievement"]["title"]
    assert left["folded_under"] is None


def test_teams_are_the_owner_s_too(cast: Cast) -> None:
    offer = cast.achievement(team="叶片组")
    need = cast.need(published=False)
    path = f"/needs/{need['id']}/teams"
    found = ok(cast.enterprise.get(path))
    (team,) = found["items"]
    assert (team["organisation"]["name"], team["team"], team["recommended"]) == ("乙大学", "叶片组", True)
    assert [work["achievement_id"] for work in team["works"]] == [offer["id"]]
    listed = ok(cast.enterprise.get(f"/needs/{need['id']}/recommendations"))
    assert (found["run_id"], team["entry_id"]) == (listed["run_id"], listed["items"][0]["entry_id"])
    assert sum(team["levels"].values()) == 1
    problem(cast.university.get(path), 403)
    problem(cast.rival.get(path), 404)
    problem(cast.nobody.get(path), 401)


def test_the_temperature_is_the_owner_s_and_hides_small_numbers(cast: Cast) -> None:
    offer, need = cast.achievement(), cast.need()
    (item,) = ok(cast.enterprise.get(f"/needs/{need['id']}/recommendations"))["items"]
    assert (
        cast.enterprise.post("/passes", {"entry_id": item["entry_id"], "reason": "price"}).status_code == 204
    )
    path = f"/achievements/{offer['id']}/temperature"
    assert ok(cast.university.get(path)) == {"days": 90, "least": 3, "pointing": None, "passed": []}
    assert ok(cast.operator.get(path))["pointing"] is None
    problem(cast.enterprise.get(path), 403)
    problem(cast.nobody.get(path), 401)
