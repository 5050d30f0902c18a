"""线索: a need and an achievement that fit, laid before technology managers; and what each of them said to it.

A lead is made once for a pair and hangs on a frozen public entry, so that "why these two?" has one answer for all.
What a manager sees is asked of the database each time: a side that leaves the public takes its leads along at once,
whether or not anybody has closed them yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, String, and_, func, select, text, true
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column, raiseload, relationship

from repositories.achievements import Achievement
from repositories.database import Base, utcnow
from repositories.deals import ENDED, Deal
from repositories.listing import PUBLISHED
from repositories.match_runs import MatchEntry, Pass
from repositories.needs import Need
from repositories.organisations import Organisation
from repositories.talents import Talent

VIEWED, INTERESTED, PASSED = "viewed", "interested", "passed"
STATE_NAMES: Mapping[str, str] = {VIEWED: "已查看", INTERESTED: "感兴趣", PASSED: "已婉拒"}


class Lead(Base):
    """One pair worth a manager's time. `closed_at`: one of its sides left the public, or a deal took over; when both sides are
    back and no deal took it, it opens again."""

    __tablename__ = "leads"

    id: Mapped[int] = mapped_column(primary_key=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("needs.id", ondelete="CASCADE"))
    achievement_id: Mapped[int] = mapped_column(ForeignKey("achievements.id", ondelete="CASCADE"), index=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("match_entries.id", ondelete="RESTRICT"))
    score: Mapped[float]
    level: Mapped[int]
    made_by: Mapped[str] = mapped_column(String(20))
    """The library whose publication made it: `needs` or `achievements`."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow, index=True)
    closed_at: Mapped[datetime | None] = mapped_column(index=True)

    need: Mapped[Need] = relationship(lazy="raise")
    achievement: Mapped[Achievement] = relationship(lazy="raise")
    entry: Mapped[MatchEntry] = relationship(lazy="raise")

    __table_args__ = (Index("uq_leads_pair", "need_id", "achievement_id", unique=True),)


class LeadAnswer(Base):
    """What one manager did about a lead; a pass needs one of the eight reasons and can be taken back."""

    __tablename__ = "lead_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"))
    talent_id: Mapped[int] = mapped_column(ForeignKey("talents.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(10), default=VIEWED)
    reason: Mapped[str] = mapped_column(String(30), default="")
    note: Mapped[str] = mapped_column(String(500), default="")
    viewed_at: Mapped[datetime] = mapped_column(default=utcnow)
    answered_at: Mapped[datetime | None]

    __table_args__ = (Index("uq_lead_answers_lead_talent", "lead_id", "talent_id", unique=True),)


DUE = text("state || '' = 'published' AND leads_revision <> revision AND organisation_id IS NOT NULL")
"""Which listings still need their leads made (`repositories.lead_making`). Written out, not bound: a partial index is
used only where the query says the same words, and where the index on `state` cannot be taken instead."""
for _model in (Need, Achievement):
    Index(f"ix_{_model.library}_leads_due", _model.id, sqlite_where=DUE, postgresql_where=DUE)

Head = tuple[int, int, int, int]
"""(lead, entry, projection of the need, projection of the achievement): equal heads mean nothing has changed."""
JUDGED = (
    Lead.id, Lead.entry_id, Lead.score, Lead.level, Lead.created_at, Lead.need_id, Lead.achievement_id,
    Need.projection.label("need_projection"), Need.title.label("need_title"), Need.wanted_trl, Need.wanted_modes,
    Need.industry.label("need_industry"), Need.region.label("need_region"),
    Achievement.projection.label("achievement_projection"), Achievement.title.label("achievement_title"),
    Achievement.industry.label("achievement_industry"), Achievement.region.label("achievement_region"),
    Achievement.discipline, Achievement.trl, Achievement.modes, Achievement.ip,
    Need.vector_key.label("need_key"), Achievement.vector_key.label("achievement_key"),
)  # fmt: skip
"""What ranking for a manager reads of a lead; never the confidential part."""


def _public() -> tuple[ColumnElement[bool], ...]:
    """Both sides are public, the need wants a manager, and neither side has set the other aside."""
    passed = select(Pass.id).where(Pass.need_id == Lead.need_id, Pass.achievement_id == Lead.achievement_id)
    return (
        Need.state == PUBLISHED,
        Achievement.state == PUBLISHED,
        Need.wants_manager.is_(True),
        ~passed.exists(),
    )


def _with_sides(query: Any) -> Any:
    return query.join(Need, Need.id == Lead.need_id).join(Achievement, Achievement.id == Lead.achievement_id)


def heads(session: Session) -> list[Head]:
    """Every lead a manager may take up now, by id."""
    query = _with_sides(
        select(Lead.id, Lead.entry_id, Need.projection, Achievement.projection).select_from(Lead)
    )
    query = query.where(Lead.closed_at.is_(None), *_public()).order_by(Lead.id)
    # Read as plain rows: 10,000 of them are asked for by every page.
    return [(a, b, c, d) for a, b, c, d in session.connection().execute(query)]


def taken(session: Session) -> list[Head]:
    """Leads with public sides whose pair has a deal that was not ended."""
    query = _with_sides(select(Lead.id, Lead.entry_id, Need.projection, Achievement.projection).select_from(Deal).join(
        Lead, and_(Lead.need_id == Deal.need_id, Lead.achievement_id == Deal.achievement_id)))  # fmt: skip
    query = query.where(Deal.state != ENDED, *_public()).order_by(Lead.id).distinct()
    return [(a, b, c, d) for a, b, c, d in session.execute(query)]


def judged(session: Session, ids: Sequence[int] | None) -> list[Any]:
    """The columns of leads with public sides; of all when `ids` is None."""
    query = _with_sides(select(*JUDGED).select_from(Lead))
    query = query.where(Need.state == PUBLISHED, Achievement.state == PUBLISHED)
    if ids is not None:
        query = query.where(Lead.id.in_(ids))
    return list(session.connection().execute(query))


@dataclass(frozen=True, slots=True)
class Opened:
    """A lead with everything a page shows of it. `answered` is what the asking manager did, if anything."""

    lead: Lead
    need: Need
    achievement: Achievement
    entry: MatchEntry
    enterprise: Organisation | None
    university: Organisation | None
    answered: LeadAnswer | None = None


def opened(
    session: Session, ids: Iterable[int], talent_id: int | None, *, public_only: bool = True
) -> dict[int, Opened]:
    """Leads by id with both sides, the entry and the manager's own answer, in one query."""
    enterprise, university = aliased(Organisation), aliased(Organisation)
    query = _with_sides(select(Lead, Need, Achievement, MatchEntry, enterprise, university, LeadAnswer))
    query = (
        query.join(MatchEntry, MatchEntry.id == Lead.entry_id)
        .outerjoin(enterprise, enterprise.id == Need.organisation_id)
        .outerjoin(university, university.id == Achievement.organisation_id)
        .outerjoin(LeadAnswer, and_(LeadAnswer.lead_id == Lead.id, LeadAnswer.talent_id == (talent_id or 0)))
        .options(raiseload(MatchEntry.run))
        .where(Lead.id.in_(list(ids)))
    )
    if public_only:
        query = query.where(*_public())
    return {row[0].id: Opened(*row) for row in session.execute(query)}


def answers_of(session: Session, talent_id: int) -> dict[int, str]:
    """What one manager did: lead → state."""
    query = select(LeadAnswer.lead_id, LeadAnswer.state).where(LeadAnswer.talent_id == talent_id)
    return {lead: str(state) for lead, state in session.execute(query)}


def answer_of(session: Session, lead_id: int, talent_id: int) -> LeadAnswer | None:
    """One manager's answer to one lead."""
    query = select(LeadAnswer).where(LeadAnswer.lead_id == lead_id, LeadAnswer.talent_id == talent_id)
    return session.scalar(query)


def interest(session: Session, ids: Iterable[int], but: int | None) -> dict[int, int]:
    """Lead → how many managers with a public profile are interested in it; `but` is left out of the count."""
    query = select(LeadAnswer.lead_id, func.count()).join(Talent, Talent.id == LeadAnswer.talent_id)
    query = query.where(
        LeadAnswer.lead_id.in_(list(ids)), LeadAnswer.state == INTERESTED, LeadAnswer.talent_id != (but or 0),
        Talent.state == PUBLISHED,
    )  # fmt: skip
    return {lead: int(n) for lead, n in session.execute(query.group_by(LeadAnswer.lead_id))}


def has_deal(session: Session, need_id: int, achievement_id: int) -> bool:
    """Whether somebody took the pair up and did not end it."""
    query = select(func.count()).select_from(Deal).where(
        Deal.need_id == need_id, Deal.achievement_id == achievement_id, Deal.state != ENDED
    )  # fmt: skip
    return bool(session.scalar(query))


def for_operators(session: Session, state: str, offset: int, limit: int) -> list[int]:
    """The newest leads (ids) in a state: open, interested (somebody is), passed (somebody did), closed, or all."""
    query = select(Lead.id).where(*_in_state(state)).order_by(Lead.id.desc())
    return list(session.scalars(query.offset(offset).limit(limit)))


OPERATOR_STATES = ("", "open", "interested", "passed", "closed")


def count_for_operators(session: Session) -> dict[str, int]:
    """How many leads the operators' list has in each of its states, by one query."""
    counted = [func.count().filter(and_(true(), *_in_state(state))) for state in OPERATOR_STATES]
    row = session.execute(select(*counted).select_from(Lead)).one()
    return dict(zip(OPERATOR_STATES, (int(n) for n in row), strict=True))


def _in_state(state: str) -> tuple[ColumnElement[bool], ...]:
    if state in ("open", "closed"):
        return (Lead.closed_at.is_(None) if state == "open" else Lead.closed_at.is_not(None),)
    if state in (INTERESTED, PASSED):
        said = select(LeadAnswer.id).where(LeadAnswer.lead_id == Lead.id, LeadAnswer.state == state)
        return (said.exists(),)
    return ()


def answers_to(session: Session, ids: Iterable[int]) -> dict[int, list[tuple[LeadAnswer, Talent]]]:
    """Lead → what each manager said to it, for operators."""
    query = select(LeadAnswer, Talent).join(Talent, Talent.id == LeadAnswer.talent_id)
    found: dict[int, list[tuple[LeadAnswer, Talent]]] = {}
    for answer, talent in session.execute(
        query.where(LeadAnswer.lead_id.in_(list(ids))).order_by(LeadAnswer.id)
    ):
        found.setdefault(answer.lead_id, []).append((answer, talent))
    return found
