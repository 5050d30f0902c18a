"""Match runs: judged once for a question, frozen, found again by their key.

A page view never fails because the write lock is busy: then the run is simply not kept, and what would hang on it
(passing, asking for an introduction) is not offered.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from indexer.port import Filters, IndexUnavailable
from matching import scoring
from matching.folding import Alike
from matching.types import Judgement
from repositories import match_runs
from repositories.achievements import Achievement
from repositories.listing import ListingColumns
from repositories.match_runs import OWNER, PUBLIC, FrozenEntry, FrozenRun, MatchEntry, MatchRun
from repositories.needs import Need
from repositories.vectors import Vector
from services import facts, feedback, vectors
from services.access import Actor, audience
from services.errors import IndexAway
from services.judging import Facts, Judged, judge, seen_facts
from services.platform import Platform

log = logging.getLogger(__name__)

SHOWN = 50
"""Entries kept of a run: nobody reads further, and the rest can be computed again."""
OTHER_SIDE = {"needs": "achievements", "achievements": "needs"}
SIDE = {"needs": "enterprise", "achievements": "university"}


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The filters of a recommendation list; empty means open. `trl_min` in levels, others are codes."""

    industries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    trl_min: int | None = None

    def to_filters(self, actor: Actor, library: str) -> Filters:
        """As the index understands them, with what this person may see."""
        keywords = {"industry": self.industries, "region": self.regions, "modes": self.modes}
        if library == "achievements":
            keywords["visibility"] = audience(actor)
        ranges = {"trl": (float(self.trl_min), None)} if self.trl_min else {}
        return Filters(keywords={k: v for k, v in keywords.items() if v}, ranges=ranges)


OPEN = Narrowing()


def frozen_run(
    platform: Platform, actor: Actor, row: ListingColumns, basis: str, narrowing: Narrowing = OPEN
) -> tuple[FrozenRun, bool]:
    """(the run for a subject, whether meaning was used); found by its key or made and kept. Raises IndexAway."""
    other = OTHER_SIDE[row.library]
    vector = subject_vector(platform, row, basis)
    token = _index_token(platform, other)
    key = _run_key(platform, actor, row, basis, narrowing, vector is not None, token)
    with platform.database.read() as session:
        run = match_runs.FROZEN.find(session, key)
    if run is not None:
        return run, vector is not None
    subject, text = subject_facts(row, vector, basis)
    found = judge(platform, actor, other, subject, vector, narrowing.to_filters(actor, other), text)
    values = _values(platform, row, key, basis, narrowing, token)
    values |= {
        "considered": len(found.judgements),
        "facets": dict(found.facets),
        "alike": _frozen(found.alike),
    }
    return _keep(platform, values, _entries(found, row.library, row.revision)), vector is not None


def unkept_run(platform: Platform, found: Judged) -> FrozenRun:
    """The run of a need that was only pasted: read like any other, stored nowhere."""
    entries = tuple(FrozenEntry(id=None, **entry) for entry in _entries(found, "needs", 0))
    return FrozenRun(
        id=None, basis=PUBLIC, ranker=platform.ranker.name, considered=len(found.judgements), facets=found.facets,
        alike=_frozen(found.alike), created_at=platform.now(), entries=entries,
    )  # fmt: skip


def pair_run(
    platform: Platform, need: Need, achievement: Achievement, index_state: str | None = None
) -> MatchRun:
    """A public run of one pair, not stored yet: the twin another party may see of an entry it hangs on. `index_state`
    stands in where no index was asked; without it the index must answer (IndexAway)."""
    (judged,) = judge_pairs(platform, need, [achievement.id])
    key = hashlib.sha256(
        f"pair {need.id} {need.revision} {achievement.id} {achievement.revision} {platform.ranker.name}".encode()
    ).hexdigest()
    token = _index_token(platform, "achievements") if index_state is None else index_state
    values = _values(platform, need, key, PUBLIC, OPEN, token)
    entry = MatchEntry(**_entry(judged, 1, need.revision, achievement.revision))
    return MatchRun(**{**values, "considered": 1, "entries": [entry]})


def judge_pairs(
    platform: Platform, need: Need, achievement_ids: Sequence[int], basis: str = PUBLIC
) -> list[Judgement]:
    """Judge given pairs by the very code that recommends (used by `evaluate`), best first."""
    subject, _ = subject_facts(need, subject_vector(platform, need, basis), basis)
    (subject,) = feedback.heard(platform, [subject])  # type: ignore[list-item]
    unread = dict.fromkeys(achievement_ids, 0)
    others, _ = seen_facts(platform, "achievements", unread, ("public", "members"))
    return scoring.rank(platform.ranker, [subject], others, platform.context())


def subject_vector(platform: Platform, row: ListingColumns, basis: str) -> Vector | None:
    """The vector a subject asks with; the owner's own where the run may use the confidential part."""
    if basis == OWNER:
        assert isinstance(row, Need)
        return vectors.of_confidential(platform, row)
    return vectors.of_text(platform, row.embedding_kind, row.embedding_text, keep=True)


def subject_facts(row: Any, vector: Vector | None, basis: str) -> tuple[Facts, str]:
    """(facts, the text the index is asked with)."""
    text = f"{row.title}\n{row.body_text}"
    if isinstance(row, Need):
        if basis == OWNER:
            text = f"{text}\n{row.confidential}"
        return facts.need_facts(row, vector, with_confidential=basis == OWNER), text
    return facts.achievement_facts(row, vector), text


def other_id(entry: FrozenEntry, library: str) -> int:
    """The id on the other side of an entry, seen from a subject in `library`."""
    return entry.achievement_id if library == "needs" else entry.need_id


def _values(
    platform: Platform, row: ListingColumns, key: str, basis: str, narrowing: Narrowing, token: str
) -> dict[str, Any]:
    """The columns of a new run."""
    return {
        "key": key, "library": row.library, "subject_id": row.id, "subject_revision": row.revision, "basis": basis,
        "filters": asdict(narrowing), "ranker": platform.ranker.name, "model": platform.embedder.model_id,
        "index_state": token, "considered": 0, "facets": {}, "alike": None, "created_at": platform.now(),
    }  # fmt: skip


def _entries(found: Judged, library: str, revision: int) -> list[dict[str, Any]]:
    """The columns of the entries a list keeps, for a subject in `library` that is at `revision`."""
    shown = found.judgements[:SHOWN]
    if library == "needs":
        return [
            _entry(one, n, revision, found.revisions[one.achievement_id]) for n, one in enumerate(shown, 1)
        ]
    return [_entry(one, n, found.revisions[one.need_id], revision) for n, one in enumerate(shown, 1)]


def _entry(one: Judgement, rank: int, need_revision: int, achievement_revision: int) -> dict[str, Any]:
    """The columns of a new entry; lists where the database gives lists, so that a new run reads like one found again."""
    return {
        "rank": rank, "need_id": one.need_id, "achievement_id": one.achievement_id, "need_revision": need_revision,
        "achievement_revision": achievement_revision, "score": one.score, "level": one.level,
        "contributions": [{"feature": f, "value": v, "points": p} for f, v, p in one.contributions],
        "reasons": [
            {"feature": r.feature, "text": r.text, "contribution": r.contribution,
             "need_words": list(r.need_words), "achievement_words": list(r.achievement_words)}
            for r in one.reasons
        ],
        "cautions": [{"code": c.code, "text": c.text} for c in one.cautions],
    }  # fmt: skip


def _frozen(alike: Sequence[Alike]) -> list[list[Any]]:
    return [list(one) for one in alike]


def _index_token(platform: Platform, library: str) -> str:
    """Names what the index knew: equal tokens give equal answers."""
    try:
        state = platform.index.state(library)
    except IndexUnavailable as away:
        raise IndexAway() from away
    return f"{state.generation}:{state.number}"


def _run_key(
    platform: Platform, actor: Actor, row: ListingColumns, basis: str, narrowing: Narrowing, by_meaning: bool, token: str
) -> str:  # fmt: skip
    """Equal keys mean the same question asked of the same state of the world."""
    parts: Mapping[str, Any] = {
        "subject": (row.library, row.id, row.revision), "basis": basis, "filters": asdict(narrowing),
        "audience": audience(actor), "ranker": platform.ranker.name, "model": platform.embedder.model_id,
        "lists": platform.lists.name, "by_meaning": by_meaning, "index": token, "day": platform.today().isoformat(),
    }  # fmt: skip
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _keep(platform: Platform, run: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]) -> FrozenRun:
    """Store a run unless the database is busy; the one another process stored first is taken instead."""
    try:
        with platform.database.write(briefly=True) as session:
            return match_runs.FROZEN.keep(session, run, entries)
    except platform.database.busy_errors as busy:
        log.warning("a match run was not kept: %s", busy)
    return match_runs.FROZEN.unkept(run, entries)
