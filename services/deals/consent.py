"""同意对接: each side says for itself whether it takes part; without both, no contact opens and nothing is negotiated."""

from __future__ import annotations

from datetime import timedelta

from repositories import audit, deals
from repositories.accounts import ENTERPRISE
from repositories.deals import STATE_NAMES, Deal
from services.access import COMMAND, Actor, require, require_signed_in
from services.deals import events, stages, telling
from services.deals.opening import ANSWER_WITHIN
from services.deals.standing import Standing, seen
from services.errors import Conflict, NotFound
from services.platform import Platform

VERBS = ("agree", "decline")
REMIND_BEFORE = timedelta(days=3)
"""So long before the last day a side that has not answered is reminded."""


def answer(
    platform: Platform, actor: Actor, deal_id: int, verb: str, reason: str = "", note: str = ""
) -> Deal:
    """Agree or decline for one's own side; declining ends the deal with the reason given.

    Raises NotFound, Forbidden (not a side), Conflict (answered already, closed, unchecked organisation), Invalid.
    """
    require_signed_in(actor)
    if verb not in VERBS:
        raise NotFound()
    note = stages.read_note(note)
    if verb == "decline":
        stages.read_reason(platform, reason, note)
    with platform.database.write() as session:
        deal, place = seen(session, actor, deal_id, lock=True)
        require(bool(place.side))
        _refuse_answered(deal, place)
        if verb == "decline":
            stages.close(session, platform, actor, deal, "declined", place.side, reason, note)
            return deal
        if not actor.organisation_approved:
            raise Conflict("贵单位没有通过核验，暂不能同意对接；请先联系平台运营。")
        now = platform.now()
        if place.side == ENTERPRISE:
            deal.enterprise_agreed_at = now
        else:
            deal.university_agreed_at = now
        deal.touch(now)
        events.add(session, deal, "agreed", actor, side=place.side, note=note, now=now)
        audit.write(session, actor, "deal.agreed", "deals", deal.id, by=place.side)
        telling.agreed(session, platform, deal, actor, place.side)
    return deal


def may_extend(platform: Platform, deal: Deal) -> bool:
    """Whether somebody still has to answer and more time would be more than there is."""
    waits = deal.is_under_way and not deal.both_agreed
    return waits and deal.answer_due_on < platform.today() + ANSWER_WITHIN


def extend(platform: Platform, actor: Actor, deal_id: int) -> Deal:
    """Give a side that has not answered another fortnight; by the deal's manager or an operator."""
    require_signed_in(actor)
    with platform.database.write() as session:
        deal, place = seen(session, actor, deal_id, lock=True)
        require(place.moves)
        if not deal.is_under_way or deal.both_agreed:
            raise Conflict("没有在等的答复，不需要延长。")
        until = platform.today() + ANSWER_WITHIN
        if deal.answer_due_on >= until:
            raise Conflict(f"答复期限已经是 {until.isoformat()}，不能再往后。")
        deal.answer_due_on = until
        deal.touch(platform.now())
        events.add(
            session, deal, "extended", actor, side=stages.speaker(place), note=f"延至 {until.isoformat()}",
            now=platform.now(),
        )  # fmt: skip
        audit.write(session, actor, "deal.extended", "deals", deal.id, until=until.isoformat())
        telling.extended(session, platform, deal, actor)
    return deal


def remind(platform: Platform) -> int:
    """Tell the sides that have not answered that their time runs out, once for each day set; gives how many houses heard
    it (run by the scheduler)."""
    today, told = platform.today(), 0
    with platform.database.write() as session:
        for deal in deals.unanswered_until(session, today, today + REMIND_BEFORE, platform.now()):
            told += telling.expiring(session, platform, deal)
    return told


def expire(platform: Platform) -> int:
    """End deals a side did not answer in time; gives how many (run by the scheduler)."""
    with platform.database.write() as session:
        late = deals.unanswered(session, platform.today())
        for deal in late:
            stages.close(session, platform, COMMAND, deal, "unanswered", "system", stages.UNANSWERED)
    return len(late)


def _refuse_answered(deal: Deal, place: Standing) -> None:
    if not deal.is_under_way:
        raise Conflict(f"项目已经是“{STATE_NAMES[deal.state]}”，不能再答复。")
    if not place.answers_for(deal):
        raise Conflict("贵单位已经同意过了；不想继续的话，请终止项目并写明原因。")
