"""Reading deals: one for a person who may see it, with everything its page shows."""

from __future__ import annotations

from repositories.deals import Deal
from services.access import Actor, require_signed_in
from services.deals.standing import seen
from services.platform import Platform


def get(platform: Platform, actor: Actor, deal_id: int) -> Deal:
    """A deal with both listings, for the people around it; raises SignInFirst, NotFound."""
    require_signed_in(actor)
    with platform.database.read() as session:
        return seen(session, actor, deal_id)[0]
