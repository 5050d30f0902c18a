"""One platform with everybody on it and a listing in every state: what tables of access are asked against.

Names of objects read `library.state` or say what is special about them. Each object's title holds a Latin word of its
own (`objneeddraft`), so that a search for it can find nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from repositories.assignments import Assignment
from repositories.deals import Deal, DealEvent
from repositories.introductions import Introduction
from repositories.leads import Lead
from repositories.listing import STATE_NAMES
from repositories.talents import Talent
from services import accounts, introductions, recommend
from services.access import Actor
from services.listings import entries
from services.listings.library import LIBRARIES
from services.proposals import asking, drafting
from services.scheduler import expire_listings
from tests.functional.api.calling import Caller
from tests.support import World, csrf, make_world

ROLES = ("nobody", "rival", "enterprise", "university", "college", "manager", "operator")
"""rival: another enterprise; college: another university."""
OWNER = {"needs": "enterprise", "achievements": "university", "talents": "manager"}
WAYS: dict[str, tuple[str, ...]] = {
    "draft": (), "submitted": ("submit",), "returned": ("submit", "return"), "published": ("submit", "publish"),
    "paused": ("submit", "publish", "pause"), "withdrawn": ("submit", "publish", "withdraw"),
    "expired": ("submit", "publish"),
}  # fmt: skip
"""How a listing gets into each state; `expired` is left to the scheduler."""
SECRET, PHONE = "机密配方甲乙", "028-76543210"
STAGES_OF = {
    "offered": "brokering", "led": "brokering", "completed": "completed", "ended": "ended", "declined": "opened",
}  # fmt: skip
ASSIGNMENTS_OF = {
    "offered": "offered", "led": "accepted", "declined": "declined", "completed": "closed", "ended": "closed",
}  # fmt: skip
"""Where a deal of each kind stands, and what its manager did; kinds that are not named are in 立项, without one."""
COMMON = "激光熔覆修复叶片"
"""Words every need and achievement shares, so that all pairs match."""


@dataclass
class Stage:
    """The world, its people by role, and its objects by name."""

    world: World
    people: dict[str, Actor] = field(default_factory=dict)
    clients: dict[str, FlaskClient] = field(default_factory=dict)
    callers: dict[str, Caller] = field(default_factory=dict)
    objects: dict[str, tuple[str, int]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    made: int = 0

    def get(self, role: str, path: str) -> TestResponse:
        """A page as this role sees it."""
        return self.clients[role].get(path)

    def post(self, role: str, path: str, **data: Any) -> TestResponse:
        """A form sent by this role with a right token."""
        if role not in self.tokens:
            self.tokens[role] = csrf(self.clients[role], "/")
        return self.clients[role].post(path, data={"csrf_token": self.tokens[role], **data})

    def path(self, name: str) -> str:
        """The address of an object's page."""
        library, row_id = self.objects[name]
        return f"/{library}/{row_id}"

    def row(self, name: str) -> Any:
        """An object as the database has it now."""
        library, row_id = self.objects[name]
        return self.load(library, row_id)

    def load(self, library: str, row_id: int) -> Any:
        """A listing as the database has it now."""
        with self.world.platform.database.read() as session:
            return session.get(LIBRARIES[library].model, row_id)

    def fresh(self, library: str, state: str, owner: str = "", **fields: Any) -> int:
        """A new listing of its usual owner in a state."""
        self.made += 1
        actor = self.people[owner or OWNER[library]]
        places = {"regions": ["510000"]} if library == "talents" else {"region": "510100", "industry": "C37"}
        words = {"title": f"{COMMON} 第{self.made}号", **places, **fields}
        row = entries.create(self.world.platform, actor, library, words)
        for verb in WAYS[state]:
            who = self.people["operator"] if verb in ("publish", "return") else actor
            entries.act(self.world.platform, who, library, row.id, verb, "请补充指标")
        if state == "expired":
            with self.world.platform.database.write() as session:
                known = session.get(LIBRARIES[library].model, row.id)
                known.expires_on = self.world.platform.today() - timedelta(days=1)
            expire_listings(self.world.platform)
        return int(row.id)

    def add(self, name: str, library: str, state: str, owner: str = "", **fields: Any) -> None:
        """An object of the table under its name."""
        title = f"{COMMON} {word_of(name)}"
        self.objects[name] = (library, self.fresh(library, state, owner, title=title, **fields))

    def deal(self, kind: str, name: str = "") -> int:
        """A deal between the enterprise and the university on a fresh published need: `opened` by the enterprise,
        `agreed` by both, `offered` to or `led` by the manager (both agreed), `declined` by the manager, `completed` by
        or `ended` under the manager's lead, `found` from the manager's lead. Under its name when given."""
        here = self.world.platform
        fields = {"title": f"{COMMON} {word_of(name)}"} if name else {}
        need_id = self.fresh(
            "needs", "published", confidential=SECRET, contact_phone=PHONE, contact_name="王联系", **fields
        )
        with here.database.write() as session:
            shown = session.get(Introduction, self.objects["introduction.agreed"][1])
            talent = session.scalar(
                select(Talent).where(
                    Talent.account_id == self.people["manager"].account_id, Talent.state == "published"
                )
            )
            now = here.now()
            deal = Deal(
                need_id=need_id, achievement_id=shown.achievement_id, entry_id=shown.shown_entry_id,
                enterprise_id=self.people["enterprise"].organisation_id,
                university_id=self.people["university"].organisation_id, opened_by="enterprise",
                enterprise_agreed_at=None if kind == "found" else now, answer_due_on=here.today(),
                university_agreed_at=None if kind in ("opened", "found") else now,
                finder_id=talent.id if kind == "found" else None, state=STAGES_OF.get(kind, "opened"),
                closed_at=now if kind in ("completed", "ended") else None,
            )  # fmt: skip
            session.add(deal)
            session.flush()
            if kind in ASSIGNMENTS_OF:
                session.add(
                    Assignment(
                        deal_id=deal.id,
                        talent_id=talent.id,
                        state=ASSIGNMENTS_OF[kind],
                        due_on=here.today(),
                    )
                )
        if name:
            self.objects[name] = ("deals", deal.id)
        return int(deal.id)

    def leads(self) -> None:
        """A lead managers may take up, and one a side of which has left the public."""
        shown = recommend.for_listing(
            self.world.platform, self.people["university"], "achievements", self.objects["achievement.published"][1]
        )  # fmt: skip
        pairs = {i.row.id: i.entry_id for i in shown.ranked}
        now = self.world.platform.now()
        with self.world.platform.database.write() as session:
            for name, need, closed in (
                ("lead.open", "need.published", None),
                ("lead.closed", "need.named", now),
            ):
                need_id = self.objects[need][1]
                row = Lead(need_id=need_id, achievement_id=self.objects["achievement.published"][1],
                           entry_id=pairs[need_id], score=60.0, level=3, made_by="needs", closed_at=closed)  # fmt: skip
                session.add(row)
                session.flush()
                self.objects[name] = ("leads", row.id)

    def proposals(self) -> None:
        """Needs the manager wrote for the enterprise: one only drafted, one laid before it."""
        here, manager = self.world.platform, self.people["manager"]
        for name, asked in (("written", False), ("laidbefore", True)):
            words = {"title": f"{COMMON} {word_of(f'need.{name}')}", "confidential": SECRET}
            need = drafting.create(here, manager, words)
            if asked:
                asking.ask(here, manager, need.id, "甲企业")
            self.objects[f"need.{name}"] = ("needs", need.id)
            self.objects[f"proposal.{name}"] = ("proposals", need.id)

    def lines(self, deal_id: int) -> int:
        """How many lines the timeline of a deal has."""
        with self.world.platform.database.read() as session:
            query = select(func.count()).where(DealEvent.deal_id == deal_id)
            return int(session.scalar(query) or 0)

    def revision(self, deal_id: int) -> int:
        """Its present revision."""
        with self.world.platform.database.read() as session:
            return int(session.scalar(select(Deal.revision).where(Deal.id == deal_id)) or 0)

    def entry(self, need: str, achievement: str) -> int:
        """The entry of a pair of objects in the need's own recommendations."""
        return self.entry_of(self.objects[need][1], self.objects[achievement][1])

    def entry_of(self, need_id: int, achievement_id: int) -> int:
        """The entry of an achievement in the recommendations the need's owner sees."""
        found = recommend.for_listing(self.world.platform, self.people["enterprise"], "needs", need_id)
        lines = found.everything
        entry = next(i.entry_id for i in lines if i.row.id == achievement_id)
        assert entry is not None
        return entry


def word_of(name: str) -> str:
    """The word only this object has."""
    return "obj" + re.sub(r"[^a-z]", "", name)


def raise_stage(folder: Path) -> Iterator[Stage]:
    """Everybody and everything; torn down when the generator goes on."""
    world = make_world(folder)
    stage = Stage(world)
    people = stage.people
    people["nobody"] = Actor()
    people["enterprise"] = world.enterprise("enterprise@example.org", "甲企业")
    people["rival"] = world.enterprise("rival@example.org", "丙企业")
    people["university"] = world.university("university@example.org", "乙大学")
    people["college"] = world.university("college@example.org", "丁学院")
    people["manager"] = world.person("manager@example.org", "manager")
    people["operator"] = world.operator("operator@example.org")
    people["pending"] = world.enterprise("pending@example.org", "待核企业", state="pending")
    for role in (*ROLES, "pending"):
        email = None if role == "nobody" else f"{role}@example.org"
        stage.clients[role] = world.client(email)
        token = {} if email is None else {
            "Authorization": f"Bearer {accounts.issue_token(world.platform, email)}"
        }  # fmt: skip
        stage.callers[role] = Caller(world.app.test_client(), token, people[role])
    closed = {"contact_phone": PHONE, "contact_name": "王联系"}
    for state in STATE_NAMES:
        stage.add(f"need.{state}", "needs", state, confidential=SECRET, **closed)
        stage.add(f"achievement.{state}", "achievements", state, **closed)
        stage.add(f"talent.{state}", "talents", state)
    stage.add("achievement.members", "achievements", "published", visibility="members")
    stage.add("need.named", "needs", "published", show_name="是")
    stage.add("need.pending", "needs", "draft", owner="pending")
    stage.add("need.asked", "needs", "draft", **closed)
    stage.add("achievement.asked", "achievements", "published", **closed)
    stage.add("need.agreed", "needs", "published", confidential=SECRET, **closed)
    stage.add("achievement.agreed", "achievements", "published", **closed)
    world.index()
    for name in ("asked", "agreed"):
        made = introductions.ask(
            world.platform, people["enterprise"], stage.entry(f"need.{name}", f"achievement.{name}")
        )
        stage.objects[f"introduction.{name}"] = ("introductions", made.id)
    introductions.answer(
        world.platform, people["university"], stage.objects["introduction.agreed"][1], "accept"
    )
    for kind in ("opened", "found", "offered", "led", "declined", "completed", "ended"):
        stage.deal(kind, f"deal.{kind}")
    stage.leads()
    stage.proposals()
    world.index()
    yield stage
    world.platform.database.close()
    world.platform.index.close()
