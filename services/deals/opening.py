"""立项: a deal begins with a pair somebody was shown, so that "why these two?" always has an answer.

Whoever opens it from one of the two sides agrees by doing so; the other side is asked. A manager or an operator agrees
for nobody: both are asked. After an accepted introduction nobody has to be asked again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from repositories import around_deals, audit, deals, introductions, match_runs
from repositories import talents as talent_rows
from repositories.accounts import ENTERPRISE, MANAGER, OPERATOR, UNIVERSITY
from repositories.achievements import Achievement
from repositories.database import Session
from repositories.deals import STATE_NAMES, Deal
from repositories.introductions import ACCEPTED, ASKED, Introduction
from repositories.leads import Lead
from repositories.listing import find
from repositories.match_runs import PUBLIC, MatchEntry
from repositories.needs import Need
from repositories.talents import Talent
from services import twins
from services.access import Actor, require, require_signed_in, sees, side_of
from services.deals import events, telling
from services.errors import Conflict, FieldError, Invalid, NotFound
from services.introductions import refuse_unready
from services.listings.reading import clean
from services.platform import Platform

ANSWER_WITHIN = timedelta(days=14)
MAX_MESSAGE = 1000


@dataclass(frozen=True, slots=True)
class Start:
    """A pair a deal may be opened for, and from where: `side` is enterprise, university, manager or operator."""

    entry: MatchEntry
    need: Need
    achievement: Achievement
    side: str
    introduction: Introduction | None = None
    finder: Talent | None = None
    known: Deal | None = None

    @property
    def is_agreed(self) -> bool:
        """Whether an accepted introduction on which no deal hung yet already carries both consents."""
        return self.introduction is not None and self.introduction.state == ACCEPTED and self.known is None

    @property
    def answers_a_request(self) -> bool:
        """Whether the other side has asked for an introduction that still waits: opening is the answer to it."""
        request = self.introduction
        return request is not None and request.state == ASKED and request.asked_by != self.side


def open_deal(
    platform: Platform,
    actor: Actor,
    *,
    run_id: int | None = None,
    achievement_id: int | None = None,
    need_id: int | None = None,
    entry_id: int | None = None,
    lead_id: int | None = None,
    introduction_id: int | None = None,
    message: str = "",
) -> Deal:
    """Open a deal from a shown entry (`entry_id`, or `run_id` with the other side), a lead or an introduction.

    Raises NotFound, Forbidden, Conflict (under way already, unchecked organisation, own listing), Invalid, IndexAway.
    """
    require_signed_in(actor)
    message = clean(message)
    if len(message) > MAX_MESSAGE:
        raise Invalid([FieldError("message", f"留言最多 {MAX_MESSAGE} 字，现在有 {len(message)} 字。")])
    with platform.database.read() as session:
        found = start(
            session, actor, run_id=run_id, achievement_id=achievement_id, need_id=need_id, entry_id=entry_id,
            lead_id=lead_id, introduction_id=introduction_id,
        )  # fmt: skip
    refuse(actor, found)
    shown = twins.public_entry(platform, actor, found.entry, found.need, found.achievement, found.side)
    with _one_deal_a_pair(platform), platform.database.write() as session:
        now = platform.now()
        latest = deals.of_pair(session, found.need.id, found.achievement.id)
        _refuse_second(latest)
        deal = Deal(
            need_id=found.need.id, achievement_id=found.achievement.id, entry_id=shown,
            enterprise_id=found.need.organisation_id, university_id=found.achievement.organisation_id,
            finder_id=found.finder.id if found.finder else None, opened_by=found.side,
            opener_id=actor.account_id, message=message, answer_due_on=platform.today() + ANSWER_WITHIN,
            created_at=now, stage_since=now, updated_at=now,
            is_demo=found.need.is_demo and found.achievement.is_demo,
        )  # fmt: skip
        _settle_introduction(session, platform, actor, deal, found, latest is None)
        if found.side == ENTERPRISE:
            deal.enterprise_agreed_at = deal.enterprise_agreed_at or now
        if found.side == UNIVERSITY:
            deal.university_agreed_at = deal.university_agreed_at or now
        session.add(deal)
        session.flush()
        session.refresh(deal)
        around_deals.take_over_lead(session, deal, now)
        events.add(session, deal, "opened", actor, side=found.side, state=deal.state, note=message, now=now)
        audit.write(session, actor, "deal.opened", "deals", deal.id, by=found.side)
        telling.opened(session, platform, deal)
    return deal


def start(
    session: Session,
    actor: Actor,
    *,
    run_id: int | None = None,
    achievement_id: int | None = None,
    need_id: int | None = None,
    entry_id: int | None = None,
    lead_id: int | None = None,
    introduction_id: int | None = None,
) -> Start:
    """The pair and the person's place before it; raises NotFound, Invalid. Exactly one way in must be given."""
    if lead_id is not None:
        return _from_lead(session, actor, lead_id)
    if introduction_id is not None:
        return _from_introduction(session, actor, introduction_id)
    if entry_id is not None:
        entry = session.get(MatchEntry, entry_id) if 0 < entry_id < 2**31 else None
    elif run_id is not None and (achievement_id is not None or need_id is not None):
        entry = match_runs.entry_in(session, run_id, need_id, achievement_id)
    else:
        message = "请给出 run_id 加 achievement_id（或 need_id），或 lead_id、introduction_id。"
        raise Invalid([FieldError("run_id", message)])
    return _from_entry(session, actor, entry)


def refuse(actor: Actor, found: Start) -> None:
    """Raise Conflict (or NotFound) where no deal can be opened yet, saying what has to happen first."""
    need, achievement = found.need, found.achievement
    if found.side in (ENTERPRISE, UNIVERSITY):
        refuse_unready(actor, need, achievement, found.side, "立项")
    elif not (need.is_public and achievement.is_public):
        raise Conflict("需求或成果已不在公开状态，不能立项。")
    if need.organisation_id is None or achievement.organisation_id is None:
        raise Conflict("需求或成果在平台上没有它的单位账户，没有人能答复，暂不能立项。")
    if need.organisation_id == achievement.organisation_id:
        raise Conflict("需求和成果属于同一个单位，不需要立项。")
    _refuse_second(found.known)


def _refuse_second(known: Deal | None) -> None:
    if known is not None and known.is_under_way:
        raise Conflict(f"这一对已经立项（第 {known.id} 号），现在是“{STATE_NAMES[known.state]}”。")


def _from_entry(session: Session, actor: Actor, entry: MatchEntry | None) -> Start:
    need = find(session, Need, entry.need_id) if entry else None
    achievement = find(session, Achievement, entry.achievement_id) if entry else None
    if entry is None or need is None or achievement is None:
        raise NotFound()
    side = side_of(actor, need, achievement) or (OPERATOR if actor.is_operator else "")
    # An owner's run quotes the confidential part: for everybody else its entries do not exist.
    require(bool(side) and (entry.run.basis == PUBLIC or side == ENTERPRISE), seen=False)
    request = introductions.of_pair(session, need.id, achievement.id)
    return Start(
        entry, need, achievement, side, request, None, deals.of_pair(session, need.id, achievement.id)
    )


def _from_introduction(session: Session, actor: Actor, introduction_id: int) -> Start:
    row = session.get(Introduction, introduction_id) if 0 < introduction_id < 2**31 else None
    side = side_of(actor, row.need, row.achievement) if row else ""
    if row is None or not (side or actor.is_operator):
        raise NotFound()
    if row.state != ACCEPTED and (row.state != ASKED or side == row.asked_by or not side):
        raise Conflict(f"这次引荐是“{introductions.STATE_NAMES[row.state]}”，双方同意后才能由引荐立项。")
    known = deals.of_pair(session, row.need_id, row.achievement_id)
    return Start(row.shown_entry, row.need, row.achievement, side or OPERATOR, row, None, known)


def _from_lead(session: Session, actor: Actor, lead_id: int) -> Start:
    lead = session.get(Lead, lead_id) if 0 < lead_id < 2**31 else None
    profile = talent_rows.of_account(session, actor.account_id or 0) if actor.role == MANAGER else None
    if lead is None or not (profile or actor.is_operator):
        raise NotFound()
    entry = session.get(MatchEntry, lead.entry_id)
    need, achievement = find(session, Need, lead.need_id), find(session, Achievement, lead.achievement_id)
    if entry is None or need is None or achievement is None:
        raise NotFound()
    known = deals.of_pair(session, need.id, achievement.id)
    if lead.closed_at is not None:
        _refuse_second(known)
        raise Conflict("这条线索已经关闭：有一方已下架，或已有人立项。")
    if profile is not None and not profile.is_public:
        raise Conflict("您的经理人档案还没有发布，发布后才能由线索立项。")
    require(sees(actor, need) and sees(actor, achievement), seen=False)
    if not need.wants_manager:
        raise Conflict("这家企业不需要技术经理人参与。")
    request = introductions.of_pair(session, need.id, achievement.id)
    return Start(entry, need, achievement, MANAGER if profile else OPERATOR, request, profile, known)


def _settle_introduction(
    session: Session, platform: Platform, actor: Actor, deal: Deal, found: Start, is_first: bool
) -> None:
    """Take over an introduction of the pair: consent it carries counts, and one that waits is not asked twice."""
    row = introductions.of_pair(session, found.need.id, found.achievement.id)
    if row is None or row.state not in (ACCEPTED, ASKED):
        return
    asked_at, answered_at = row.asked_at, row.answered_at or platform.now()
    if row.state == ASKED:
        if found.side not in (ENTERPRISE, UNIVERSITY):
            return  # a third person's deal answers for nobody; the request stays where it is
        _answer_by_deal(session, actor, row, found.side, platform.now())
    if row.state == ACCEPTED and is_first:
        by_enterprise = row.asked_by == ENTERPRISE
        deal.introduction_id = row.id
        deal.enterprise_agreed_at = asked_at if by_enterprise else answered_at
        deal.university_agreed_at = answered_at if by_enterprise else asked_at


def _answer_by_deal(session: Session, actor: Actor, row: Introduction, side: str, now: datetime) -> None:
    """Opening a deal answers the other side's request, and takes the place of one's own."""
    verb = "recall" if row.asked_by == side else "accept"
    row.state = introductions.TRANSITIONS[verb][1]
    row.answered_at, row.answerer_id = now, actor.account_id
    audit.write(session, actor, f"introduction.{verb}", "introductions", row.id, "由立项代替")


@contextmanager
def _one_deal_a_pair(platform: Platform) -> Iterator[None]:
    """Two people may open the same deal at the same moment; the database lets one of them through."""
    try:
        yield
    except platform.database.duplicate_errors as twice:
        raise Conflict("刚刚已经有人为这一对立项，请刷新页面查看。") from twice
