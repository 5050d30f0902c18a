"""A manager with a published profile, and deals that he or she led, in every outcome."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from repositories.assignments import Assignment
from repositories.deals import UNDER_WAY, Deal, DealEvent
from repositories.match_runs import MatchEntry, MatchRun
from services import accounts
from services.access import NOBODY, Actor
from tests.functional.api.calling import Caller
from tests.support import World

ENTERPRISE_NAME = "不愿公开的甲公司"
HIDDEN_TITLE = "只给会员看的涂层工艺"


@dataclass(frozen=True)
class House:
    """Everybody, a profile, and a way to add deals to its record."""

    world: World
    people: dict[str, Actor]
    profile: Any
    add: Callable[..., int]

    def page(self, role: str, path: str) -> str:
        """A page as this role reads it."""
        answer = self.world.client(None if role == "nobody" else f"{role}@example.org").get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.get_data(as_text=True)

    def call(self, role: str) -> Caller:
        """A program with this role's token."""
        email = f"{role}@example.org"
        headers = {} if role == "nobody" else {
            "Authorization": f"Bearer {accounts.issue_token(self.world.platform, email)}"
        }  # fmt: skip
        return Caller(self.world.app.test_client(), headers, self.people.get(role, NOBODY))


@pytest.fixture
def house(world: World) -> House:
    """One of each role; the profile is published and indexed."""
    people = {
        "enterprise": world.enterprise(name=ENTERPRISE_NAME), "university": world.university(),
        "manager": world.person("manager@example.org", "manager"),
        "other": world.person("other@example.org", "manager"), "operator": world.operator(),
    }  # fmt: skip
    profile = world.listing(people["manager"], "talents", title="周望川", biography="激光熔覆", capacity="3")
    world.index()
    return House(world, people, profile, lambda **words: add_deal(world, people, profile.id, **words))


def add_deal(
    world: World,
    people: dict[str, Actor],
    talent_id: int,
    state: str = "completed",
    *,
    assignment: str = "",
    days_to_talk: int | None = None,
    reason: str = "",
    industry: str = "C37",
    visibility: str = "public",
    published: bool = True,
    taken: datetime | None = None,
) -> int:
    """A deal with a need and an achievement of its own; `assignment` follows from the state unless it is given."""
    title = HIDDEN_TITLE if visibility != "public" else f"叶片修复 {state} {reason}"
    need = world.listing(people["enterprise"], "needs", title="叶片开裂", industry=industry)
    offer = world.listing(
        people["university"], "achievements", published=published, title=title, visibility=visibility
    )
    taken = taken or world.platform.now() - timedelta(days=90)
    assignment = assignment or ("accepted" if state in UNDER_WAY else "closed")
    with world.platform.database.write() as session:
        run = MatchRun(key=f"r{offer.id}", library="needs", subject_id=need.id, subject_revision=1, basis="public",
                       ranker="r", model="m", index_state="i")  # fmt: skip
        session.add(run)
        session.flush()
        entry = MatchEntry(run_id=run.id, rank=1, need_id=need.id, achievement_id=offer.id, need_revision=1,
                           achievement_revision=1, score=70.0, level=4)  # fmt: skip
        session.add(entry)
        session.flush()
        deal = Deal(
            need_id=need.id, achievement_id=offer.id, entry_id=entry.id,
            enterprise_id=people["enterprise"].organisation_id, university_id=people["university"].organisation_id,
            opened_by="enterprise", answer_due_on=world.platform.today(), state=state, end_reason=reason,
            closed_at=None if state in UNDER_WAY else taken + timedelta(days=60),
        )  # fmt: skip
        session.add(deal)
        session.flush()
        session.add(Assignment(
            deal_id=deal.id, talent_id=talent_id, state=assignment, due_on=world.platform.today(), offered_at=taken,
            answered_at=taken if assignment != "offered" else None,
        ))  # fmt: skip
        if days_to_talk is not None:
            session.add(
                DealEvent(
                    deal_id=deal.id,
                    kind="stage",
                    state="negotiating",
                    at=taken + timedelta(days=days_to_talk),
                )
            )
        return int(deal.id)
