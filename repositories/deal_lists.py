"""Deals as lists: one's own by tab, and a board by stage; each a fixed number of queries whatever it holds.

Rows carry the two titles and owners only; the texts of the listings (the confidential part above all) stay unread.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import Session, contains_eager

from repositories.achievements import Achievement
from repositories.around_deals import SEEING
from repositories.assignments import ACTIVE, CLOSED, OFFERED, Assignment
from repositories.deals import COMPLETED, ENDED, UNDER_WAY, Deal
from repositories.needs import Need
from repositories.organisations import Organisation
from repositories.talents import Talent

WAITING, OPEN, DONE, STOPPED = "todo", "open", "completed", "ended"
TABS = (WAITING, OPEN, DONE, STOPPED)
COLUMN = 12
"""Cards shown of a stage on the board; the rest is behind a link."""
NEED_PARTS = (
    Need.title,
    Need.organisation_id,
    Need.show_name,
    Need.wants_manager,
    Need.industry,
    Need.is_demo,
)
ACHIEVEMENT_PARTS = (Achievement.title, Achievement.organisation_id)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose deals: everybody's (operators), an organisation's, a manager's, or both of the last two."""

    everything: bool = False
    organisation_id: int | None = None
    account_id: int | None = None

    def condition(self) -> ColumnElement[bool]:
        """Which deals this person sees at all."""
        if self.everything:
            return true()
        return or_(false(), *self._parts())

    def todo(self) -> ColumnElement[bool]:
        """Which of them wait for this very person."""
        if self.everything:
            asked = exists().where(Assignment.deal_id == Deal.id, Assignment.state.in_(ACTIVE))
            return and_(Deal.state.in_(UNDER_WAY), Need.wants_manager, ~asked)
        return and_(Deal.state.in_(UNDER_WAY), or_(false(), *self._waiting()))

    def _parts(self) -> list[ColumnElement[bool]]:
        parts: list[ColumnElement[bool]] = []
        if self.organisation_id is not None:
            parts += [
                Deal.enterprise_id == self.organisation_id,
                Deal.university_id == self.organisation_id,
            ]
        if self.account_id is not None:
            mine = select(Talent.id).where(Talent.account_id == self.account_id)
            asked = select(Assignment.deal_id).where(
                Assignment.talent_id.in_(mine), Assignment.state.in_(SEEING)
            )
            parts += [Deal.finder_id.in_(mine), Deal.id.in_(asked)]
        return parts

    def _waiting(self) -> list[ColumnElement[bool]]:
        parts: list[ColumnElement[bool]] = []
        if self.organisation_id is not None:
            here = self.organisation_id
            parts += [
                and_(Deal.enterprise_id == here, Deal.enterprise_agreed_at.is_(None)),
                and_(Deal.university_id == here, Deal.university_agreed_at.is_(None)),
            ]
        if self.account_id is not None:
            mine = select(Talent.id).where(Talent.account_id == self.account_id)
            offered = select(Assignment.deal_id).where(
                Assignment.talent_id.in_(mine), Assignment.state == OFFERED
            )
            parts.append(Deal.id.in_(offered))
        return parts


def count_tabs(session: Session, scope: Scope, words: str = "") -> dict[str, int]:
    """How many deals stand in each tab, by one query."""
    counted = [func.count().filter(_in_tab(scope, tab)) for tab in TABS]
    query = _joined(select(*counted).select_from(Deal), scope, words)
    return dict(zip(TABS, (int(n) for n in session.execute(query).one()), strict=True))


def count_stages(session: Session, scope: Scope, words: str = "") -> dict[str, int]:
    """How many deals under way stand in each stage."""
    query = _joined(select(Deal.state, func.count()).select_from(Deal), scope, words)
    query = query.where(Deal.state.in_(UNDER_WAY)).group_by(Deal.state)
    return {state: int(count) for state, count in session.execute(query)}


def page(
    session: Session, scope: Scope, tab: str, state: str, words: str, offset: int, limit: int
) -> list[Deal]:
    """One page of a tab (`state` narrows it to a stage): those waiting for an answer by their day, others newest first."""
    query = _joined(select(Deal), scope, words).where(_in_tab(scope, tab))
    if state:
        query = query.where(Deal.state == state)
    order = (Deal.answer_due_on, Deal.id) if tab == WAITING else (Deal.updated_at.desc(), Deal.id.desc())
    return list(session.scalars(_light(query).order_by(*order).offset(offset).limit(limit)))


def count_in(session: Session, scope: Scope, tab: str, state: str, words: str) -> int:
    """How many rows `page` would walk through when it is narrowed to a stage."""
    query = _joined(select(func.count()).select_from(Deal), scope, words)
    return int(session.scalar(query.where(_in_tab(scope, tab), Deal.state == state)) or 0)


def board(session: Session, scope: Scope, words: str = "") -> list[Deal]:
    """The deals of each stage that have stood there longest, `COLUMN` a stage, by one query."""
    place = func.row_number().over(partition_by=Deal.state, order_by=(Deal.stage_since, Deal.id))
    ranked = _joined(select(Deal.id, place.label("place")).select_from(Deal), scope, words)
    ranked_ids = ranked.where(Deal.state.in_(UNDER_WAY)).subquery()
    query = select(Deal).join(Deal.need).join(Deal.achievement)
    query = query.where(Deal.id.in_(select(ranked_ids.c.id).where(ranked_ids.c.place <= COLUMN)))
    return list(session.scalars(_light(query).order_by(Deal.stage_since, Deal.id)))


def leaders(session: Session, deal_ids: list[int]) -> dict[int, tuple[Assignment, str]]:
    """Deal id → the assignment that counts (active, or the one a closed deal ended with) and the manager's name, in one
    query."""
    if not deal_ids:
        return {}
    query = (
        select(Assignment, Talent.title)
        .join(Talent, Talent.id == Assignment.talent_id)
        .where(Assignment.deal_id.in_(deal_ids), Assignment.state.in_((*ACTIVE, CLOSED)))
        .order_by(Assignment.id)
    )
    return {row.deal_id: (row, name) for row, name in session.execute(query)}


def my_places(session: Session, deal_ids: list[int], account_id: int | None) -> dict[int, set[str]]:
    """Deal id → the states of this account's assignments on it, in one query."""
    if not deal_ids or account_id is None:
        return {}
    query = (
        select(Assignment.deal_id, Assignment.state)
        .join(Talent, Talent.id == Assignment.talent_id)
        .where(
            Talent.account_id == account_id, Assignment.deal_id.in_(deal_ids), Assignment.state.in_(SEEING)
        )
    )
    found: dict[int, set[str]] = {}
    for deal_id, state in session.execute(query):
        found.setdefault(deal_id, set()).add(state)
    return found


@dataclass(frozen=True, slots=True)
class PairDeal:
    """What a list of recommendations says about the latest deal of a pair."""

    id: int
    state: str


def of_need(session: Session, need_id: int) -> dict[int, PairDeal]:
    """Achievement id → the latest deal with this need."""
    query = select(Deal.achievement_id, Deal.id, Deal.state).where(Deal.need_id == need_id)
    return {other: PairDeal(one, state) for other, one, state in session.execute(query.order_by(Deal.id))}


def of_achievement(session: Session, achievement_id: int) -> dict[int, PairDeal]:
    """Need id → the latest deal with this achievement."""
    query = select(Deal.need_id, Deal.id, Deal.state).where(Deal.achievement_id == achievement_id)
    return {other: PairDeal(one, state) for other, one, state in session.execute(query.order_by(Deal.id))}


def _in_tab(scope: Scope, tab: str) -> ColumnElement[bool]:
    match tab:
        case "todo":
            return scope.todo()
        case "completed":
            return Deal.state == COMPLETED
        case "ended":
            return Deal.state == ENDED
    return Deal.state.in_(UNDER_WAY)


def _joined(query: Select, scope: Scope, words: str) -> Select:
    """The deals of a scope whose titles hold the words. Operators may ask by an organisation's name as well: for others
    it would tell who stands behind a hidden one."""
    query = query.join(Deal.need).join(Deal.achievement).where(scope.condition())
    if not words:
        return query
    hits = [
        Need.title.icontains(words, autoescape=True),
        Achievement.title.icontains(words, autoescape=True),
    ]
    if scope.everything:
        named = select(Organisation.id).where(Organisation.name.icontains(words, autoescape=True))
        hits += [Deal.enterprise_id.in_(named), Deal.university_id.in_(named)]
    return query.where(or_(*hits))


def _light(query: Select) -> Select:
    return query.options(
        contains_eager(Deal.need).load_only(*NEED_PARTS),
        contains_eager(Deal.achievement).load_only(*ACHIEVEMENT_PARTS),
    )
