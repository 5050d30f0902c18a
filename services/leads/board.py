"""The open leads as they are judged, and one manager's scores of them.

What is open is asked of the database for every page, by counters alone; facts and scores are kept in memory beside the
counters they were made for, so that a page judges only what has changed. Nothing here is a truth: it may be dropped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from indexer.text import normalise
from matching.managers import leads as judging
from matching.managers.types import LeadFacts, Standing, TalentFacts
from matching.types import AchievementFacts, IpRight, NeedFacts
from repositories import leads
from repositories.database import Session
from repositories.leads import Head
from repositories.talents import Talent
from repositories.vectors import Vector
from services import manager_facts, vectors
from services.platform import CHINA, Platform

STRANGER = TalentFacts(id=0, name="")
"""Somebody without a profile: leads are then ranked by themselves alone."""


@dataclass(frozen=True, slots=True, eq=False)
class Lead:
    """One lead as it is judged and filtered by; `industries` and `regions` are the codes of both sides."""

    head: Head
    facts: LeadFacts
    level: int
    industries: tuple[str, ...]
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Board:
    """Every lead with public sides: those a manager may take up, and (`taken`) those somebody has."""

    heads: tuple[Head, ...]
    leads: Mapping[int, Lead]
    taken: frozenset[int]


@dataclass(frozen=True, slots=True, eq=False)
class Reader:
    """Whom leads are ranked for; `token` changes when the profile or the deals do."""

    facts: TalentFacts
    standing: Standing
    token: Any


def current(session: Session, platform: Platform) -> Board:
    """The board as the database has it now: two queries, three when something has changed."""
    taken = leads.taken(session)
    taken_ids = frozenset(head[0] for head in taken)
    heads = (*(head for head in leads.heads(session) if head[0] not in taken_ids), *taken)
    known: Board | None = platform.boards.get("board")
    if known is not None and known.heads == heads and known.taken == taken_ids:
        return known
    kept: Mapping[int, Lead] = {} if known is None else known.leads
    missing = [h[0] for h in heads if h[0] not in kept or kept[h[0]].head != h or not _whole(kept[h[0]])]
    found = {i: kept[i] for i, *_ in heads if i in kept}
    if missing:
        some = missing if len(missing) <= 500 else None
        for row, *pair in leads.judged(session, platform.embedder.model_id, some):
            found[row.id] = _lead(row, *pair)
    board = Board(heads, {h[0]: found[h[0]] for h in heads if h[0] in found}, taken_ids)
    platform.boards.put("board", board)
    return board


def reader(platform: Platform, profile: Talent | None) -> Reader:
    """The person leads are ranked for, by what his or her profile says now, published or not."""
    if profile is None:
        return Reader(STRANGER, Standing(), None)
    found = manager_facts.load(platform, [profile.id])
    facts, standing = found.candidates[profile.id]
    if facts.vector is None and profile.biography:
        # The index encodes what is published; a draft is encoded here.
        vector = vectors.of_text(platform, profile.embedding_kind, profile.embedding_text, keep=True)
        facts = replace(facts, vector=vector)
    return Reader(facts, standing, (*found.tokens[profile.id], facts.vector is not None))


def scores(platform: Platform, board: Board, person: Reader) -> Mapping[int, float]:
    """Lead → score for one manager; only leads that have changed since are judged again."""
    key, state = f"scores {person.facts.id}", (person.token, platform.lead_ranker.name, platform.today())
    known: tuple[Any, dict[int, tuple[Head, float]]] | None = platform.boards.get(key)
    kept = known[1] if known is not None and known[0] == state else {}
    new = [one.facts for i, one in board.leads.items() if i not in kept or kept[i][0] != one.head]
    if new or len(kept) != len(board.leads):
        judged = judging.score(
            platform.lead_ranker, platform.ranker.ngrams, new, person.facts, person.standing, platform.today()
        )
        kept = {
            i: (one.head, judged[i]) if i in judged else kept[i] for i, one in board.leads.items()
        }  # fmt: skip
        platform.boards.put(key, (state, kept))
    return {i: value for i, (_, value) in kept.items()}


def _whole(lead: Lead) -> bool:
    """Whether both vectors were there; one that is on its way may arrive without a counter moving."""
    return lead.facts.need.vector is not None and lead.facts.achievement.vector is not None


def _lead(row: Any, need_vector: Vector | None, achievement_vector: Vector | None) -> Lead:
    need = NeedFacts(
        id=row.need_id, title=normalise(row.need_title), vector=need_vector, industry=row.need_industry,
        region=row.need_region, wanted_trl=row.wanted_trl, wanted_modes=frozenset(row.wanted_modes or ()),
    )  # fmt: skip
    achievement = AchievementFacts(
        id=row.achievement_id, title=normalise(row.achievement_title), vector=achievement_vector,
        industry=row.achievement_industry, discipline=row.discipline, region=row.achievement_region, trl=row.trl,
        modes=frozenset(row.modes or ()), ip=(IpRight(),) if row.ip else (),
    )  # fmt: skip
    made_on: date = row.created_at.astimezone(CHINA).date()
    return Lead(
        (row.id, row.entry_id, row.need_projection, row.achievement_projection),
        LeadFacts(row.id, need, achievement, row.score, made_on), row.level,
        _codes(row.need_industry, row.achievement_industry), _codes(row.need_region, row.achievement_region),
    )  # fmt: skip


def _codes(*codes: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for code in codes if code))


def ordered(
    board: Board, points: Mapping[int, float], ids: Sequence[int], *, newest: bool = False
) -> list[int]:
    """Leads in the order of a list: by score and then the newest, or the newest first."""
    if newest:
        return sorted(ids, reverse=True)
    return sorted(ids, key=lambda i: (-points[i], -i))
