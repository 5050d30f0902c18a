"""Files that belong to something: evidence of achievements, certificates, papers of a deal.

A row says whose a file is and what it is called; the bytes lie in the data folder under the hash of their content
(`services.files`), so the same paper handed in twice is stored once. Nothing here says who may read a file: that
is decided where its owner is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from repositories.database import Base, Session, utcnow


class StoredFile(Base):
    """One file of one owner. `owner_kind` names the table of the owner (`achievements`, `talents`, `deals`)."""

    __tablename__ = "files"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_kind: Mapped[str] = mapped_column(String(30))
    owner_id: Mapped[int]
    content_hash: Mapped[str] = mapped_column(String(64), index=True)
    """SHA-256 of the bytes, in hexadecimal."""
    name: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    """Bytes."""
    let_through: Mapped[bool] = mapped_column(default=False)
    """Whether an operator has seen it: until then only its owner and operators do."""
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    __table_args__ = (Index("uq_files_owner_content", "owner_kind", "owner_id", "content_hash", unique=True),)


def of_owner(session: Session, kind: str, owner_id: int, *, waiting: bool = True) -> list[StoredFile]:
    """The files of one owner, in the order they came; without those no operator has seen unless `waiting`."""
    query = select(StoredFile).where(StoredFile.owner_kind == kind, StoredFile.owner_id == owner_id)
    if not waiting:
        query = query.where(StoredFile.let_through)
    return list(session.scalars(query.order_by(StoredFile.id)))


def find(session: Session, kind: str, owner_id: int, file_id: int) -> StoredFile | None:
    """A file of this very owner, or None."""
    row = session.get(StoredFile, file_id) if 0 < file_id < 2**31 else None
    return row if row is not None and (row.owner_kind, row.owner_id) == (kind, owner_id) else None


def let_all_through(session: Session, kind: str, owner_id: int) -> None:
    """An operator has seen whatever this owner has now."""
    session.execute(
        update(StoredFile)
        .where(StoredFile.owner_kind == kind, StoredFile.owner_id == owner_id)
        .values(let_through=True)
    )


def remove_of(session: Session, kind: str, owner_ids: Iterable[int]) -> None:
    """Forget the files of owners that go; their bytes are swept up later."""
    wanted = list(owner_ids)
    session.execute(delete(StoredFile).where(StoredFile.owner_kind == kind, StoredFile.owner_id.in_(wanted)))


def is_kept(session: Session, content_hash: str) -> bool:
    """Whether any row still stands for these bytes."""
    return (
        session.scalar(select(StoredFile.id).where(StoredFile.content_hash == content_hash).limit(1))
        is not None
    )


def kept_hashes(session: Session, hashes: Iterable[str]) -> set[str]:
    """Those of `hashes` that some row still stands for."""
    wanted = list(hashes)
    return set(session.scalars(select(StoredFile.content_hash).where(StoredFile.content_hash.in_(wanted))))


def any_waiting(session: Session, kind: str, owner_id: int) -> bool:
    """Whether the owner has a file no operator has seen."""
    mine = (StoredFile.owner_kind == kind, StoredFile.owner_id == owner_id, ~StoredFile.let_through)
    return session.scalar(select(StoredFile.id).where(*mine).limit(1)) is not None
