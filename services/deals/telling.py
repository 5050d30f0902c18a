"""Telling people about a deal: who hears of each step, and in which words.

A notice names the pair by the public titles and never an enterprise that has not opened its name; it quotes neither
messages nor notes, which stand on the page it leads to.
"""

from __future__ import annotations

from repositories.accounts import ENTERPRISE, UNIVERSITY
from repositories.database import Session
from repositories.deals import Deal
from services import notices
from services.platform import Platform

SIDE_NAMES = {
    ENTERPRISE: "企业", UNIVERSITY: "校方", "manager": "技术经理人", "operator": "平台运营", "system": "平台",
}  # fmt: skip


def opened(session: Session, platform: Platform, deal: Deal) -> None:
    """Whoever still has to agree is asked; a side that agreed by an introduction hears that it began."""
    body = f"请在 {deal.answer_due_on.isoformat()} 前答复；双方都同意后才会看到联系方式。"
    for side, organisation_id, agreed in _sides(deal):
        if side == deal.opened_by:
            continue
        subject = (
            f"有人请求对接：{_title(deal, side)}"
            if agreed is None
            else f"对接项目已立项：{_title(deal, side)}"
        )
        text = body if agreed is None else "双方在引荐中已经同意，联系方式向双方开放。"
        notices.tell_organisation(
            session, platform, organisation_id, "deal.opened", subject, text, _href(deal)
        )
    notices.tell_operators(
        session, platform, "deal.opened", f"新立项：{deal.need.title}",
        f"由{SIDE_NAMES[deal.opened_by]}立项。{'请指派技术经理人。' if deal.need.wants_manager else ''}", _href(deal),
    )  # fmt: skip


def _sides(deal: Deal) -> tuple[tuple[str, int, object], ...]:
    return (
        (ENTERPRISE, deal.enterprise_id, deal.enterprise_agreed_at),
        (UNIVERSITY, deal.university_id, deal.university_agreed_at),
    )


def _title(deal: Deal, side: str) -> str:
    """The reader's own listing names the deal for him or her."""
    return deal.need.title if side == ENTERPRISE else deal.achievement.title


def _href(deal: Deal) -> str:
    return f"/deals/{deal.id}"
