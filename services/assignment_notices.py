"""Telling people about an assignment: the manager, the operators, and both sides once somebody really leads the deal.

A manager reads the need's public title, a side its own listing's name; an enterprise's name stands in none. Who
declined, and why, is between the manager and the operators.
"""

from __future__ import annotations

from repositories.accounts import Account
from repositories.assignments import DECLINED, Assignment
from repositories.database import Session
from repositories.deals import Deal
from repositories.talents import Talent
from services import notices
from services.access import Actor
from services.platform import Platform


def offered(session: Session, platform: Platform, deal: Deal, one: Assignment, talent: Talent) -> None:
    """The manager is asked."""
    body = f"请在 {one.due_on.isoformat()} 前确认是否接手；项目页有双方的公开内容和匹配理由。"
    _tell_manager(
        session, platform, deal, talent, "assignment.offered", f"请您接手项目：{deal.need.title}", body
    )


def accepted(session: Session, platform: Platform, deal: Deal, talent: Talent, actor: Actor) -> None:
    """Both sides and the operators hear who leads the deal; the manager too when an operator wrote it down."""
    body = f"{talent.title}已接手，将联系双方推进。"
    _tell_sides(session, platform, deal, "assignment.accepted", "技术经理人已接手", body)
    if actor.is_operator:
        _tell_manager(
            session, platform, deal, talent, "assignment.accepted", f"已登记您接手项目：{deal.need.title}",
            "由平台运营代为登记；如有出入请联系运营。",
        )  # fmt: skip
    else:
        subject = f"经理人已接手：{deal.need.title}"
        notices.tell_operators(
            session, platform, "assignment.accepted", subject, f"{talent.title}已接手。", _href(deal)
        )


def not_taken(
    session: Session, platform: Platform, deal: Deal, talent: Talent, one: Assignment, following: Talent | None
) -> None:  # fmt: skip
    """Operators hear that an offer was declined or ran out, and who is next on the list they chose from."""
    declined = one.state == DECLINED
    reason = platform.vocabularies.decline_reasons.name(one.reason)
    what = f"{talent.title}婉拒（{reason}）。" if declined else f"{talent.title}逾期没有确认。"
    then = f"名单上的下一位是{following.title}。" if following else "名单上没有下一位，请重新看推荐。"
    subject = f"经理人{'婉拒' if declined else '逾期未确认'}：{deal.need.title}"
    kind = "assignment.declined" if declined else "assignment.expired"
    notices.tell_operators(session, platform, kind, subject, f"{what}{then}", _href(deal))
    if not declined:
        _tell_manager(
            session, platform, deal, talent, kind, f"邀请已过期：{deal.need.title}",
            "您没有在期限内确认，项目会请别的经理人；仍有意的话请联系平台运营。", seen=False,
        )  # fmt: skip


def released(session: Session, platform: Platform, deal: Deal, talent: Talent, note: str) -> None:
    """The manager hears why, both sides hear that somebody else will come."""
    _tell_manager(
        session, platform, deal, talent, "assignment.released", f"项目不再由您负责：{deal.need.title}",
        f"平台运营解除了指派。原因：{note}", seen=False,
    )  # fmt: skip
    _tell_sides(session, platform, deal, "assignment.released", "技术经理人有变动", "平台运营会另行指派。")


def _tell_manager(
    session: Session, platform: Platform, deal: Deal, talent: Talent, kind: str, subject: str, body: str, *,
    seen: bool = True,
) -> None:  # fmt: skip
    """`seen`: whether the manager still sees the deal; else the notice leads to the list of his or her deals."""
    account = session.get(Account, talent.account_id) if talent.account_id is not None else None
    if account is not None and account.is_active:
        notices.tell(session, platform, account, kind, subject, body, _href(deal) if seen else "/deals")


def _tell_sides(session: Session, platform: Platform, deal: Deal, kind: str, what: str, body: str) -> None:
    for organisation_id, title in (
        (deal.enterprise_id, deal.need.title), (deal.university_id, deal.achievement.title),
    ):  # fmt: skip
        notices.tell_organisation(
            session, platform, organisation_id, kind, f"{what}：{title}", body, _href(deal)
        )


def _href(deal: Deal) -> str:
    return f"/deals/{deal.id}"
