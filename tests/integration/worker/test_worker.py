"""The background process: what is published is found soon, and a kill at any moment loses nothing."""

from __future__ import annotations

import signal
import time
from pathlib import Path

from indexer.port import Query
from indexer.verify import verify
from repositories import outbox
from repositories.schedule import all_tasks
from services import worker
from services.scheduler import TASKS
from tests.integration.worker.forked import background, forked
from tests.integration.worker.processes import running, until
from tests.support import World

SLOW = 5
"""The limits below are those of an idle machine; the tests may run beside others."""


def _is_idle(world: World) -> bool:
    with world.platform.database.read() as session:
        return outbox.depth(session)[0] == 0


def _found(world: World, text: str) -> bool:
    return world.platform.index.search(Query("needs", text)).total > 0


def _with_vectors(world: World, library: str) -> int:
    return world.platform.index.state(library).with_vector


def test_published_is_found_by_words_and_then_by_meaning(world: World) -> None:
    actor = world.enterprise()
    with running(world.platform.settings.data, "worker"):
        world.listing(actor, "needs", title="先发布的一条需求")
        until(lambda: _with_vectors(world, "needs") == 1, 120, "the model was not warm")
        world.listing(actor, "needs", title="耐高温轴承钢热处理")
        by_words = until(lambda: _found(world, "轴承钢"), 2 * SLOW)
        by_meaning = by_words + until(lambda: _with_vectors(world, "needs") == 2, 10 * SLOW)
        print(f"by words after {by_words:.1f} s, by meaning after {by_meaning:.1f} s")
        with world.platform.database.read() as session:
            assert {task.name for task in all_tasks(session)} == {task.name for task in TASKS}


def test_two_workers_elect_one_and_the_other_takes_over(world: World) -> None:
    actor = world.enterprise()
    data = world.platform.settings.data
    with running(data, "worker") as first, running(data, "worker"):
        lock = worker.locks(world.platform) / "indexer.lock"
        until(lambda: lock.exists() and lock.read_text().strip(), 60)
        elected = int(lock.read_text())
        world.listing(actor, "needs", title="第一位在值班")
        until(lambda: _found(world, "值班"), 60)
        if first.pid == elected:
            first.kill()
            until(lambda: lock.read_text().strip() not in ("", str(elected)), 60)
            world.listing(actor, "needs", title="第二位接手")
            until(lambda: _found(world, "接手"), 60)


def test_kill_9_in_the_middle_loses_nothing(world: World) -> None:
    actor = world.university()
    data = world.platform.settings.data
    for moment in (0.0, 0.3, 1.0):
        for number in range(40):
            world.listing(actor, "achievements", title=f"激光熔覆修复工艺之 {moment} 第 {number} 号")
        with forked(background, data) as process:
            locked = worker.locks(world.platform) / "indexer.lock"
            until(lambda p=process, at=locked: at.exists() and at.read_text().strip() == str(p.pid), 60)
            time.sleep(moment)
            process.kill()
            process.join()
            assert process.exitcode == -signal.SIGKILL
    with running(data, "worker"):
        until(lambda: _is_idle(world), 180, "the queue was not emptied")
    drift = verify(
        world.platform.database, world.platform.index, "achievements", world.platform.embedder.model_id
    )
    assert drift.clean
    assert drift.documents == 120
    assert drift.without_vector == ()


def test_asked_to_end_it_ends_at_once_and_well(world: World, tmp_path: Path) -> None:
    with running(world.platform.settings.data, "worker") as process:
        lock = worker.locks(world.platform) / "indexer.lock"
        until(lambda: lock.exists() and lock.read_text().strip(), 60)
        process.send_signal(signal.SIGTERM)
        process.wait(5 * SLOW)
        assert process.returncode == 0
