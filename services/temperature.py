"""需求温度: what an achievement's owner learns of the demand for it, without learning whose demand it is.

Nothing small is told: a number stands for at least three enterprises, and no sum is given from which a smaller one could
be taken. Who else looks (visitors, other houses) learns nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from matching.types import FAIRLY_STRONG
from repositories import temperature
from services.access import Actor, owns, require
from services.listings.entries import visible
from services.platform import Platform

LEAST = 3
"""Enterprises below which a number is not told."""
WINDOW = timedelta(days=90)
"""How far back runs count: older ones are pruned unless something hangs on them."""


@dataclass(frozen=True, slots=True)
class Temperature:
    """`pointing`: published needs that point here, None: too few to tell. `reasons`: (code, needs) of those told by
    enough, most first. There is no total: it would tell what was left out."""

    pointing: int | None
    reasons: Sequence[tuple[str, int]]


def of_achievement(platform: Platform, actor: Actor, row_id: int) -> Temperature:
    """For the owner of an achievement and for operators; raises NotFound, Forbidden. Three queries."""
    with platform.database.read() as session:
        row = visible(session, actor, "achievements", row_id)
        require(owns(actor, row) or actor.is_operator)
        pointing = temperature.pointing(session, row_id, FAIRLY_STRONG, platform.now() - WINDOW)
        passes = temperature.passes(session, row_id)
    told = [(reason, count.needs) for reason, count in passes.items() if count.enterprises >= LEAST]
    return Temperature(
        pointing=pointing.needs if pointing.enterprises >= LEAST else None,
        reasons=sorted(told, key=lambda one: (-one[1], one[0])),
    )
