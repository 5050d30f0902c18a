"""Runs a long step beside the request: one thread a step, which the process may take down with it at any time.

Nothing is lost then: the staged rows are in the database, a commit is one transaction, and the page offers to go on.
"""

from __future__ import annotations

import threading

from repositories.imports import CHECKING
from services.access import Actor
from services.imports import steps
from services.platform import Platform


def start(platform: Platform, actor: Actor, batch_id: int, state: str) -> threading.Thread:
    """Check or commit (by `state`) in a thread of this process."""
    work = steps.check if state == CHECKING else steps.commit
    thread = threading.Thread(
        target=work, args=(platform, actor, batch_id), name=f"import-{batch_id}", daemon=True
    )
    thread.start()
    return thread
