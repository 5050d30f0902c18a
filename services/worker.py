"""The one background process: the indexer while it is elected, and the scheduler.

Killed at any moment it loses nothing that was acknowledged: jobs and letters are rows, done when their row says so,
and whoever is elected next takes over what was begun. Do not put work into it that lives only in its memory.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from indexer import process
from services.platform import Platform
from services.scheduler import Scheduler

log = logging.getLogger(__name__)

BEAT_SECONDS = 0.5
INDEXER_PAUSE_SECONDS = 5.0
STOP_SECONDS = 20.0
"""One batch of encoding and its write; what lasts longer is taken over by the next one elected."""


def locks(platform: Platform) -> Path:
    """The folder of the locks all processes of this installation share."""
    return Path(platform.settings.data) / "locks"


def run(platform: Platform, stop: threading.Event, scheduler: Scheduler | None = None) -> None:
    """Work until `stop` is set. The indexer has a thread of its own, so that a slow letter holds up no listing."""
    indexing = threading.Thread(target=_index, args=(platform, stop), name="indexer", daemon=True)
    indexing.start()
    schedule = scheduler or Scheduler(platform)
    while not stop.is_set():
        try:
            schedule.run_due(stop.is_set)
        except Exception:
            log.exception("the scheduler stumbled and goes on")
        stop.wait(BEAT_SECONDS)
    indexing.join(STOP_SECONDS)
    if indexing.is_alive():
        log.warning("the indexer is in the middle of a batch; it will be taken over")


def _index(platform: Platform, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            process.serve(
                platform.database, platform.index, platform.embedder, locks(platform), stop, platform.clock
            )
        except Exception:
            log.exception("the indexer ended and begins again in %s seconds", INDEXER_PAUSE_SECONDS)
            stop.wait(INDEXER_PAUSE_SECONDS)
