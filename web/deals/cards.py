"""Deals as read models: a line of the list or a card of the board, and what stands on a deal's own page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for

from repositories import assignments
from repositories.accounts import ENTERPRISE, MANAGER, OPERATOR, UNIVERSITY
from repositories.assignments import Assignment
from repositories.deals import (
    BROKERING,
    COMPLETED,
    ENDED,
    NEGOTIATING,
    OPENED,
    PERFORMING,
    SIGNED,
    STATE_NAMES,
    Deal,
    DealEvent,
)  # fmt: skip
from repositories.organisations import Organisation
from services.deals import events
from services.deals.next_steps import Step, next_steps
from services.deals.reading import Listed, Opened
from services.deals.standing import Standing
from services.deals.telling import SIDE_NAMES
from services.organisations import public_label
from services.platform import CHINA
from web import labels
from web.current import platform

STATE_KINDS = {OPENED: "wait", BROKERING: "wait", COMPLETED: "ok", ENDED: "off"}
STAGES = (OPENED, BROKERING, NEGOTIATING, SIGNED, PERFORMING, COMPLETED)


@dataclass(frozen=True, slots=True)
class Todo:
    """Something that has to happen next: who, what, by when; `mine` when the reader is the one."""

    who: str
    text: str
    due: str
    mine: bool

    @property
    def line(self) -> str:
        """`等待校方答复是否愿意对接，还有 3 天`."""
        said = f"请您{self.text}" if self.mine else f"等待{self.who}{self.text}"
        return f"{said}，{self.due}" if self.due else said


@dataclass(frozen=True, slots=True)
class Line:
    """One deal in a list or on the board."""

    id: int
    href: str
    need_title: str
    need_owner: str
    achievement_title: str
    achievement_owner: str
    state: str
    state_kind: str
    state_label: str
    manager: str
    since: str
    stays: str
    todos: Sequence[Todo]
    outcome: str
    is_demo: bool

    @property
    def is_mine(self) -> bool:
        """Whether it waits for the reader."""
        return any(todo.mine for todo in self.todos)


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the timeline."""

    when: str
    who: str
    what: str
    said: str
    kind: str
    is_private: bool


@dataclass(frozen=True, slots=True)
class Seat:
    """One of those around the deal: who, and where he or she stands."""

    role: str
    name: str
    href: str
    state_kind: str
    state: str
    is_me: bool


def lines(found: Listed) -> list[Line]:
    """The rows of a page or the cards of a board."""
    return [_line(row, found) for row in found.rows]


def _line(row: Deal, found: Listed) -> Line:
    place = found.places[row.id]
    active, manager = found.leaders.get(row.id, (None, ""))
    return Line(
        id=row.id, href=url_for("deals.detail", deal_id=row.id), need_title=row.need.title,
        need_owner=enterprise_name(row, found.houses.get(row.enterprise_id), place),
        achievement_title=row.achievement.title, achievement_owner=_name(found.houses.get(row.university_id)),
        state=row.state, state_kind=STATE_KINDS.get(row.state, "live"), state_label=STATE_NAMES[row.state],
        manager=manager, since=_since(row), stays=_stays(row), todos=todos(row, next_steps(row, active), place, manager),
        outcome=outcome(row), is_demo=row.is_demo,
    )  # fmt: skip


def todos(deal: Deal, steps: Sequence[Step], place: Standing, manager: str = "") -> list[Todo]:
    """What has to happen next, in words for this reader; his or her own part first."""
    mine = {
        ENTERPRISE: place.side == ENTERPRISE, UNIVERSITY: place.side == UNIVERSITY,
        MANAGER: place.leads or place.is_offered, OPERATOR: place.is_operator,
    }  # fmt: skip
    names = {**SIDE_NAMES, MANAGER: f"技术经理人 {manager} " if manager else "技术经理人"}
    found = [
        Todo(names[step.who], step.text, labels.days_left(step.due_on) if step.due_on else "", mine[step.who])
        for step in steps
    ]
    return sorted(found, key=lambda todo: not todo.mine)


def outcome(deal: Deal) -> str:
    """How a closed deal ended: `价格或预算不合`; empty while it is under way."""
    if deal.state == COMPLETED:
        return f"{labels.day(deal.closed_at)} 结项"
    if deal.state == ENDED:
        return f"{labels.day(deal.closed_at)} 终止：{labels.name('end_reasons', deal.end_reason)}"
    return ""


def enterprise_name(deal: Deal, organisation: Organisation | None, place: Standing) -> str:
    """The enterprise as this person may read it."""
    return public_label(organisation, shown=place.reads_enterprise_name(deal))


def stage_line(opened: Opened) -> tuple[list[tuple[str, str]], int]:
    """([(stage, since when or who acts)], index of the present one) for the row of stages on top of the page.

    A need without a manager skips 撮合中; a terminated deal stands where it was left.
    """
    deal, entered = opened.deal, {OPENED: labels.day(opened.deal.created_at)}
    for one in opened.events:
        if one.state and one.state != ENDED:
            entered[one.state] = labels.day(one.at)
    reached = deal.state if deal.state != ENDED else max(entered, key=lambda state: STAGES.index(state))
    shown = [s for s in STAGES if s != BROKERING or deal.need.wants_manager or BROKERING in entered]
    at = shown.index(reached) if reached in shown else 0
    items = [
        (STATE_NAMES[state], entered.get(state, "") if index <= at else "")
        for index, state in enumerate(shown)
    ]
    if deal.state == ENDED:
        items[at] = (f"{items[at][0]}（已终止）", outcome(deal))
    # A completed deal has all its stages behind it.
    return items, at + 1 if deal.state == COMPLETED else at


def state_parts(opened: Opened) -> list[str]:
    """Beside the stage: since when, and who sees the page."""
    deal = opened.deal
    first = outcome(deal) or f"{_since(deal)}"
    seen = "双方、经理人和平台运营可见" if opened.manager or opened.finder else "双方和平台运营可见"
    return [f"第 {deal.id} 号", first, f"由{SIDE_NAMES[deal.opened_by]}立项", seen]


def seats(opened: Opened) -> list[Seat]:
    """The enterprise, the university and the manager, each with where it stands."""
    deal, place = opened.deal, opened.place
    found = [
        _side_seat("企业", enterprise_name(deal, opened.enterprise, place), deal, deal.enterprise_agreed_at is not None,
                   place.side == ENTERPRISE),
        _side_seat("校方", _name(opened.university), deal, deal.university_agreed_at is not None,
                   place.side == UNIVERSITY),
    ]  # fmt: skip
    if opened.manager is not None and opened.active is not None:
        href = url_for("talents.detail", row_id=opened.manager.id) if opened.manager.is_public else ""
        found.append(_manager_seat(opened.active, opened.manager.title, href, place))
    elif deal.need.wants_manager and deal.is_under_way:
        found.append(Seat("技术经理人", "还没有人接手", "", "wait", "由平台运营指派", False))
    elif deal.is_under_way:
        found.append(Seat("技术经理人", "企业不需要经理人参与", "", "off", "", False))
    if opened.finder is not None and (opened.manager is None or opened.manager.id != opened.finder.id):
        found.append(Seat("线索发现人", opened.finder.title, "", "off", "由线索立项", place.is_finder))
    return found


def _side_seat(role: str, name: str, deal: Deal, agreed: bool, is_me: bool) -> Seat:
    if agreed:
        return Seat(role, name, "", "ok", "已同意对接", is_me)
    if not deal.is_under_way:
        return Seat(role, name, "", "off", "没有同意对接", is_me)
    return Seat(role, name, "", "wait", f"还没有答复，{labels.days_left(deal.answer_due_on)}", is_me)


def _manager_seat(active: Assignment, name: str, href: str, place: Standing) -> Seat:
    accepted = active.state == assignments.ACCEPTED
    said = assignments.STATE_NAMES[active.state]
    if not accepted:
        said = f"{said}，{labels.days_left(active.due_on)}"
    if active.state == assignments.CLOSED:
        return Seat("技术经理人", name, href, "off", "曾负责本项目", assignments.CLOSED in place.assignments)
    return Seat("技术经理人", name, href, "ok" if accepted else "wait", said, place.leads or place.is_offered)


def timeline(opened: Opened) -> list[Moment]:
    """What happened, oldest first. A person's own name stands where the reader may reach that person."""
    return [_moment(one, opened) for one in opened.events]


def _moment(one: DealEvent, opened: Opened) -> Moment:
    who = SIDE_NAMES.get(one.side, "平台")
    open_names = (
        opened.place.is_operator or one.side in (MANAGER, opened.place.side) or opened.contacts is not None
    )
    name = opened.names.get(one.account_id or 0, "")
    if name and open_names and one.side != OPERATOR:
        who = f"{who} {name}"
    what = events.KINDS[one.kind]
    if one.kind == "moved":
        what = f"进入“{STATE_NAMES[one.state]}”"
    reason, note = labels.name("end_reasons", one.reason), one.note
    if one.kind.startswith("manager_"):  # their note is the manager's name
        what, reason, note = f"{what}：{one.note}", labels.name("decline_reasons", one.reason), ""
    said = "\n".join(filter(None, (reason, note)))
    return Moment(labels.moment(one.at), who, what, said, one.kind, one.circle == events.FOR_OPERATORS)


def contact_rows(opened: Opened) -> list[tuple[str, Mapping[str, str]]]:
    """[(role, {organisation, name, phone, email})] once contacts are open."""
    names = {ENTERPRISE: "企业", UNIVERSITY: "校方", MANAGER: "技术经理人"}
    return [
        (names[side], {"organisation": c.organisation, "name": c.name, "phone": c.phone, "email": c.email})
        for side, c in (opened.contacts or {}).items()
    ]


def _since(deal: Deal) -> str:
    return f"{labels.day(deal.stage_since)} 进入{STATE_NAMES[deal.state]}"


def _stays(deal: Deal) -> str:
    """How long it has stood in its stage: `今天进入`, `已 12 天`."""
    days = (platform().today() - deal.stage_since.astimezone(CHINA).date()).days
    return f"本阶段已 {days} 天" if days > 0 else "今天进入本阶段"


def _name(organisation: Organisation | None) -> str:
    return organisation.name if organisation else ""
