"""能做的团队: who could do what a need asks for, read from the need's own recommendations. Nothing more is asked or judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from matching.teams import Work, gather
from matching.types import FAIR
from services.arranging import Item, Recommendations
from services.platform import Platform


@dataclass(frozen=True, slots=True)
class TeamLine:
    """One team with the works that speak for it, best first. `is_near`: none of them is recommended, several came
    close. `near` counts those that only came close."""

    organisation: Any
    team: str
    works: tuple[Item, ...]
    levels: Mapping[int, int]
    near: int
    is_near: bool


def teams_of(platform: Platform, found: Recommendations) -> list[TeamLine]:
    """The teams behind a need's list, in the order of `matching.teams`. What was passed on speaks for nobody."""
    items = [item for item in _once_a_team(found) if item.recommended or item.level >= FAIR]
    works = [
        Work(item.row.organisation_id, item.row.team, item.level, item.score, item.recommended)
        for item in items
    ]
    return [
        TeamLine(
            organisation=items[team.works[0]].organisation,
            team=team.team,
            works=tuple(items[place] for place in team.works),
            levels=team.levels,
            near=team.near,
            is_near=team.is_near,
        )
        for team in gather(works, platform.lists.near_works)
    ]


def _once_a_team(found: Recommendations) -> list[Item]:
    """Everything not passed, best first, of what was folded together one a team: telling a work twice is no experience."""
    seen: set[tuple[int, int | None, str]] = set()
    items = []
    for head in (*found.items, *found.weak):
        for item in (head, *head.folded):
            whose = (head.row.id, item.row.organisation_id, item.row.team)
            if whose not in seen:
                seen.add(whose)
                items.append(item)
    return sorted(items, key=lambda item: item.rank)
