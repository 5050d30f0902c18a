"""A file on its way: uploaded and staged, confirmed or dropped, told about. The long steps are in `steps`."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import PurePath

from repositories import imports
from repositories.database import Session
from repositories.imports import CHECKED, CHECKING, COMMITTING, REFUSED, ImportBatch
from repositories.organisations import Organisation, find
from services.access import CREATORS, Actor, may_keep_patents, require, require_signed_in
from services.errors import Conflict, FieldError, Invalid, NotFound
from services.imports import columns, files, report, unread
from services.imports.report import STALE, Report
from services.imports.table import MAX_ROWS, UnreadableFile
from services.platform import Platform

KEPT = timedelta(days=30)
_LATEST = 20
READ_AT_ONCE = 1024 * 1024
"""Unpacked bytes that are read within the request, so that what is wrong with a small file is said at once: half a
second of work. A workbook of ten thousand rows has ten times that."""
LIVE_AT_ONCE = ("organisations", "patents")
"""What no review lets through: nothing of it is shown to strangers."""


def may_import(actor: Actor, library: str) -> bool:
    """Who may bring a spreadsheet: those who fill the library; profiles and organisations are the operator's."""
    if library in ("achievements", "needs"):
        return actor.role in CREATORS[library]
    if library == "patents":
        return may_keep_patents(actor)
    return library in columns.NAMES and actor.is_operator


def libraries_for(actor: Actor) -> tuple[str, ...]:
    """The libraries this person may import into."""
    return tuple(library for library in columns.NAMES if may_import(actor, library))


def upload(
    platform: Platform,
    actor: Actor,
    library: str,
    filename: str,
    data: bytes,
    *,
    organisation: str = "",
    publish: bool = False,
    may_wait: bool = False,
) -> int:
    """Read a file and stage its rows; gives the batch's id. Raises UnreadableFile, Invalid, NotFound, Forbidden.

    `may_wait`: a large file is only taken in, and read by the background step (`steps.check`), not by this request.
    `organisation`: whose the rows are when they do not say (operators and commands only), by code, number or name.
    `publish` from the start is the command line's; on the page an operator chooses it when confirming.
    """
    if library not in columns.NAMES:
        raise NotFound()
    if not publish:
        require_signed_in(actor)
    require(may_import(actor, library))
    if not actor.is_operator and actor.organisation_id is None:
        raise Conflict("您的账户还没有所属单位，导入的内容没有归属。请先完善单位信息。")
    with platform.database.read() as session:
        owner = _owner(session, actor, library, organisation)
    waits = may_wait and files.weight(data) > READ_AT_ONCE
    staged, notes = ([], {"unread": unread.keep(platform, data)}) if waits else _rows(library, filename, data)
    with platform.database.write() as session:
        batch = ImportBatch(
            library=library, filename=_shown_name(filename), file_hash=hashlib.sha256(data).hexdigest(),
            account_id=actor.account_id, organisation_id=owner,
            publish=publish, total=len(staged), beat_at=platform.now(), created_at=platform.now(), notes=notes,
        )  # fmt: skip
        imports.stage(session, batch, staged)
        return batch.id


def read_waiting(platform: Platform, batch: ImportBatch) -> None:
    """Stage the rows of a file that was only taken in; raises UnreadableFile. A batch that is staged stays as it is."""
    token = batch.notes.get("unread", "")
    if not token:
        return
    try:
        staged, notes = _rows(batch.library, batch.filename, unread.read(platform, token))
    except UnreadableFile:
        unread.drop(platform, token)
        raise
    with platform.database.write() as session:
        held = imports.lock(session, batch.id)
        if held is not None and held.state == CHECKING and held.notes.get("unread") == token:
            held.total, held.notes, held.beat_at = len(staged), notes, platform.now()
            imports.stage(session, held, staged)
    unread.drop(platform, token)


def _rows(library: str, filename: str, data: bytes) -> tuple[list[tuple[int, dict]], dict]:
    """([(row number, what was typed by field)], notes about the file) of a spreadsheet; raises UnreadableFile."""
    table = files.read(filename, data, lambda cells: columns.is_header(library, cells))
    layout, rows = columns.split(library, table)
    if len(rows) > MAX_ROWS:
        raise UnreadableFile(f"有 {len(rows):,} 行，最多 {MAX_ROWS:,} 行，请拆成几个文件分别导入。")
    staged = [(row.number, columns.typed(layout, row)) for row in rows]
    return staged, {"sheet": table.sheet, "ignored": list(layout.ignored)}


def confirm(
    platform: Platform, actor: Actor, batch_id: int, *, good_only: bool, publish: bool = False
) -> str:
    """Let the commit begin; gives the state to go on from. Raises Conflict when rows are refused and all were wanted, or when it is not waiting.

    `publish`: an operator who knows the file lets its rows through at once, without the queue.
    """
    with platform.database.write() as session:
        batch = _mine(session, actor, batch_id)
        # To let an organisation pass is a check of that organisation, never a by-product of a file.
        require(not publish or (actor.is_operator and batch.library not in LIVE_AT_ONCE))
        if batch.state != CHECKED:
            raise Conflict(f"这个文件现在是“{report.STATE_NAMES[batch.state]}”，不能再次导入。")
        refused = batch.counts.get(REFUSED, 0)
        if refused and not good_only:
            raise Conflict(f"还有 {refused} 行有问题。请改好后重新上传，或只导入通过的行。")
        if not imports.claim(session, batch_id, CHECKED, COMMITTING, platform.now()):
            raise Conflict("已经在导入了。")
        batch.good_only = good_only
        batch.publish = batch.publish or publish
    return COMMITTING


def resume(platform: Platform, actor: Actor, batch_id: int) -> str:
    """Take over a batch whose process is gone; gives the state to go on from. Raises Conflict when somebody is at it."""
    with platform.database.write() as session:
        batch = _mine(session, actor, batch_id)
        stale = platform.now() - STALE
        if batch.state in (CHECKING, COMMITTING) and imports.claim(
            session, batch_id, batch.state, batch.state, platform.now(), stale
        ):
            return batch.state
    raise Conflict("这个文件没有中断，或已经有人接着处理了。")


def discard(platform: Platform, actor: Actor, batch_id: int) -> None:
    """Drop a batch with its staged rows; what was written stays."""
    with platform.database.write() as session:
        batch = _mine(session, actor, batch_id)
        if batch.state == COMMITTING and batch.beat_at and batch.beat_at > platform.now() - STALE:
            raise Conflict("正在写入，写完后才能删除。")
        imports.remove(session, batch_id)
    if token := batch.notes.get("unread"):
        unread.drop(platform, token)


def get(platform: Platform, actor: Actor, batch_id: int) -> Report:
    """The report of one's own file; raises NotFound. Staged rows may hold confidential parts: nobody else sees them."""
    with platform.database.read() as session:
        return report.build(session, _mine(session, actor, batch_id, lock=False), platform.now())


def latest(platform: Platform, actor: Actor) -> list[Report]:
    """One's own latest files, without problems and samples read for each: states and counts only."""
    if actor.account_id is None:
        return []
    with platform.database.read() as session:
        return [
            report.outline(batch, platform.now())
            for batch in imports.of_account(session, actor.account_id, _LATEST)
        ]


def refused_rows(platform: Platform, actor: Actor, batch_id: int) -> tuple[str, list[tuple[int, dict, list]]]:
    """(library, [(row number, what was typed by field, [[field, message]])]) of the rows that did not pass."""
    with platform.database.read() as session:
        batch = _mine(session, actor, batch_id, lock=False)
        rows = imports.with_action(session, batch_id, (REFUSED,), MAX_ROWS)
        return batch.library, [(row.number, row.raw, row.errors) for row in rows]


def prune(platform: Platform) -> int:
    """Forget files of more than 30 days ago, for the scheduler; gives how many."""
    unread.sweep(platform)
    with platform.database.write() as session:
        return imports.prune(session, platform.now() - KEPT)


def _owner(session: Session, actor: Actor, library: str, named: str) -> int | None:
    if not actor.is_operator:
        return actor.organisation_id
    if library in ("organisations", "talents") or not named.strip():
        return None
    organisation: Organisation | None = find(session, named.strip())
    if organisation is None:
        raise Invalid(
            [FieldError("organisation", f"平台上没有单位“{named.strip()[:40]}”，请核对名称或信用代码。")]
        )
    return organisation.id


def find_batch(session: Session, batch_id: int) -> ImportBatch:
    """Any batch, for the steps; raises NotFound. Pages go through `get`, which looks whose it is."""
    batch = session.get(ImportBatch, batch_id)
    if batch is None:
        raise NotFound()
    return batch


def _mine(session: Session, actor: Actor, batch_id: int, *, lock: bool = True) -> ImportBatch:
    if not 0 < batch_id < 2**31:
        raise NotFound()
    batch = imports.lock(session, batch_id) if lock else session.get(ImportBatch, batch_id)
    if batch is None or actor.account_id is None or batch.account_id != actor.account_id:
        raise NotFound()
    return batch


def _shown_name(filename: str) -> str:
    return PurePath(filename.replace("\\", "/")).name[:200] or "文件"
