"""Where a person stands towards a deal, and what follows from it: the access rules of deals, in one place.

`tests/functional/test_access_table.py` holds the same rules as a table written by hand.
"""

from __future__ import annotations

from dataclasses import dataclass

from repositories import around_deals, deals
from repositories.accounts import ENTERPRISE, UNIVERSITY
from repositories.assignments import ACCEPTED, CLOSED, OFFERED
from repositories.database import Session
from repositories.deals import Deal
from services.access import Actor
from services.errors import NotFound


@dataclass(frozen=True, slots=True)
class Standing:
    """One person towards one deal. `side` is enterprise, university or empty."""

    side: str = ""
    is_operator: bool = False
    is_finder: bool = False
    assignments: frozenset[str] = frozenset()

    @property
    def is_offered(self) -> bool:
        """The manager who was asked to take it on and has not answered."""
        return OFFERED in self.assignments

    @property
    def leads(self) -> bool:
        """The manager who accepted it."""
        return ACCEPTED in self.assignments

    @property
    def is_manager(self) -> bool:
        """A manager with any place in the deal."""
        return self.is_finder or bool(self.assignments)

    @property
    def sees(self) -> bool:
        """Both organisations, the managers concerned and operators; for anybody else there is no such deal."""
        return bool(self.side) or self.is_operator or self.is_manager

    @property
    def moves(self) -> bool:
        """Stages are moved by the manager who leads the deal, and by operators."""
        return self.is_operator or self.leads

    @property
    def ends(self) -> bool:
        """Either side may leave, the manager and operators may close what goes nowhere."""
        return bool(self.side) or self.moves

    @property
    def notes(self) -> bool:
        """Who writes into the timeline: whoever may end it, who led it to its end, and who found the lead."""
        return self.ends or self.is_finder or CLOSED in self.assignments

    @property
    def reads_contacts(self) -> bool:
        """Once both agreed: the two sides and the manager who leads or led it."""
        return bool(self.side) or self.leads or CLOSED in self.assignments

    def answers_for(self, deal: Deal) -> str:
        """The side whose consent this person can still give, else the empty string."""
        given = {ENTERPRISE: deal.enterprise_agreed_at, UNIVERSITY: deal.university_agreed_at}
        return self.side if deal.is_under_way and self.side and given[self.side] is None else ""

    def reads_enterprise_name(self, deal: Deal) -> bool:
        """A hidden name opens to the other side when both agreed, to the managers when the enterprise did."""
        if self.is_operator or self.side == ENTERPRISE or deal.need.show_name:
            return True
        if self.is_manager and deal.enterprise_agreed_at is not None:
            return True
        return bool(self.side) and deal.both_agreed


def party_of(actor: Actor, deal: Deal) -> str:
    """`enterprise` or `university` when the person acts for one of the two organisations, else the empty string."""
    if not actor.is_signed_in or actor.organisation_id is None:
        return ""
    if actor.organisation_id == deal.enterprise_id:
        return ENTERPRISE
    return UNIVERSITY if actor.organisation_id == deal.university_id else ""


def standing(session: Session, actor: Actor, deal: Deal) -> Standing:
    """Where a person stands towards a deal, by one query at most."""
    side = party_of(actor, deal)
    if side or actor.is_operator or not actor.is_signed_in:
        return Standing(side, actor.is_operator)
    is_finder, assignments = around_deals.managers_place(session, deal, actor.account_id)
    return Standing("", False, is_finder, assignments)


def leads_deal(session: Session, actor: Actor, deal: Deal) -> bool:
    """Whether the person is the manager who accepted this deal."""
    return standing(session, actor, deal).leads


def seen(session: Session, actor: Actor, deal_id: int, *, lock: bool = False) -> tuple[Deal, Standing]:
    """A deal this person may see and where he or she stands; raises NotFound, whether or not it exists."""
    deal = deals.lock(session, deal_id) if lock else deals.find(session, deal_id)
    if deal is None:
        raise NotFound()
    place = standing(session, actor, deal)
    if not place.sees:
        raise NotFound()
    return deal, place
