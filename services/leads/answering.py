"""What a manager does about a lead: opening it, an interest, a pass with one of the eight reasons, and taking back."""

from __future__ import annotations

from repositories import audit, leads
from repositories.accounts import MANAGER
from repositories.leads import INTERESTED, PASSED, VIEWED, LeadAnswer
from services.access import Actor, require, require_signed_in
from services.errors import Conflict, FieldError, Invalid, NotFound
from services.leads.reading import profile_of
from services.listings.reading import clean
from services.platform import Platform

TARGET = {"interested": INTERESTED, "pass": PASSED, "undo": VIEWED}
MAX_NOTE = 500


def answer(
    platform: Platform, actor: Actor, lead_id: int, verb: str, reason: str = "", note: str = ""
) -> None:
    """Say interested, pass (with one of the eight reasons), or undo; doing it again changes nothing or the reason.

    Raises SignInFirst, Forbidden, NotFound, Invalid, Conflict (no profile yet, somebody took the lead over).
    """
    require_signed_in(actor)
    require(actor.role == MANAGER)
    if verb not in TARGET:
        raise Invalid([FieldError("answer", "应为 interested（感兴趣）、pass（婉拒）或 undo（撤销）。")])
    note = clean(note)
    if len(note) > MAX_NOTE:
        raise Invalid([FieldError("note", f"说明最多 {MAX_NOTE} 字，现在有 {len(note)} 字。")])
    if verb == "pass" and not platform.vocabularies.pass_reasons.has(reason):
        raise Invalid([FieldError("reason", "请选择一个婉拒的原因。")])
    try:
        _put(platform, actor, lead_id, verb, reason, note)
    except platform.database.duplicate_errors:
        # The same person in two windows: now the row is there to be changed.
        _put(platform, actor, lead_id, verb, reason, note)


def mark_viewed(platform: Platform, actor: Actor, lead_id: int) -> None:
    """Remember that the manager has opened the lead; a page never fails because it could not be remembered."""
    try:
        with platform.database.write(briefly=True) as session:
            profile = profile_of(session, actor)
            if profile is not None and leads.answer_of(session, lead_id, profile.id) is None:
                session.add(LeadAnswer(lead_id=lead_id, talent_id=profile.id, viewed_at=platform.now()))
    except platform.database.busy_errors:
        return


def _put(platform: Platform, actor: Actor, lead_id: int, verb: str, reason: str, note: str) -> None:
    with platform.database.write() as session:
        profile = profile_of(session, actor)
        own = profile.id if profile else None
        found = leads.opened(session, [lead_id], own) if 0 < lead_id < 2**31 else {}
        if lead_id not in found:
            raise NotFound()
        opened = found[lead_id]
        taken = leads.has_deal(session, opened.need.id, opened.achievement.id)
        if opened.lead.closed_at is not None and not taken:
            raise NotFound()
        if profile is None:
            raise Conflict("先建立您的经理人档案（草稿也可以），就能标记线索。")
        if taken and verb == "interested":
            raise Conflict("这条线索已有人接手，不能再标记感兴趣。")
        row = opened.answered
        target = TARGET[verb]
        if row is None:
            if verb == "undo":
                return
            row = LeadAnswer(lead_id=lead_id, talent_id=profile.id, viewed_at=platform.now())
            session.add(row)
        given = (target, reason if verb == "pass" else "", note if verb == "pass" else "")
        if (row.state, row.reason, row.note) == given:
            return
        row.state, row.reason, row.note = given
        row.answered_at = None if target == VIEWED else platform.now()
        audit.write(session, actor, f"lead.{verb}", "leads", lead_id, given[1])
