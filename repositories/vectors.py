"""Embeddings by content hash and model, so that no text is encoded twice.

Vectors of a need's confidential text live in a table of their own, keyed by the need: they serve the owner's
runs only and are never shared by content hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ForeignKey, LargeBinary, String, delete, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from repositories.database import Base

Vector = NDArray[np.float32]
CHUNK = 500


class StoredVector(Base):
    """A unit vector, float32 little endian."""

    __tablename__ = "vectors"

    content_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    model_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class ConfidentialVector(Base):
    """The vector of one need's text with its confidential part."""

    __tablename__ = "confidential_vectors"

    need_id: Mapped[int] = mapped_column(ForeignKey("needs.id", ondelete="CASCADE"), primary_key=True)
    model_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    revision: Mapped[int]
    data: Mapped[bytes] = mapped_column(LargeBinary)


def content_hash(kind: str, text: str) -> str:
    """The key of a text under a prompt (`query` or `passage`)."""
    return hashlib.sha256(f"{kind}\x00{text}".encode()).hexdigest()


def pack(vector: Vector) -> bytes:
    """float32 little endian bytes of a (d,) vector."""
    return np.ascontiguousarray(vector, dtype="<f4").tobytes()


def unpack(data: bytes) -> Vector:
    """The read-only (d,) float32 vector behind the bytes."""
    return np.frombuffer(data, dtype="<f4")


def get_many(session: Session, model_id: str, hashes: Iterable[str]) -> dict[str, Vector]:
    """The known vectors among `hashes`."""
    wanted, found = list(dict.fromkeys(hashes)), {}
    for start in range(0, len(wanted), CHUNK):
        query = select(StoredVector.content_hash, StoredVector.data).where(
            StoredVector.model_id == model_id, StoredVector.content_hash.in_(wanted[start : start + CHUNK])
        )
        found.update({key: unpack(data) for key, data in session.execute(query)})
    return found


def put_many(session: Session, model_id: str, vectors: Mapping[str, Vector]) -> None:
    """Keep vectors; a key that is already there stays as it is."""
    rows = [{"content_hash": k, "model_id": model_id, "data": pack(v)} for k, v in vectors.items()]
    if not rows:
        return
    dialect = session.get_bind().dialect.name
    insert = pg_insert if dialect == "postgresql" else sqlite_insert
    session.execute(insert(StoredVector).on_conflict_do_nothing(), rows)


def get_confidential(session: Session, model_id: str, need_id: int, revision: int) -> Vector | None:
    """The owner's vector of this very revision, when it is there."""
    row = session.get(ConfidentialVector, (need_id, model_id))
    return unpack(row.data) if row and row.revision == revision else None


def put_confidential(session: Session, model_id: str, need_id: int, revision: int, vector: Vector) -> None:
    """Keep the owner's vector, replacing that of an older revision."""
    session.execute(
        delete(ConfidentialVector).where(
            ConfidentialVector.need_id == need_id, ConfidentialVector.model_id == model_id
        )
    )
    session.add(ConfidentialVector(need_id=need_id, model_id=model_id, revision=revision, data=pack(vector)))
