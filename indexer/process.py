"""The indexer as a process: wait to be elected, take over what a dead one left, drain until told to stop."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from indexer.care import Care
from indexer.embedder import Embedder
from indexer.leader import indexer_lock
from indexer.port import Index
from indexer.sync import Sync, run
from repositories import outbox, projection
from repositories.database import Database, utcnow

log = logging.getLogger(__name__)

ELECTION_PAUSE = 1.0
STOP_SECONDS = 5.0
"""A rebuild under way is left to the next indexer, which goes on with it."""


def serve(
    database: Database,
    index: Index,
    embedder: Embedder,
    locks: Path,
    stop: threading.Event,
    clock: Callable[[], datetime] = utcnow,
) -> None:
    """Be the indexer while elected, until *stop*. Several may run: the others wait for the one to end.

    A library without an index, or with one of an older shape or model, is rebuilt beside the drain, and a rebuild that
    died with its process is gone on with.
    """
    lock = indexer_lock(locks)
    while not lock.acquire():
        if stop.wait(ELECTION_PAUSE):
            return
    try:
        _take_over(database)
        embedder.warm()
        care = Care(database, index, embedder, locks)
        caring = threading.Thread(target=care.run, args=(stop,), name="care", daemon=True)
        caring.start()
        run(Sync(database, index, embedder, clock), stop)
        caring.join(STOP_SECONDS)
    finally:
        lock.release()


def drain_now(
    database: Database, index: Index, embedder: Embedder, locks: Path, seconds: float = 3600.0
) -> bool:
    """Empty the outbox: here when no indexer runs, else by waiting for the one that does. Gives whether it is empty."""
    deadline = time.monotonic() + seconds
    with indexer_lock(locks) as is_elected:
        if is_elected:
            _take_over(database)
            Sync(database, index, embedder).drain(seconds)
    while True:
        with database.read() as session:
            if not outbox.depth(session)[0]:
                return True
        if is_elected or time.monotonic() > deadline:
            return False
        time.sleep(0.2)


def _take_over(database: Database) -> None:
    released = projection.take_over(database)
    if released:
        log.info("took over %d jobs of an indexer that ended", released)
