"""不合适: setting a recommended pair aside with one of the eight reasons, and taking that back."""

from __future__ import annotations

from repositories import introductions, match_runs
from repositories.achievements import Achievement
from repositories.database import Session
from repositories.listing import find
from repositories.match_runs import PUBLIC, MatchEntry, Pass
from repositories.needs import Need
from services.access import Actor, require, require_signed_in, sees, side_of
from services.errors import FieldError, Invalid, NotFound
from services.listings.reading import clean
from services.platform import Platform
from services.runs import SIDE


def put_aside(platform: Platform, actor: Actor, entry_id: int, reason: str, note: str = "") -> None:
    """Set the pair of an entry aside for the person's side; doing it again changes the reason."""
    require_signed_in(actor)
    if not platform.vocabularies.pass_reasons.has(reason):
        raise Invalid([FieldError("reason", "请选择一个不合适的原因。")])
    note = clean(note)
    if len(note) > 500:
        raise Invalid([FieldError("note", f"说明最多 500 字，现在有 {len(note)} 字。")])
    try:
        _put(platform, actor, entry_id, reason, note)
    except platform.database.duplicate_errors:
        # A colleague set the same pair aside a moment earlier: now the row is there to be changed.
        _put(platform, actor, entry_id, reason, note)


def _put(platform: Platform, actor: Actor, entry_id: int, reason: str, note: str) -> None:
    with platform.database.write() as session:
        entry = session.get(MatchEntry, entry_id) if 0 < entry_id < 2**31 else None
        need = find(session, Need, entry.need_id) if entry else None
        achievement = find(session, Achievement, entry.achievement_id) if entry else None
        if entry is None or need is None or achievement is None:
            raise NotFound()
        side = side_of(actor, need, achievement)
        # An owner's run is its owner's alone: for the other side its entries do not exist, by number neither.
        require(bool(side) and (entry.run.basis == PUBLIC or side == SIDE["needs"]), seen=False)
        require(_other_seen(session, actor, need, achievement, side), seen=False)
        known = match_runs.pass_of(session, need.id, achievement.id, side)
        row = known or Pass(need_id=need.id, achievement_id=achievement.id, side=side)
        row.entry_id, row.reason, row.note = entry.id, reason, note
        row.account_id, row.created_at = actor.account_id, platform.now()
        session.add(row)


def take_back(platform: Platform, actor: Actor, need_id: int, achievement_id: int) -> None:
    """Undo a pass of the person's side; nothing happens when there is none."""
    require_signed_in(actor)
    with platform.database.write() as session:
        need, achievement = find(session, Need, need_id), find(session, Achievement, achievement_id)
        if need is None or achievement is None:
            raise NotFound()
        side = side_of(actor, need, achievement)
        require(bool(side), seen=False)
        known = match_runs.pass_of(session, need_id, achievement_id, side)
        if known is not None:
            session.delete(known)
        else:
            require(_other_seen(session, actor, need, achievement, side), seen=False)


def _other_seen(session: Session, actor: Actor, need: Need, achievement: Achievement, side: str) -> bool:
    """Whether the other side's listing exists for this person: what is not public must not be felt out by numbers."""
    if side == SIDE["needs"]:
        return sees(actor, achievement)
    return sees(actor, need, introduced=introductions.between(session, need.id, actor.organisation_id))
