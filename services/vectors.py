"""Vectors for texts that ask: from the cache by content hash, else encoded when the model is warm."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from indexer.embedder import Kind
from indexer.encoding import encode
from repositories import vectors
from repositories.needs import Need, asked_text
from repositories.vectors import Vector, content_hash
from services.platform import Platform

log = logging.getLogger(__name__)


def of_text(platform: Platform, kind: Kind, text: str, *, keep: bool) -> Vector | None:
    """The (d,) unit vector of `text`, or None while the model warms. `keep` writes it into the cache."""
    key, model_id = content_hash(kind, text), platform.embedder.model_id
    with platform.database.read() as session:
        known = vectors.get_many(session, model_id, [key]).get(key)
    if known is not None:
        return known
    if not platform.embedder.ready:
        return None
    vector: Vector = encode(platform.embedder, [text], kind)[0]
    if keep:
        with _unless_busy(platform), platform.database.write(briefly=True) as session:
            vectors.put_many(session, model_id, {key: vector})
    return vector


def of_question(platform: Platform, text: str) -> Vector | None:
    """The vector of what somebody typed into a search box; remembered in memory, never stored."""
    key = content_hash("query", text)
    known: Vector | None = platform.asked.get(key)
    if known is None:
        known = of_text(platform, "query", text, keep=False)
        if known is not None:
            platform.asked.put(key, known)
    return known


def of_confidential(platform: Platform, need: Need) -> Vector | None:
    """The owner's vector of a need: title and the beginning of the confidential part, kept apart from all others."""
    model_id = platform.embedder.model_id
    with platform.database.read() as session:
        known = vectors.get_confidential(session, model_id, need.id, need.revision)
    if known is not None or not platform.embedder.ready:
        return known
    text = asked_text(need.title, f"{need.confidential}\n{need.body_text}")
    vector: Vector = encode(platform.embedder, [text], "query")[0]
    with _unless_busy(platform), platform.database.write(briefly=True) as session:
        vectors.put_confidential(session, model_id, need.id, need.revision, vector)
    return vector


@contextmanager
def _unless_busy(platform: Platform) -> Iterator[None]:
    """A vector that could not be kept is made again next time; nobody's page fails for it."""
    try:
        yield
    except platform.database.busy_errors as busy:
        log.warning("a vector was not kept: %s", busy)
