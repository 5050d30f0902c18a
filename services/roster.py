"""All public managers in the memory of this process, as arrays, kept in step with the database by counters.

A list of managers asks two counters. When a profile has changed, it is read alone and stands in a small second table
until the large one is made anew, in a thread beside the pages. Candidates are chosen with it and then judged by what the
database says, so that nothing anybody reads rests on it.
"""

from __future__ import annotations

import logging
import pickle
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from matching.managers.code_lists import Mask
from matching.managers.past_table import PastTable
from matching.managers.roster import Roster
from matching.managers.types import COMPLETED, ENDED, UNDER_WAY, TalentFacts
from repositories import deals, manager_facts, roster, vectors
from repositories.database import Session
from repositories.roster import Line, Mark
from repositories.vectors import Vector
from services.facts import talent_facts
from services.platform import Platform

log = logging.getLogger(__name__)

AT_ONCE = 1_000
"""With so many managers the table is made while a page waits (0.1 s); a larger one beside the pages."""
APART = 200
"""Changed profiles that may stand apart before the large table is made anew."""
MOST_APART = 1_000
"""With more of them (an import was just published) pages go on with what is there until the new table is made."""
LOOK_AGAIN = 10.0
"""Seconds until vectors that were not there yet are looked for again: their arrival moves no counter."""
CHUNK = 500
_OUTCOMES = {deals.COMPLETED: COMPLETED, deals.ENDED: ENDED}


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Some managers: `alive` are those whose profile still says what the table holds."""

    roster: Roster
    projections: NDArray[np.int64]
    alive: Mask
    past: PastTable
    packed: tuple[bytes, ...]
    """The facts of each without the vector, ready to be judged. Bytes, because a hundred thousand small objects would be
    looked through by every collection of garbage."""
    people: tuple[TalentFacts, ...] = ()
    """Those who stand apart, to make their table anew when another joins them."""


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """Everybody: the large table, and the profiles that have changed since."""

    profiles: Mark
    assignments: Mark
    parts: tuple[Part, ...]
    lines: Sequence[Line]
    vectors: Mapping[str, Vector]
    """Of the needs of deals led, by content hash."""
    looked: float = field(default_factory=time.monotonic)


def current(session: Session, platform: Platform) -> Held | None:
    """The managers as the database has them now, or None: too many for memory, or the table is still being made."""
    marks = roster.marks(session)
    if marks.public > platform.settings.managers_in_memory:
        return None
    held: Held | None = platform.roster.value
    if held is None and marks.public > AT_ONCE:
        _make_beside(platform)
        return None
    if held is None:
        held = platform.roster.value = _made(session, platform, marks)
        return held
    if held.profiles == marks.profiles and held.assignments == marks.assignments and not _waits(held):
        return held
    refreshed = _refreshed(session, platform, held, marks)
    if platform.roster.value is held:  # else a table was made meanwhile that knows as much
        platform.roster.value = refreshed
    return refreshed


def profile(platform: Platform, talent_id: int, projection: int) -> TalentFacts | None:
    """The facts of a manager at this state of the profile, if the table has them and their vector."""
    held: Held | None = platform.roster.value
    for part in held.parts if held is not None else ():
        at = int(np.searchsorted(part.roster.ids, talent_id))
        if at < len(part.roster) and part.roster.ids[at] == talent_id and part.projections[at] == projection:
            if not part.roster.known[at]:
                continue
            facts: TalentFacts = pickle.loads(part.packed[at])  # noqa: S301  packed here, never stored
            return replace(facts, vector=part.roster.vectors[at])
    return None


def need_vectors(session: Session, platform: Platform, keys: Collection[str]) -> Mapping[str, Vector]:
    """The vectors of needs by content hash; only those the table lacks are asked of the database."""
    held: Held | None = platform.roster.value
    known = {} if held is None else {key: held.vectors[key] for key in keys if key in held.vectors}
    missing = set(keys) - set(known)
    return {**known, **vectors.get_many(session, platform.embedder.model_id, missing)} if missing else known


def make(platform: Platform) -> Held:
    """The table from the beginning: half a second for a thousand managers."""
    with platform.database.read() as session:
        held = platform.roster.value = _made(session, platform, roster.marks(session))
    return held


def _make_beside(platform: Platform) -> None:
    """Make the table in a thread unless one is at it."""
    if not platform.roster.making.acquire(blocking=False):
        return

    def work() -> None:
        try:
            make(platform)
        except Exception:
            log.exception("the table of managers could not be made")
        finally:
            platform.roster.making.release()

    threading.Thread(target=work, name="managers", daemon=True).start()


def _waits(held: Held) -> bool:
    """Whether it is time to look for vectors that were missing."""
    return time.monotonic() - held.looked >= LOOK_AGAIN and bool(_waiting(held))


def _waiting(held: Held) -> list[int]:
    """Managers without a vector, some of them if there are many."""
    found = [i for part in held.parts for i in part.roster.ids[part.alive & ~part.roster.known].tolist()]
    return found[:CHUNK]


def _made(session: Session, platform: Platform, marks: roster.Marks) -> Held:
    counters = dict(roster.counters(session))
    people = _read(session, platform, list(counters))
    lines = roster.lines(session)
    known = _vectors(session, platform, lines, {})
    return Held(marks.profiles, marks.assignments, (_part(people, counters, lines, known),), lines, known)


def _refreshed(session: Session, platform: Platform, held: Held, marks: roster.Marks) -> Held:
    """The same with what has changed since read anew."""
    lines, known = held.lines, held.vectors
    if held.assignments != marks.assignments:
        lines = roster.lines(session)
        known = _vectors(session, platform, lines, known)
    parts, looked = held.parts, held.looked
    if held.profiles != marks.profiles or _waits(held):
        counters, looked = dict(roster.counters(session)), time.monotonic()
        arrived = set(roster.with_vector(session, _waiting(held), platform.embedder.model_id))
        large = parts[0]
        alive = large.alive & _says_the_same(large, counters) & ~np.isin(large.roster.ids, list(arrived))
        apart = set(counters) - set(large.roster.ids[alive].tolist())
        if len(apart) > APART:
            _make_beside(platform)
        if len(apart) > MOST_APART:
            return held
        same = {
            one.id: one for part in parts[1:] for one in part.people
            if one.id in apart and one.id not in arrived and _counted(part, one.id) == counters[one.id]
        }  # fmt: skip
        people = [*same.values(), *_read(session, platform, sorted(apart - set(same)))]
        parts = (replace(large, alive=alive),)
        if people:
            parts += (replace(_part(people, counters, lines, known), people=tuple(people)),)
    if lines is not held.lines:
        parts = tuple(replace(one, past=_past(one.roster, lines, known)) for one in parts)
    return Held(marks.profiles, marks.assignments, parts, lines, known, looked)


def _says_the_same(part: Part, counters: Mapping[int, int]) -> Mask:
    """Whose counter has not moved."""
    now = np.fromiter((counters.get(i, -1) for i in part.roster.ids.tolist()), dtype=np.int64)
    same: Mask = now == part.projections
    return same


def _counted(part: Part, talent_id: int) -> int:
    return int(part.projections[np.searchsorted(part.roster.ids, talent_id)])


def _part(
    people: Sequence[TalentFacts], counters: Mapping[int, int], lines: Sequence[Line], known: Mapping[str, Vector]
) -> Part:  # fmt: skip
    of = Roster.of(people)
    packed = {one.id: pickle.dumps(replace(one, vector=None)) for one in people}
    ids = of.ids.tolist()
    return Part(
        of, np.array([counters[i] for i in ids], dtype=np.int64), np.ones(len(of), dtype=np.bool_),
        _past(of, lines, known), tuple(packed[i] for i in ids),
    )  # fmt: skip


def _past(of: Roster, lines: Sequence[Line], known: Mapping[str, Vector]) -> PastTable:
    """The standings of the managers of one table."""
    place = {talent: at for at, talent in enumerate(of.ids.tolist())}
    loads = [0] * len(of)
    led = []
    for one in lines:
        at = place.get(one.talent_id)
        if at is None:
            continue
        loads[at] += one.is_active
        if one.is_led:
            led.append((at, one))
    return PastTable.of(
        loads, [at for at, _ in led], [_OUTCOMES.get(one.deal_state, UNDER_WAY) for _, one in led],
        [one.industry for _, one in led], [known.get(one.vector_key) for _, one in led],
    )  # fmt: skip


def _vectors(
    session: Session, platform: Platform, lines: Sequence[Line], known: Mapping[str, Vector]
) -> Mapping[str, Vector]:
    missing = {one.vector_key for one in lines if one.is_led} - set(known)
    return {**known, **vectors.get_many(session, platform.embedder.model_id, missing)}


def _read(session: Session, platform: Platform, ids: Sequence[int]) -> list[TalentFacts]:
    found = []
    for at in range(0, len(ids), CHUNK):
        chunk = manager_facts.columns(session, ids[at : at + CHUNK], platform.embedder.model_id)
        found += [talent_facts(row, vector) for row, vector in chunk]
    return found
