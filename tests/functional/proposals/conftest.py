"""A manager who writes for an enterprise, a colleague of each, and strangers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from repositories.needs import Need
from repositories.notices import Notice
from repositories.organisations import Organisation
from repositories.proposals import Proposal
from services.access import Actor
from services.proposals import asking, drafting
from tests.support import World

SECRET = "机密配方甲乙"
TITLE = "高温合金叶片修复objproposal"


@dataclass
class Desk:
    """The people by name, and shortcuts to what stands in the database."""

    world: World
    people: dict[str, Actor] = field(default_factory=dict)

    def draft(self, who: str = "manager", **fields: Any) -> Need:
        """A need the manager wrote down."""
        words = {
            "title": TITLE,
            "problem": "热影响区开裂",
            "confidential": SECRET,
            "budget_max": "800000",
            **fields,
        }
        return drafting.create(self.world.platform, self.people[who], words)

    def asked(self, who: str = "manager", house: str = "甲企业", **fields: Any) -> Need:
        """The same, laid before the enterprise."""
        need = self.draft(who, **fields)
        asking.ask(self.world.platform, self.people[who], need.id, house)
        return need

    def need(self, need_id: int) -> Need | None:
        """The need as the database has it."""
        with self.world.platform.database.read() as session:
            return session.get(Need, need_id)

    def proposal(self, need_id: int) -> Proposal | None:
        """What was asked about it."""
        with self.world.platform.database.read() as session:
            return session.query(Proposal).filter_by(need_id=need_id).one_or_none()

    def notices(self, who: str) -> list[Notice]:
        """What a person was told."""
        with self.world.platform.database.read() as session:
            return list(
                session.query(Notice).filter_by(account_id=self.people[who].account_id).order_by(Notice.id)
            )

    def house(self, name: str) -> Organisation:
        """An organisation by name."""
        with self.world.platform.database.read() as session:
            return session.query(Organisation).filter_by(name=name).one()


@pytest.fixture
def desk(world: World) -> Desk:
    """Everybody; `colleague` acts for the enterprise too, `second` is another manager."""
    made = Desk(world)
    made.people["enterprise"] = world.enterprise()
    with world.platform.database.read() as session:
        own = session.get(Organisation, made.people["enterprise"].organisation_id)
    made.people["colleague"] = world.person("colleague@example.org", "enterprise", own)
    made.people["rival"] = world.enterprise("rival@example.org", "丙企业")
    made.people["university"] = world.university()
    made.people["operator"] = world.operator()
    for name in ("manager", "second"):
        made.people[name] = world.person(f"{name}@example.org", "manager")
    return made
