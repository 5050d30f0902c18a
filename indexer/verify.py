"""Compares both sides: every published row has its document, of its version and content, and nothing else is there.

Rows with a job in the outbox may rightly differ and are left out. Repairing writes what the database says; it needs no
vectors to be made, a row without one gets it by the job that is put into the outbox.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from indexer.documents import document_of
from indexer.port import Document, Entry, Index, Tombstone
from repositories import outbox, projection
from repositories.database import Database

PAGE = 1000


@dataclass(frozen=True, slots=True)
class Drift:
    """How a generation differs from the database; ids ascending."""

    library: str
    generation: str
    documents: int
    missing: tuple[int, ...] = ()
    stale: tuple[int, ...] = ()
    orphaned: tuple[int, ...] = ()
    without_vector: tuple[int, ...] = ()
    """Neither wrong nor complete: found by words only, and no job will change that."""
    consistent: bool = True

    @property
    def clean(self) -> bool:
        """Whether both sides are equal (vectors apart)."""
        return not (self.missing or self.stale or self.orphaned) and self.consistent

    @property
    def wrong(self) -> tuple[int, ...]:
        """Every id that differs."""
        return tuple(sorted({*self.missing, *self.stale, *self.orphaned}))


def verify(
    database: Database, index: Index, library: str, model_id: str, generation: str | None = None
) -> Drift:
    """Stream both sides, ascending by id, and compare version and content hash.

    What differs is looked at twice, since the world moves on meanwhile. Raises IndexUnavailable.
    """
    state = index.state(library)
    name = generation or state.generation
    first = _compared(library, name, _expected(database, library, model_id), index.scan(library, generation))
    suspects = {*first.wrong, *first.without_vector}
    second = first
    if suspects:
        with database.read() as session:
            rows = projection.load(session, library, suspects, model_id)
            suspects -= projection.on_the_way(session, library)
        again = [document_of(rows[at]) for at in sorted(suspects & rows.keys()) if rows[at].row.is_public]
        entries = (entry for entry in index.scan(library, generation) if entry.id in suspects)
        lines = (_line(made) for made in again if isinstance(made, Document))
        second = _compared(library, name, lines, entries)
    is_consistent = state.consistent if name == state.generation else True
    return replace(second, documents=first.documents, consistent=is_consistent)


def repair(database: Database, index: Index, drift: Drift, model_id: str) -> int:
    """Bring the ids that differ to what the database says; gives how many. Rows without vectors get a job."""
    for start in range(0, len(drift.wrong), PAGE):
        ids = drift.wrong[start : start + PAGE]
        with database.read() as session:
            rows = projection.load(session, drift.library, ids, model_id)
        made = [document_of(rows[at]) if at in rows else Tombstone(drift.library, at, None) for at in ids]
        documents = [item for item in made if isinstance(item, Document)]
        tombstones = [item for item in made if isinstance(item, Tombstone)]
        report = index.write(drift.library, documents, tombstones, [drift.generation])
        if report.stale:
            # The index knows versions the database does not (a restored backup): what it remembers is wrong.
            gone = [Tombstone(drift.library, at, None) for at in ids]
            index.write(drift.library, [], gone, [drift.generation])
            index.write(drift.library, documents, [], [drift.generation])
    lacking = {*drift.without_vector, *drift.missing, *drift.stale}
    if lacking:
        with database.write() as session:
            outbox.record_many(session, drift.library, sorted(lacking), "repaired")
    return len(drift.wrong)


Line = tuple[int, int, str]
"""(id, version, content hash): all that is compared."""


def _line(document: Document) -> Line:
    return document.id, document.version, document.content_hash


def _expected(database: Database, library: str, model_id: str) -> Iterator[Line]:
    last = 0
    while True:
        with database.read() as session:
            page = projection.public_after(session, library, last, PAGE, model_id)
        for made in map(document_of, page):
            if isinstance(made, Document):
                yield _line(made)
        if len(page) < PAGE:
            return
        last = page[-1].row.id


def _compared(library: str, generation: str, expected: Iterator[Line], entries: Iterator[Entry]) -> Drift:
    """Walk two ascending streams side by side."""
    missing: list[int] = []
    stale: list[int] = []
    orphaned: list[int] = []
    bare: list[int] = []
    documents = 0
    line, entry = next(expected, None), next(entries, None)
    while line is not None or entry is not None:
        if entry is None or (line is not None and line[0] < entry.id):
            assert line is not None
            missing.append(line[0])
            line = next(expected, None)
            continue
        documents += 1
        if line is None or entry.id < line[0]:
            orphaned.append(entry.id)
        else:
            if line != (entry.id, entry.version, entry.content_hash):
                stale.append(entry.id)
            elif not entry.has_vector:
                bare.append(entry.id)
            line = next(expected, None)
        entry = next(entries, None)
    return Drift(library, generation, documents, tuple(missing), tuple(stale), tuple(orphaned), tuple(bare))
