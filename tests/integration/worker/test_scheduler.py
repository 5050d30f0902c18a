"""Recurring work: done when due, by one process, harmless when repeated, visible when it fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from repositories.listing import EXPIRED
from repositories.needs import Need
from repositories.notices import Notice
from repositories.schedule import all_tasks
from repositories.shown import gone
from services import credentials, scheduler, signing
from services.platform import Platform
from services.scheduler import Scheduler, Task, run_task
from tests.support import PASSWORD, World, make_world

HOUR = timedelta(hours=1)


def _on(platform: Platform, days: int) -> Platform:
    return replace(platform, clock=lambda: platform.clock() + timedelta(days=days))


def _kinds(world: World) -> list[str]:
    with world.platform.database.read() as session:
        return list(session.scalars(select(Notice.kind).order_by(Notice.id)))


def test_a_listing_runs_out_with_a_reminder_before_and_a_word_after(world: World) -> None:
    platform = world.platform
    need = world.listing(
        world.enterprise(), "needs", title="短期需求", expires_on=str(platform.today() + timedelta(days=10))
    )
    scheduler.remind(platform)
    assert "listing.expiring" not in _kinds(world)
    for day in (4, 5, 6, 10):
        scheduler.remind(_on(platform, day))
        scheduler.expire_listings(_on(platform, day))
    assert _kinds(world).count("listing.expiring") == 1
    with platform.database.read() as session:
        assert session.get(Need, need.id).is_public
    scheduler.expire_listings(_on(platform, 11))
    scheduler.expire_listings(_on(platform, 11))
    with platform.database.read() as session:
        assert session.get(Need, need.id).state == EXPIRED
        assert gone(session, "needs", ("public", "members")) == (need.id,)
    assert _kinds(world).count("listing.expired") == 1


def test_pruning_forgets_sessions_and_letters(tmp_path: Path) -> None:
    world = make_world(tmp_path / "data", {"SANKU_SMTP_HOST": "127.0.0.1"})
    world.enterprise()
    secret = signing.sign_in(world.platform, "enterprise@example.org", PASSWORD, "::1", "test")
    credentials.ask_reset(world.platform, "enterprise@example.org")
    scheduler.prune(world.platform)
    assert _kinds(world) == ["letter"]
    assert signing.account_of_session(world.platform, secret) is not None
    scheduler.prune(_on(world.platform, 20))
    assert _kinds(world) == []
    assert signing.account_of_session(world.platform, secret) is None


def test_a_task_that_raises_is_shown_and_stops_nothing(world: World) -> None:
    ran: list[str] = []

    def bad(_: Platform) -> str:
        raise ValueError("the disk is full")

    def good(_: Platform) -> str:
        ran.append("good")
        return "done"

    tasks = (Task("bad", "坏", HOUR, bad), Task("good", "好", HOUR, good))
    assert Scheduler(world.platform, tasks).run_due() == 2
    with world.platform.database.read() as session:
        outcomes = {task.name: task.outcome for task in all_tasks(session)}
    assert "the disk is full" in outcomes["bad"]
    assert outcomes["good"] == "done"
    assert ran == ["good"]


def test_one_process_runs_a_task(world: World) -> None:
    ran: list[int] = []
    task = Task("once", "一次", HOUR, lambda _: str(ran.append(1)))
    assert run_task(world.platform, task)
    assert not run_task(world.platform, task)
    assert run_task(_on(world.platform, 1), task)
    assert len(ran) == 2


@pytest.mark.parametrize("task", scheduler.TASKS, ids=lambda task: task.name)
def test_every_task_runs_on_an_empty_platform_and_on_a_full_one(world: World, task: Task) -> None:
    assert task.run(world.platform)
    world.listing(world.enterprise(), "needs", title="一条需求")
    world.listing(world.university(), "achievements", title="一条成果")
    assert task.run(_on(world.platform, 1000))
    assert task.label


def test_many_listings_run_out_in_batches(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "BATCH", 2)
    actor = world.enterprise()
    for number in range(5):
        world.listing(actor, "needs", title=f"第 {number} 条需求")
    with world.platform.database.write() as session:
        session.execute(update(Need).values(expires_on=world.platform.today() - timedelta(days=1)))
    assert "5" in scheduler.expire_listings(world.platform)
