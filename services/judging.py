"""Propose, re-check, forbid, judge: from a subject to judged pairs, the same in both directions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from indexer.port import Filters, IndexUnavailable
from matching import constraints, folding, scoring
from matching.folding import Alike
from matching.types import AchievementFacts, Judgement, NeedFacts
from repositories import candidates, shown
from repositories.database import Session
from repositories.vectors import Vector
from services import facts, feedback
from services.access import Actor, audience
from services.errors import IndexAway
from services.indexed import refuse_unbuilt
from services.platform import Platform

CANDIDATES = 150
"""Proposals asked of the index for one list; see `indexer.ranking` for what more of them would change."""
FACETS = ("industry", "region", "modes", "trl")

Facts = NeedFacts | AchievementFacts
Counts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Judged:
    """Judgements best first; `revisions` of the other side's rows; counts of what is recommended, for the filters;
    which of the first are alike."""

    judgements: Sequence[Judgement]
    revisions: Mapping[int, int]
    facets: Counts
    alike: Sequence[Alike]


def judge(
    platform: Platform,
    actor: Actor,
    library: str,
    subject: Facts,
    vector: Vector | None,
    filters: Filters,
    text: str,
    proposals: int = CANDIDATES,
) -> Judged:
    """Judge what the index proposes of `library` for a subject; raises IndexAway.

    Four database queries: what must not be proposed any more, those of `seen_facts`, and whether there is new feedback.
    """
    with platform.database.read() as session:
        gone = shown.gone(session, library, audience(actor))
    try:
        hits = platform.index.candidates(library, text, vector, proposals, filters, gone)
    except IndexUnavailable as away:
        raise IndexAway() from away
    if not hits:
        refuse_unbuilt(platform, library)
    others, revisions = seen_facts(platform, library, {hit.id: hit.version for hit in hits}, audience(actor))
    context = platform.context()
    if isinstance(subject, NeedFacts):
        (subject,) = feedback.heard(platform, [subject])
        offered = [o for o in others if constraints.forbidden(subject, o, context) is None]
        judgements = scoring.rank(platform.ranker, [subject], offered, context)
        recommended = {j.achievement_id for j in judgements if j.score >= platform.ranker.recommended}
    else:
        offered = [o for o in others if constraints.forbidden(o, subject, context) is None]
        offered = feedback.heard(platform, offered)
        judgements = scoring.rank(platform.ranker, offered, [subject], context)
        recommended = {j.need_id for j in judgements if j.score >= platform.ranker.recommended}
    # A filter counts what it will leave in the list, not everything that was looked at.
    counts = facets([o for o in offered if o.id in recommended])
    return Judged(judgements, revisions, counts, _alike(platform, library, judgements, offered))


def _alike(
    platform: Platform, library: str, judgements: Sequence[Judgement], offered: Sequence[Any]
) -> list[Alike]:
    """Which of the first judgements are nearly the same. Whose a need is may be hidden: its owner must not show here."""
    first = judgements[: scoring.SHOWN]
    by_id = {one.id: one for one in offered}
    of_needs = library == "needs"
    shown = [by_id[one.need_id if of_needs else one.achievement_id] for one in first]
    return folding.alike(platform.lists.folding, platform.ranker.ngrams, shown, by_owner=not of_needs)


def facts_of(platform: Platform, library: str, versions: Mapping[int, int]) -> list[Any]:
    """The facts of rows, whoever may see them, by id → projection counter; one query where some are not remembered."""
    found = {i: platform.facts.get((library, i, projection)) for i, projection in versions.items()}
    missing = [i for i, known in found.items() if known is None]
    if missing:
        with platform.database.read() as session:
            found |= {row.id: one for row, one in _read(platform, session, library, missing, None)}
    return [known for known in found.values() if known is not None]


def seen_facts(
    platform: Platform, library: str, versions: Mapping[int, int], seen_by: tuple[str, ...]
) -> tuple[list[Any], dict[int, int]]:
    """(facts of those rows that may be seen now, in the order given; id → revision), by id → projection counter as the
    index knows it.

    Two queries: whether the rows whose facts are remembered stand as they were, and the columns of all others.
    """
    remembered = {i: platform.facts.get((library, i, version)) for i, version in versions.items()}
    known = {i: one for i, one in remembered.items() if one is not None}
    with platform.database.read() as session:
        heads = candidates.heads(session, library, known, seen_by) if known else {}
        same = {i for i, (projection, _) in heads.items() if projection == versions[i]}
        unread = [i for i in versions if i not in known or (i in heads and i not in same)]
        read = _read(platform, session, library, unread, seen_by) if unread else []
    current = {i: known[i] for i in same} | {row.id: one for row, one in read}
    found = [current[i] for i in versions if i in current]
    revisions = {i: revision for i, (_, revision) in heads.items()} | {
        row.id: row.revision for row, _ in read
    }
    return found, revisions


def _read(
    platform: Platform, session: Session, library: str, ids: Sequence[int], seen_by: tuple[str, ...] | None
) -> list[tuple[Any, Any]]:
    """(row, facts) read from the database and remembered."""
    make: Any = facts.achievement_facts if library == "achievements" else facts.need_facts
    read = []
    for row, vector in candidates.columns(session, library, ids, platform.embedder.model_id, seen_by):
        one = make(row, vector)
        if vector is not None:  # one that is still on its way may arrive without the row changing
            platform.facts.put((library, row.id, row.projection), one)
        read.append((row, one))
    return read


def facets(offered: Sequence[Any]) -> Counts:
    """Counts by industry division, province, mode and maturity."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    for one in offered:
        of_need = isinstance(one, NeedFacts)
        trl, modes = (one.wanted_trl, one.wanted_modes) if of_need else (one.trl, one.modes)
        counts["industry"].update([one.industry] if one.industry else [])
        counts["region"].update([one.region[:2] + "0000"] if one.region else [])
        counts["modes"].update(modes)
        counts["trl"].update([str(trl)] if trl else [])
    return {name: dict(counter.most_common(12)) for name, counter in counts.items()}
