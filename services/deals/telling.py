"""Telling people about a deal: who hears of each step, and in which words.

Each side reads its own listing's name, the manager and operators the need's; an enterprise's name stands in none, and
neither messages nor notes are quoted: they stand on the page the notice leads to. Who acted is not told.
"""

from __future__ import annotations

from repositories import around_deals
from repositories.accounts import ENTERPRISE, UNIVERSITY
from repositories.database import Session
from repositories.deals import REMINDED, STATE_NAMES, Deal
from services import notices
from services.access import Actor
from services.platform import Platform

SIDE_NAMES = {
    ENTERPRISE: "企业", UNIVERSITY: "校方", "manager": "技术经理人", "operator": "平台运营", "system": "平台",
}  # fmt: skip


def opened(session: Session, platform: Platform, deal: Deal) -> None:
    """Whoever still has to agree is asked; a side that agreed by an introduction hears that it began."""
    for side, organisation_id, agreed in _sides(deal):
        if side == deal.opened_by:
            continue
        asked = agreed is None
        subject = f"{'有人请求对接' if asked else '对接项目已立项'}：{_title(deal, side)}"
        body = (
            f"请在 {deal.answer_due_on.isoformat()} 前答复；双方都同意后才会看到联系方式。" if asked
            else "双方在引荐中已经同意，联系方式向双方开放。"
        )  # fmt: skip
        notices.tell_organisation(
            session, platform, organisation_id, "deal.opened", subject, body, _href(deal)
        )
    if deal.opened_by != "operator":
        body = (
            f"由{SIDE_NAMES[deal.opened_by]}立项。{'请指派技术经理人。' if deal.need.wants_manager else ''}"
        )
        notices.tell_operators(
            session, platform, "deal.opened", f"新立项：{deal.need.title}", body, _href(deal)
        )


def agreed(session: Session, platform: Platform, deal: Deal, actor: Actor, side: str) -> None:
    """A side agreed: the others hear it, and whether contacts are open now."""
    body = "双方都已同意，联系方式已开放。" if deal.both_agreed else "还在等另一方答复。"
    _tell(session, platform, deal, actor, "deal.agreed", f"{SIDE_NAMES[side]}同意对接", body)


def extended(session: Session, platform: Platform, deal: Deal, actor: Actor) -> None:
    """The side that has not answered has more time."""
    for side, organisation_id, given in _sides(deal):
        if given is None:
            notices.tell_organisation(
                session, platform, organisation_id, "deal.extended", f"还在等您答复：{_title(deal, side)}",
                f"答复期限延至 {deal.answer_due_on.isoformat()}。", _href(deal),
            )  # fmt: skip


def expiring(session: Session, platform: Platform, deal: Deal) -> int:
    """A side that has not answered hears that its time runs out; gives how many houses were told."""
    told = 0
    for side, organisation_id, given in _sides(deal):
        if given is None:
            notices.tell_organisation(
                session, platform, organisation_id, REMINDED, f"答复期限将到：{_title(deal, side)}",
                f"{deal.answer_due_on.isoformat()} 之后仍没有答复，项目会自动终止。请打开项目同意或婉拒。", _href(deal),
            )  # fmt: skip
            told += 1
    return told


def moved(session: Session, platform: Platform, deal: Deal, actor: Actor) -> None:
    """A stage began."""
    body = "项目完成，谢谢各方。" if not deal.is_under_way else "打开项目看下一步由谁来做。"
    _tell(session, platform, deal, actor, "deal.moved", f"项目进入“{STATE_NAMES[deal.state]}”", body)


def ended(session: Session, platform: Platform, deal: Deal, actor: Actor, side: str) -> None:
    """A deal was terminated; operators hear it too, because they may help with another pair."""
    reason = platform.vocabularies.end_reasons.name(deal.end_reason)
    what = {"system": "项目因逾期未答复而终止"}.get(side, f"{SIDE_NAMES[side]}终止了项目")
    _tell(session, platform, deal, actor, "deal.ended", what, f"原因：{reason}。")
    if not actor.is_operator or side == "system":
        notices.tell_operators(
            session, platform, "deal.ended", f"{what}：{deal.need.title}", f"原因：{reason}。", _href(deal)
        )


def noted(session: Session, platform: Platform, deal: Deal, actor: Actor, side: str) -> None:
    """Somebody wrote a line."""
    _tell(session, platform, deal, actor, "deal.note", "项目有新留言", "打开项目阅读。")


def _tell(
    session: Session, platform: Platform, deal: Deal, actor: Actor, kind: str, what: str, body: str
) -> None:
    """The same to both sides and the managers, but not to the house or the person it came from."""
    for side, organisation_id, _ in _sides(deal):
        if organisation_id != actor.organisation_id:
            subject = f"{what}：{_title(deal, side)}"
            notices.tell_organisation(session, platform, organisation_id, kind, subject, body, _href(deal))
    for account, stays in around_deals.managers_of(session, deal):
        if account.id != actor.account_id:
            href = _href(deal) if stays or deal.is_under_way else "/deals"
            notices.tell(session, platform, account, kind, f"{what}：{deal.need.title}", body, href)


def _sides(deal: Deal) -> tuple[tuple[str, int, object], ...]:
    return (
        (ENTERPRISE, deal.enterprise_id, deal.enterprise_agreed_at),
        (UNIVERSITY, deal.university_id, deal.university_agreed_at),
    )


def _title(deal: Deal, side: str) -> str:
    return deal.need.title if side == ENTERPRISE else deal.achievement.title


def _href(deal: Deal) -> str:
    return f"/deals/{deal.id}"
