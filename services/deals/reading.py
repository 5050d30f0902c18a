"""Reading deals: one with everything its page shows, the lists of the people around them, and the board by stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from repositories import accounts, around_deals, deal_lists, deals, organisations
from repositories.accounts import ENTERPRISE, Account
from repositories.assignments import ACCEPTED, Assignment
from repositories.database import Session
from repositories.deal_lists import Scope
from repositories.deals import ENDED, Deal, DealEvent
from repositories.match_runs import MatchEntry
from repositories.organisations import Organisation
from repositories.talents import Talent
from services.access import Actor, require_signed_in
from services.deals import events
from services.deals.next_steps import Step, next_steps
from services.deals.standing import Standing, party_of, seen
from services.introductions import Contacts, contact_of
from services.platform import Platform

LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class Opened:
    """A deal as its page shows it to one person; `entry` is the public one, `contacts` are by side, `active` the
    assignment that counts: once the deal is closed, the one it ended with."""

    deal: Deal
    place: Standing
    entry: MatchEntry
    enterprise: Organisation | None
    university: Organisation | None
    active: Assignment | None
    manager: Talent | None
    finder: Talent | None
    events: list[DealEvent]
    names: Mapping[int, str]
    contacts: Mapping[str, Contacts] | None
    steps: list[Step]


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of deals with what each line needs; `total` counts the rows behind the page."""

    rows: list[Deal]
    counts: Mapping[str, int]
    houses: Mapping[int, Organisation]
    leaders: Mapping[int, tuple[Assignment, str]]
    places: Mapping[int, Standing]
    total: int = 0
    stages: Mapping[str, int] = field(default_factory=dict)


def get(platform: Platform, actor: Actor, deal_id: int) -> Deal:
    """A deal with both listings, for the people around it; raises SignInFirst, NotFound."""
    require_signed_in(actor)
    with platform.database.read() as session:
        return seen(session, actor, deal_id)[0]


def open_one(platform: Platform, actor: Actor, deal_id: int) -> Opened:
    """The same with everything its page needs; raises SignInFirst, NotFound."""
    require_signed_in(actor)
    with platform.database.read() as session:
        deal, place = seen(session, actor, deal_id)
        entry = session.get(MatchEntry, deal.entry_id)
        assert entry is not None
        houses = organisations.by_ids(session, (deal.enterprise_id, deal.university_id))
        active, manager = around_deals.manager_of(session, deal) or (None, None)
        finder = session.get(Talent, deal.finder_id) if deal.finder_id is not None else None
        circles = (events.FOR_ALL, events.FOR_OPERATORS) if place.is_operator else (events.FOR_ALL,)
        lines = deals.events_of(session, deal.id, circles)
        names = accounts.names_of(session, [line.account_id for line in lines])
        contacts = _contacts(session, deal, place, active, manager)
    return Opened(
        deal, place, entry, houses.get(deal.enterprise_id), houses.get(deal.university_id), active, manager, finder,
        lines, names, contacts, next_steps(deal, active),
    )  # fmt: skip


def listed(
    platform: Platform, actor: Actor, tab: str, offset: int, limit: int, *, state: str = "", words: str = "",
    by_stage: bool = False,
) -> Listed:  # fmt: skip
    """A page of one tab (`repositories.deal_lists` names the four) of the deals this person stands around; `by_stage`
    counts those under way by stage as well."""
    require_signed_in(actor)
    words = words.strip()[:LONGEST_SEARCH]
    with platform.database.read() as session:
        scope = scope_of(actor)
        rows = deal_lists.page(session, scope, tab, state, words, offset, limit)
        counts = deal_lists.count_tabs(session, scope, words)
        total = deal_lists.count_in(session, scope, tab, state, words) if state else counts[tab]
        stages = deal_lists.count_stages(session, scope, words) if by_stage else {}
        return _with_people(session, actor, rows, counts, total, stages)


def board(platform: Platform, actor: Actor, words: str = "") -> Listed:
    """The deals under way by stage, those standing longest first; `stages` counts all of each."""
    require_signed_in(actor)
    words = words.strip()[:LONGEST_SEARCH]
    with platform.database.read() as session:
        scope = scope_of(actor)
        rows = deal_lists.board(session, scope, words)
        counts = deal_lists.count_tabs(session, scope, words)
        stages = deal_lists.count_stages(session, scope, words)
        return _with_people(session, actor, rows, counts, sum(stages.values()), stages)


def scope_of(actor: Actor) -> Scope:
    """Whose deals a person sees in lists."""
    if actor.is_operator:
        return Scope(everything=True)
    return Scope(organisation_id=actor.organisation_id, account_id=actor.account_id)


def _with_people(
    session: Session, actor: Actor, rows: list[Deal], counts: Mapping[str, int], total: int,
    stages: Mapping[str, int] | None = None,
) -> Listed:  # fmt: skip
    ids = [row.id for row in rows]
    houses = organisations.by_ids(
        session, [i for row in rows for i in (row.enterprise_id, row.university_id)]
    )
    leaders = deal_lists.leaders(session, ids)
    states = deal_lists.my_places(session, ids, None if actor.is_operator else actor.account_id)
    places = {
        row.id: Standing(
            party_of(actor, row), actor.is_operator, not (actor.is_operator or party_of(actor, row)),
            frozenset(states.get(row.id, ())),
        )
        for row in rows
    }  # fmt: skip
    return Listed(rows, counts, houses, leaders, places, total, stages or {})


def _contacts(
    session: Session, deal: Deal, place: Standing, active: Assignment | None, manager: Talent | None
) -> dict[str, Contacts] | None:
    """Who is reached how, once both agreed; nothing any more after a deal was terminated."""
    if not deal.both_agreed or deal.state == ENDED or not place.reads_contacts:
        return None
    found = {ENTERPRISE: contact_of(session, deal.need), "university": contact_of(session, deal.achievement)}
    if (
        active is not None
        and active.state == ACCEPTED
        and manager is not None
        and manager.account_id is not None
    ):
        account = session.get(Account, manager.account_id)
        if account is not None:
            found["manager"] = Contacts("", manager.title, account.phone, account.email or "")
    return found
