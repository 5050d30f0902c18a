"""The open leads as they are judged, and one manager's scores of them.

What is open is asked of the database for every page, by counters alone; facts and scores are kept in memory beside the
counters they were made for, so that a page judges only what has changed. Nothing here is a truth: it may be dropped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.text import normalise
from matching.managers.lead_table import LeadTable
from matching.managers.types import LeadFacts, Standing, TalentFacts
from matching.types import AchievementFacts, IpRight, NeedFacts
from repositories import leads
from repositories import vectors as stored
from repositories.database import Session, day_of
from repositories.leads import Head
from repositories.talents import Talent
from repositories.vectors import Vector
from services import manager_facts, vectors
from services.platform import Platform

MOST_GONE = 2
"""A table with more than so many times the leads that are there is made anew."""
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
    table: LeadTable
    """The leads as they are scored, with some that have gone since."""
    table_place: Mapping[int, int]
    in_table: Places
    """The place in the table of each place on the board."""


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
        found |= _read(session, platform, some)
    in_order = {i: found[i] for i in sorted(found)}
    if known is not None and not missing and len(known.table_place) <= MOST_GONE * len(in_order):
        table, place = known.table, known.table_place  # some have gone: the table goes on knowing them
    else:
        before = known.table if known is not None else None
        table = LeadTable(platform.ranker.ngrams, [one.facts for one in in_order.values()], before)
        place = {i: at for at, i in enumerate(in_order)}
    board = _board(heads, taken_ids, in_order, table, place)
    platform.boards.put("board", board)
    return board


def reader(platform: Platform, profile: Talent | None) -> Reader:
    """The person leads are ranked for, by what his or her profile says now, published or not."""
    if profile is None:
        return Reader(STRANGER, Standing(), None)
    with platform.database.read() as session:
        found = manager_facts.load(session, platform, [profile.id])
    facts, standing = found.candidates[profile.id]
    if facts.vector is None and profile.biography:
        # The index encodes what is published; a draft is encoded here.
        vector = vectors.of_text(platform, profile.embedding_kind, profile.embedding_text, keep=True)
        facts = replace(facts, vector=vector)
    return Reader(facts, standing, (*found.tokens[profile.id], facts.vector is not None))


def scores(platform: Platform, board: Board, person: Reader) -> NDArray[np.float64]:
    """The score of each lead for one manager, by place."""
    key = f"scores {person.facts.id}"
    state = (person.token, platform.lead_ranker.name, platform.today())
    known: tuple[Any, LeadTable, NDArray[np.float64]] | None = platform.boards.get(key)
    if known is None or known[0] != state or known[1] is not board.table:
        found = board.table.scores(platform.lead_ranker, person.facts, person.standing, platform.today())
        known = (state, board.table, found)
        platform.boards.put(key, known)
    return known[2][board.in_table]


def _board(
    heads: tuple[Head, ...], taken: frozenset[int], found: Mapping[int, Lead], table: LeadTable,
    table_place: Mapping[int, int],
) -> Board:  # fmt: skip
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
        industries, regions, by_province, table, table_place,
        np.array([table_place[i] for i in found], dtype=np.intp),
    )  # fmt: skip


def _whole(lead: Lead) -> bool:
    """Whether both vectors were there; one that is on its way may arrive without a counter moving."""
    return lead.facts.need.vector is not None and lead.facts.achievement.vector is not None


def _read(session: Session, platform: Platform, ids: Sequence[int] | None) -> dict[int, Lead]:
    """Leads with their facts; a listing that stands in several is read once."""
    rows = leads.judged(session, ids)
    keys = {key for row in rows for key in (row.need_key, row.achievement_key)}
    near = stored.get_many(session, platform.embedder.model_id, keys)
    needs: dict[int, NeedFacts] = {}
    offers: dict[int, AchievementFacts] = {}
    found = {}
    for row in rows:
        if row.need_id not in needs:
            needs[row.need_id] = _need(row, near.get(row.need_key))
        if row.achievement_id not in offers:
            offers[row.achievement_id] = _achievement(row, near.get(row.achievement_key))
        made_on: date = day_of(row.created_at)
        facts = LeadFacts(row.id, needs[row.need_id], offers[row.achievement_id], row.score, made_on)
        found[row.id] = Lead(
            (row.id, row.entry_id, row.need_projection, row.achievement_projection), facts, made_on, row.level,
            _codes(row.need_industry, row.achievement_industry), _codes(row.need_region, row.achievement_region),
        )  # fmt: skip
    return found


def _need(row: Any, vector: Vector | None) -> NeedFacts:
    return NeedFacts(
        id=row.need_id, title=normalise(row.need_title), vector=vector, industry=row.need_industry,
        region=row.need_region, wanted_trl=row.wanted_trl, wanted_modes=frozenset(row.wanted_modes or ()),
    )  # fmt: skip


def _achievement(row: Any, vector: Vector | None) -> AchievementFacts:
    return AchievementFacts(
        id=row.achievement_id, title=normalise(row.achievement_title), vector=vector,
        industry=row.achievement_industry, discipline=row.discipline, region=row.achievement_region, trl=row.trl,
        modes=frozenset(row.modes or ()), ip=(IpRight(),) if row.ip else (),
    )  # fmt: skip


def _codes(*codes: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for code in codes if code))
