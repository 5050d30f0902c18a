"""Recommendations, both ways through one piece of code: a need asks for achievements, an achievement for needs.

The index proposes, one database query re-checks, the matching room judges, the result is frozen as a match run.
A page view never fails because the write lock is busy: then the run is simply not kept.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from indexer.port import Filters, IndexUnavailable
from matching import constraints, scoring
from matching.types import AchievementFacts, Judgement, NeedFacts
from repositories import candidates as candidate_rows
from repositories import introductions, match_runs, outbox
from repositories.achievements import Achievement
from repositories.candidates import Candidate
from repositories.introductions import Introduction
from repositories.listing import ListingColumns
from repositories.match_runs import OWNER, PUBLIC, MatchEntry, MatchRun, Pass
from repositories.needs import Need
from services import facts, vectors
from services.access import NOBODY, Actor, audience, owns, require
from services.errors import IndexAway
from services.listings.entries import visible
from services.platform import Platform

log = logging.getLogger(__name__)

SHOWN = 50
"""Entries kept of a run: nobody reads further, and the rest can be computed again."""
CANDIDATES = 200
"""Proposals asked of the index for one list (tried on the labels: 400 change no top 10)."""
WEAK = 1
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


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a recommendation list: the judged pair, the row behind it, what was done with it."""

    rank: int
    score: float
    level: int
    reasons: Sequence[Mapping[str, Any]]
    cautions: Sequence[Mapping[str, Any]]
    contributions: Sequence[Mapping[str, Any]]
    row: Any
    organisation: Any
    entry_id: int | None = None
    introduction: Introduction | None = None
    passed: Pass | None = None


@dataclass(frozen=True, slots=True)
class Recommendations:
    """A list as it is shown. `items` are not passed and not weak ones; the others stand beside them."""

    library: str
    run_id: int | None
    basis: str
    algorithm: str
    considered: int
    created_at: datetime
    items: tuple[Item, ...]
    weak: tuple[Item, ...] = ()
    passed: tuple[Item, ...] = ()
    by_meaning: bool = True
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def levels(self) -> Mapping[int, int]:
        """How many items stand on each level."""
        return Counter(item.level for item in self.items)


def for_listing(
    platform: Platform,
    actor: Actor,
    library: str,
    row_id: int,
    narrowing: Narrowing = OPEN,
    limit: int = SHOWN,
) -> Recommendations:
    """What fits a need or an achievement, for its owner or an operator; raises NotFound, Forbidden, IndexAway.

    An operator always gets the public basis: the confidential part is opened by 调阅 only, never by a list.
    """
    with platform.database.read() as session:
        row = visible(session, actor, library, row_id)
        require(owns(actor, row) or actor.is_operator)
        done = introductions.of_need(session, row.id) if library == "needs" else (
            introductions.of_achievement(session, row.id))  # fmt: skip
        key = "need_id" if library == "needs" else "achievement_id"
        passed = match_runs.passed_by(session, SIDE[library], **{key: row.id})
    basis = OWNER if isinstance(row, Need) and row.confidential and owns(actor, row) else PUBLIC
    run, by_meaning, facets = frozen_run(platform, actor, row, basis, narrowing)
    with platform.database.read() as session:
        known = candidate_rows.load(
            session,
            OTHER_SIDE[library],
            [_other(entry, library) for entry in run.entries],
            platform.embedder.model_id,
            audience=audience(actor),
        )
    items = [
        Item(
            rank=0, score=entry.score, level=entry.level, reasons=entry.reasons, cautions=entry.cautions,
            contributions=entry.contributions, row=known[other].row, organisation=known[other].organisation,
            entry_id=entry.id, introduction=done.get(other), passed=passed.get(other),
        )
        for entry in run.entries
        if (other := _other(entry, library)) in known
    ]  # fmt: skip
    return _arranged(platform, OTHER_SIDE[library], run, items, limit, by_meaning, facets)


def for_paste(platform: Platform, text: str, limit: int = 20) -> Recommendations:
    """Matches for a pasted need without an account: public achievements only; nothing is stored, not even a vector."""
    title, body = facts.split_paste(text)
    vector = vectors.of_text(platform, "query", title, keep=False)
    need = facts.pasted_facts(title, body, vector)
    judged, rows, considered, facets = _judge(
        platform, NOBODY, "achievements", need, vector, OPEN, f"{title}\n{body}"
    )
    run = MatchRun(id=None, basis=PUBLIC, considered=considered, created_at=platform.now(),
                   ranker=platform.ranker.name)  # fmt: skip
    items = [
        Item(
            rank=0, score=one.score, level=one.level, reasons=[asdict(r) for r in one.reasons],
            cautions=[asdict(c) for c in one.cautions], contributions=_contributions(one),
            row=rows[one.achievement_id].row, organisation=rows[one.achievement_id].organisation,
        )
        for one in judged[:SHOWN]
    ]  # fmt: skip
    return _arranged(platform, "achievements", run, items, limit, vector is not None, facets)


def frozen_run(
    platform: Platform, actor: Actor, row: ListingColumns, basis: str, narrowing: Narrowing = OPEN
) -> tuple[MatchRun, bool, Mapping[str, Mapping[str, int]]]:
    """The run for a subject, found by its key or made and kept; (run, whether meaning was used, facets).

    Facets are only known for a run made now; a reused run has the ones of its entries.
    """
    library, other = row.library, OTHER_SIDE[row.library]
    vector = _subject_vector(platform, row, basis)
    key = _run_key(platform, actor, row, basis, narrowing, vector is not None)
    with platform.database.read() as session:
        run = match_runs.by_key(session, key)
        if run is not None:
            rows = candidate_rows.load(
                session, other, [_other(e, library) for e in run.entries], platform.embedder.model_id
            )
            return run, vector is not None, _facets([c.row for c in rows.values()])
    subject: NeedFacts | AchievementFacts
    if isinstance(row, Need):
        subject = facts.need_facts(row, vector, with_confidential=basis == OWNER)
        text = f"{row.title}\n{row.body_text}" + (f"\n{row.confidential}" if basis == OWNER else "")
    else:
        assert isinstance(row, Achievement)
        subject = facts.achievement_facts(row, vector)
        text = f"{row.title}\n{row.body_text}"
    judged, rows, considered, facets = _judge(platform, actor, other, subject, vector, narrowing, text)
    run = _run_of(platform, row, key, basis, narrowing, considered)
    for rank, one in enumerate(judged[:SHOWN], 1):
        other_revision = rows[one.achievement_id if library == "needs" else one.need_id].row.revision
        need_revision, achievement_revision = (
            (row.revision, other_revision) if library == "needs" else (other_revision, row.revision)
        )
        run.entries.append(_entry(one, rank, need_revision, achievement_revision))
    return _keep(platform, run), vector is not None, facets


def pair_run(platform: Platform, need: Need, achievement: Achievement) -> MatchRun:
    """A public run of one pair, not stored yet: the twin another party may see of an entry it hangs on."""
    (judged,) = judge_pairs(platform, need, [achievement.id])
    key = hashlib.sha256(
        f"pair {need.id} {need.revision} {achievement.id} {achievement.revision} {platform.ranker.name}".encode()
    ).hexdigest()
    run = _run_of(platform, need, key, PUBLIC, OPEN, 1)
    run.entries.append(_entry(judged, 1, need.revision, achievement.revision))
    return run


def judge_pairs(
    platform: Platform, need: Need, achievement_ids: Sequence[int], basis: str = PUBLIC
) -> list[Judgement]:
    """Judge given pairs by the very code that recommends (used by `evaluate`), best first."""
    vector = _subject_vector(platform, need, basis)
    with platform.database.read() as session:
        rows = candidate_rows.load(session, "achievements", achievement_ids, platform.embedder.model_id)
    subject = facts.need_facts(need, vector, with_confidential=basis == OWNER)
    others = [facts.achievement_facts(c.row, c.vector) for c in rows.values()]
    return scoring.rank(platform.ranker, [subject], others, platform.context())


def _judge(
    platform: Platform, actor: Actor, library: str, subject: NeedFacts | AchievementFacts, vector: Any,
    narrowing: Narrowing, text: str,
) -> tuple[list[Judgement], dict[int, Candidate], int, Mapping[str, Mapping[str, int]]]:  # fmt: skip
    """Propose, re-check, forbid, judge: judgements best first, the rows behind them, how many, facet counts."""
    with platform.database.read() as session:
        gone = outbox.pending_withdrawals(session, library, for_nobody=not actor.is_signed_in)
    try:
        hits = platform.index.candidates(
            library, text, vector, CANDIDATES, narrowing.to_filters(actor, library), gone
        )
    except IndexUnavailable as away:
        raise IndexAway() from away
    with platform.database.read() as session:
        rows = candidate_rows.load(
            session, library, [hit.id for hit in hits], platform.embedder.model_id, audience=audience(actor)
        )
    context = platform.context()
    if isinstance(subject, NeedFacts):
        others = [facts.achievement_facts(c.row, c.vector) for c in rows.values()]
        allowed = [a for a in others if constraints.forbidden(subject, a, context) is None]
        judged = scoring.rank(platform.ranker, [subject], allowed, context)
        rows_judged = [rows[one.achievement_id].row for one in judged]
    else:
        needs = [facts.need_facts(c.row, c.vector) for c in rows.values()]
        allowed_needs = [n for n in needs if constraints.forbidden(n, subject, context) is None]
        judged = scoring.rank(platform.ranker, allowed_needs, [subject], context)
        rows_judged = [rows[one.need_id].row for one in judged]
    return judged, rows, len(judged), _facets(rows_judged)


def _arranged(
    platform: Platform, library: str, run: MatchRun, items: list[Item], limit: int, by_meaning: bool,
    facets: Mapping[str, Mapping[str, int]],
) -> Recommendations:  # fmt: skip
    """Split a run's lines into shown, weak and passed, and number what is shown."""
    good = [i for i in items if i.level > WEAK and i.passed is None]
    weak = [i for i in items if i.level <= WEAK and i.passed is None]
    return Recommendations(
        library=library, run_id=run.id, basis=run.basis, algorithm=run.ranker, considered=run.considered,
        created_at=run.created_at, items=_numbered(good[:limit]), weak=_numbered(weak[:limit], len(good)),
        passed=_numbered([i for i in items if i.passed is not None]), by_meaning=by_meaning, facets=facets,
    )  # fmt: skip


def _numbered(items: Sequence[Item], start: int = 0) -> tuple[Item, ...]:
    return tuple(replace(item, rank=n) for n, item in enumerate(items, start + 1))


def _run_of(
    platform: Platform, row: ListingColumns, key: str, basis: str, narrowing: Narrowing, considered: int
) -> MatchRun:
    return MatchRun(
        key=key, library=row.library, subject_id=row.id, subject_revision=row.revision, basis=basis,
        filters=asdict(narrowing), ranker=platform.ranker.name, model=platform.embedder.model_id,
        index_state=_index_token(platform, OTHER_SIDE[row.library]), considered=considered,
        created_at=platform.now(), entries=[],
    )  # fmt: skip


def _entry(one: Judgement, rank: int, need_revision: int, achievement_revision: int) -> MatchEntry:
    return MatchEntry(
        rank=rank, need_id=one.need_id, achievement_id=one.achievement_id, need_revision=need_revision,
        achievement_revision=achievement_revision, score=one.score, level=one.level,
        contributions=_contributions(one), reasons=[asdict(r) for r in one.reasons],
        cautions=[asdict(c) for c in one.cautions],
    )  # fmt: skip


def _contributions(one: Judgement) -> list[dict[str, Any]]:
    return [{"feature": f, "value": v, "points": p} for f, v, p in one.contributions]


def _other(entry: MatchEntry, library: str) -> int:
    return entry.achievement_id if library == "needs" else entry.need_id


def _subject_vector(platform: Platform, row: ListingColumns, basis: str) -> Any:
    if basis == OWNER:
        assert isinstance(row, Need)
        return vectors.of_confidential(platform, row)
    return vectors.of_text(platform, row.embedding_kind, row.embedding_text, keep=True)


def _index_token(platform: Platform, library: str) -> str:
    """Names what the index knew: equal tokens give equal answers."""
    try:
        state = platform.index.state(library)
    except IndexUnavailable as away:
        raise IndexAway() from away
    return f"{state.generation}:{state.number}"


def _run_key(
    platform: Platform, actor: Actor, row: ListingColumns, basis: str, narrowing: Narrowing, by_meaning: bool
) -> str:
    """Equal keys mean the same question asked of the same state of the world."""
    parts = [
        row.library, row.id, row.revision, basis, asdict(narrowing), audience(actor), platform.ranker.name,
        platform.embedder.model_id, by_meaning, _index_token(platform, OTHER_SIDE[row.library]),
        platform.today().isoformat(),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _keep(platform: Platform, run: MatchRun) -> MatchRun:
    """Store a run unless the database is busy or another process stored the same first."""
    try:
        with platform.database.write(briefly=True) as session:
            twin = match_runs.by_key(session, run.key)
            if twin is not None:
                return twin
            session.add(run)
    except platform.database.busy_errors as busy:
        log.warning("a match run was not kept: %s", busy)
    return run


def _facets(rows: Sequence[Any]) -> Mapping[str, Mapping[str, int]]:
    """Counts by industry division, province, mode and maturity of the lines of a list."""
    counts: dict[str, Counter[str]] = {k: Counter() for k in ("industry", "region", "modes", "trl")}
    for row in rows:
        counts["industry"].update([row.industry] if row.industry else [])
        counts["region"].update([row.region[:2] + "0000"] if row.region else [])
        counts["modes"].update(getattr(row, "modes", None) or getattr(row, "wanted_modes", None) or [])
        trl = getattr(row, "trl", None) or getattr(row, "wanted_trl", None)
        counts["trl"].update([str(trl)] if trl else [])
    return {name: dict(counter.most_common(12)) for name, counter in counts.items()}
