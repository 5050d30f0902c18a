"""The open leads as they are judged, and one manager's scores of them.

What is open is asked of the database for every page, by counters alone; facts and scores are kept in memory beside the
counters they were made for, so that a page judges only what has changed. Nothing here is a truth: it may be dropped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    made_on: date
    level: int
    industries: tuple[str, ...]
    regions: tuple[str, ...]


Places = NDArray[np.intp]
"""Places of leads on a board."""


@dataclass(frozen=True, slots=True, eq=False)
class Board:
    """Every lead with public sides, in the order of their ids; `taken` are those somebody has taken up.

    What filters look at stands in arrays by place, so that a page over 10,000 leads costs no loop over them.
    """

    heads: tuple[Head, ...]
    taken: frozenset[int]
    leads: Mapping[int, Lead]
    place: Mapping[int, int]
    ids: Places
    levels: NDArray[np.int8]
    made_on: NDArray[np.int32]
    """Ordinals of the days the leads were made."""
    industries: Mapping[str, Places]
    """Division → the leads one of whose sides is in it; regions and provinces the same by their six digits."""
    regions: Mapping[str, Places]
    provinces: Mapping[str, Places]


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
    board = _board(heads, taken_ids, {i: found[i] for i in sorted(found)})
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


def scores(platform: Platform, board: Board, person: Reader) -> NDArray[np.float64]:
    """The score of each lead for one manager, by place; only leads that have changed since are judged again."""
    key, state = f"scores {person.facts.id}", (person.token, platform.lead_ranker.name, platform.today())
    known: tuple[Any, Board, NDArray[np.float64]] | None = platform.boards.get(key)
    if known is not None and known[0] == state and known[1] is board:
        return known[2]
    found = np.empty(len(board.ids))
    new = []
    for i, one in board.leads.items():
        if known is not None and known[0] == state and i in known[1].leads and known[1].leads[i] is one:
            found[board.place[i]] = known[2][known[1].place[i]]
        else:
            new.append(one.facts)
    judged = judging.score(
        platform.lead_ranker, platform.ranker.ngrams, new, person.facts, person.standing, platform.today()
    )
    for i, value in judged.items():
        found[board.place[i]] = value
    platform.boards.put(key, (state, board, found))
    return found


def _board(heads: tuple[Head, ...], taken: frozenset[int], found: Mapping[int, Lead]) -> Board:
    places: tuple[dict[str, list[int]], ...] = ({}, {}, {})
    for at, one in enumerate(found.values()):
        provinces = dict.fromkeys(f"{code[:2]}0000" for code in one.regions)
        for codes, by_code in zip((one.industries, one.regions, provinces), places, strict=True):
            for code in codes:
                by_code.setdefault(code, []).append(at)
    industries, regions, by_province = (
        {code: np.array(at, dtype=np.intp) for code, at in one.items()} for one in places
    )
    return Board(
        heads, taken, found, {i: at for at, i in enumerate(found)}, np.array(list(found), dtype=np.intp),
        np.array([one.level for one in found.values()], dtype=np.int8),
        np.array([one.made_on.toordinal() for one in found.values()], dtype=np.int32),
        industries, regions, by_province,
    )  # fmt: skip


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
        LeadFacts(row.id, need, achievement, row.score, made_on), made_on, row.level,
        _codes(row.need_industry, row.achievement_industry), _codes(row.need_region, row.achievement_region),
    )  # fmt: skip


def _codes(*codes: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for code in codes if code))
