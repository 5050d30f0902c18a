"""能做的团队: the same judged pairs, read by who did the work. Most contracts are development and service, and for those
a need asks for people who have done such things, not for one finished thing.

Nothing is scored here: a team is as good as the works that speak for it, and which these are is shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Work:
    """One judged achievement. `institution` owns it, `team` as its owner wrote it (may be empty); `recommended`:
    whether it is recommended itself, or only came close."""

    institution: int | None
    team: str
    level: int
    score: float
    recommended: bool


@dataclass(frozen=True, slots=True)
class Team:
    """Those who could do it. `works` are places in the list given, best first: those recommended, or where there are none
    (`is_near`) those that came close; `near` counts the works that only came close."""

    institution: int
    team: str
    works: tuple[int, ...]
    levels: Mapping[int, int]
    near: int
    is_near: bool


def gather(works: Sequence[Work], near_works: int) -> list[Team]:
    """Teams by the level of their best work, then by how many they have of that level, then by its score.

    Works without an institution are nobody's one could ask. A team with nothing recommended is named, behind all others,
    when *near_works* of its works came close: that is experience, not an offer.
    """
    by_team: dict[tuple[int, str], list[int]] = {}
    for place, work in enumerate(works):
        if work.institution is not None:
            by_team.setdefault((work.institution, "".join(work.team.split())), []).append(place)
    teams = []
    for (institution, _), places in by_team.items():
        places.sort(key=lambda place: (-works[place].score, place))
        good = [place for place in places if works[place].recommended]
        if not good and len(places) < near_works:
            continue
        levels = Counter(works[place].level for place in good)
        near = len(places) - len(good)
        name = next((works[p].team.strip() for p in places), "")
        teams.append(Team(institution, name, tuple(good or places), dict(levels), near, not good))
    return sorted(teams, key=lambda team: _order(team, works))


def _order(team: Team, works: Sequence[Work]) -> tuple[bool, int, int, float, int]:
    best = works[team.works[0]]
    of_best = sum(works[place].level == best.level for place in team.works)
    return team.is_near, -best.level, -of_best, -best.score, team.works[0]
