"""Five thousand deals and a thousand managers: pages and programs ask the database no more than with a handful."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from repositories.assignments import Assignment
from repositories.deals import COMPLETED, ENDED, STATE_NAMES, UNDER_WAY, Deal, DealEvent
from repositories.listing import PUBLISHED
from repositories.match_runs import MatchEntry
from repositories.needs import Need
from repositories.outbox import record_many
from repositories.talents import Talent
from services import accounts
from tests.functional.counting import queries
from tests.functional.deals.conftest import Table

FEW, MANY, MANAGERS = 70, 5_000, 1_000
LISTS = (
    "/deals", "/deals?tab=open", "/deals?tab=open&state=signed", "/deals?tab=completed", "/deals?tab=ended",
    "/deals?view=board", "/deals?tab=open&q=叶片 1",
)  # fmt: skip
ROLES = ("enterprise", "university", "manager", "operator")


class Crowd:
    """The pair's two houses with very many deals, led by very many managers."""

    def __init__(self, table: Table) -> None:
        self.table, self.world, self.here = table, table.world, table.world.platform
        self.first = table.open("enterprise")
        self.clients: dict[str, FlaskClient] = {
            role: table.world.client(f"{role}@example.org") for role in ROLES
        }
        self.tokens = {
            role: {
                "Authorization": f"Bearer {accounts.issue_token(self.here, f'{role}@example.org', 'tests')}"
            }
            for role in ROLES
        }

    def grow(self, deals: int, managers: int) -> None:
        """So many more managers, and so many more deals of all stages between the two, each with three lines."""
        now, today, states = self.here.now(), self.here.today(), list(STATE_NAMES)
        with self.here.database.write() as session:
            entry = session.scalar(select(MatchEntry.id).where(MatchEntry.id == self.first.entry_id))
            start = session.scalar(select(Need.id).order_by(Need.id.desc()).limit(1)) or 0
            people = [
                {"title": f"经理 {start} {n}", "biography": f"叶片修复 {n}", "state": PUBLISHED, "capacity": 50,
                 "industries": ["C37"], "vector_key": ""}
                for n in range(managers)
            ]  # fmt: skip
            session.execute(insert(Talent), people)
            talents = list(session.scalars(select(Talent.id).order_by(Talent.id)))
            record_many(session, "talents", talents, "publish")
            mine = session.scalar(
                select(Talent.id).where(Talent.account_id == self.table.people["manager"].account_id)
            )
            needs = [
                {"id": start + n + 1, "title": f"叶片 {n}", "organisation_id": self.first.enterprise_id,
                 "state": PUBLISHED, "industry": "C37", "vector_key": ""}
                for n in range(deals)
            ]  # fmt: skip
            session.execute(insert(Need), needs)
            rows, lines, led = [], [], []
            ids = session.scalar(select(Deal.id).order_by(Deal.id.desc()).limit(1)) or 0
            for n in range(deals):
                state, deal_id = states[n % len(states)], ids + n + 1
                rows.append({
                    "id": deal_id, "need_id": start + n + 1, "achievement_id": self.first.achievement_id,
                    "entry_id": entry, "enterprise_id": self.first.enterprise_id,
                    "university_id": self.first.university_id, "state": state, "opened_by": "enterprise",
                    "enterprise_agreed_at": now, "university_agreed_at": now if n % 3 else None,
                    "answer_due_on": today + timedelta(days=n % 14), "stage_since": now - timedelta(days=n % 200),
                    "closed_at": None if state in UNDER_WAY else now, "end_reason": "price" if state == ENDED else "",
                })  # fmt: skip
                lines += [
                    {"deal_id": deal_id, "kind": "opened", "at": now},
                    {"deal_id": deal_id, "kind": "note", "at": now},
                ]
                if state != "opened":
                    done, ours = state in (COMPLETED, ENDED), n % 10 == 0
                    waits = ours and state == "brokering"
                    led.append({"deal_id": deal_id, "talent_id": mine if ours else talents[n % len(talents)],
                                "state": "closed" if done else "offered" if waits else "accepted", "due_on": today})  # fmt: skip
            session.execute(insert(Deal), rows)
            session.execute(insert(DealEvent), lines)
            session.execute(insert(Assignment), led)
        self.world.index()

    def costs(self) -> dict[tuple[str, str], int]:
        """(role, path) → statements; each page is opened once before it is counted."""
        found: dict[tuple[str, str], int] = {}
        for role in ROLES:
            for path in (*LISTS, f"/deals/{self.first.id}"):
                if role == "manager" and path == f"/deals/{self.first.id}":
                    continue  # it is not the manager's
                for _ in range(2):  # managers are ranked on the first visit, and the ranking is kept
                    self.clients[role].get(path)
                found[role, path] = queries(self.world, self.clients[role], path)
        return found


@pytest.fixture
def crowd(table: Table) -> Crowd:
    """A handful at first."""
    made = Crowd(table)
    made.grow(FEW, FEW)
    return made


def test_five_thousand_deals_cost_what_seventy_do(crowd: Crowd) -> None:
    before = crowd.costs()
    crowd.grow(MANY - FEW, MANAGERS - FEW)
    after = crowd.costs()
    assert {page: (before[page], after[page]) for page in after if after[page] != before[page]} == {}
    lists = [n for (_, path), n in after.items() if path in LISTS]
    assert max(lists) <= 14, (
        "session, account, rows, two counts, houses, managers, places, inbox, the mark of demonstration"
    )
    answer: Any = crowd.world.app.test_client().get(
        "/api/v1/deals?tab=open&per_page=100", headers=crowd.tokens["operator"]
    )
    assert len(answer.get_json()["items"]) == 100
    assert answer.get_json()["total"] > 3_000
