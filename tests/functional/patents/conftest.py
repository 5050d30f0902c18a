"""Two universities with their people, and patent lists made as spreadsheets are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from repositories.patents import Bundle, Patent
from services import accounts
from services.access import NOBODY, Actor
from services.imports import steps
from services.imports.report import Report
from services.patents.numbers import check_digit
from tests.functional.api.calling import Caller
from tests.support import World, csrf
from tests.unit.imports.books import csv

HEAD = "申请号,专利名称,专利类型,法律状态,申请日,发明人,申请人,摘要"
ROLES = ("enterprise", "university", "college", "manager", "operator")
LASER, WATER = "张望川；李素心", "赵清、钱渡"


def number(serial: int, year: int = 2018, kind: str = "1") -> str:
    """An application's number with its right check digit."""
    digits = f"{year}{kind}{serial:07d}"
    return f"{digits}.{check_digit(digits)}"


LIST = (
    f"{number(1)},一种镍基单晶叶片的激光增材修复方法,发明专利,授权,2018-02-08,{LASER},乙大学,针对单晶叶片。",
    f"ZL{number(2)},单晶叶片激光修复用镍基粉末,发明专利,有效,2018-03-08,{LASER},乙大学,",
    f"CN{number(3, kind='2')},镍基单晶叶片激光修复装置,实用新型,授权,2018-04-08,李素心,乙大学,",
    f"{number(4)},一种高盐废水的正渗透浓缩系统,发明专利,实审,2018-05-08,{WATER},乙大学,",
    f"{number(5)},正渗透浓缩高盐废水用汲取液,发明专利,授权,2018-06-08,{WATER},乙大学,",
    f"{number(6)},一种教学用黑板擦,发明专利,失效,2018-07-08,孙某,乙大学,",
)


@dataclass(frozen=True)
class Office:
    """Everybody, and shortcuts of the people who keep patents."""

    world: World
    people: dict[str, Actor]

    def take(self, *lines: str, role: str = "university", head: str = HEAD, **options: Any) -> Report:
        """A list imported by a role."""
        return steps.run(
            self.world.platform, self.people[role], "patents", "专利.csv", csv(head, *lines), **options
        )

    @property
    def patents(self) -> list[Patent]:
        """All of them as the database has them."""
        with self.world.platform.database.read() as session:
            return list(session.scalars(select(Patent).order_by(Patent.id)))

    @property
    def bundles(self) -> list[Bundle]:
        """The same of the bundles."""
        with self.world.platform.database.read() as session:
            return list(session.scalars(select(Bundle).order_by(Bundle.id)))

    def members(self, bundle_id: int) -> list[str]:
        """Titles in a bundle."""
        return [row.title for row in self.patents if row.bundle_id == bundle_id]

    def client(self, role: str) -> FlaskClient:
        """A browser of a role."""
        return self.world.client(None if role == "nobody" else f"{role}@example.org")

    def press(self, role: str, path: str, page: str = "/", **form: Any) -> Any:
        """A button pressed by a role."""
        client = self.client(role)
        return client.post(path, data={"csrf_token": csrf(client, page), **form})

    def press_and_follow(self, role: str, path: str) -> str:
        """The same, and the page it leads to."""
        client = self.client(role)
        answer = client.post(path, data={"csrf_token": csrf(client, "/")}, follow_redirects=True)
        return str(answer.get_data(as_text=True))

    def call(self, role: str) -> Caller:
        """A program with a role's token."""
        headers = {} if role == "nobody" else {
            "Authorization": f"Bearer {accounts.issue_token(self.world.platform, f'{role}@example.org')}"
        }  # fmt: skip
        return Caller(self.world.app.test_client(), headers, self.people.get(role, NOBODY))


@pytest.fixture
def office(world: World) -> Office:
    """One of each role, and a second university."""
    people = {
        "enterprise": world.enterprise(), "university": world.university(),
        "college": world.university("college@example.org", "丁学院"),
        "manager": world.person("manager@example.org", "manager"), "operator": world.operator(),
    }  # fmt: skip
    return Office(world, people)
