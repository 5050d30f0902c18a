"""What an attacker tried to read or to count: each test is one way that once worked."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from sqlalchemy import text as sql
from sqlalchemy.exc import SQLAlchemyError

from indexer.port import Query
from repositories.introductions import Introduction
from services import credentials, introductions
from services.listings import entries
from tests.functional.stage import COMMON, Stage
from tests.support import csrf


@pytest.mark.parametrize("verb", ["recall", "decline"])
def test_a_request_that_ended_shows_nothing_unpublished(scene: Stage, verb: str) -> None:
    """The page of an ended request once showed the present text of a draft, and of whatever was withdrawn since."""
    here, enterprise, university = (
        scene.world.platform,
        scene.people["enterprise"],
        scene.people["university"],
    )
    achievement = scene.fresh("achievements", "published", title=f"{COMMON} 已了结 {verb}")
    need = scene.fresh("needs", "draft", title=f"{COMMON} 已了结 {verb}")
    scene.world.index()
    asked = introductions.ask(here, enterprise, scene.entry_of(need, achievement))
    page = f"/introductions/{asked.id}"
    entries.edit(here, enterprise, "needs", need, {"problem": "草稿里的新内容"}, revision=1, partial=True)
    assert "草稿里的新内容" in scene.get("university", page).get_data(as_text=True)
    introductions.answer(here, enterprise if verb == "recall" else university, asked.id, verb, "direction")
    assert "草稿里的新内容" not in scene.get("university", page).get_data(as_text=True)
    entries.edit(
        here, university, "achievements", achievement, {"abstract": "下架后的改动"}, revision=1, partial=True
    )
    entries.act(here, university, "achievements", achievement, "withdraw")
    assert "下架后的改动" not in scene.get("enterprise", page).get_data(as_text=True)
    assert "下架后的改动" in scene.get("university", page).get_data(as_text=True)


def test_runs_of_others_answer_alike_whatever_they_hold(scene: Stage) -> None:
    """A rival who counts through the numbers of runs must not learn which achievements stand in them."""
    need, achievement = scene.objects["need.draft"][1], scene.objects["achievement.published"][1]
    entry = scene.entry_of(need, achievement)
    with scene.world.platform.database.read() as session:
        run = session.execute(
            sql("SELECT run_id FROM match_entries WHERE id = :id"), {"id": entry}
        ).scalar_one()
    answers = {
        scene.callers["rival"]
        .post("/passes", {"run_id": run_id, "achievement_id": wanted, "reason": "direction"})
        .get_data()
        for run_id, wanted in ((run, achievement), (run, 2**30), (2**30, achievement))
    }
    assert len(answers) == 1


def test_a_name_taken_off_a_need_finds_it_no_more(scene: Stage) -> None:
    """Before the index has heard of it, as with everything that leaves the public."""
    world = scene.world
    scene.people["shy"] = world.enterprise("shy@example.org", "羞怯精密铸造公司")
    row_id = scene.fresh("needs", "published", owner="shy", show_name="是")
    world.index()

    def found() -> list[int]:
        answer = scene.callers["rival"].get("/needs?q=羞怯精密铸造公司&per_page=100").get_json()
        assert answer["total"] >= len(answer["items"])
        return [item["id"] for item in answer["items"]]

    assert row_id in found()
    entries.edit(
        world.platform, scene.people["shy"], "needs", row_id, {"show_name": "否"}, revision=1, partial=True
    )
    shown = world.platform.index.search(Query(library="needs", text="羞怯精密铸造公司"))
    assert row_id in [hit.id for hit in shown.words], "the index must not have heard of it yet"
    assert row_id not in found()
    world.index(encode=True)
    assert row_id not in found()
    listed = scene.callers["rival"].get("/needs?per_page=100&sort=newest").get_json()
    assert row_id in [item["id"] for item in listed["items"]]


def test_errors_of_the_database_keep_its_values(scene: Stage) -> None:
    with pytest.raises(SQLAlchemyError) as failed, scene.world.platform.database.write() as session:
        session.execute(sql("INSERT INTO nothing (a) VALUES (:a)"), {"a": "机密配方"})
    assert "机密配方" not in str(failed.value)


def test_the_database_is_its_owners_alone(scene: Stage) -> None:
    data = scene.world.platform.settings.data
    for path in data.glob("sanku.db*"):
        assert path.stat().st_mode & 0o077 == 0, path.name


def test_the_log_keeps_no_link(
    scene: Stage, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any) -> bool:
        raise RuntimeError("something unforeseen")

    monkeypatch.setattr(credentials, "link_works", broken)
    with caplog.at_level(logging.INFO):
        assert scene.get("nobody", "/account/reset/TopSecretLink").status_code == 500
        assert scene.get("nobody", "/account/confirm/x%0aFORGED LINE").status_code == 500
    assert "TopSecretLink" not in caplog.text.split("Traceback")[0]
    assert "\nFORGED" not in caplog.text


def test_control_characters_in_what_is_said_go(scene: Stage) -> None:
    """PostgreSQL stores no NUL: what holds one would fail there."""
    here = scene.world.platform
    achievement = scene.fresh("achievements", "published", title=f"{COMMON} 控制")
    need = scene.fresh("needs", "published", title=f"{COMMON} 控制")
    scene.world.index()
    asked = introductions.ask(here, scene.people["enterprise"], scene.entry_of(need, achievement), "您\x00好")
    introductions.answer(here, scene.people["university"], asked.id, "decline", "direction", "再\x00见")
    with here.database.read() as session:
        stored = session.get(Introduction, asked.id)
        assert stored is not None
        assert (stored.message, stored.note) == ("您好", "再见")
    visitor = scene.world.client()
    for path, data in (("/account/login", {"password": "x"}), ("/account/forgot", {})):
        token = csrf(visitor)
        answer = visitor.post(path, data={**data, "email": "a\x00b@example.org", "csrf_token": token})
        assert answer.status_code in (303, 422)
