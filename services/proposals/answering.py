"""The enterprise's side: reading the need whole, confirming it as its own, or refusing with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from repositories import accounts, audit, listing, proposals
from repositories.accounts import ENTERPRISE, MANAGER, Account
from repositories.database import Session
from repositories.needs import Need
from repositories.organisations import Organisation
from repositories.proposals import CONFIRMED, REFUSED, STATE_NAMES, WAITING, Proposal
from services import notices
from services.access import Actor, require, require_signed_in
from services.credentials import DEAD_LINK
from services.errors import Conflict, FieldError, Invalid, NotFound, Stale
from services.listings import entries
from services.listings.library import library_of
from services.listings.reading import clean
from services.platform import Platform
from services.proposals.drafting import own

MAX_REASON = 500
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Opened:
    """A need written for somebody, for its writer or for the enterprise asked. `proposal` is None while only drafted."""

    need: Need
    proposal: Proposal | None
    organisation: Organisation | None
    manager: str
    is_writer: bool

    @property
    def waits(self) -> bool:
        """Whether the enterprise has to answer."""
        return self.proposal is not None and self.proposal.state == WAITING


def open_one(platform: Platform, actor: Actor, need_id: int) -> Opened:
    """The draft for its writer, the request for the enterprise while it waits; for anybody else there is none.

    Raises SignInFirst, NotFound.
    """
    require_signed_in(actor)
    with platform.database.read() as session:
        if actor.role == MANAGER:
            need, proposal = own(session, actor, need_id)
            house = session.get(Organisation, proposal.organisation_id) if proposal else None
            return Opened(need, proposal, house, actor.name, True)
        need, proposal = _laid_before(session, actor, need_id)
        if proposal.state != WAITING:
            raise NotFound()
        writer = session.get(Account, proposal.manager_id) if proposal.manager_id else None
        return Opened(
            need, proposal, session.get(Organisation, proposal.organisation_id), writer.name if writer else "", False
        )  # fmt: skip


def by_link(platform: Platform, actor: Actor, secret: str) -> int:
    """The need behind the link of a letter, for the enterprise it was sent to; dead once answered, recalled or late.

    Raises SignInFirst, NotFound.
    """
    require_signed_in(actor)
    with platform.database.read() as session:
        proposal = proposals.by_link(session, accounts.digest(secret))
    late = proposal is not None and proposal.due_on < platform.today()
    if proposal is None or late or proposal.state != WAITING or not _asked(actor, proposal):
        raise NotFound(DEAD_LINK)
    return proposal.need_id


def answer(
    platform: Platform, actor: Actor, need_id: int, verb: str, reason: str = "", revision: int | None = None
) -> tuple[Need, Proposal]:
    """Confirm (the need becomes the enterprise's own and is submitted for review) or refuse with a reason.

    `revision` is the one that was read. Raises SignInFirst, NotFound, Invalid, Stale, Conflict (answered already, late).
    """
    require_signed_in(actor)
    if verb not in ("confirm", "refuse"):
        raise Invalid([FieldError("answer", "应为 confirm（确认）或 refuse（不认领）。")])
    reason = clean(reason)
    if verb == "refuse" and not reason:
        raise Invalid([FieldError("reason", "请写明为什么不认领，拟稿的经理人会看到。")])
    if len(reason) > MAX_REASON:
        raise Invalid([FieldError("reason", f"原因最多 {MAX_REASON} 字，现在有 {len(reason)} 字。")])
    with platform.database.write() as session:
        need, proposal = _laid_before(session, actor, need_id, lock=True)
        if proposal.state != WAITING:
            raise Conflict(f"这条需求已经是“{STATE_NAMES[proposal.state]}”。")
        if proposal.due_on < platform.today():
            raise Conflict("确认的期限已过，请联系拟稿的经理人重新请求。")
        if revision is not None and revision != need.revision:
            raise Stale("您打开之后，经理人撤回改过这条需求。请重新阅读，再确认。")
        proposal.link_hash, proposal.answered_at = None, platform.now()
        proposal.answerer_id = actor.account_id
        if verb == "refuse":
            proposal.state, proposal.note = REFUSED, reason
        else:
            proposal.state = CONFIRMED
            need.organisation_id, need.account_id = actor.organisation_id, actor.account_id
            session.flush()
            entries.move(session, platform, actor, library_of("needs"), need, "submit")
        audit.write(session, actor, f"proposal.{proposal.state}", "needs", need.id, reason)
        _tell_writer(session, platform, proposal, need)
    return need, proposal


@dataclass(frozen=True, slots=True)
class Listed:
    """A manager's drafts and requests, or what an enterprise was asked: newest first."""

    drafts: Sequence[Need]
    sent: Sequence[tuple[Proposal, Organisation]]
    received: Sequence[tuple[Proposal, Need, str]]


def listed(platform: Platform, actor: Actor) -> Listed:
    """What a person has to do with needs written for enterprises; raises SignInFirst, Forbidden."""
    require_signed_in(actor)
    require(actor.role in (MANAGER, ENTERPRISE))
    with platform.database.read() as session:
        if actor.role == MANAGER:
            own_id = actor.account_id or 0
            return Listed(
                proposals.drafts_of(session, own_id), proposals.of_manager(session, own_id, SHOWN), ()
            )
        if actor.organisation_id is None:
            return Listed((), (), ())
        return Listed((), (), proposals.of_organisation(session, actor.organisation_id, SHOWN))


def _asked(actor: Actor, proposal: Proposal) -> bool:
    """Whether the person acts for the enterprise that was asked."""
    return actor.role == ENTERPRISE and actor.organisation_id == proposal.organisation_id


def _laid_before(
    session: Session, actor: Actor, need_id: int, *, lock: bool = False
) -> tuple[Need, Proposal]:
    """A need this person's enterprise was asked to take over; raises NotFound."""
    find = listing.lock if lock else listing.find
    need = find(session, Need, need_id)
    proposal = proposals.of_need(session, need_id, lock=lock) if need is not None else None
    if need is None or proposal is None or not _asked(actor, proposal):
        raise NotFound()
    return need, proposal


def _tell_writer(session: Session, platform: Platform, proposal: Proposal, need: Need) -> None:
    writer = session.get(Account, proposal.manager_id) if proposal.manager_id else None
    if writer is None or not writer.is_active:
        return
    if proposal.state == CONFIRMED:
        subject, body = "企业确认了您代拟的需求", "它现在是企业自己的需求，审核后发布；您能看到公开的部分。"
    else:
        subject, body = "企业没有认领您代拟的需求", f"原因：{proposal.note}。草稿还在，只有您看得到。"
    notices.tell(session, platform, writer, f"proposal.{proposal.state}", subject, body, "/proposals")
