"""用我的成果回应: who reads a public need can lay an achievement of the own house beside it, and ask."""

from __future__ import annotations

import pytest

from repositories.introductions import Introduction
from repositories.match_runs import MatchEntry
from services import answering, introductions
from services.access import Actor
from services.errors import Forbidden, NotFound
from services.listings import entries
from tests.functional.stage import SECRET, Stage
from tests.support import World, post

FIT, OTHER = "激光熔覆修复高温合金叶片的工艺", "水稻重金属低积累品种选育"


@pytest.fixture
def scene(world: World) -> dict[str, Actor]:
    """A public need with a secret, an enterprise that hides its name, two universities and the rest."""
    people = {"enterprise": world.enterprise(), "university": world.university(),
              "college": world.university("college@example.org", "丁学院")}  # fmt: skip
    world.person("manager@example.org", "manager")
    return people


def test_from_the_need_to_the_request(world: World, scene: dict[str, Actor]) -> None:
    need = world.listing(scene["enterprise"], "needs", title="高温合金叶片激光熔覆修复", confidential=SECRET)
    other = world.listing(scene["university"], "achievements", title=OTHER)
    fit = world.listing(scene["university"], "achievements", title=FIT)
    draft = world.listing(scene["university"], "achievements", title=f"{FIT}草稿", published=False)
    strangers = world.listing(scene["college"], "achievements", title=f"{FIT}（丁）")
    world.index()
    client = world.client("university@example.org")
    page = client.get(f"/needs/{need.id}").get_data(as_text=True)
    assert f'href="/needs/{need.id}/answer"' in page
    shown = client.get(f"/needs/{need.id}/answer").get_data(as_text=True)
    places = [shown.index(f'href="/achievements/{row.id}"') for row in (fit, other)]
    assert places == sorted(places)  # what fits leads, what does not may still be chosen
    assert "题目都涉及" in shown
    for row in (draft, strangers):
        assert f'href="/achievements/{row.id}"' not in shown
    assert SECRET not in shown
    assert "甲企业" not in shown
    chosen = post(client, f"/needs/{need.id}/answer", {"achievement_id": fit.id}, f"/needs/{need.id}/answer")
    assert chosen.status_code == 303
    asking = client.get(chosen.location)
    assert "为什么合适" in asking.get_data(as_text=True)
    entry_id = int(chosen.location.split("entry_id=")[1].split("&")[0])
    done = post(
        client, "/introductions/ask", {"entry_id": entry_id, "message": "我们做过同类叶片"}, chosen.location
    )
    assert done.status_code == 303
    (asked,) = introductions.mine(world.platform, scene["enterprise"])
    assert (asked.need_id, asked.achievement_id, asked.asked_by) == (need.id, fit.id, "university")
    assert SECRET not in str([(e.reasons, e.cautions) for e in (asked.shown_entry,)])
    assert "等待企业答复" in client.get(f"/needs/{need.id}/answer").get_data(as_text=True)
    for row in (draft, strangers):
        with pytest.raises(NotFound):
            answering.choose(world.platform, scene["university"], need.id, row.id)


def test_choosing_twice_is_one_judged_pair(world: World, scene: dict[str, Actor]) -> None:
    need = world.listing(scene["enterprise"], "needs", title="叶片激光熔覆修复")
    fit = world.listing(scene["university"], "achievements", title=FIT)
    found = {answering.choose(world.platform, scene["university"], need.id, fit.id) for _ in range(2)}
    assert len(found) == 1
    with world.platform.database.read() as session:
        entry = session.get(MatchEntry, found.pop())
        assert entry is not None
        assert entry.run.basis == "public"
        assert session.query(Introduction).count() == 0


def test_only_public_needs_and_only_houses_with_achievements(world: World, scene: dict[str, Actor]) -> None:
    need = world.listing(scene["enterprise"], "needs", title="叶片激光熔覆修复")
    draft = world.listing(scene["enterprise"], "needs", title="还没公开", published=False)
    manager = Actor(account_id=1, role="manager")
    for person, row, refused in (
        (scene["enterprise"], need, Forbidden), (manager, need, Forbidden), (scene["university"], draft, NotFound),
    ):  # fmt: skip
        with pytest.raises(refused):
            answering.options(world.platform, person, row.id)
    empty = world.client("university@example.org").get(f"/needs/{need.id}/answer").get_data(as_text=True)
    assert "还没有已发布的成果" in empty
    entries.act(world.platform, scene["enterprise"], "needs", need.id, "withdraw")
    with pytest.raises(NotFound):
        answering.options(world.platform, scene["university"], need.id)
    for email, offered in (("enterprise@example.org", False), ("manager@example.org", False), (None, True)):
        other = world.listing(scene["enterprise"], "needs", title=f"公开的 {email}")
        page = world.client(email).get(f"/needs/{other.id}").get_data(as_text=True)
        assert ("用我的成果回应" in page) is offered, email


def test_by_api(stage: Stage) -> None:
    need, fit = stage.objects["need.published"][1], stage.objects["achievement.published"][1]
    listed = stage.callers["university"].get(f"/needs/{need}/answers")
    assert listed.status_code == 200, listed.get_json()
    found = listed.get_json()
    assert fit in [item["achievement"]["id"] for item in found["items"]]
    assert found["published"] >= len(found["items"]) > 0
    made = stage.callers["university"].post(f"/needs/{need}/answers", {"achievement_id": fit})
    assert made.status_code == 201
    assert made.get_json()["entry_id"] > 0
    wrong = stage.callers["college"].post(f"/needs/{need}/answers", {"achievement_id": fit})
    assert wrong.status_code == 404
    assert stage.callers["enterprise"].get(f"/needs/{need}/answers").status_code == 403
