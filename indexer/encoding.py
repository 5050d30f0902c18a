"""Gives listings the vectors they lack: encoded once, kept in the database by content hash and model."""

from collections.abc import Sequence
from dataclasses import replace

from indexer.embedder import Embedder, EmbeddingError
from repositories import vectors
from repositories.database import Database
from repositories.projection import Projected


def with_vectors(database: Database, embedder: Embedder, items: Sequence[Projected]) -> list[Projected]:
    """*items* in their order, each with its vector; new ones are in the cache on return.

    Encodes outside any transaction. Raises EmbeddingError; then nothing was kept.
    """
    texts: dict[str, tuple[str, str]] = {}
    for item in items:
        if item.vector is None:
            texts[key_of(item)] = (item.row.embedding_kind, item.row.embedding_text)
    with database.read() as session:
        known = vectors.get_many(session, embedder.model_id, texts)
    new: dict[str, vectors.Vector] = {}
    for kind in ("passage", "query"):
        keys = [key for key, (of_kind, _) in texts.items() if of_kind == kind and key not in known]
        if keys:
            encoded = embedder.encode([texts[key][1] for key in keys], kind)
            if len(encoded) != len(keys):
                raise EmbeddingError(f"{len(keys)} texts gave {len(encoded)} vectors")
            new.update(zip(keys, encoded, strict=True))
    if new:
        with database.write() as session:
            vectors.put_many(session, embedder.model_id, new)
    known |= new
    return [item if item.vector is not None else replace(item, vector=known[key_of(item)]) for item in items]


def key_of(item: Projected) -> str:
    """The cache key of a row's vector. Computed, not read: a row written before its key was kept has none."""
    return vectors.content_hash(item.row.embedding_kind, item.row.embedding_text)
