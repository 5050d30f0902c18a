"""The deals of the demonstration: `demo/deals.jsonl` as deals with their timeline, their managers and how they ended.

A past deal brings the need it was about, which is no longer public; one under way hangs on a need of the libraries. The
reasons of each pair are judged at loading by the code that recommends, so that none is invented.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from repositories import assignments, match_runs
from repositories.achievements import Achievement
from repositories.assignments import Assignment
from repositories.database import Session, day_of
from repositories.deals import (
    BROKERING,
    COMPLETED,
    ENDED,
    NEGOTIATING,
    OPENED,
    PERFORMING,
    SIGNED,
    Deal,
    DealEvent,
)
from repositories.needs import Need
from repositories.talents import Talent
from services import assignments as assigning
from services.deals.opening import ANSWER_WITHIN
from services.platform import Platform
from services.runs import pair_run

STAGES = {
    "offered": BROKERING, "negotiate": NEGOTIATING, "sign": SIGNED, "perform": PERFORMING, "complete": COMPLETED,
    "end": ENDED,
}  # fmt: skip
OTHER = {"enterprise": "university", "university": "enterprise"}
INDEX_STATE = "demonstration"


@dataclass(frozen=True, slots=True)
class Plan:
    """One line of the file. `need` is the external id; `days` says on which day after the opening each step was taken."""

    need: str
    achievement: str
    manager: str
    finder: str
    opened_by: str
    opened_days_ago: int
    message: str
    days: Mapping[str, int]
    notes: Mapping[str, str]
    end: Mapping[str, str] | None

    def moment(self, platform: Platform, day: int) -> datetime:
        """In the working hours of that day, never in the future."""
        on = platform.today() - timedelta(days=self.opened_days_ago - day)
        spread = sum(map(ord, self.need + self.achievement)) + 97 * day
        return min(platform.now(), datetime.combine(on, time(1 + spread % 8, spread % 60), UTC))

    @property
    def state(self) -> str:
        """The stage it stands in; a manager who was asked makes 撮合中."""
        reached = [STAGES[step] for step in STAGES if step in self.days]
        return reached[-1] if reached else OPENED


def plan_of(raw: Mapping[str, Any]) -> Plan:
    """One line read."""
    need = raw["need"]
    return Plan(
        need=need if isinstance(need, str) else need["external_id"], achievement=raw["achievement"],
        manager=raw.get("manager", ""), finder=raw.get("finder", ""), opened_by=raw["opened_by"],
        opened_days_ago=raw["opened_days_ago"], message=raw.get("message", ""), days=raw["days"],
        notes=raw.get("notes", {}), end=raw.get("end"),
    )  # fmt: skip


def store(platform: Platform, plans: Sequence[Plan], rows: Mapping[str, Any]) -> int:
    """Put the deals in, in one transaction; `rows` are the stored listings by external id. Gives how many."""
    runs = []
    for plan in plans:
        run = pair_run(platform, rows[plan.need], rows[plan.achievement], INDEX_STATE)
        run.created_at = plan.moment(platform, 0)
        runs.append(run)
    with platform.database.write() as session:
        for plan, run in zip(plans, runs, strict=True):
            known = match_runs.by_key(session, run.key)
            if known is None:
                session.add(run)
                session.flush()
                known = run
            _store_one(session, platform, plan, known.entries[0].id, rows)
    return len(plans)


def _store_one(
    session: Session, platform: Platform, plan: Plan, entry_id: int, rows: Mapping[str, Any]
) -> None:
    need: Need = rows[plan.need]
    achievement: Achievement = rows[plan.achievement]
    assert need.organisation_id is not None
    assert achievement.organisation_id is not None
    opened = plan.moment(platform, 0)
    due: date = platform.today() - timedelta(days=plan.opened_days_ago) + ANSWER_WITHIN
    last = max(plan.days.values(), default=0)
    staged = [day for step, day in plan.days.items() if step in STAGES]
    since = plan.moment(platform, max(staged, default=0))
    closed = plan.state in (COMPLETED, ENDED)
    end = plan.end or {}
    deal = Deal(
        need_id=need.id, achievement_id=achievement.id, entry_id=entry_id, enterprise_id=need.organisation_id,
        university_id=achievement.organisation_id, finder_id=rows[plan.finder].id if plan.finder else None,
        state=plan.state, opened_by=plan.opened_by, message=plan.message, answer_due_on=due, created_at=opened,
        stage_since=since, updated_at=plan.moment(platform, last), closed_at=since if closed else None,
        end_reason=end.get("reason", ""), end_note=end.get("note", ""), is_demo=True, **_consents(platform, plan),
    )  # fmt: skip
    session.add(deal)
    session.flush()
    if plan.manager:
        session.add(_assignment(platform, plan, deal, rows[plan.manager], closed))
    session.add_all(_lines(platform, plan, deal, rows))


def _consents(platform: Platform, plan: Plan) -> dict[str, datetime | None]:
    """Whoever opened agreed by it; the other side on its day, or not at all."""
    given: dict[str, datetime | None] = {"enterprise_agreed_at": None, "university_agreed_at": None}
    if plan.opened_by in OTHER:
        given[f"{plan.opened_by}_agreed_at"] = plan.moment(platform, 0)
        if "agreed" in plan.days:
            given[f"{OTHER[plan.opened_by]}_agreed_at"] = plan.moment(platform, plan.days["agreed"])
    return given


def _assignment(platform: Platform, plan: Plan, deal: Deal, talent: Talent, closed: bool) -> Assignment:
    accepted = "accepted" in plan.days
    state = assignments.CLOSED if closed else assignments.ACCEPTED if accepted else assignments.OFFERED
    offered = plan.moment(platform, plan.days["offered"])
    due = assigning.answer_by(day_of(offered)) if accepted else assigning.answer_by(platform.today())
    return Assignment(
        deal_id=deal.id, talent_id=talent.id, state=state, offered_at=offered, due_on=due,
        answered_at=plan.moment(platform, plan.days["accepted"]) if accepted else None,
        ended_at=deal.closed_at,
    )  # fmt: skip


def _lines(platform: Platform, plan: Plan, deal: Deal, rows: Mapping[str, Any]) -> list[DealEvent]:
    """The timeline, as the use cases write it."""
    leads = "manager" if plan.manager else "operator"
    name = rows[plan.manager].title if plan.manager else ""
    lines = [_line(platform, plan, deal, 0, "opened", plan.opened_by, OPENED, note=plan.message)]
    for step, day in sorted(plan.days.items(), key=lambda item: item[1]):
        note = plan.notes.get(step, "")
        if step == "agreed":
            line = _line(platform, plan, deal, day, "agreed", OTHER[plan.opened_by], note=note)
        elif step in ("offered", "accepted"):
            side, state = ("operator", BROKERING) if step == "offered" else ("manager", "")
            line = _line(platform, plan, deal, day, f"manager_{step}", side, state, note=name)
        elif step == "end":
            line = _ending(platform, plan, deal, day)
        else:
            line = _line(platform, plan, deal, day, "moved", leads, STAGES[step], note=note)
        lines.append(line)
    return lines


def _ending(platform: Platform, plan: Plan, deal: Deal, day: int) -> DealEvent:
    assert plan.end is not None
    by = plan.end["by"]
    declined = by in OTHER and "agreed" not in plan.days
    kind = "unanswered" if by == "system" else "declined" if declined else "ended"
    line = _line(platform, plan, deal, day, kind, by, ENDED, note=plan.end["note"])
    line.reason = plan.end["reason"]
    return line


def _line(
    platform: Platform, plan: Plan, deal: Deal, day: int, kind: str, side: str, state: str = "", *, note: str
) -> DealEvent:
    return DealEvent(
        deal_id=deal.id, at=plan.moment(platform, day), kind=kind, side=side, state=state, note=note
    )
