"""Asking an enterprise to take over the need written for it: a notice, a letter with a link, fourteen days."""

from __future__ import annotations

from datetime import timedelta

from stdnum.cn import uscc

from repositories import accounts, audit, proposals
from repositories.accounts import Account
from repositories.database import Session
from repositories.organisations import REJECTED, Organisation, with_value
from repositories.proposals import EXPIRED, REFUSED, WAITING, Proposal
from services import notices
from services.access import COMMAND, Actor
from services.errors import Conflict, FieldError, Invalid
from services.listings.reading import clean
from services.platform import Platform
from services.proposals.drafting import own, refuse_while_waiting

ANSWER_WITHIN = timedelta(days=14)
UNKNOWN = "没有找到这家企业。请填营业执照上的全称，或 18 位统一社会信用代码；企业要先在平台注册。"
LINK = "/proposals/link"


def ask(platform: Platform, actor: Actor, need_id: int, organisation: str) -> Proposal:
    """Lay one's draft before the enterprise of this exact name or credit code.

    Raises NotFound, Invalid (no such enterprise), Conflict (asked already, nobody there to answer, refused as it is).
    """
    with platform.database.write() as session:
        need, known = own(session, actor, need_id, lock=True)
        refuse_while_waiting(known)
        house = _enterprise(session, organisation)
        people = proposals.people_of(session, house.id)
        if not people:
            raise Conflict("这家单位还没有人以企业身份使用平台，没有人能确认；请先邀请对方注册。")
        if (
            known is not None and known.state == REFUSED and known.organisation_id == house.id
            and known.answered_at is not None and need.updated_at <= known.answered_at
        ):  # fmt: skip
            raise Conflict("这家企业没有认领现在这一版，请按它说的原因修改后再请确认。")
        proposal = known or Proposal(need_id=need.id)
        secret = accounts.new_secret()
        proposal.organisation_id, proposal.manager_id = house.id, actor.account_id
        proposal.state, proposal.note, proposal.link_hash = WAITING, "", accounts.digest(secret)
        proposal.asked_at, proposal.due_on = platform.now(), platform.today() + ANSWER_WITHIN
        proposal.answered_at, proposal.answerer_id = None, None
        session.add(proposal)
        session.flush()
        audit.write(session, actor, "proposal.asked", "needs", need.id, organisation_id=house.id)
        for person in people:
            _tell(session, platform, person, actor, proposal, f"{LINK}/{secret}")
    return proposal


def recall(platform: Platform, actor: Actor, need_id: int) -> None:
    """Take a request back, so that the draft can be changed; raises NotFound, Conflict when nothing waits."""
    with platform.database.write() as session:
        need, proposal = own(session, actor, need_id, lock=True)
        if proposal is None or proposal.state != WAITING:
            raise Conflict("现在没有等企业确认的请求。")
        session.delete(proposal)
        audit.write(session, actor, "proposal.recalled", "needs", need.id)


def expire(platform: Platform) -> int:
    """Close requests nobody answered in time; the draft stays its writer's. Gives how many (run by the scheduler)."""
    with platform.database.write() as session:
        late = proposals.overdue(session, platform.today())
        for proposal in late:
            proposal.state, proposal.link_hash, proposal.answered_at = EXPIRED, None, platform.now()
            audit.write(session, COMMAND, "proposal.expired", "needs", proposal.need_id)
            writer = session.get(Account, proposal.manager_id) if proposal.manager_id else None
            if writer is not None and writer.is_active:
                notices.tell(
                    session, platform, writer, "proposal.expired", "您代拟的需求到期没有得到确认",
                    "草稿还在，只有您看得到；可以再联系企业，重新请求确认。", f"/proposals/{proposal.need_id}",
                )  # fmt: skip
    return len(late)


def _enterprise(session: Session, words: str) -> Organisation:
    """The registered organisation of this exact name or credit code; nothing is searched, so nothing can be listed."""
    words = clean(words)
    if not words:
        raise Invalid([FieldError("organisation", "请填写企业全称或统一社会信用代码。")])
    code = uscc.compact(words).upper()
    found = with_value(session, "uscc", code) if uscc.is_valid(code) else with_value(session, "name", words)
    if found is None or found.state == REJECTED:
        raise Invalid([FieldError("organisation", UNKNOWN)])
    return found


def _tell(
    session: Session, platform: Platform, person: Account, actor: Actor, proposal: Proposal, link: str
) -> None:
    """The line in the inbox leads to the page; the letter carries the link that ends with the answer. Neither quotes the
    need: nobody has taken it over yet."""
    subject = f"技术经理人{actor.name or ''}替贵单位拟了一条技术需求，请确认"
    body = f"请在 {proposal.due_on.isoformat()} 前阅读并答复；确认之前，除了拟稿人和贵单位，没有人看得到。"
    notices.tell(
        session, platform, person, "proposal.asked", subject, body, f"/proposals/{proposal.need_id}", by_mail=False
    )  # fmt: skip
    if platform.settings.mail_on and person.mail_notices and person.confirmed_at is not None:
        notices.letter(
            session, platform, person, f"三库：{subject}", f"{body}打开下面的链接并登录，就能读到全文。", link
        )
