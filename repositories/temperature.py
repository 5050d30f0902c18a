"""需求温度: how many published needs point at an achievement, and why enterprises set it aside, counted.

Only what is public goes in: published needs, runs of a public basis, passes on needs without a confidential part (a
reason may stem from what is confidential). Counted by enterprise too, because three needs of one house are one voice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, distinct, func, select, union

from repositories.accounts import ENTERPRISE
from repositories.database import Session
from repositories.leads import Lead
from repositories.listing import PUBLISHED
from repositories.match_runs import PUBLIC, MatchEntry, MatchRun, Pass
from repositories.needs import Need


@dataclass(frozen=True, slots=True)
class Count:
    """How many needs, and of how many enterprises."""

    needs: int
    enterprises: int


def pointing(session: Session, achievement_id: int, level: int, since: datetime) -> Count:
    """Published needs in whose public runs since then it stands at `level` or above, or which share a lead with it."""
    in_runs = (
        select(MatchEntry.need_id)
        .join(MatchRun, MatchRun.id == MatchEntry.run_id)
        .where(
            MatchEntry.achievement_id == achievement_id,
            MatchEntry.level >= level,
            MatchRun.basis == PUBLIC,
            MatchRun.library == "needs",
            MatchRun.created_at >= since,
        )
    )
    in_leads = select(Lead.need_id).where(Lead.achievement_id == achievement_id, Lead.closed_at.is_(None))
    both = union(in_runs, in_leads).subquery()
    needs, enterprises = session.execute(_counted().where(Need.id.in_(select(both.c.need_id)))).one()
    return Count(needs, enterprises)


def passes(session: Session, achievement_id: int) -> Mapping[str, Count]:
    """Reason → how many published needs without a confidential part set it aside for that."""
    query = (
        _counted()
        .add_columns(Pass.reason)
        .join(Pass, Pass.need_id == Need.id)
        .where(Pass.achievement_id == achievement_id, Pass.side == ENTERPRISE, Need.confidential == "")
        .group_by(Pass.reason)
    )
    return {reason: Count(needs, enterprises) for needs, enterprises, reason in session.execute(query)}


def _counted() -> Select[int, int]:
    counts = select(func.count(distinct(Need.id)), func.count(distinct(Need.organisation_id)))
    return counts.where(Need.state == PUBLISHED)
