"""How long a patent lasts, and in what state it is today.

专利法第四十二条: twenty years for an invention, ten for a utility model, fifteen for a design, each from filing. Designs
filed before June 2021 keep the ten years of the law of their time.
"""

from __future__ import annotations

from datetime import date

from services.patents.numbers import DESIGN, INVENTION, UTILITY

YEARS = {INVENTION: 20, UTILITY: 10, DESIGN: 15}
NEW_DESIGN_TERM = date(2021, 6, 1)
OLD_DESIGN_YEARS = 10
IN_FORCE = frozenset({"granted", "transferring", "pledged", "disputed", "invalidating"})
"""States in which a right stands; each ends with its term."""
DEAD = frozenset({"invalidated", "rejected", "withdrawn", "lapsed", "expired"})
SOON_DAYS = 365


def expiry(kind: str, filed_on: date | None) -> date | None:
    """The last day of the term; None where kind or day are not known: nothing is guessed."""
    if filed_on is None or kind not in YEARS:
        return None
    years = OLD_DESIGN_YEARS if kind == DESIGN and filed_on < NEW_DESIGN_TERM else YEARS[kind]
    try:
        return filed_on.replace(year=filed_on.year + years)
    except ValueError:  # 29 February of a year that has none
        return date(filed_on.year + years, 2, 28)


def state_today(status: str, expires_on: date | None, today: date) -> str:
    """The state as it is today: a right in force whose term is over has expired, whatever the list said."""
    if expires_on is not None and expires_on < today and (status in IN_FORCE or not status):
        return "expired"
    return status
