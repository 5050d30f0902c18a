"""Looks after the indices while the drain runs: builds what is missing or outdated, goes on with what was left, mends.

It asks cheap questions every half minute and acts on the answers only after comparing both sides, so that an index
somebody deleted, or restored from an old snapshot, is whole again without a person. Do not drain from here.
"""

import logging
import threading
from pathlib import Path

from indexer.documents import SCHEMAS
from indexer.embedder import Embedder
from indexer.port import Index, IndexUnavailable
from indexer.rebuild import RebuildRefused, abandoned, due, rebuild
from indexer.verify import repair, verify
from repositories import outbox, projection
from repositories.database import Database

log = logging.getLogger(__name__)

PAUSE = 30.0
OUTAGE_PAUSE = 2.0
MENDED_AT_MOST = 2000
"""So many missing documents are written one batch after the other; more are a reason for a new generation."""


class Care:
    """Looks after all libraries. One a process, in a thread of its own."""

    def __init__(self, database: Database, index: Index, embedder: Embedder, locks: Path) -> None:
        self._database, self._index, self._embedder, self._locks = database, index, embedder, locks

    def run(self, stop: threading.Event) -> None:
        """Look after them until *stop*; trouble is logged and looked at again later."""
        while not stop.is_set():
            pause = PAUSE
            for library in SCHEMAS:
                if stop.is_set():
                    return
                try:
                    self.look(library)
                except IndexUnavailable as away:
                    log.info("%s: the index is away: %s", library, away)
                    pause = OUTAGE_PAUSE
                except RebuildRefused as refused:
                    log.info("%s", refused)
                except Exception:
                    log.exception("%s could not be looked after", library)
            stop.wait(pause)

    def look(self, library: str) -> None:
        """Do what one library needs now; raises IndexUnavailable, RebuildRefused."""
        if due(self._index, library) or abandoned(self._index, library, self._locks):
            self._rebuild(library)
        elif self._seems_short(library):
            drift = verify(self._database, self._index, library, self._embedder.model_id)
            if len(drift.missing) > MENDED_AT_MOST:
                self._rebuild(library)
            elif drift.missing:
                log.warning("%s: %d documents were lost and are written anew", library, len(drift.missing))
                repair(self._database, self._index, drift, self._embedder.model_id)

    def _rebuild(self, library: str) -> None:
        done = rebuild(self._database, self._index, self._embedder, library, self._locks)
        log.info("rebuilt %s: %d documents in %s", library, done.documents, done.generation)

    def _seems_short(self, library: str) -> bool:
        """Whether the index holds fewer documents than the database publishes, beside those on their way.

        A guess: the world moves on between both counts.
        """
        with self._database.read() as session:
            published = projection.count_public(session, library)
            waiting = outbox.waiting_by_library(session).get(library, 0)
        return self._index.state(library).documents + waiting < published
