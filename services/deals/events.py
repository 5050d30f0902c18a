"""The timeline of a deal: every step leaves a line, in the transaction that made it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from repositories.database import Session
from repositories.deals import Deal, DealEvent
from services.access import Actor

FOR_ALL, FOR_OPERATORS = "deal", "operators"
"""The circles of a line: everybody around the deal, or operators alone."""

KINDS: Mapping[str, str] = {
    "opened": "立项",
    "agreed": "同意对接",
    "declined": "不同意对接，项目终止",
    "unanswered": "到期没有答复，项目终止",
    "extended": "延长答复期限",
    "asked_of_manager": "说明对经理人的要求",
    "manager_offered": "邀请经理人",
    "manager_accepted": "接手项目",
    "manager_declined": "婉拒接手",
    "manager_expired": "经理人逾期未确认",
    "manager_released": "解除经理人",
    "moved": "进入下一阶段",
    "ended": "终止项目",
    "note": "留言",
}
"""What can happen to a deal, in words; `moved` is told by the stage it led to."""


def add(
    session: Session,
    deal: Deal,
    kind: str,
    actor: Actor,
    *,
    now: datetime,
    side: str = "",
    state: str = "",
    reason: str = "",
    note: str = "",
    circle: str = FOR_ALL,
) -> DealEvent:
    """Add a line in the caller's transaction; `side` is who speaks (enterprise, university, manager, operator, system),
    `state` the stage it led to where it led to one, `reason` a code of `end_reasons` or of the assignment's reasons."""
    assert kind in KINDS, kind
    line = DealEvent(
        deal_id=deal.id, at=now, kind=kind, side=side, account_id=actor.account_id, state=state, reason=reason,
        note=note, circle=circle,
    )  # fmt: skip
    session.add(line)
    return line
