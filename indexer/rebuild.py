"""Fills a new generation from the database while the old one answers and the drain writes to both; then swaps.

Survives a kill at any moment: the old generation answers on, and what was half filled is dropped by the next rebuild or
by the next indexer that is elected. Never stop the drain for a rebuild, and never fill the generation that answers.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from indexer.documents import document_of
from indexer.embedder import Embedder
from indexer.encoding import with_vectors
from indexer.leader import rebuild_lock
from indexer.port import Document, Index, UnknownGeneration
from indexer.verify import Drift, repair, verify
from repositories import projection
from repositories.database import Database

log = logging.getLogger(__name__)

BATCH = 2000
_ENCODE_BATCH = 64
_REPAIRS = 3

Progress = Callable[[int, int], None]
"""Called with (rows written, rows there are) after each batch."""


class RebuildRefused(Exception):
    """Another process rebuilds this library, or the new generation did not come out equal to the database."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The generation that answers now."""

    library: str
    generation: str
    documents: int
    without_vector: int


def rebuild(
    database: Database,
    index: Index,
    embedder: Embedder,
    library: str,
    locks: Path,
    progress: Progress | None = None,
) -> Rebuilt:
    """Fill, verify, swap. Raises RebuildRefused, IndexUnavailable, EmbeddingError; the old generation then stays."""
    with rebuild_lock(locks, library) as is_ours:
        if not is_ours:
            raise RebuildRefused(f"{library} is being rebuilt by another process")
        generation = index.begin(library)
        try:
            _fill(database, index, embedder, library, generation, progress)
            drift = _verified(database, index, library, generation, embedder.model_id)
            index.swap(library, generation)
        except BaseException:
            _dropped(index, library, generation)
            raise
        return Rebuilt(library, generation, drift.documents, len(drift.without_vector))


def due(index: Index, library: str) -> bool:
    """Whether a library needs a rebuild by itself: it has no index, or one of an older shape or another model."""
    state = index.state(library)
    return not state.generation or not state.up_to_date_shape


def drop_abandoned(index: Index, library: str, locks: Path) -> bool:
    """Drop a half-filled generation whose rebuild died; gives whether there was one."""
    live = index.live(library)
    if len(live) < 2:
        return False
    with rebuild_lock(locks, library) as is_ours:
        return is_ours and _dropped(index, library, live[-1])


def rebuild_due(
    database: Database,
    index: Index,
    embedder: Embedder,
    locks: Path,
    libraries: list[str],
    stop: threading.Event,
) -> None:
    """Rebuild each library that needs it, one after the other; what fails is logged, the old index answers on."""
    for library in libraries:
        if stop.is_set():
            return
        try:
            if due(index, library):
                done = rebuild(database, index, embedder, library, locks)
                log.info("rebuilt %s: %d documents in %s", library, done.documents, done.generation)
        except RebuildRefused as refused:
            log.info("%s", refused)
        except Exception:
            log.exception("%s could not be rebuilt", library)


def _fill(
    database: Database,
    index: Index,
    embedder: Embedder,
    library: str,
    generation: str,
    progress: Progress | None,
) -> None:
    with database.read() as session:
        total = projection.count_public(session, library)
    last = written = 0
    while True:
        with database.read() as session:
            page = list(projection.public_after(session, library, last, BATCH, embedder.model_id))
        if page:
            last = page[-1].row.id
        for start in range(0, len(page), _ENCODE_BATCH):
            if any(item.vector is None for item in page[start : start + _ENCODE_BATCH]):
                part = page[start : start + _ENCODE_BATCH]
                page[start : start + _ENCODE_BATCH] = with_vectors(database, embedder, part)
                if progress:
                    progress(written + start, total)
        documents = [made for made in map(document_of, page) if isinstance(made, Document)]
        index.write(library, documents, generations=(generation,))
        written += len(page)
        if progress:
            progress(written, max(total, written))
        if len(page) < BATCH:
            return


def _verified(database: Database, index: Index, library: str, generation: str, model_id: str) -> Drift:
    drift = verify(database, index, library, model_id, generation)
    for _ in range(_REPAIRS):
        if drift.clean:
            return drift
        log.info("%s: %d rows changed while it was filled", generation, len(drift.wrong))
        repair(database, index, drift, model_id)
        drift = verify(database, index, library, model_id, generation)
    if not drift.clean:
        raise RebuildRefused(f"{generation} differs from the database in {len(drift.wrong)} rows")
    return drift


def _dropped(index: Index, library: str, generation: str) -> bool:
    try:
        index.drop(library, generation)
    except UnknownGeneration:
        return False
    return True
