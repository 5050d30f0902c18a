"""A process killed while it writes leaves all or nothing, and another one takes the file up again."""

import os
import signal
import subprocess
import sys
import time

import pytest
from sqlalchemy import func, select

from repositories.achievements import Achievement
from repositories.imports import COMMITTING, ImportBatch
from repositories.outbox import Job
from services.imports import batches, steps
from tests.unit.imports.books import csv

ROWS = 4_000
CHILD = """
import sys
from pathlib import Path
from tests.support import make_world
from services.access import Actor
from services.imports import steps
here = make_world(Path(sys.argv[1])).platform
actor = Actor(account_id=int(sys.argv[2]), role="university", organisation_id=int(sys.argv[3]))
print("writing", flush=True)
steps.commit(here, actor, int(sys.argv[4]))
print("written", flush=True)
"""


def count(world, model):
    with world.platform.database.read() as session:
        return session.scalar(select(func.count()).select_from(model))


@pytest.mark.parametrize("after", [0.05, 0.6, 1.4])
def test_killed_while_writing(world, after):
    actor, here = world.university(), world.platform
    batch_id = batches.upload(
        here, actor, "achievements", "a.csv", csv("成果名称", *(f"第{i}号装置" for i in range(ROWS)))
    )
    steps.check(here, actor, batch_id)
    batches.confirm(here, actor, batch_id, good_only=False)
    arguments = [here.settings.data, actor.account_id, actor.organisation_id, batch_id]
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stdout.readline().strip() == b"writing"
    time.sleep(after)
    child.send_signal(signal.SIGKILL)
    child.wait()
    written = count(world, Achievement)
    assert written in (0, ROWS)
    assert count(world, Job) == written
    with here.database.write() as session:
        batch = session.get(ImportBatch, batch_id)
        assert batch.state == (COMMITTING if written == 0 else "done")
        batch.beat_at = here.now() - 2 * batches.STALE
    if written == 0:
        assert batches.resume(here, actor, batch_id) == COMMITTING
        steps.commit(here, actor, batch_id)
    assert count(world, Achievement) == ROWS
    assert batches.get(here, actor, batch_id).state == "done"
