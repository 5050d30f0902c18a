"""证明材料: the files that support a listing – test reports, certificates, photographs.

Who sees the listing sees them, with one reserve: a file is shown to others only after an operator let the listing
through with it. So one added to a published listing sends it to review, as every change of public content does.
A manager's certificate is another matter: its scan names a person in full and stays with the person and the operators.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from repositories import audit, files, listing
from repositories.database import Session
from repositories.files import StoredFile
from repositories.listing import ListingColumns
from services import file_kinds, vault
from services.access import Actor, may_edit, owns, require, require_signed_in
from services.errors import FieldError, Invalid, NotFound
from services.listings.entries import visible
from services.listings.library import Library, library_of
from services.platform import Platform

LIBRARIES = frozenset({"achievements", "talents"})
PRIVATE = frozenset({"talents"})
"""Libraries whose files are never shown to others, looked at by an operator or not."""
MAX_FILES = 10
MAX_BYTES = 10 * 1024 * 1024


def listed(platform: Platform, actor: Actor, name: str, row_id: int) -> list[StoredFile]:
    """What this person may see of a listing's files; raises NotFound where the listing is not for them."""
    with platform.database.read() as session:
        row = visible(session, actor, _with_files(name).name, row_id)
        return of_row(session, actor, row)


def of_row(session: Session, actor: Actor, row: ListingColumns) -> list[StoredFile]:
    """The same for a listing that is known to be visible, in the caller's session."""
    if row.library in PRIVATE and not _sees_waiting(actor, row):
        return []
    return files.of_owner(session, row.library, row.id, waiting=_sees_waiting(actor, row))


def is_checked(session: Session, row: ListingColumns) -> bool:
    """Whether an operator has seen a file of this listing, without showing it: that much everybody may know."""
    return bool(files.of_owner(session, row.library, row.id, waiting=False))


def add(platform: Platform, actor: Actor, name: str, row_id: int, filename: str, data: bytes) -> StoredFile:
    """Hand in a file; raises NotFound, Forbidden, Invalid (field `file`)."""
    require_signed_in(actor)
    library = _with_files(name)
    with platform.database.read() as session:
        require(may_edit(actor, visible(session, actor, name, row_id)))
    if len(data) > MAX_BYTES:
        raise _refused(
            f"文件有 {len(data) / 1024 / 1024:.1f} MB，最大 {MAX_BYTES // 1024 // 1024} MB，请压缩或拆分。"
        )
    kind = file_kinds.recognise(data)
    with vault.held(platform):
        content_hash = vault.keep(platform, data)
        try:
            with platform.database.write() as session:
                row = _editable(session, actor, library, row_id)
                _refuse_surplus(library, files.of_owner(session, name, row_id), content_hash)
                stored = StoredFile(
                    owner_kind=name, owner_id=row_id, content_hash=content_hash, size=len(data),
                    name=file_kinds.shown_name(filename, kind), media_type=kind.media_type,
                    let_through=actor.is_operator, account_id=actor.account_id,
                    created_at=platform.now(),
                )  # fmt: skip
                session.add(stored)
                row.edited(session, platform.now())
                if not actor.is_operator and name not in PRIVATE and row.allows("revise"):
                    row.move(session, "revise", platform.now())
                audit.write(
                    session, actor, "file.added", name, row_id, file=stored.name, content=content_hash
                )
        except BaseException:
            vault.let_go(platform, content_hash)
            raise
    return stored


def remove(platform: Platform, actor: Actor, name: str, row_id: int, file_id: int) -> None:
    """Take a file away, its bytes included when nobody else handed in the same; raises NotFound, Forbidden.

    Showing less needs no new review; the log keeps the name and the hash of what was there.
    """
    require_signed_in(actor)
    library = _with_files(name)
    with vault.held(platform):
        with platform.database.write() as session:
            row = _editable(session, actor, library, row_id)
            stored = files.find(session, name, row_id, file_id)
            if stored is None:
                raise NotFound("这份材料已经删除了。")
            session.delete(stored)
            row.edited(session, platform.now())
            audit.write(
                session, actor, "file.removed", name, row_id, file=stored.name, content=stored.content_hash
            )
        vault.let_go(platform, stored.content_hash)


def open_one(
    platform: Platform, actor: Actor, name: str, row_id: int, file_id: int
) -> tuple[StoredFile, Path]:
    """A file and where its bytes are, for those who may see it now; raises NotFound for everybody else."""
    with platform.database.read() as session:
        row = visible(session, actor, _with_files(name).name, row_id)
        stored = files.find(session, name, row_id, file_id)
        shown = stored is not None and stored.let_through and name not in PRIVATE
        if stored is None or not (shown or _sees_waiting(actor, row)):
            raise NotFound()
    return stored, vault.path_of(platform, stored.content_hash)


def _with_files(name: str) -> Library:
    if name not in LIBRARIES:
        raise NotFound()
    return library_of(name)


def _sees_waiting(actor: Actor, row: ListingColumns) -> bool:
    return actor.is_operator or owns(actor, row)


def _editable(session: Session, actor: Actor, library: Library, row_id: int) -> ListingColumns:
    visible(session, actor, library.name, row_id)
    row = listing.lock(session, library.model, row_id)
    assert row is not None
    require(may_edit(actor, row))
    return row


def _refuse_surplus(library: Library, known: Sequence[StoredFile], content_hash: str) -> None:
    same = next((one for one in known if one.content_hash == content_hash), None)
    if same is not None:
        raise _refused(f"这份文件已经上传过了，名为“{same.name}”。")
    if len(known) >= MAX_FILES:
        raise _refused(f"一条{library.noun}最多 {MAX_FILES} 份材料，请先删去不需要的，或合并成一份 PDF。")


def _refused(message: str) -> Invalid:
    return Invalid([FieldError("file", message)])
