"""The indexer as a process: wait to be elected, take over what a dead one left, drain until told to stop."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from indexer.documents import SCHEMAS
from indexer.embedder import Embedder
from indexer.leader import indexer_lock
from indexer.port import Index
from indexer.rebuild import drop_abandoned, rebuild_due
from indexer.sync import Sync, run
from repositories import outbox, projection
from repositories.database import Database, utcnow

log = logging.getLogger(__name__)

ELECTION_PAUSE = 1.0
STOP_SECONDS = 5.0
"""A rebuild under way is left to the next indexer: it drops what is half filled."""


def serve(
    database: Database,
    index: Index,
    embedder: Embedder,
    locks: Path,
    stop: threading.Event,
    clock: Callable[[], datetime] = utcnow,
) -> None:
    """Be the indexer while elected, until *stop*. Several may run: the others wait for the one to end.

    A library without an index, or with one of an older shape or model, is rebuilt beside the drain.
    """
    lock = indexer_lock(locks)
    while not lock.acquire():
        if stop.wait(ELECTION_PAUSE):
            return
    try:
        _begin(database, index, locks)
        embedder.warm()
        rebuilding = threading.Thread(
            target=rebuild_due, args=(database, index, embedder, locks, list(SCHEMAS), stop), daemon=True
        )
        rebuilding.start()
        run(Sync(database, index, embedder, clock), stop)
        rebuilding.join(STOP_SECONDS)
    finally:
        lock.release()


def drain_now(
    database: Database, index: Index, embedder: Embedder, locks: Path, seconds: float = 3600.0
) -> bool:
    """Empty the outbox: here when no indexer runs, else by waiting for the one that does. Gives whether it is empty."""
    deadline = time.monotonic() + seconds
    with indexer_lock(locks) as is_elected:
        if is_elected:
            _begin(database, index, locks)
            Sync(database, index, embedder).drain(seconds)
    while True:
        with database.read() as session:
            if not outbox.depth(session)[0]:
                return True
        if is_elected or time.monotonic() > deadline:
            return False
        time.sleep(0.2)


def _begin(database: Database, index: Index, locks: Path) -> None:
    released = projection.take_over(database)
    if released:
        log.info("took over %d jobs of an indexer that ended", released)
    for library in SCHEMAS:
        if drop_abandoned(index, library, locks):
            log.info("dropped a half-filled generation of %s", library)
