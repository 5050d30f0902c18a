"""Drains the outbox into the index: words at once, vectors as fast as the model gives them.

A job says only that something changed, so the rows are loaded as they are now, and doing a job twice is harmless. It is
done when every live generation has the row *with* its vector; until then it stays in the outbox under a lease.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from indexer.documents import document_of
from indexer.embedder import Embedder
from indexer.encoding import with_vectors
from indexer.port import Document, Index, IndexUnavailable, Tombstone
from repositories import outbox, projection
from repositories.database import Database, utcnow
from repositories.projection import Projected

log = logging.getLogger(__name__)

BATCH = 500
ENCODE_BATCH = 64
"""Half a second of encoding: so long do new words wait at most while vectors are made."""

LEASE = timedelta(minutes=15)
"""10,000 imported rows are encoded in two minutes; a new leader ends the leases of a dead one anyway."""

OUTAGE_PAUSE = timedelta(seconds=5)
WARM_PAUSE = 60.0

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Step:
    """What one step did: rows written, vectors made, jobs finished and failed; *encoding* rows still lack vectors."""

    written: int = 0
    encoded: int = 0
    finished: int = 0
    failed: int = 0
    encoding: int = 0

    @property
    def idle(self) -> bool:
        """Whether there was nothing to do."""
        return not (self.written or self.encoded or self.finished or self.failed)


class Sync:
    """One drain. Not thread-safe: the elected indexer has one."""

    def __init__(
        self,
        database: Database,
        index: Index,
        embedder: Embedder,
        clock: Callable[[], datetime] = utcnow,
    ) -> None:
        self._database = database
        self._index = index
        self._embedder = embedder
        self._clock = clock
        self._owner = f"{socket.gethostname()}:{os.getpid()}"[:60]
        self._encoding: dict[Key, set[int]] = {}
        self._warm_after = 0.0
        self._finished = self._failed = 0

    def step(self, may_load_model: bool = False) -> Step:
        """Write the words of what waits, then one batch of vectors.

        Without *may_load_model* a model that is not warm is warmed in the background, and vectors wait for it.
        """
        self._finished = self._failed = 0
        written = self._words()
        encoded = 0
        if self._encoding and (self._embedder.ready or may_load_model):
            encoded = self._vectors()
        elif self._encoding and time.monotonic() > self._warm_after:
            self._warm_after = time.monotonic() + WARM_PAUSE
            self._embedder.warm()
        return Step(written, encoded, self._finished, self._failed, len(self._encoding))

    def drain(self, seconds: float = 3600.0) -> None:
        """Step until nothing that can be done now waits, loading the model when it is needed."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.step(may_load_model=True).idle:
                return

    def drain_words(self) -> None:
        """Write the words of all that waits; what lacks a vector stays in the outbox for a later drain."""
        while self._words():
            pass
        left = {job for jobs in self._encoding.values() for job in jobs}
        self._encoding.clear()
        projection.give_back(self._database, sorted(left), "", self._clock())

    def _words(self) -> int:
        now = self._clock()
        with self._database.read() as session:
            if not projection.waiting(session, now):
                return 0
        jobs = outbox.claim(self._database, self._owner, BATCH, LEASE, now)
        by_library: dict[str, dict[int, set[int]]] = {}
        for job in jobs:
            by_library.setdefault(job.library, {}).setdefault(job.subject_id, set()).add(job.id)
        for library, jobs_of in by_library.items():
            with self._database.read() as session:
                rows = projection.load(session, library, jobs_of, self._embedder.model_id)
            complete = self._write(library, rows, jobs_of)
            done = [job for at in complete for job in jobs_of[at] | self._encoding.pop((library, at), set())]
            self._finish(done)
        return len(jobs)

    def _vectors(self) -> int:
        library = next(iter(self._encoding))[0]
        keys = [key for key in self._encoding if key[0] == library][:ENCODE_BATCH]
        jobs_of = {key[1]: self._encoding.pop(key) for key in keys}
        with self._database.read() as session:
            rows = projection.load(session, library, jobs_of, self._embedder.model_id)
        public = [item for item in rows.values() if item.row.is_public]
        for item in self._encoded(public, jobs_of):
            rows[item.row.id] = item
        complete = self._write(library, {at: item for at, item in rows.items() if at in jobs_of}, jobs_of)
        self._finish([job for at in complete for job in jobs_of[at]])
        return len(public)

    def _encoded(self, items: Sequence[Projected], jobs_of: dict[int, set[int]]) -> list[Projected]:
        """Items with vectors; those that have none to be had are failed and taken out of *jobs_of*."""
        if not items:
            return []
        try:
            return with_vectors(self._database, self._embedder, items)
        except Exception as error:
            if not self._embedder.ready:
                # The model itself is away: nobody's fault, and words work meanwhile.
                log.warning("vectors wait: %s", error)
                for item in items:
                    self._return(jobs_of.pop(item.row.id), error, timedelta(seconds=WARM_PAUSE))
                return []
            if len(items) == 1:
                self._fail(jobs_of.pop(items[0].row.id), error)
                return []
        return [done for item in items for done in self._encoded([item], jobs_of)]

    def _write(self, library: str, rows: dict[int, Projected], jobs_of: dict[int, set[int]]) -> list[int]:
        """Write rows (an id without one is gone); gives the ids that are complete. Others wait for their vectors."""
        documents: list[Document] = []
        tombstones: list[Tombstone] = []
        for at in list(jobs_of):
            item = rows.get(at)
            try:
                made = document_of(item) if item else Tombstone(library, at, None)
            except Exception as error:
                self._fail(jobs_of.pop(at), error)
                continue
            if isinstance(made, Document):
                documents.append(made)
            else:
                tombstones.append(made)
        lost = self._send(library, documents, tombstones, jobs_of)
        complete = [stone.id for stone in tombstones if stone.id not in lost]
        for document in documents:
            if document.id in lost:
                continue
            if document.vector is not None:
                complete.append(document.id)
            else:
                self._encoding.setdefault((library, document.id), set()).update(jobs_of[document.id])
        return complete

    def _send(
        self,
        library: str,
        documents: list[Document],
        tombstones: list[Tombstone],
        jobs_of: dict[int, set[int]],
    ) -> set[int]:
        """Write all, or one by one when all together fail; gives the ids that could not be written."""
        if not documents and not tombstones:
            return set()
        ids = [*(document.id for document in documents), *(stone.id for stone in tombstones)]
        try:
            self._index.write(library, documents, tombstones)
            return set()
        except IndexUnavailable as error:
            log.warning("the index is away, %d rows of %s wait: %s", len(ids), library, error)
            self._return({job for at in ids for job in jobs_of[at]}, error, OUTAGE_PAUSE)
            return set(ids)
        except Exception as error:
            if len(ids) == 1:
                self._fail(jobs_of[ids[0]], error)
                return set(ids)
        lost: set[int] = set()
        for document in documents:
            lost |= self._send(library, [document], [], jobs_of)
        for stone in tombstones:
            lost |= self._send(library, [], [stone], jobs_of)
        return lost

    def _finish(self, jobs: Sequence[int]) -> None:
        outbox.finish(self._database, list(jobs))
        self._finished += len(jobs)

    def _fail(self, jobs: set[int], error: Exception) -> None:
        log.error("jobs %s failed", sorted(jobs), exc_info=error)
        outbox.fail(self._database, sorted(jobs), f"{type(error).__name__}: {error}", self._clock())
        self._failed += len(jobs)

    def _return(self, jobs: set[int], error: Exception, pause: timedelta) -> None:
        text = f"{type(error).__name__}: {error}"
        projection.give_back(self._database, sorted(jobs), text, self._clock() + pause)


class Parts(Protocol):
    """Whatever carries what a drain needs: the platform."""

    @property
    def database(self) -> Database: ...

    @property
    def index(self) -> Index: ...

    @property
    def embedder(self) -> Embedder: ...

    @property
    def clock(self) -> Callable[[], datetime]: ...


def drain(parts: Parts, *, encode: bool = True) -> None:
    """Bring the index up to date here and now; without *encode* by words only. No indexer may run beside it."""
    sync = Sync(parts.database, parts.index, parts.embedder, parts.clock)
    if encode:
        sync.drain()
    else:
        sync.drain_words()


def run(sync: Sync, stop: threading.Event, pause: float = 0.3) -> None:
    """Step until *stop*; trouble is logged and tried again, for the indexer must outlive a database restart."""
    while not stop.is_set():
        try:
            idle = sync.step().idle
        except Exception:
            log.exception("the drain stumbled and goes on in five seconds")
            stop.wait(5.0)
            continue
        if idle:
            stop.wait(pause)
