"""Two people at one listing: nobody's words are lost silently, and nothing happens twice."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from repositories.introductions import Introduction
from repositories.match_runs import MatchRun
from repositories.notices import Notice
from services.access import Actor
from services.recommend import for_listing
from tests.support import World, csrf, make_world

FIRST, SECOND, OPERATOR = "first@example.org", "second@example.org", "operator@example.org"


@dataclass
class House:
    """A platform, and people who stay signed in."""

    world: World
    people: dict[str, Actor]
    clients: dict[str, FlaskClient] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def post(self, email: str, path: str, **data: Any) -> TestResponse:
        """A form sent by somebody."""
        return self.clients[email].post(path, data={"csrf_token": self.tokens[email], **data})

    def get(self, email: str, path: str) -> str:
        """A page somebody sees."""
        return self.clients[email].get(path).get_data(as_text=True)

    def need(self, **fields: Any) -> str:
        """The path of a new draft, entered through the form."""
        return str(self.post(FIRST, "/needs/new", **{"title": "激光熔覆修复用粉末", **fields}).location)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An enterprise with two people, a university with a published achievement, an operator."""
    world = make_world(tmp_path_factory.mktemp("two"))
    organisation = world.organisation("甲企业")
    people = {email: world.person(email, "enterprise", organisation) for email in (FIRST, SECOND)}
    people["university"] = world.university()
    people[OPERATOR] = world.operator(OPERATOR)
    world.listing(people["university"], "achievements", title="激光熔覆修复用粉末的制备")
    world.index()
    made = House(world, people)
    for email in (FIRST, SECOND, OPERATOR):
        made.clients[email] = world.client(email)
        made.tokens[email] = csrf(made.clients[email], "/")
    yield made
    world.platform.database.close()
    world.platform.index.close()


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Results of calls started at the same moment, in their order."""
    barrier, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place: int, call: Callable[[], Any]) -> None:
        barrier.wait()
        results[place] = call()

    threads = [threading.Thread(target=run, args=(i, call)) for i, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def test_a_stale_edit_keeps_what_was_typed(house: House) -> None:
    path = house.need()
    assert (
        house.post(FIRST, f"{path}/edit", title="甲的名称", problem="甲写的", revision="1").status_code == 303
    )
    typed = {"title": "乙的名称", "problem": "乙写的，\n两行", "budget_max": "80"}
    answer = house.post(SECOND, f"{path}/edit", **typed, revision="1")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 412
    assert "已被别人修改" in page
    assert 'value="乙的名称"' in page
    assert "乙写的，\n两行" in page.replace("\r\n", "\n")
    assert 'name="revision" value="2"' in page
    assert "甲的名称" in house.get(FIRST, path)
    # after comparing, the second person may save on top of the first
    assert house.post(SECOND, f"{path}/edit", **typed, revision="2").status_code == 303
    assert "乙的名称" in house.get(FIRST, path)


def test_a_form_without_its_revision_overwrites_nothing(house: House) -> None:
    path = house.need()
    for revision in ("", "0", "-1", "abc", "99999999999", "1.0", "１"):
        assert house.post(FIRST, f"{path}/edit", title="改", revision=revision).status_code == 412
    assert "激光熔覆修复用粉末" in house.get(FIRST, path)


def test_of_two_who_save_at_once_one_wins(house: House) -> None:
    path = house.need()
    for revision in range(1, 5):
        codes = together(*(
            lambda e=e, r=revision: house.post(
                e, f"{path}/edit", title=f"第{r}版 {e}", revision=str(r)
            ).status_code
            for e in (FIRST, SECOND)
        ))  # fmt: skip
        assert sorted(codes) == [303, 412]
    assert 'name="revision" value="5"' in house.get(FIRST, f"{path}/edit")


def test_withdrawing_wins_over_publishing(house: House) -> None:
    """Owner withdraws, operator publishes at the same moment: withdrawing starts from both states."""
    path = house.need(then="submit")
    together(lambda: house.post(FIRST, f"{path}/withdraw"), lambda: house.post(OPERATOR, f"{path}/publish"))
    state = re.search(r'<span class="state[^"]*">([^<]+)</span>', house.get(FIRST, path))
    assert state is not None
    assert state.group(1) == "已下架"


def test_two_clicks_make_one_request(house: House) -> None:
    """Both people of the enterprise ask for the same pair at once: one request, one notice to the other side."""
    need_id = int(house.need().rsplit("/", 1)[1])
    entry = for_listing(house.world.platform, house.people[FIRST], "needs", need_id).items[0].entry_id
    codes = together(*(
        lambda e=e: house.post(e, "/introductions/ask", entry_id=entry).status_code for e in (FIRST, SECOND)
    ))  # fmt: skip
    assert sorted(codes) == [303, 409]
    with house.world.platform.database.read() as session:
        made = session.scalars(select(Introduction).where(Introduction.need_id == need_id)).all()
        assert len(made) == 1
        told = select(func.count(Notice.id)).where(Notice.href == f"/introductions/{made[0].id}")
        assert session.scalar(told) == 1


def test_one_list_opened_by_two_is_one_run(house: House) -> None:
    path = house.need()
    opened = [lambda e=e: house.clients[e].get(path).status_code for e in (FIRST, SECOND, OPERATOR)]
    assert together(*opened) == [200] * 3
    with house.world.platform.database.read() as session:
        own = select(func.count(MatchRun.id)).where(
            MatchRun.library == "needs", MatchRun.subject_id == int(path.rsplit("/", 1)[1])
        )
        assert session.scalar(own) == 1
