"""Publications that fit each other, with vectors, so that leads are made as they are in service but without the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from repositories import vectors
from repositories.achievements import Achievement
from repositories.leads import Lead, LeadAnswer
from repositories.needs import Need
from repositories.talents import Talent
from services.access import Actor
from services.leads import making
from services.listings import entries
from tests.support import World

SUBJECTS = ("高温合金叶片激光熔覆修复", "印染废水膜法深度脱盐", "水稻病虫害无人机遥感监测")
SIZE = 384


@dataclass
class Market:
    """An enterprise, a university and managers; publishing gives what it publishes a vector of its subject."""

    world: World
    people: dict[str, Actor] = field(default_factory=dict)

    @property
    def here(self) -> Any:
        """The platform."""
        return self.world.platform

    def need(self, subject: int = 0, who: str = "enterprise", **fields: Any) -> Any:
        """A published need about one of the subjects."""
        return self._publish(who, "needs", subject, {"title": f"{SUBJECTS[subject]}求解", **fields})

    def achievement(self, subject: int = 0, who: str = "university", **fields: Any) -> Any:
        """A published achievement about one of the subjects."""
        return self._publish(who, "achievements", subject, {"title": f"{SUBJECTS[subject]}技术", **fields})

    def profile(
        self, who: str = "manager", subject: int = 0, *, published: bool = True, **fields: Any
    ) -> Any:
        """A manager's profile whose experience is in one of the subjects."""
        words = {"title": f"经理人{who}", "biography": f"十年{SUBJECTS[subject]}项目经验", **fields}
        row = self.world.listing(self.people[who], "talents", published=published, **words)
        self._vector(row, subject)
        return row

    def make(self) -> making.Turn:
        """Let the index see everything, then one turn of the worker."""
        self.world.index()
        return making.make_due(self.here)

    def leads(self) -> list[Lead]:
        """Every lead, open or closed."""
        with self.here.database.read() as session:
            return list(session.scalars(select(Lead).order_by(Lead.id)))

    def pairs(self, rows: Sequence[Lead] | None = None) -> set[tuple[int, int]]:
        """(need, achievement) of the open ones."""
        return {(r.need_id, r.achievement_id) for r in rows or self.leads() if r.closed_at is None}

    def answers(self) -> list[LeadAnswer]:
        """Every answer."""
        with self.here.database.read() as session:
            return list(session.scalars(select(LeadAnswer).order_by(LeadAnswer.id)))

    def revise(self, row: Any, subject: int = 0, **fields: Any) -> Any:
        """A published listing edited by its owner, reviewed again and published, now about this subject."""
        owner = self.people["enterprise" if isinstance(row, Need) else "university"]
        entries.edit(self.here, owner, row.library, row.id, fields, revision=None, partial=True)
        row = entries.act(self.here, self.people["operator"], row.library, row.id, "publish")
        self._vector(row, subject)
        return row

    def _publish(self, who: str, library: str, subject: int, fields: dict[str, Any]) -> Any:
        row = self.world.listing(self.people[who], library, **fields)
        self._vector(row, subject)
        return row

    def _vector(self, row: Need | Achievement | Talent, subject: int) -> None:
        """A unit vector near that of the subject, so that the same subject is near and another is not."""
        made = np.zeros(SIZE, dtype=np.float32)
        made[subject], made[100 + row.id % 200] = 1.0, 0.3
        with self.here.database.write() as session:
            vectors.put_many(
                session,
                self.here.embedder.model_id,
                {row.vector_key: made / np.float32(np.linalg.norm(made))},
            )


@pytest.fixture
def market(world: World) -> Market:
    """Everybody, and nothing published yet."""
    made = Market(world)
    made.people["enterprise"] = world.enterprise()
    made.people["rival"] = world.enterprise("rival@example.org", "丙企业")
    made.people["university"] = world.university()
    made.people["operator"] = world.operator()
    for name in ("manager", "second", "third"):
        made.people[name] = world.person(f"{name}@example.org", "manager")
    return made
