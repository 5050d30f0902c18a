"""引荐: one side asks, the other answers; contacts open only when both agreed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, String, and_, delete, func, or_, select, union_all
from sqlalchemy.orm import Mapped, Session, contains_eager, joinedload, mapped_column, raiseload, relationship

from repositories.achievements import Achievement
from repositories.database import Base, utcnow
from repositories.deals import Deal
from repositories.leads import Lead
from repositories.match_runs import MatchEntry, MatchRun, Pass
from repositories.needs import Need

ASKED, ACCEPTED, DECLINED, EXPIRED, RECALLED = "asked", "accepted", "declined", "expired", "recalled"
STATE_NAMES: Mapping[str, str] = {
    ASKED: "等待答复",
    ACCEPTED: "已同意",
    DECLINED: "已婉拒",
    EXPIRED: "逾期未答复",
    RECALLED: "已撤回",
}
TRANSITIONS: Mapping[str, tuple[frozenset[str], str]] = {
    "accept": (frozenset({ASKED}), ACCEPTED),
    "decline": (frozenset({ASKED}), DECLINED),
    "expire": (frozenset({ASKED}), EXPIRED),
    "recall": (frozenset({ASKED}), RECALLED),
}


class Introduction(Base):
    """A request hung on a frozen entry. `entry_id` is what the asker saw, `shown_entry_id` its public twin."""

    __tablename__ = "introductions"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("match_entries.id", ondelete="RESTRICT"))
    shown_entry_id: Mapped[int] = mapped_column(ForeignKey("match_entries.id", ondelete="RESTRICT"))
    need_id: Mapped[int] = mapped_column(ForeignKey("needs.id", ondelete="RESTRICT"), index=True)
    achievement_id: Mapped[int] = mapped_column(
        ForeignKey("achievements.id", ondelete="RESTRICT"), index=True
    )
    asked_by: Mapped[str] = mapped_column(String(20))
    asker_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    message: Mapped[str] = mapped_column(String(1000), default="")
    state: Mapped[str] = mapped_column(String(10), default=ASKED, index=True)
    asked_at: Mapped[datetime] = mapped_column(default=utcnow)
    due_on: Mapped[date] = mapped_column(index=True)
    answered_at: Mapped[datetime | None]
    answerer_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(String(30), default="")
    note: Mapped[str] = mapped_column(String(1000), default="")

    need: Mapped[Need] = relationship(lazy="joined")
    achievement: Mapped[Achievement] = relationship(lazy="joined")
    shown_entry: Mapped[MatchEntry] = relationship(foreign_keys=[shown_entry_id], lazy="joined")

    __table_args__ = (
        # One open request a pair, whoever asks: a second click or a crossing request finds the first.
        Index(
            "uq_introductions_open_pair",
            "need_id",
            "achievement_id",
            unique=True,
            sqlite_where=(state == ASKED),
            postgresql_where=(state == ASKED),
        ),
    )


def of_pair(session: Session, need_id: int, achievement_id: int) -> Introduction | None:
    """The latest request between the two."""
    return session.scalar(
        select(Introduction)
        .where(Introduction.need_id == need_id, Introduction.achievement_id == achievement_id)
        .order_by(Introduction.id.desc())
        .limit(1)
    )


def of_need(session: Session, need_id: int) -> dict[int, Introduction]:
    """The latest request by achievement for one need."""
    rows = session.scalars(
        select(Introduction).where(Introduction.need_id == need_id).order_by(Introduction.id)
    )
    return {row.achievement_id: row for row in rows}


def of_achievement(session: Session, achievement_id: int) -> dict[int, Introduction]:
    """The latest request by need for one achievement."""
    rows = session.scalars(
        select(Introduction).where(Introduction.achievement_id == achievement_id).order_by(Introduction.id)
    )
    return {row.need_id: row for row in rows}


def between(
    session: Session,
    need_id: int,
    organisation_id: int | None,
    states: tuple[str, ...] = (ASKED, ACCEPTED),
) -> bool:
    """Whether an introduction in one of `states` laid this need before an organisation (it may then open it)."""
    if organisation_id is None:
        return False
    query = select(func.count()).select_from(Introduction).join(Introduction.achievement)
    return bool(
        session.scalar(
            query.where(
                Introduction.need_id == need_id,
                Achievement.organisation_id == organisation_id,
                Introduction.state.in_(states),
            )
        )
    )


def open_for(session: Session, organisation_id: int, side: str) -> list[Introduction]:
    """All requests in which an organisation takes part on `side` (enterprise or university), newest first."""
    owner = Need.organisation_id if side == "enterprise" else Achievement.organisation_id
    query = select(Introduction).join(Introduction.need).join(Introduction.achievement)
    return list(session.scalars(query.where(owner == organisation_id).order_by(Introduction.id.desc())))


WAITING_FOR_US, WAITING_FOR_THEM, AGREED, ENDED = "mine", "theirs", "accepted", "ended"


def _taken_part(organisation_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """(the organisation asked, the organisation was asked)."""
    enterprise = Need.organisation_id == organisation_id
    university = Achievement.organisation_id == organisation_id
    by_enterprise = Introduction.asked_by == "enterprise"
    return (
        or_(and_(by_enterprise, enterprise), and_(~by_enterprise, university)),
        or_(and_(by_enterprise, university), and_(~by_enterprise, enterprise)),
    )


def _in_tab(organisation_id: int, tab: str) -> ColumnElement[bool]:
    asked, was_asked = _taken_part(organisation_id)
    match tab:
        case "mine":
            return and_(was_asked, Introduction.state == ASKED)
        case "theirs":
            return and_(asked, Introduction.state == ASKED)
        case "accepted":
            return and_(or_(asked, was_asked), Introduction.state == ACCEPTED)
    return and_(or_(asked, was_asked), Introduction.state.in_((DECLINED, EXPIRED, RECALLED)))


def count_tabs(session: Session, organisation_id: int) -> dict[str, int]:
    """How many requests stand in each of the four tabs of an organisation, by one query."""
    tabs = (WAITING_FOR_US, WAITING_FOR_THEM, AGREED, ENDED)
    counted = [func.count().filter(_in_tab(organisation_id, tab)) for tab in tabs]
    query = select(*counted).select_from(Introduction).join(Introduction.need).join(Introduction.achievement)
    return dict(zip(tabs, (int(n) for n in session.execute(query).one()), strict=True))


def page_of(session: Session, organisation_id: int, tab: str, offset: int, limit: int) -> list[Introduction]:
    """The requests of one tab with both listings but without the judged entries: those to answer by their due day,
    the others newest first."""
    order = (Introduction.due_on, Introduction.id) if tab == WAITING_FOR_US else (Introduction.id.desc(),)
    query = (
        select(Introduction)
        .join(Introduction.need)
        .join(Introduction.achievement)
        .options(
            contains_eager(Introduction.need),
            contains_eager(Introduction.achievement),
            raiseload(Introduction.shown_entry),
        )
        .where(_in_tab(organisation_id, tab))
        .order_by(*order)
    )
    return list(session.scalars(query.offset(offset).limit(limit)))


def count_by_state(session: Session) -> dict[str, int]:
    """How many requests of the whole platform are in each state."""
    query = select(Introduction.state, func.count()).group_by(Introduction.state)
    return {state: int(count) for state, count in session.execute(query)}


def with_entries(session: Session, introduction_id: int) -> tuple[Introduction, MatchEntry, str] | None:
    """A request, the entry its asker saw and that entry's basis, without the rest of either run."""
    query = (
        select(Introduction, MatchEntry, MatchRun.basis)
        .join(MatchEntry, MatchEntry.id == Introduction.entry_id)
        .join(MatchRun, MatchRun.id == MatchEntry.run_id)
        .options(
            joinedload(Introduction.shown_entry).raiseload(MatchEntry.run), raiseload(MatchEntry.run)
        )
        .where(Introduction.id == introduction_id)
    )  # fmt: skip
    row = session.execute(query).first()
    return (row[0], row[1], row[2]) if row is not None else None


def prune_runs(session: Session, before: datetime) -> int:
    """Drop runs older than `before` on which no introduction, pass, lead or deal hangs; gives how many."""
    held = union_all(
        select(Introduction.entry_id), select(Introduction.shown_entry_id),
        select(Pass.entry_id).where(Pass.entry_id.is_not(None)), select(Lead.entry_id), select(Deal.entry_id),
    ).subquery()  # fmt: skip
    kept = select(MatchEntry.run_id).where(MatchEntry.id.in_(select(held)))
    old = select(MatchRun.id).where(MatchRun.created_at < before, MatchRun.id.not_in(kept))
    return int(session.execute(delete(MatchRun).where(MatchRun.id.in_(old))).rowcount)  # type: ignore[attr-defined]


def overdue(session: Session, today: date) -> list[Introduction]:
    """Requests whose day for an answer has passed."""
    return list(
        session.scalars(select(Introduction).where(Introduction.state == ASKED, Introduction.due_on < today))
    )


def latest(session: Session, state: str, offset: int, limit: int) -> list[Introduction]:
    """The newest requests of the whole platform, for operators; only those in `state` when it is given."""
    query = select(Introduction).options(raiseload(Introduction.shown_entry)).order_by(Introduction.id.desc())
    if state:
        query = query.where(Introduction.state == state)
    return list(session.scalars(query.offset(offset).limit(limit)))
