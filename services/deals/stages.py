"""Moving a deal from stage to stage by the transition table, and ending it with a reason that can be counted."""

from __future__ import annotations

from datetime import datetime

from repositories import assignments, audit
from repositories.database import Session
from repositories.deals import STATE_NAMES, Deal, IllegalStage
from services.access import Actor, require, require_signed_in
from services.assignments import close_for
from services.deals import events, telling
from services.deals.next_steps import VERB_NAMES, hindrance
from services.deals.standing import Standing, seen
from services.errors import Conflict, FieldError, Invalid, NotFound, Stale
from services.listings.reading import clean
from services.platform import Platform

MAX_NOTE = 1000
UNANSWERED, OTHER = "unanswered", "other"


def move(
    platform: Platform, actor: Actor, deal_id: int, verb: str, *, revision: int | None = None, note: str = ""
) -> Deal:
    """Lead a deal on: negotiate, sign, perform or complete, by its manager or an operator.

    `revision` is the one the person looked at; None skips the check. Raises NotFound, Forbidden, Conflict, Stale, Invalid.
    """
    require_signed_in(actor)
    if verb not in VERB_NAMES:
        raise NotFound()
    note = read_note(note)
    with platform.database.write() as session:
        deal, place = seen(session, actor, deal_id, lock=True)
        require(place.moves)
        refuse_stale(deal, revision)
        if blocked := hindrance(deal, assignments.active_of_deal(session, deal.id), verb):
            raise Conflict(blocked)
        now = platform.now()
        _apply(deal, verb, now)
        events.add(session, deal, "moved", actor, side=speaker(place), state=deal.state, note=note, now=now)
        audit.write(session, actor, f"deal.{verb}", "deals", deal.id)
        telling.moved(session, platform, deal, actor)
        if not deal.is_under_way:
            close_for(session, deal, now)
    return deal


def end(
    platform: Platform,
    actor: Actor,
    deal_id: int,
    reason: str,
    note: str = "",
    *,
    revision: int | None = None,
) -> Deal:
    """Terminate a deal with one of `end_reasons`; by either side, its manager or an operator."""
    require_signed_in(actor)
    note = read_note(note)
    read_reason(platform, reason, note)
    with platform.database.write() as session:
        deal, place = seen(session, actor, deal_id, lock=True)
        require(place.ends)
        refuse_stale(deal, revision)
        close(session, platform, actor, deal, "ended", speaker(place), reason, note)
    return deal


def close(
    session: Session, platform: Platform, actor: Actor, deal: Deal, kind: str, side: str, reason: str, note: str = ""
) -> None:  # fmt: skip
    """End a deal in the caller's transaction; `kind` is the line it leaves (ended, declined, unanswered)."""
    now = platform.now()
    _apply(deal, "end", now)
    deal.end_reason, deal.end_note = reason, note
    events.add(
        session, deal, kind, actor, side=side, state=deal.state, reason=reason, note=note, now=now
    )  # fmt: skip
    audit.write(session, actor, f"deal.{kind}", "deals", deal.id, reason)
    telling.ended(session, platform, deal, actor, side)
    close_for(session, deal, now)


def speaker(place: Standing) -> str:
    """Whose voice a line of the timeline is."""
    return place.side or ("operator" if place.is_operator else "manager")


def refuse_stale(deal: Deal, revision: int | None) -> None:
    """Raise Stale when somebody changed the deal after this person looked at it."""
    if revision is not None and revision != deal.revision:
        raise Stale("您打开之后，这个项目有了新进展。请看过最新情况再操作，刚才没有改动任何内容。")


def read_note(text: str) -> str:
    """What was written, cleaned; raises Invalid when it is too long."""
    note = clean(text)
    if len(note) > MAX_NOTE:
        raise Invalid([FieldError("note", f"说明最多 {MAX_NOTE} 字，现在有 {len(note)} 字。")])
    return note


def read_reason(platform: Platform, reason: str, note: str) -> None:
    """Raise Invalid unless a person may give this reason; 其他 has to be explained."""
    if not platform.vocabularies.end_reasons.has(reason) or reason == UNANSWERED:
        raise Invalid([FieldError("reason", "请选择一个终止的原因。")])
    if reason == OTHER and not note:
        raise Invalid([FieldError("note", "选择“其他”时，请写明情况。")])


def _apply(deal: Deal, verb: str, now: datetime) -> None:
    try:
        deal.move(verb, now)
    except IllegalStage as illegal:
        wanted = VERB_NAMES.get(verb, "终止")
        raise Conflict(f"项目现在是“{STATE_NAMES[illegal.state]}”，不能{wanted}。") from None
