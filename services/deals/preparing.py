"""Before a deal is opened: what its page shows, and what still stands in the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from repositories import organisations
from repositories.organisations import Organisation
from services.access import Actor, require_signed_in
from services.deals.opening import Start, refuse, start
from services.errors import Conflict
from services.platform import Platform


@dataclass(frozen=True, slots=True)
class Prepared:
    """A pair about to become a deal: `hindrance` says why it cannot yet (empty: it can)."""

    start: Start
    enterprise: Organisation | None
    university: Organisation | None
    hindrance: str


def prepare(platform: Platform, actor: Actor, **way: Any) -> Prepared:
    """What the page shows before anything is opened (`way` as in `opening.start`); raises NotFound and Invalid as opening
    itself does, and Conflict where the lead or the introduction no longer leads to a deal."""
    require_signed_in(actor)
    with platform.database.read() as session:
        found = start(session, actor, **way)
        houses = organisations.by_ids(
            session, (found.need.organisation_id, found.achievement.organisation_id)
        )
    hindrance = ""
    try:
        refuse(actor, found)
    except Conflict as conflict:
        hindrance = conflict.message
    return Prepared(
        found, houses.get(found.need.organisation_id or 0), houses.get(found.achievement.organisation_id or 0), hindrance
    )  # fmt: skip
