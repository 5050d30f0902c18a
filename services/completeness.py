"""How completely a need is described: what a person on the other side would ask for first."""

from __future__ import annotations

from dataclasses import dataclass

from repositories.needs import Need
from services.listings.catalogue import NEED
from services.listings.fields import Field

ASKED_FOR = (
    "title", "problem", "indicators", "constraints", "industry", "region", "budget_max", "deadline", "wanted_trl",
    "wanted_modes", "teaser", "contact_name",
)  # fmt: skip
"""Fields whose absence makes technology-transfer staff ask back before they search."""
ENOUGH = {"problem": 60, "indicators": 15}
"""Characters below which a text does not count as given: `解决开裂问题` names no problem one could search for."""


@dataclass(frozen=True, slots=True)
class Completeness:
    """`have` of `of` asked-for fields are there; `missing` names the others in the order of the form."""

    have: int
    of: int
    missing: tuple[Field, ...]


def completeness(need: Need) -> Completeness:
    """What is there and what is missing."""
    missing = tuple(f for f in NEED if f.name in ASKED_FOR and not _given(need, f.name))
    return Completeness(len(ASKED_FOR) - len(missing), len(ASKED_FOR), missing)


def _given(need: Need, name: str) -> bool:
    value = getattr(need, name)
    return len(value) >= ENOUGH.get(name, 1) if isinstance(value, str | list) else value is not None
