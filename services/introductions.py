"""引荐: asking for an introduction, answering it, and what opens when both agreed.

What the other side sees of the match is always the public twin of the entry: an owner's run may quote the
confidential part and stays the owner's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from repositories import audit, deal_lists, introductions, organisations
from repositories.accounts import Account
from repositories.achievements import Achievement
from repositories.database import Session
from repositories.deal_lists import PairDeal
from repositories.deals import UNDER_WAY
from repositories.introductions import ACCEPTED, ASKED, TRANSITIONS, Introduction
from repositories.listing import find
from repositories.match_runs import PUBLIC, MatchEntry
from repositories.needs import Need
from repositories.organisations import Organisation
from services import notices, twins
from services.access import Actor, owns, require, require_signed_in, sees, side_of
from services.errors import Conflict, FieldError, Invalid, NotFound
from services.listings.reading import clean
from services.platform import Platform
from services.runs import SIDE

ANSWER_WITHIN = timedelta(days=14)
ENTERPRISE, UNIVERSITY = SIDE["needs"], SIDE["achievements"]


@dataclass(frozen=True, slots=True)
class Contacts:
    """How to reach one side; opened to the other by an accepted introduction only."""

    organisation: str
    name: str
    phone: str
    email: str


def ask(platform: Platform, actor: Actor, entry_id: int, message: str = "") -> Introduction:
    """Ask the other side of a frozen entry for an introduction; asking is the asker's consent.

    Raises NotFound, Forbidden, Conflict (already asked, own listing, unchecked organisation), Invalid.
    """
    require_signed_in(actor)
    message = clean(message)
    if len(message) > 1000:
        raise Invalid([FieldError("message", f"留言最多 1000 字，现在有 {len(message)} 字。")])
    with platform.database.read() as session:
        entry = session.get(MatchEntry, entry_id) if 0 < entry_id < 2**31 else None
        if entry is None:
            raise NotFound()
        need, achievement = (
            find(session, Need, entry.need_id),
            find(session, Achievement, entry.achievement_id),
        )
        assert need is not None
        assert achievement is not None
        side = side_of(actor, need, achievement)
    # An owner's run quotes the confidential part: its entries are nowhere for the other side, by number neither.
    require(bool(side) and (entry.run.basis == PUBLIC or side == ENTERPRISE), seen=False)
    refuse_unready(actor, need, achievement, side)
    shown = twins.public_entry(platform, actor, entry, need, achievement, side)
    with _one_open_request(platform), platform.database.write() as session:
        known = introductions.of_pair(session, need.id, achievement.id)
        if known is not None and known.state in (ASKED, ACCEPTED):
            raise Conflict(f"已经请求过引荐，现在是“{introductions.STATE_NAMES[known.state]}”。")
        refuse_second(deal_lists.of_need(session, need.id).get(achievement.id))
        introduction = Introduction(
            entry_id=entry.id, shown_entry_id=shown, need_id=need.id, achievement_id=achievement.id,
            asked_by=side, asker_id=actor.account_id, message=message, asked_at=platform.now(),
            due_on=platform.today() + ANSWER_WITHIN,
        )  # fmt: skip
        session.add(introduction)
        session.flush()
        session.refresh(introduction)
        audit.write(session, actor, "introduction.asked", "introductions", introduction.id)
        notices.introduction_asked(session, platform, introduction)
    return introduction


def answer(
    platform: Platform, actor: Actor, introduction_id: int, verb: str, reason: str = "", note: str = ""
) -> Introduction:
    """Accept or decline (the other side), or recall (the asker); raises NotFound, Forbidden, Conflict, Invalid.

    Declining needs one of the eight reasons, so that ranking can learn from it.
    """
    if verb not in ("accept", "decline", "recall"):
        raise NotFound()
    note = clean(note)
    if len(note) > 1000:
        raise Invalid([FieldError("note", f"说明最多 1000 字，现在有 {len(note)} 字。")])
    if verb == "decline" and not platform.vocabularies.pass_reasons.has(reason):
        raise Invalid([FieldError("reason", "请选择一个婉拒的原因。")])
    with platform.database.write() as session:
        introduction = _mine(session, actor, introduction_id, lock=True)
        side = side_of(actor, introduction.need, introduction.achievement)
        require((side == introduction.asked_by) == (verb == "recall") and bool(side))
        if verb == "accept" and not actor.organisation_approved:
            raise Conflict("贵单位没有通过核验，暂不能同意引荐；请先联系平台运营。")
        sources, target = TRANSITIONS[verb]
        if introduction.state not in sources:
            raise Conflict(f"这次引荐已经是“{introductions.STATE_NAMES[introduction.state]}”。")
        introduction.state = target
        introduction.answered_at = platform.now()
        introduction.answerer_id = actor.account_id
        introduction.reason, introduction.note = reason if verb == "decline" else "", note
        audit.write(session, actor, f"introduction.{verb}", "introductions", introduction.id, reason)
        if verb != "recall":
            notices.introduction_answered(session, platform, introduction)
    return introduction


def get(platform: Platform, actor: Actor, introduction_id: int) -> Introduction:
    """An introduction for one of its two sides or an operator; raises NotFound."""
    with platform.database.read() as session:
        return _mine(session, actor, introduction_id)


@dataclass(frozen=True, slots=True)
class Opened:
    """An introduction as its page shows it: `entry` is what this person may read of the match."""

    introduction: Introduction
    entry: MatchEntry
    side: str
    enterprise: Organisation | None
    university: Organisation | None
    contacts: tuple[Contacts, Contacts] | None
    deal: PairDeal | None
    """The latest deal of the pair, which takes over what an introduction began."""


def open_one(platform: Platform, actor: Actor, introduction_id: int) -> Opened:
    """The same with everything its page needs; raises NotFound.

    The asker reads the very entry he or she saw; everybody else, operators included, its public twin.
    """
    with platform.database.read() as session:
        found = introductions.with_entries(session, introduction_id) if 0 < introduction_id < 2**31 else None
        if found is None:
            raise NotFound()
        introduction, own, basis = found
        need, achievement = introduction.need, introduction.achievement
        side = side_of(actor, need, achievement)
        require(bool(side) or actor.is_operator, seen=False)
        houses = organisations.by_ids(session, (need.organisation_id, achievement.organisation_id))
        may_read_own = side == introduction.asked_by and (basis == PUBLIC or side == ENTERPRISE)
        opened = (
            (contact_of(session, need), contact_of(session, achievement))
            if introduction.state == ACCEPTED and side else None
        )  # fmt: skip
        deal = deal_lists.of_need(session, need.id).get(achievement.id)
    return Opened(
        introduction, own if may_read_own else introduction.shown_entry, side,
        houses.get(need.organisation_id or 0), houses.get(achievement.organisation_id or 0), opened, deal,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    """One tab of an organisation's introductions, the counts of all tabs, and the houses behind the listings."""

    rows: list[Introduction]
    counts: Mapping[str, int]
    houses: Mapping[int, Organisation]


def listed(platform: Platform, actor: Actor, tab: str, offset: int, limit: int) -> Listed:
    """A page of one tab (`repositories.introductions` names the four); three queries whatever it holds."""
    require_signed_in(actor)
    with platform.database.read() as session:
        if actor.organisation_id is None:
            return Listed([], {}, {})
        rows = introductions.page_of(session, actor.organisation_id, tab, offset, limit)
        ids = [i for row in rows for i in (row.need.organisation_id, row.achievement.organisation_id)]
        return Listed(
            rows, introductions.count_tabs(session, actor.organisation_id),
            organisations.by_ids(session, ids),
        )  # fmt: skip


def mine(platform: Platform, actor: Actor) -> list[Introduction]:
    """Every introduction of the person's organisation, newest first."""
    require_signed_in(actor)
    with platform.database.read() as session:
        if actor.organisation_id is None:
            return []
        both = [introductions.open_for(session, actor.organisation_id, s) for s in (ENTERPRISE, UNIVERSITY)]
    return sorted({i.id: i for side in both for i in side}.values(), key=lambda i: -i.id)


def contacts(
    platform: Platform, actor: Actor, introduction: Introduction
) -> tuple[Contacts, Contacts] | None:
    """(enterprise, university) contacts when both agreed and the person is one of them, else None."""
    side = side_of(actor, introduction.need, introduction.achievement)
    if introduction.state != ACCEPTED or not side:
        return None
    with platform.database.read() as session:
        return (
            contact_of(session, introduction.need),
            contact_of(session, introduction.achievement),
        )


def expire(platform: Platform) -> int:
    """Close requests nobody answered in time; gives how many (run by the scheduler)."""
    with platform.database.write() as session:
        late = introductions.overdue(session, platform.today())
        for introduction in late:
            introduction.state = introductions.EXPIRED
            introduction.answered_at = platform.now()
            notices.introduction_answered(session, platform, introduction)
    return len(late)


@contextmanager
def _one_open_request(platform: Platform) -> Iterator[None]:
    """Two people of one house may click at the same moment; the database lets one of them through."""
    try:
        yield
    except platform.database.duplicate_errors as twice:
        raise Conflict("刚刚已经有人请求过这次引荐，请刷新页面查看。") from twice


def refuse_second(deal: PairDeal | None) -> None:
    """Raise Conflict where a deal of the pair is under way: it has taken the introduction's place."""
    if deal is not None and deal.state in UNDER_WAY:
        raise Conflict(f"这一对已经立项（第 {deal.id} 号），在项目里答复和联系。")


def refuse_unready(
    actor: Actor, need: Need, achievement: Achievement, side: str, what: str = "请求引荐"
) -> None:
    """Raise Conflict (or NotFound) where asking (`what`) makes no sense yet, saying what has to happen first."""
    if not actor.organisation_approved:
        raise Conflict(f"贵单位还在核验中，核验通过后就可以{what}；现在可以先看推荐、做比较。")
    if owns(actor, need) and owns(actor, achievement):
        raise Conflict(f"需求和成果都是贵单位自己的，不需要{what}。")
    other = achievement if side == ENTERPRISE else need
    if not sees(actor, other):
        raise NotFound()
    if other.organisation_id is None:
        raise Conflict(
            f"这条成果来自公开论文，平台上没有它的单位账户，暂不能{what}；可按来源编号查找原文联系作者。"
        )


def _mine(session: Session, actor: Actor, introduction_id: int, *, lock: bool = False) -> Introduction:
    held: dict[str, Any] | None = {"of": Introduction} if lock else None
    row = (
        session.get(Introduction, introduction_id, with_for_update=held)
        if 0 < introduction_id < 2**31 else None
    )  # fmt: skip
    if row is None or not (side_of(actor, row.need, row.achievement) or actor.is_operator):
        raise NotFound()
    return row


def contact_of(session: Session, row: Need | Achievement) -> Contacts:
    """The contact on the listing, else the account that entered it."""
    account = session.get(Account, row.account_id) if row.account_id else None
    organisation = session.get(Organisation, row.organisation_id) if row.organisation_id else None
    return Contacts(
        organisation=organisation.name if organisation else "",
        name=row.contact_name or (account.name if account else ""),
        phone=row.contact_phone or (account.phone if account else ""),
        email=row.contact_email or ((account.email or "") if account else ""),
    )
