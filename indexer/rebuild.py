"""Fills a new generation from the database while the old one answers and the drain writes to both; then swaps.

Survives a kill at any moment: the old generation answers on, and the next rebuild, or the next indexer that is elected,
goes on where the dead one ended, with what is there already compared and left. Never stop the drain for a rebuild, and
never fill the generation that answers.
"""

import contextlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from indexer.documents import document_of
from indexer.embedder import Embedder
from indexer.encoding import with_vectors
from indexer.leader import rebuild_lock
from indexer.port import Document, Entry, Index, IndexUnavailable, UnknownGeneration
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
    resumed: bool = False
    """Whether a dead rebuild had begun it."""


def rebuild(
    database: Database,
    index: Index,
    embedder: Embedder,
    library: str,
    locks: Path,
    progress: Progress | None = None,
) -> Rebuilt:
    """Fill, verify, swap. Raises RebuildRefused, IndexUnavailable, EmbeddingError; the old generation then stays.

    What was filled stays too where the engine went away or somebody stopped us: the next rebuild goes on with it.
    """
    with rebuild_lock(locks, library) as is_ours:
        if not is_ours:
            raise RebuildRefused(f"{library} is being rebuilt by another process")
        before = index.live(library)[1:]
        generation = index.begin(library, resume=True)
        try:
            _fill(database, index, embedder, library, generation, progress)
            drift = _verified(database, index, library, generation, embedder.model_id)
            index.swap(library, generation)
        except (IndexUnavailable, KeyboardInterrupt, SystemExit):
            raise
        except BaseException:
            _drop(index, library, generation)
            raise
        return Rebuilt(library, generation, drift.documents, len(drift.without_vector), generation in before)


def due(index: Index, library: str) -> bool:
    """Whether a library needs a rebuild by itself: it has no index, or one of an older shape or another model."""
    state = index.state(library)
    return not state.generation or not state.up_to_date_shape


def abandoned(index: Index, library: str, locks: Path) -> bool:
    """Whether a generation is half filled and nobody fills it: its rebuild died."""
    if len(index.live(library)) < 2:
        return False
    with rebuild_lock(locks, library) as is_ours:
        return is_ours


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
    held = _Held(index.scan(library, generation))
    last = written = 0
    while True:
        with database.read() as session:
            page = list(projection.public_after(session, library, last, BATCH, embedder.model_id))
        is_last = len(page) < BATCH
        if page:
            last = page[-1].row.id
        whole = held.up_to(last)
        lacking = [item for item in page if whole.get(item.row.id) != item.row.projection]
        for start in range(0, len(lacking), _ENCODE_BATCH):
            if any(item.vector is None for item in lacking[start : start + _ENCODE_BATCH]):
                part = lacking[start : start + _ENCODE_BATCH]
                lacking[start : start + _ENCODE_BATCH] = with_vectors(database, embedder, part)
                if progress:
                    progress(written + start, total)
        documents = [made for made in map(document_of, lacking) if isinstance(made, Document)]
        if documents:
            index.write(library, documents, generations=(generation,))
        written += len(page)
        if progress:
            progress(written, max(total, written))
        if is_last:
            return


class _Held:
    """What a generation holds already, read along with the database, ascending by id."""

    def __init__(self, entries: Iterator[Entry]) -> None:
        self._entries = entries
        self._next = next(entries, None)

    def up_to(self, last: int) -> dict[int, int]:
        """Id → version of the documents with a vector up to *last* that were not given before."""
        found: dict[int, int] = {}
        while self._next is not None and self._next.id <= last:
            if self._next.has_vector:
                found[self._next.id] = self._next.version
            self._next = next(self._entries, None)
        return found


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


def _drop(index: Index, library: str, generation: str) -> None:
    # It may be gone by another's hand, or the engine away: neither may hide why the rebuild failed.
    with contextlib.suppress(UnknownGeneration, IndexUnavailable):
        index.drop(library, generation)
