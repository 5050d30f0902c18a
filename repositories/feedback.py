"""What people did with public pairs, as far as it says something about others: chosen, or set aside as unfit.

Only needs and achievements that are public now take part, and only their public vectors. No column of a person, an
organisation or a text leaves this file.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Integer, Join, Subquery, and_, case, join, literal, select, true, union_all
from sqlalchemy.orm import Session, aliased

from repositories.achievements import Achievement
from repositories.deals import COMPLETED, ENDED, Deal
from repositories.introductions import ACCEPTED, DECLINED, Introduction
from repositories.listing import PUBLISHED
from repositories.match_runs import Pass
from repositories.needs import Need
from repositories.vectors import StoredVector, Vector, unpack

UNFIT_REASONS = ("direction", "maturity", "indicators")
"""Reasons of a pass that speak about fitting; price, place or timing are one enterprise's own."""
ENTERPRISE = "enterprise"
MOST = 1000
"""Newest events that are heard: older ones speak of listings that have gone."""


@dataclass(frozen=True, slots=True)
class Event:
    """One public pair: whether it was chosen, and the vectors of both sides."""

    need_id: int
    chosen: bool
    need: Vector
    achievement: Vector


def newest(session: Session, model_id: str) -> list[Event]:
    """The newest events with both vectors of this model, one a pair; what was chosen counts, whatever was passed."""
    said, asked, offered = _said(), aliased(StoredVector), aliased(StoredVector)
    rows = session.execute(
        select(said.c.need_id, said.c.achievement_id, said.c.chosen, asked.data, offered.data)
        .select_from(_public(said))
        .join(asked, and_(asked.content_hash == Need.vector_key, asked.model_id == model_id))
        .join(offered, and_(offered.content_hash == Achievement.vector_key, offered.model_id == model_id))
        .order_by(said.c.at.desc(), said.c.need_id, said.c.achievement_id)
        .limit(MOST)
    )
    found: dict[tuple[int, int], Event] = {}
    for need_id, achievement_id, chosen, need, achievement in rows:
        known = found.get((need_id, achievement_id))
        if known is None or (chosen and not known.chosen):
            found[need_id, achievement_id] = Event(need_id, bool(chosen), unpack(need), unpack(achievement))
    return list(found.values())


def _said() -> Subquery:
    """Agreed introductions and deals, and passes of enterprises for reasons of fit."""
    return union_all(
        select(Introduction.need_id, Introduction.achievement_id, literal(1, Integer).label("chosen"),
               Introduction.asked_at.label("at")).where(Introduction.state == ACCEPTED),
        select(Deal.need_id, Deal.achievement_id, literal(1, Integer), Deal.created_at).where(
            Deal.enterprise_agreed_at.is_not(None), Deal.university_agreed_at.is_not(None)),
        select(Pass.need_id, Pass.achievement_id, literal(0, Integer), Pass.created_at).where(
            Pass.side == ENTERPRISE, Pass.reason.in_(UNFIT_REASONS)),
    ).subquery()  # fmt: skip


def _public(said: Subquery) -> Join:
    """What was said of listings that are both public now. Their states stand so that no index can be taken: listings are
    looked up by what was said, never the other way round, for there are far more of them."""
    need = and_(Need.id == said.c.need_id, Need.state + "" == PUBLISHED)
    achievement = and_(
        Achievement.id == said.c.achievement_id,
        Achievement.state + "" == PUBLISHED,
        Achievement.visibility + "" == "public",
    )
    return join(join(said, Need, need), Achievement, achievement)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a public pair: `kind` is introduced, declined, deal, completed, ended or passed; `reason` a code."""

    need_id: int
    achievement_id: int
    kind: str
    side: str
    reason: str


def outcomes(session: Session) -> list[Outcome]:
    """Everything people did with pairs whose listings are both public now, in the order of needs; no note, no person."""
    parts = (
        (Introduction, case((Introduction.state == ACCEPTED, "introduced"), else_="declined"), literal(""),
         Introduction.reason, Introduction.state.in_((ACCEPTED, DECLINED))),
        (Deal, case((Deal.state == COMPLETED, "completed"), (Deal.state == ENDED, "ended"), else_="deal"), literal(""),
         Deal.end_reason, and_(Deal.enterprise_agreed_at.is_not(None), Deal.university_agreed_at.is_not(None))),
        (Pass, literal("passed"), Pass.side, Pass.reason, true()),
    )  # fmt: skip
    said = union_all(*(
        select(table.need_id, table.achievement_id, kind.label("kind"), side.label("side"), reason.label("reason")).where(rule)
        for table, kind, side, reason, rule in parts
    )).subquery()  # fmt: skip
    columns = (said.c.need_id, said.c.achievement_id, said.c.kind, said.c.side, said.c.reason)
    rows = session.execute(select(*columns).select_from(_public(said)).order_by(*columns))
    return [Outcome(*row) for row in rows]
