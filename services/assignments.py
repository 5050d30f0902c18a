"""指派: one manager is asked to lead a deal, takes it on or declines; what was true when the list was made is asked again.

Each step holds the deal, then the manager's profile, so that two operators, or the same manager asked for two deals at
once, come one after the other: nobody gets more deals than he can carry, and a deal never has two managers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from matching.managers import constraints
from matching.managers.types import Standing
from repositories import assignments, audit, deals, manager_runs
from repositories.assignments import (
    ACCEPTED,
    CLOSED,
    DECLINED,
    EXPIRED,
    OFFERED,
    RELEASED,
    STATE_NAMES,
    Assignment,
)
from repositories.database import Session
from repositories.deals import BROKERING, OPENED, Deal
from repositories.deals import STATE_NAMES as STAGE_NAMES
from repositories.listing import find, lock
from repositories.talents import Talent
from services import assignment_notices as telling
from services import facts, manager_facts, working_days
from services.access import COMMAND, Actor, require, require_signed_in
from services.deals import events
from services.deals.standing import seen
from services.errors import Conflict, FieldError, Invalid, NotFound
from services.listings.reading import clean
from services.managers import context_of
from services.platform import Platform

WORKING_DAYS = 3
"""So many working days a manager has to answer."""
MAX_NOTE = 500
OTHER = "other"
CONFLICTS = frozenset({"affiliation", "relation", "own_house"})
HEARD = {"accept": "manager_accepted", "decline": "manager_declined"}


def offer(platform: Platform, actor: Actor, deal_id: int, run_id: int, talent_id: int) -> Assignment:
    """Ask a manager of a ranking to lead the deal; a deal in 立项 moves to 撮合中 with it. Operators only.

    Raises NotFound, Forbidden, Invalid (not in this ranking), Conflict with the new state in words: closed, somebody is
    asked already, no room left, a conflict of interest, paused.
    """
    require_signed_in(actor)
    now = platform.now()
    with _one_active(platform), platform.database.write() as session:
        deal, place = seen(session, actor, deal_id, lock=True)
        require(place.is_operator)
        entry = manager_runs.entry_of(session, deal.id, run_id, talent_id) if run_id < 2**31 else None
        if entry is None:
            message = "这位经理人不在这次的推荐名单里，请从最新名单中选择。"
            raise Invalid([FieldError("talent_id", message)])
        _refuse_taken(session, deal)
        talent = lock(session, Talent, entry.talent_id)
        assert talent is not None  # an entry goes with its talent
        refuse_unfit(session, platform, deal, talent)
        one = Assignment(
            deal_id=deal.id, talent_id=talent.id, entry_id=entry.id, state=OFFERED, offered_by=actor.account_id,
            offered_at=now, due_on=answer_by(platform.today()),
        )  # fmt: skip
        session.add(one)
        _step(deal, "assign", OPENED, now)
        session.flush()
        events.add(
            session, deal, "manager_offered", actor, side="operator", state=deal.state, note=talent.title, now=now
        )  # fmt: skip
        _log(session, actor, "assignment.offered", one, talent)
        telling.offered(session, platform, deal, one, talent)
    return one


def answer(
    platform: Platform, actor: Actor, deal_id: int, verb: str, reason: str = "", note: str = ""
) -> Assignment:
    """Accept or decline an offer: the manager who was asked, or an operator who heard it from him or her.

    Declining needs one of `decline_reasons`. Raises NotFound, Forbidden, Invalid, Conflict.
    """
    require_signed_in(actor)
    if verb not in HEARD:
        raise NotFound()
    note = _read_note(note)
    if verb == "decline":
        _read_reason(platform, reason, note)
    now = platform.now()
    with platform.database.write() as session:
        deal, place = seen(session, actor, deal_id, lock=True)
        one, talent = _active(session, deal.id)
        own = talent is not None and talent.account_id is not None and talent.account_id == actor.account_id
        require(own or place.is_operator)
        if one is None or talent is None:
            raise Conflict("现在没有等待答复的邀请，可能已逾期或被收回；请刷新页面查看。")
        if one.state != OFFERED:
            raise Conflict(f"这次邀请已经是“{STATE_NAMES[one.state]}”。")
        if verb == "accept":
            _refuse_conflict(session, platform, deal, talent, by_operator=place.is_operator)
            one.state = ACCEPTED
            deal.touch(now)
        else:
            one.state, one.reason, one.ended_at = DECLINED, reason, now
            _step(deal, "release", BROKERING, now)
        one.note, one.answered_at = note, now
        declined = one.state == DECLINED
        events.add(
            session, deal, HEARD[verb], actor, side="manager" if own else "operator", state=deal.state, now=now,
            reason=one.reason, note=talent.title, circle=events.FOR_OPERATORS if declined else events.FOR_ALL,
        )  # fmt: skip
        _log(session, actor, f"assignment.{verb}", one, talent, one.reason or note)
        if declined:
            telling.not_taken(session, platform, deal, talent, one, _next(session, deal, one))
        else:
            telling.accepted(session, platform, deal, talent, actor)
    return one


def release(platform: Platform, actor: Actor, deal_id: int, note: str) -> Assignment:
    """Take a deal back from its manager, asked or leading, with the reason in words. Operators only.

    A deal in 撮合中 goes back to 立项; in a later stage it stays where it is and gets another manager there.
    """
    require_signed_in(actor)
    note = _read_note(note)
    if len(note) < 2:
        raise Invalid([FieldError("note", "请写明解除的原因，经理人会看到。")])
    now = platform.now()
    with platform.database.write() as session:
        deal, place = seen(session, actor, deal_id, lock=True)
        require(place.is_operator)
        one, talent = _active(session, deal.id)
        if one is None or talent is None:
            raise Conflict("这个项目现在没有技术经理人，可能刚刚已解除；请刷新页面查看。")
        one.state, one.ended_at, one.note = RELEASED, now, note
        _step(deal, "release", BROKERING, now)
        events.add(
            session, deal, "manager_released", actor, side="operator", state=deal.state, note=talent.title, now=now
        )  # fmt: skip
        _log(session, actor, "assignment.released", one, talent, note)
        telling.released(session, platform, deal, talent, note)
    return one


def expire(platform: Platform) -> int:
    """Close offers nobody answered in time and tell operators whom to ask next; gives how many (by the scheduler)."""
    today, closed = platform.today(), 0
    with platform.database.read() as session:
        late = assignments.overdue(session, today)
    for deal_id, assignment_id in late:
        with platform.database.write() as session:
            deal = deals.lock(session, deal_id)
            one, talent = _active(session, deal_id)
            # Somebody may have answered between the two looks.
            if (
                deal is None
                or one is None
                or talent is None
                or one.id != assignment_id
                or one.state != OFFERED
            ):
                continue
            now = platform.now()
            one.state, one.ended_at = EXPIRED, now
            _step(deal, "release", BROKERING, now)
            events.add(
                session, deal, "manager_expired", COMMAND, side="system", state=deal.state, note=talent.title,
                circle=events.FOR_OPERATORS, now=now,
            )  # fmt: skip
            _log(session, COMMAND, "assignment.expired", one, talent)
            telling.not_taken(session, platform, deal, talent, one, _next(session, deal, one))
            closed += 1
    return closed


def close_for(session: Session, deal: Deal, now: datetime) -> None:
    """A deal that closes sets its manager free: what was accepted is closed with it, what was only asked is taken back."""
    one = assignments.active_of_deal(session, deal.id)
    if one is not None:
        one.state = CLOSED if one.state == ACCEPTED else RELEASED
        one.ended_at = now


def answer_by(today: date) -> date:
    """The last day for an answer to an offer made today."""
    return working_days.after(today, WORKING_DAYS)


def refuse_unfit(session: Session, platform: Platform, deal: Deal, talent: Talent) -> None:
    """Raise Conflict when this manager may no longer lead the deal: the list may be older than the facts."""
    context = context_of(platform)
    deal_facts = manager_facts.deal_facts(
        session, deal, facts.need_facts(deal.need, None), facts.achievement_facts(deal.achievement, None)
    )
    known = manager_facts.load_one(session, platform, talent.id)
    if known is None:
        raise Conflict(f"{talent.title}的档案已不在库中。")
    found = constraints.forbidden(deal_facts, *known, context)
    if found is not None:
        raise Conflict(f"情况有变，不能指派{talent.title}：{found.text}。")


def _refuse_taken(session: Session, deal: Deal) -> None:
    if not deal.is_under_way:
        raise Conflict(f"项目已经是“{STAGE_NAMES[deal.state]}”，不能再指派。")
    one, talent = _active(session, deal.id)
    if one is not None and talent is not None:
        raise Conflict(f"本项目已经指派了{talent.title}（{STATE_NAMES[one.state]}），不能再指派别人。")


def _refuse_conflict(
    session: Session, platform: Platform, deal: Deal, talent: Talent, *, by_operator: bool
) -> None:
    """Days may lie between offer and answer, and an affiliation may have begun in them. Room is not asked again: the offer
    holds it. Who accepts for himself is not told which side it is: the enterprise may not have opened its name."""
    deal_facts = manager_facts.deal_facts(
        session, deal, facts.need_facts(deal.need, None), facts.achievement_facts(deal.achievement, None)
    )
    known = manager_facts.load_one(session, platform, talent.id)
    assert known is not None
    found = constraints.forbidden(
        deal_facts, known[0], Standing(house_ids=known[1].house_ids), context_of(platform)
    )
    if found is not None and found.code in CONFLICTS:
        told = found.text if by_operator else "档案里的任职或申报的关系与项目一方有关"
        raise Conflict(f"需要回避，不能接手：{told}。")


def _active(session: Session, deal_id: int) -> tuple[Assignment | None, Talent | None]:
    one = assignments.active_of_deal(session, deal_id)
    return one, find(session, Talent, one.talent_id) if one is not None else None


def _next(session: Session, deal: Deal, one: Assignment) -> Talent | None:
    """Who stands below on the list that was looked at and was not asked yet."""
    if one.entry_id is None:
        return None
    asked = {other.talent_id for other in assignments.of_deal(session, deal.id)}
    below = manager_runs.ranked_after(session, one.entry_id)
    following = next((i for i in below if i not in asked), None)
    return find(session, Talent, following) if following is not None else None


def _step(deal: Deal, verb: str, source: str, now: datetime) -> None:
    """Move the stage where it begins at `source`; a later stage stays, and only the change is counted."""
    if deal.state == source:
        deal.move(verb, now)
    else:
        deal.touch(now)


def _log(
    session: Session, actor: Actor, action: str, one: Assignment, talent: Talent, reason: str = ""
) -> None:
    audit.write(
        session, actor, action, "deals", one.deal_id, reason, talent_id=talent.id, name=talent.title
    )  # fmt: skip


def _read_note(text: str) -> str:
    note = clean(text)
    if len(note) > MAX_NOTE:
        raise Invalid([FieldError("note", f"说明最多 {MAX_NOTE} 字，现在有 {len(note)} 字。")])
    return note


def _read_reason(platform: Platform, reason: str, note: str) -> None:
    if not platform.vocabularies.decline_reasons.has(reason):
        raise Invalid([FieldError("reason", "请选择一个婉拒的原因。")])
    if reason == OTHER and not note:
        raise Invalid([FieldError("note", "选择“其他”时，请写明情况。")])


@contextmanager
def _one_active(platform: Platform) -> Iterator[None]:
    """Two operators may click at the same moment; should both get as far as writing, the database lets one through."""
    try:
        yield
    except platform.database.duplicate_errors as twice:
        raise Conflict("刚刚已经有人为这个项目指派了经理人，请刷新页面查看。") from twice
