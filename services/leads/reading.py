"""Leads as a manager reads them: ranked by the profile, filtered, a page at a time; and one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matching.managers import leads as judging
from matching.managers.leads import LeadReasons
from repositories import leads, talents
from repositories.accounts import MANAGER
from repositories.database import Session
from repositories.leads import LeadAnswer, Opened
from repositories.talents import Talent
from services.access import Actor, require, require_signed_in
from services.errors import NotFound
from services.leads import board, choosing
from services.leads.board import Board, Reader
from services.leads.choosing import NEW, STATES, TAKEN, Wish
from services.managers import context_of
from services.platform import Platform

__all__ = [
    "NEW",
    "STATES",
    "TAKEN",
    "Listed",
    "One",
    "OperatorsList",
    "Wish",
    "for_operators",
    "listed",
    "open_one",
]


@dataclass(frozen=True, slots=True)
class Line:
    """One lead of a manager's list."""

    rank: int
    opened: Opened
    why: LeadReasons
    interested: int
    is_taken: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of leads. `counts` are of the answer states, `facets` of the other filters, each under all the others."""

    items: tuple[Line, ...]
    total: int
    counts: Mapping[str, int]
    facets: Mapping[str, Mapping[str, int]]
    profile: Talent | None
    open_in_all: int


def profile_of(session: Session, actor: Actor) -> Talent | None:
    """The profile of the person, whatever its state."""
    return talents.of_account(session, actor.account_id) if actor.account_id is not None else None


def listed(platform: Platform, actor: Actor, wish: Wish, page: int, per_page: int) -> Listed:
    """A page of the leads of one manager; a fixed number of queries. Raises SignInFirst, Forbidden."""
    require_signed_in(actor)
    require(actor.role == MANAGER)
    with platform.database.read() as session:
        profile = profile_of(session, actor)
        now = board.current(session, platform)
        answers = leads.answers_of(session, profile.id) if profile else {}
    person = board.reader(platform, profile)
    points = board.scores(platform, now, person)
    sorted_out = choosing.choose(now, answers, wish, platform.today())
    # By score and then the newest, or the newest first.
    keys = (-now.ids,) if wish.newest else (-now.ids, -points)
    order = np.lexsort(keys)
    chosen = now.ids[order[sorted_out.mask[order]]]
    some = [int(i) for i in chosen[(page - 1) * per_page : page * per_page]]
    with platform.database.read() as session:
        opened = leads.opened(session, some, profile.id if profile else None)
        interest = leads.interest(session, some, profile.id if profile else None)
    items = [
        Line(rank, opened[i], _why(platform, now, person, i), interest.get(i, 0), i in now.taken)
        for rank, i in enumerate(some, (page - 1) * per_page + 1)
        if i in opened
    ]
    return Listed(
        tuple(items), len(chosen), sorted_out.counts, sorted_out.facets, profile,
        len(now.leads) - len(now.taken),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class One:
    """One lead with all a page shows of it. `answers` are the other managers', for operators only."""

    line: Line
    profile: Talent | None
    answers: Sequence[tuple[LeadAnswer, Talent]] = ()

    @property
    def is_open(self) -> bool:
        """Whether it can still be taken up."""
        return self.line.opened.lead.closed_at is None and not self.line.is_taken


def open_one(platform: Platform, actor: Actor, lead_id: int) -> One:
    """A lead for a manager or an operator; raises NotFound.

    A manager finds what the list may hold; an operator closed ones too, with what everybody answered.
    """
    require_signed_in(actor)
    require(actor.role == MANAGER or actor.is_operator)
    with platform.database.read() as session:
        profile = profile_of(session, actor) if actor.role == MANAGER else None
        own = profile.id if profile else None
        found = (
            leads.opened(session, [lead_id], own, public_only=not actor.is_operator)
            if _is_id(lead_id)
            else {}
        )
        if lead_id not in found:
            raise NotFound()
        opened = found[lead_id]
        taken = leads.has_deal(session, opened.need.id, opened.achievement.id)
        if opened.lead.closed_at is not None and not taken and not actor.is_operator:
            raise NotFound()
        now = board.current(session, platform)
        interest = leads.interest(session, [lead_id], own)
        answers = leads.answers_to(session, [lead_id]).get(lead_id, []) if actor.is_operator else []
    person = board.reader(platform, profile)
    why = _why(platform, now, person, lead_id)
    return One(Line(0, opened, why, interest.get(lead_id, 0), taken), profile, answers)


def for_operators(platform: Platform, actor: Actor, state: str, offset: int, limit: int) -> OperatorsList:
    """A page of all leads with their answers; four queries. Raises Forbidden."""
    require(actor.is_operator)
    with platform.database.read() as session:
        ids = leads.for_operators(session, state, offset, limit)
        opened = leads.opened(session, ids, None, public_only=False)
        answers = leads.answers_to(session, ids)
        counts = leads.count_for_operators(session)
    return OperatorsList([opened[i] for i in ids if i in opened], answers, counts)


@dataclass(frozen=True, slots=True)
class OperatorsList:
    """Leads of one state with what each manager said, and how many leads each state has."""

    rows: Sequence[Opened]
    answers: Mapping[int, Sequence[tuple[LeadAnswer, Talent]]]
    counts: Mapping[str, int]


def _why(platform: Platform, now: Board, person: Reader, lead_id: int) -> LeadReasons:
    lead = now.leads.get(lead_id)
    if lead is None or person.facts.id == 0:
        return LeadReasons(0.0, (), ())
    return judging.explained(
        platform.lead_ranker, platform.ranker.ngrams, lead.facts, person.facts, person.standing, context_of(platform)
    )  # fmt: skip


def _is_id(number: int) -> bool:
    return 0 < number < 2**31
