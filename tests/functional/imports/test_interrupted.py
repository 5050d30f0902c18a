"""An import that stops, fails, meets a changed library or is forgotten."""

from sqlalchemy import func, select

from repositories.achievements import Achievement
from repositories.imports import CHECKING, COMMITTING, ImportBatch, ImportRow
from services.imports import batches, steps
from tests.functional.imports.uploading import finished, press, rows, upload
from tests.unit.imports.books import csv


def test_an_interrupted_step_is_taken_up_again(world, university):
    actor, client = university
    here = world.platform
    batch_id = batches.upload(here, actor, "achievements", "a.csv", csv("成果名称", "甲", "乙"))
    address = f"/imports/batches/{batch_id}"
    for state in (CHECKING, COMMITTING):
        assert "接着处理" not in client.get(address).get_data(as_text=True)  # somebody seems to be at it
        with here.database.write() as session:
            session.get(ImportBatch, batch_id).beat_at = here.now() - 2 * steps.report.STALE
        page = client.get(address).get_data(as_text=True)
        assert "处理到一半停下了" in page
        assert rows(world, Achievement) == []
        finished(client, press(client, address, "resume"))
        if state == CHECKING:
            batches.confirm(here, actor, batch_id, good_only=False)
    assert [r.title for r in rows(world, Achievement)] == ["甲", "乙"]
    steps.commit(here, actor, batch_id)  # a late second process finds nothing to do
    assert len(rows(world, Achievement)) == 2


def test_a_failure_in_the_middle_leaves_nothing(world, university, monkeypatch):
    actor, _ = university
    here = world.platform
    batch_id = batches.upload(here, actor, "achievements", "a.csv", csv("成果名称", *map(str, range(50))))
    steps.check(here, actor, batch_id)
    batches.confirm(here, actor, batch_id, good_only=False)

    def breaks(*_args, **_kwargs):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(steps.audit, "write", breaks)
    steps.commit(here, actor, batch_id)
    assert rows(world, Achievement) == []
    told = batches.get(here, actor, batch_id)
    assert told.state == "failed"
    assert "没有改动" in told.message


def test_what_changed_between_check_and_confirmation_is_seen(world, university):
    actor, _ = university
    here = world.platform
    batch_id = batches.upload(here, actor, "achievements", "a.csv", csv("成果名称,一句话简介", "甲,新"))
    steps.check(here, actor, batch_id)
    for number in "12":
        world.listing(actor, "achievements", title="甲", external_id=f"K{number}", published=False)
    batches.confirm(here, actor, batch_id, good_only=False)
    steps.commit(here, actor, batch_id)
    told = batches.get(here, actor, batch_id)
    assert (told.state, told.bad) == ("checked", 1)
    assert "库里有了变化" in told.message
    assert {r.summary for r in rows(world, Achievement)} == {""}


def test_discarding_and_forgetting(world, university):
    actor, client = university
    address, _ = finished(client, upload(client, "achievements", csv("成果名称", "甲")))
    assert press(client, address, "discard").status_code == 303
    assert client.get(address).status_code == 404
    batches.upload(world.platform, actor, "achievements", "a.csv", csv("成果名称", "甲"))
    with world.platform.database.write() as session:
        for batch in session.scalars(select(ImportBatch)):
            batch.created_at -= 2 * batches.KEPT
    assert batches.prune(world.platform) == 1
    with world.platform.database.read() as session:
        assert session.scalar(select(func.count()).select_from(ImportRow)) == 0
