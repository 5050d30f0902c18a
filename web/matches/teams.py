"""Teams that could do it as a read model: who they are, the works that speak for them, one way to ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import request, url_for

from services.arranging import Item, Recommendations
from services.platform import Platform
from services.teams import TeamLine, teams_of
from web import labels
from web.matches.entries import LEVEL_LABELS, deal_label, introduction_label, whole

WORKS_SHOWN = 3
"""Works of a team that are seen at once; the others open in place."""


@dataclass(frozen=True, slots=True)
class WorkView:
    """One work that speaks for a team."""

    title: str
    href: str
    level: int
    level_label: str
    score: int
    reason: str


@dataclass(frozen=True, slots=True)
class TeamView:
    """One team. `ask_href` leads to asking about its best work; `waiting` and `deal` say what is under way already."""

    institution: str
    team: str
    region_label: str
    level: int
    level_label: str
    score: int
    counts: Sequence[tuple[str, int]]
    near: int
    is_near: bool
    works: list[WorkView]
    ask_href: str
    waiting: Mapping[str, str] | None
    deal: Mapping[str, str] | None


def teams_view(platform: Platform, found: Recommendations, *, may_act: bool) -> list[TeamView]:
    """The teams of a need's list."""
    return [_team(line, may_act=may_act) for line in teams_of(platform, found)]


def _team(line: TeamLine, *, may_act: bool) -> TeamView:
    best = line.works[0]
    waiting = next((work for work in line.works if work.introduction is not None), None)
    under_way = next((label for work in line.works if (label := deal_label(work.deal))), None)
    ask_href = ""
    if may_act and best.entry_id is not None:
        back = request.full_path.rstrip("?")
        ask_href = url_for("introductions.ask", entry_id=best.entry_id, about="team", back=back)
    return TeamView(
        institution=line.organisation.name if line.organisation else "", team=line.team,
        region_label=labels.place(best.row.region), level=best.shown_level, level_label=LEVEL_LABELS[best.shown_level],
        score=whole(best.score), counts=[(LEVEL_LABELS[n], line.levels[n]) for n in (4, 3, 2) if line.levels.get(n)],
        near=line.near, is_near=line.is_near, works=[_work(item) for item in line.works], ask_href=ask_href,
        waiting=introduction_label(waiting.introduction, "achievements") if waiting else None, deal=under_way,
    )  # fmt: skip


def _work(item: Item) -> WorkView:
    return WorkView(
        title=item.row.title, href=url_for("achievements.detail", row_id=item.row.id), level=item.shown_level,
        level_label=LEVEL_LABELS[item.shown_level], score=whole(item.score),
        reason=item.reasons[0]["text"] if item.reasons else "",
    )  # fmt: skip
