"""Leads as a manager reads them: ranked by the profile, filtered, a page at a time; and one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from matching.managers import leads as judging
from matching.managers.leads import LeadReasons
from repositories import leads, talents
from repositories.accounts import MANAGER
from repositories.database import Session
from repositories.leads import INTERESTED, PASSED, LeadAnswer, Opened
from repositories.talents import Talent
from services.access import Actor, require, require_signed_in
from services.errors import NotFound
from services.leads import board
from services.leads.board import Board, Reader
from services.managers import context_of
from services.platform import Platform

NEW, TAKEN = "new", "taken"
STATES = (NEW, INTERESTED, PASSED, TAKEN)
FACET_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Wish:
    """The filters of a list; empty means open. `days`: not older than so many days; `level`: at least."""

    state: str = NEW
    industries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    level: int | None = None
    days: int | None = None
    newest: bool = False


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
    sorted_out = _Sorted(now, answers, wish, platform.today())
    chosen = board.ordered(now, points, sorted_out.chosen, newest=wish.newest)
    some = chosen[(page - 1) * per_page : page * per_page]
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


class _Sorted:
    """Which leads of a board a wish chooses, with the counts each filter would give."""

    def __init__(self, now: Board, answers: Mapping[int, str], wish: Wish, today: date) -> None:
        """One pass over the board: a lead that fails one filter alone counts for that filter's other values."""
        oldest = today - timedelta(days=wish.days) if wish.days else None
        self.chosen: list[int] = []
        states: Counter[str] = Counter()
        facets: dict[str, Counter[str]] = {"industry": Counter(), "region": Counter(), "level": Counter()}
        for i, lead in now.leads.items():
            if oldest is not None and (lead.facts.made_on is None or lead.facts.made_on < oldest):
                continue
            places = {one[:2] + "0000" for one in lead.regions}
            failed = [
                name
                for name, fails in (
                    ("state", _state(i, now, answers) != wish.state),
                    ("industry", bool(wish.industries) and not _within(lead.industries, wish.industries)),
                    ("region", bool(wish.regions) and not _lies_in(lead.regions, wish.regions)),
                    ("level", wish.level is not None and lead.level < wish.level),
                )
                if fails
            ]
            if not failed:
                self.chosen.append(i)
            if failed in ([], ["state"]):
                states[_state(i, now, answers)] += 1
            for name, values in (
                ("industry", lead.industries),
                ("region", places),
                ("level", (str(lead.level),)),
            ):
                if failed in ([], [name]):
                    facets[name].update(values)
        self.counts: Mapping[str, int] = {state: states[state] for state in STATES}
        self.facets: Mapping[str, Mapping[str, int]] = {
            name: dict(found.most_common(FACET_SHOWN)) for name, found in facets.items()
        }


def _state(lead_id: int, now: Board, answers: Mapping[int, str]) -> str:
    """What a lead is for this manager: what was passed stays passed, what others took is nobody's to take."""
    said = answers.get(lead_id, NEW)
    if said == PASSED:
        return PASSED
    if lead_id in now.taken and said != INTERESTED:
        return TAKEN
    return INTERESTED if said == INTERESTED else NEW


def _lies_in(regions: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether one of the places lies in a province, city or county that is wanted."""
    parts = [code[:2] if code[2:] == "0000" else code[:4] if code[4:] == "00" else code for code in wanted]
    return any(region.startswith(part) for region in regions for part in parts)


def _within(codes: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether a division is wanted itself or by its section."""
    return any(code in wanted or code[:1] in wanted for code in codes)
