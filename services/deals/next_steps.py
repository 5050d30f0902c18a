"""Who must act next on a deal, and by when. Pure: from the deal and its active assignment, nothing is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from repositories.accounts import ENTERPRISE, MANAGER, OPERATOR, UNIVERSITY
from repositories.assignments import ACCEPTED, OFFERED, Assignment
from repositories.deals import BROKERING, NEGOTIATING, OPENED, PERFORMING, SIGNED, Deal

STAGE_VERBS = {
    OPENED: "negotiate", BROKERING: "negotiate", NEGOTIATING: "sign", SIGNED: "perform", PERFORMING: "complete",
}  # fmt: skip
"""The verb that leads on from each stage."""
VERB_NAMES = {
    "negotiate": "开始洽谈", "sign": "登记合同签订", "perform": "开始履约", "complete": "结项",
}  # fmt: skip
STEP_NAMES = {
    "negotiate": "约双方见面，开始洽谈", "sign": "谈定条款，签订合同", "perform": "按合同开始履约",
    "complete": "完成履约，验收后结项",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """`who` is enterprise, university, manager or operator; `due_on` where there is a day for it."""

    who: str
    text: str
    due_on: date | None = None


def next_steps(deal: Deal, active: Assignment | None) -> list[Step]:
    """What has to happen next, the blocking things first; empty once the deal is closed."""
    if not deal.is_under_way:
        return []
    steps = []
    if deal.enterprise_agreed_at is None:
        steps.append(Step(ENTERPRISE, "答复是否愿意对接", deal.answer_due_on))
    if deal.university_agreed_at is None:
        steps.append(Step(UNIVERSITY, "答复是否愿意对接", deal.answer_due_on))
    if deal.need.wants_manager and active is None:
        steps.append(Step(OPERATOR, "指派技术经理人"))
    if active is not None and active.state == OFFERED:
        steps.append(Step(MANAGER, "确认是否接手", active.due_on))
    led = active is not None and active.state == ACCEPTED
    if deal.both_agreed and (led or not deal.need.wants_manager or deal.state not in (OPENED, BROKERING)):
        steps.append(Step(MANAGER if led else OPERATOR, STEP_NAMES[STAGE_VERBS[deal.state]]))
    return steps


def hindrance(deal: Deal, active: Assignment | None, verb: str) -> str:
    """Why a stage cannot be entered yet, in a sentence; empty when nothing stands in the way."""
    waiting = [
        name for name, agreed in (("企业", deal.enterprise_agreed_at), ("校方", deal.university_agreed_at)) if agreed is None
    ]  # fmt: skip
    if waiting:
        return f"{'和'.join(waiting)}还没有同意对接，同意后才能{VERB_NAMES[verb]}。"
    if verb == "negotiate" and deal.need.wants_manager and (active is None or active.state != ACCEPTED):
        if active is not None:
            return "技术经理人还没有确认接手，确认后才能开始洽谈。"
        return "还没有技术经理人接手，接手后才能开始洽谈。"
    return ""
