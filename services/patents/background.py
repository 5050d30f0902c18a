"""Bundling a house's patents: a short list at once, a long one in a thread beside the request, whose state the pages tell.

Nothing is lost when the process goes: what is proposed is written in one transaction, and anybody may begin again.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from repositories import bundling, patents
from repositories.bundling import DONE, FAILED, RUNNING
from repositories.patents import Wanted
from services.access import Actor, keeps_patents_of, require
from services.patents import drafting
from services.platform import Platform

log = logging.getLogger(__name__)

AT_ONCE = 300
"""Patents that are bundled while the request waits: some tenths of a second. Three thousand take a minute."""
STALE = timedelta(minutes=10)
"""A run that began so long ago is dead: whoever was at work is gone."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How bundling a house's patents stands; `waiting` bundles wait since it ended."""

    running: bool
    failed: bool = False
    patents: int = 0
    waiting: int = 0
    since: datetime | None = None


def begin(platform: Platform, actor: Actor, house_id: int) -> Progress:
    """Bundle what nobody has touched, at once or beside the request; who comes second finds it running. Raises
    NotFound."""
    require(keeps_patents_of(actor, house_id), seen=False)
    now = platform.now()
    with platform.database.read() as session:
        size = patents.count(session, house_id, Wanted(), platform.today())
    if size <= AT_ONCE:
        return Progress(False, patents=size, waiting=drafting.propose(platform, actor, house_id))
    try:
        with platform.database.write() as session:
            claimed = bundling.claim(session, house_id, size, now, now - STALE)
    except platform.database.duplicate_errors:
        claimed = False  # two at the same moment; the other one works
    if claimed:
        threading.Thread(
            target=work, args=(platform, actor, house_id), name=f"bundling-{house_id}", daemon=True
        ).start()
    return progress(platform, actor, house_id)


def work(platform: Platform, actor: Actor, house_id: int) -> None:
    """The long step. Failing is a state, not an exception."""
    state, waiting = FAILED, 0
    try:
        waiting = drafting.propose(platform, actor, house_id)
        state = DONE
    except Exception:  # whatever goes wrong must not leave a page that waits for ever
        log.exception("bundling the patents of %s failed", house_id)
    with platform.database.write() as session:
        bundling.finish(session, house_id, state, waiting, platform.now())


def progress(platform: Platform, actor: Actor, house_id: int) -> Progress:
    """How the latest long run stands; one query. Raises NotFound."""
    require(keeps_patents_of(actor, house_id), seen=False)
    with platform.database.read() as session:
        run = bundling.of_house(session, house_id)
    if run is None:
        return Progress(False)
    alive = run.started_at > platform.now() - STALE
    return Progress(
        run.state == RUNNING and alive, run.state == FAILED or (run.state == RUNNING and not alive), run.patents,
        run.waiting, run.started_at,
    )  # fmt: skip
