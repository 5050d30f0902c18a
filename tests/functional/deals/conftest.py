"""A need with a confidential part, an achievement that fits it, and everybody who may stand around their deal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from repositories.assignments import Assignment
from repositories.deals import Deal, DealEvent
from repositories.leads import Lead
from repositories.notices import Notice
from repositories.talents import Talent
from services import recommend
from services.access import Actor
from services.deals import opening
from tests.support import World

SECRET = "某型发动机大修厂"
DISCLOSED = "单晶叶片激光熔覆"
ENTERPRISE_NAME, PHONE, THEIR_PHONE = "宁波甲航空部件有限公司", "0574-1234", "029-8888"


@dataclass(frozen=True)
class Table:
    """The pair and its people, by role."""

    world: World
    people: dict[str, Actor]
    need: Any
    achievement: Any
    profile: Any

    def entry(self, need: Any = None, achievement: Any = None, role: str = "enterprise") -> int:
        """The entry of a pair in the recommendations one side sees (the enterprise's own run by default)."""
        need, achievement = need or self.need, achievement or self.achievement
        library, subject, wanted = (
            ("needs", need.id, achievement.id) if role in ("enterprise", "operator")
            else ("achievements", achievement.id, need.id)
        )  # fmt: skip
        found = recommend.for_listing(self.world.platform, self.people[role], library, subject)
        return next(i.entry_id for i in found.ranked if i.row.id == wanted) or 0

    def lead(self) -> int:
        """A lead of the pair, on the entry everybody may see."""
        entry = self.entry(role="university")
        with self.world.platform.database.write() as session:
            lead = Lead(need_id=self.need.id, achievement_id=self.achievement.id, entry_id=entry, score=60.0,
                        level=3, made_by="needs", created_at=self.world.platform.now())  # fmt: skip
            session.add(lead)
            session.flush()
            return lead.id

    def open(self, role: str = "enterprise", **ways: Any) -> Deal:
        """A deal opened by a role; from its own recommendations unless told otherwise."""
        if not ways:
            ways = {"lead_id": self.lead()} if role == "manager" else {"entry_id": self.entry(role=role)}
        return opening.open_deal(self.world.platform, self.people[role], **ways)

    def assign(self, deal: Deal, state: str = "accepted", role: str = "manager") -> Assignment:
        """The deal in a manager's hands, offered or accepted."""
        here = self.world.platform
        with here.database.write() as session:
            row = session.get(Deal, deal.id)
            talent = session.scalar(select(Talent).where(Talent.account_id == self.people[role].account_id))
            if row.state == "opened":
                row.move("assign", here.now())
            made = Assignment(deal_id=deal.id, talent_id=talent.id, state=state, due_on=here.today())
            session.add(made)
            session.flush()
            return made

    def now(self, deal: Deal) -> Deal:
        """The deal as the database has it."""
        with self.world.platform.database.read() as session:
            return session.get(Deal, deal.id)

    def lines(self, deal: Deal) -> list[tuple[str, str, str]]:
        """(kind, side, state) of the timeline, as operators read it."""
        with self.world.platform.database.read() as session:
            found = session.scalars(
                select(DealEvent).where(DealEvent.deal_id == deal.id).order_by(DealEvent.id)
            )
            return [(line.kind, line.side, line.state) for line in found]

    def told(self, kind: str) -> dict[str, str]:
        """Role → subject of the latest notice of a kind."""
        with self.world.platform.database.read() as session:
            rows = session.scalars(select(Notice).where(Notice.kind == kind).order_by(Notice.id))
            subjects = {row.account_id: row.subject for row in rows}
        return {role: subjects[a.account_id] for role, a in self.people.items() if a.account_id in subjects}


@pytest.fixture
def table(world: World) -> Table:
    """Everything published and indexed."""
    people = {
        "enterprise": world.enterprise(name=ENTERPRISE_NAME), "university": world.university(name="青岚理工大学"),
        "rival": world.enterprise("rival@example.org", "丙企业"), "college": world.university("college@example.org", "丁学院"),
        "manager": world.person("manager@example.org", "manager"),
        "stranger": world.person("stranger@example.org", "manager"), "operator": world.operator(),
    }  # fmt: skip
    achievement = world.listing(
        people["university"], "achievements", title="高温合金叶片激光熔覆修复粉末", summary="结合强度 420 MPa",
        abstract="用于单晶叶片激光熔覆，修复后热影响区不开裂，已修复高温合金叶片三百片。", trl="6", industry="C37",
        contact_name="李老师", contact_phone=THEIR_PHONE, region="510100", modes=["license"], price_max="300000",
    )  # fmt: skip
    need = world.listing(
        people["enterprise"], "needs", title="高温合金叶片激光熔覆修复用粉末", industry="C37",
        problem="高温合金叶片激光熔覆修复后热影响区开裂", region="510100", wanted_modes=["license"], budget_max="800000", wanted_trl="6", confidential=f"客户为{SECRET}，用于{DISCLOSED}", contact_name="王工", contact_phone=PHONE,
    )  # fmt: skip
    profile = world.listing(people["manager"], "talents", title="周经理", biography="激光熔覆与增材制造")
    world.listing(people["stranger"], "talents", title="吴经理", biography="生物医药")
    world.index()
    return Table(world, people, need, achievement, profile)
