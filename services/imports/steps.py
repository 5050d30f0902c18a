"""The two long steps of an import, checking and committing, and all of it at once for the API and the command line.

Both begin from the staged rows, so another process can take them up. The commit is one transaction for either choice,
all or nothing and good rows only: a killed process leaves everything or nothing.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from typing import Any

from repositories import audit, imports
from repositories.database import Session
from repositories.imports import CHECKED, CHECKING, COMMITTING, DONE, FAILED, REFUSED, ImportBatch
from services.access import Actor
from services.imports import doubles, organisations, owners, patents, report, writing
from services.imports.batches import find_batch, read_waiting, upload
from services.imports.report import Report
from services.imports.rows import Owner, Reader, Reading
from services.imports.table import UnreadableFile
from services.listings.library import LIBRARIES
from services.platform import Platform

log = logging.getLogger(__name__)

_STEP = 500
"""Rows between two signs of life."""
_BROKEN = "检查或写入时平台出了意外的问题，库里没有改动。请重新上传；若再次出现，请把文件交给平台运营。"
_BUSY = "写入时与别人的修改撞在一起，库里没有改动。请再点一次导入。"


def check(platform: Platform, actor: Actor, batch_id: int) -> None:
    """Find out what would become of each row; state 正在检查 → 等待确认. Failing is a state, not an exception."""
    try:
        with platform.database.read() as session:
            batch = find_batch(session, batch_id)
        read_waiting(platform, batch)
        readings = _read_rows(platform, batch)
        with platform.database.read() as session:
            _settle(session, platform, actor, batch, readings)
        with platform.database.write() as session:
            imports.one_commit_at_a_time(session)
            held = imports.lock(session, batch_id)
            if held is None or held.state != CHECKING:
                return  # dropped, or done by another process meanwhile
            _keep(session, held, readings)
            held.state, held.done = CHECKED, held.total
    except UnreadableFile as unreadable:
        _failed(platform, batch_id, CHECKING, unreadable.message)
    except Exception:  # whatever goes wrong must not leave a page that waits for ever
        log.exception("checking import %s failed", batch_id)
        _failed(platform, batch_id, CHECKING, _BROKEN)


def commit(platform: Platform, actor: Actor, batch_id: int) -> None:
    """Write a confirmed batch: everything in one transaction. Failing is a state, not an exception."""
    try:
        with platform.database.read() as session:
            batch = find_batch(session, batch_id)
        readings = _read_rows(platform, batch)
        with platform.database.write() as session:
            imports.one_commit_at_a_time(session)
            held = imports.lock(session, batch_id)
            if held is None or held.state != COMMITTING:
                return  # another process was quicker
            _settle(session, platform, actor, held, readings)
            refused = any(r.errors for r in readings)
            if refused and not held.good_only:
                _keep(session, held, readings)
                held.state = CHECKED
                _note(held, "检查之后库里有了变化，有的行现在通不过了。库里没有改动，请看下面的问题。")
                return
            written = _write(session, platform, actor, held, readings)
            held.counts = dict(Counter(r.action for r in readings))
            held.state, held.done, held.finished_at = DONE, held.total, platform.now()
            audit.write(
                session, actor, "import.committed", "imports", batch_id, library=held.library,
                rows={held.library: written}, **held.counts,
            )  # fmt: skip
        # what was staged is tidied afterwards, so that other writers wait no longer than they must
        with platform.database.write() as session:
            imports.keep_verdicts(session, [_verdict(r) for r in readings if r.action != r.foreseen])
            imports.forget_good(session, batch_id)
    except platform.database.busy_errors:
        log.warning("import %s met other writers", batch_id, exc_info=True)
        _failed(platform, batch_id, COMMITTING, _BUSY, state=CHECKED)
    except Exception:  # as in `check`
        log.exception("writing import %s failed", batch_id)
        _failed(platform, batch_id, COMMITTING, _BROKEN)


def run(
    platform: Platform,
    actor: Actor,
    library: str,
    filename: str,
    data: bytes,
    *,
    organisation: str = "",
    publish: bool = False,
    dry_run: bool = False,
    good_only: bool = False,
) -> Report:
    """All steps at once, for the API and the command line; a dry run leaves nothing behind."""
    batch_id = upload(platform, actor, library, filename, data, organisation=organisation, publish=publish)
    check(platform, actor, batch_id)
    with platform.database.read() as session:
        batch = find_batch(session, batch_id)
        wanted = not dry_run and (good_only or not batch.counts.get(REFUSED))
        go = wanted and batch.state == CHECKED
    if go:
        with platform.database.write() as session:
            held = find_batch(session, batch_id)
            held.good_only = good_only
            if report.outline(held, platform.now()).to_write:
                imports.claim(session, batch_id, CHECKED, COMMITTING, platform.now())
            else:  # the same file again: it must not keep other writers waiting for nothing
                go, held.state, held.finished_at = False, DONE, platform.now()
    if go:
        commit(platform, actor, batch_id)
    with platform.database.read() as session:
        told = report.build(session, find_batch(session, batch_id), platform.now(), dry_run=dry_run)
    if dry_run or actor.account_id is None:
        with platform.database.write() as session:
            imports.remove(session, batch_id)
    return told


def _read_rows(platform: Platform, batch: ImportBatch) -> list[Reading]:
    reader = Reader(batch.library, platform.vocabularies)
    with platform.database.read() as session:
        rows = imports.rows_of(session, batch.id)
    readings = []
    for done, row in enumerate(rows, 1):
        readings.append(reader.read(row))
        if done % _STEP == 0:
            with platform.database.write() as session:
                imports.beat(session, batch.id, done, platform.now())
    return readings


def _settle(
    session: Session, platform: Platform, actor: Actor, batch: ImportBatch, readings: Sequence[Reading]
) -> None:
    if batch.library == "organisations":
        organisations.settle(session, readings)
        return
    if batch.library == "patents" and not actor.is_operator:
        for reading in readings:  # what stands under 单位 in a university's own list is a faculty
            reading.owner = Owner(actor.organisation_id)
        patents.settle(session, readings, platform.today())
        return
    if batch.library != "talents":
        owners.assign(session, readings, owners.rule_for(actor, batch.organisation_id, batch.publish))
    if batch.library == "patents":
        patents.settle(session, readings, platform.today())
        return
    doubles.settle(session, platform, LIBRARIES[batch.library], readings)


def _write(
    session: Session, platform: Platform, actor: Actor, batch: ImportBatch, readings: Sequence[Reading]
) -> list[int]:
    if batch.library == "organisations":
        return organisations.write(session, platform, readings, approve=batch.publish)
    if batch.library == "patents":
        return patents.write(session, platform, actor, readings)
    library = LIBRARIES[batch.library]
    return writing.write(session, platform, actor, library, readings, publish=batch.publish)


def _keep(session: Session, batch: ImportBatch, readings: Sequence[Reading]) -> None:
    batch.counts = dict(Counter(r.action for r in readings))
    session.flush()
    imports.keep_verdicts(session, [_verdict(reading) for reading in readings])


def _verdict(reading: Reading) -> dict[str, Any]:
    errors = [[e.field, e.message] for e in reading.errors]
    return {"id": reading.key, "action": reading.action, "hint": reading.hint[:200], "errors": errors}


def _failed(platform: Platform, batch_id: int, was: str, message: str, state: str = FAILED) -> None:
    with platform.database.write() as session:
        held = imports.lock(session, batch_id)
        if held is not None and held.state == was:
            held.state = state
            _note(held, message)


def _note(batch: ImportBatch, message: str) -> None:
    batch.notes = batch.notes | {"message": message}
