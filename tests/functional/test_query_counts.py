"""A page asks the database the same number of questions whether it shows three rows or sixty."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from services import introductions
from services.access import Actor
from services.deals import opening
from services.listings import entries
from services.recommend import for_listing
from tests.functional.counting import queries
from tests.support import World, make_world

FEW, MANY = 3, 60
BUDGET = 26
"""More statements than this no page needs but a deal's (the fullest, an achievement with its
recommendations and their deals, sends 17 and 9 BEGIN): session,
account, inbox and the mark of demonstration are in it."""

BUDGET_OF_MANAGERS = 36
"""A deal's page that ranks managers: what it is about, whom to judge, what the database says of them now. Where the vectors
are known, as in service, it sends 29."""


class Town:
    """An enterprise and a university that fill up."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.people = {
            "enterprise": world.enterprise(),
            "university": world.university(),
            "operator": world.operator(),
        }
        self.people["manager"] = world.person("manager@example.org", "manager")
        self.clients: dict[str, FlaskClient] = {
            role: world.client(f"{role}@example.org") for role in self.people
        } | {"nobody": world.client()}
        self.needs: list[Any] = []
        self.achievements: list[Any] = []
        self.asked: list[int] = []
        self.deals: list[int] = []

    def grow(self, size: int) -> None:
        """Fill up to `size` of everything a page can list."""
        world, enterprise, university = self.world, self.people["enterprise"], self.people["university"]
        for n in range(len(self.needs), size):
            words = {"region": "510100", "industry": "C37"}
            self.needs.append(world.listing(enterprise, "needs", title=f"激光熔覆修复叶片 {n}", wanted_modes=["license"],
                                            confidential="保密" if n % 2 else "", **words))  # fmt: skip
            self.achievements.append(world.listing(university, "achievements", title=f"激光熔覆修复叶片技术 {n}",
                                                   modes=["license"], trl=str(n % 9 + 1), **words))  # fmt: skip
            world.listing(university, "achievements", published=False, title=f"激光熔覆草稿 {n}", **words)
            world.listing(self.people["operator"], "talents", title=f"经理 {n}", biography="激光熔覆")
            self.submit(enterprise, "needs", n)
            self.submit(university, "achievements", n)
        world.index()
        for need, offer in list(zip(self.needs, self.achievements, strict=True))[len(self.asked) : size]:
            found = for_listing(world.platform, enterprise, "needs", need.id)
            entry = next((i.entry_id for i in found.ranked if i.row.id == offer.id), None)
            assert entry is not None or len(self.achievements) > 50
            entry = entry or found.items[0].entry_id
            assert entry is not None
            self.asked.append(introductions.ask(world.platform, enterprise, entry).id)
            self.deals.append(opening.open_deal(world.platform, enterprise, entry_id=entry).id)

    def submit(self, actor: Actor, library: str, n: int) -> None:
        row = self.world.listing(actor, library, published=False, title=f"待审 {n} 激光熔覆")
        entries.act(self.world.platform, actor, library, row.id, "submit")


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[tuple[str, str], tuple[int, int]]]:
    """(role, path) → (questions with few rows, with many); every page is opened once before it is counted."""
    world = make_world(tmp_path_factory.mktemp("town"))
    town = Town(world)
    found: dict[tuple[str, str], list[int]] = {}
    for size in (FEW, MANY):
        town.grow(size)
        for role, path in pages(town):
            town.clients[role].get(path)
            found.setdefault((role, path), []).append(queries(world, town.clients[role], path))
    yield {page: (few, many) for page, (few, many) in found.items()}
    world.platform.database.close()
    world.platform.index.close()


def pages(town: Town) -> list[tuple[str, str]]:
    ids = {
        "need": town.needs[0].id, "offer": town.achievements[0].id, "asked": town.asked[0], "deal": town.deals[0],
    }  # fmt: skip
    return [(role, path.format(**ids)) for role, path in PAGES]


PAGES = [
    ("nobody", "/"), ("enterprise", "/"), ("nobody", "/needs"), ("nobody", "/achievements"), ("nobody", "/talents"),
    ("nobody", "/achievements?q=激光熔覆"), ("enterprise", "/needs?q=激光&industry=C37&sort=newest&page=2"),
    ("nobody", "/search?q=激光熔覆"), ("nobody", "/needs/{need}"), ("nobody", "/needs/criteria"), ("enterprise", "/needs/{need}/similar"), ("enterprise", "/needs/new"), ("nobody", "/achievements/{offer}"),
    ("enterprise", "/needs/{need}"), ("enterprise", "/needs/{need}?industry=C37&tab=weak"), ("enterprise", "/needs/{need}?tab=teams"),
    ("enterprise", "/needs/{need}/edit"),
    ("enterprise", "/needs/mine"), ("enterprise", "/matches/compare/{need}?with={offer}"),
    ("enterprise", "/matches/why?need_id={need}&achievement_id={offer}"), ("enterprise", "/needs/{need}/recommendations.xlsx"),
    ("university", "/achievements/{offer}"), ("university", "/achievements/mine"), ("operator", "/needs/{need}"),
    ("enterprise", "/inbox"), ("university", "/inbox"), ("enterprise", "/introductions?tab=theirs"),
    ("university", "/introductions?tab=mine"), ("university", "/introductions/{asked}"), ("enterprise", "/introductions/{asked}"),
    ("operator", "/operator/review?library=needs"), ("operator", "/operator/review?library=achievements"),
    ("operator", "/operator/introductions"), ("operator", "/operator/organisations"), ("operator", "/operator/accounts"),
    ("operator", "/operator/audit"), ("operator", "/operator/system"),
    ("enterprise", "/deals"), ("operator", "/deals?view=board"), ("university", "/deals/{deal}"), ("enterprise", "/deals/{deal}"),
    ("operator", "/deals/{deal}"), ("operator", "/deals/{deal}/managers"), ("enterprise", "/deals/{deal}/managers"),
]  # fmt: skip


def test_no_page_asks_more_for_more_rows(counted: dict[tuple[str, str], tuple[int, int]]) -> None:
    grown = {page: counts for page, counts in counted.items() if counts[0] != counts[1]}
    assert not grown


def test_no_page_asks_much(counted: dict[tuple[str, str], tuple[int, int]]) -> None:
    assert len(counted) == len(PAGES)
    much = {page: counts for page, counts in counted.items() if counts[1] > _budget(*page)}
    assert not much


def _budget(role: str, path: str) -> int:
    return BUDGET_OF_MANAGERS if path.startswith("/deals/") and role != "university" else BUDGET
