"""Recommendations as a list: folded, spread, ended in words, read by team; and what an owner learns of the demand."""

from __future__ import annotations

import html
import random
import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import update

from repositories.accounts import by_email
from repositories.match_runs import MatchEntry, MatchRun
from services import access, introductions, passing
from services.access import Actor
from services.errors import Forbidden, NotFound
from services.listings import entries
from services.recommend import Narrowing, for_listing
from services.runs import judge_pairs
from services.teams import teams_of
from services.temperature import LEAST, of_achievement
from tests.functional.counting import queries
from tests.support import World, make_world

TITLE = "激光熔覆修复叶片用粉末"
CHARACTERS = (
    "镍钴铬钨钼铝钛硼硅碳熔池枝晶气孔裂纹热应力梯度送粉喷嘴搭接基体界面扩散退火时效硬度磨损腐蚀疲劳蠕变"
)


def told(seed: int, size: int = 160) -> str:
    """A text nobody else tells."""
    return "".join(random.Random(seed).choices(CHARACTERS, k=size))


class Fair:
    """One need, two universities, and achievements made to order."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.enterprise = world.enterprise()
        self.big = world.university("big@example.org", "甲大学")
        self.small = world.university("small@example.org", "乙学院")
        self.need = world.listing(self.enterprise, "needs", title=TITLE, problem="叶片修复后开裂", budget_max="500000",
                                  indicators="结合强度不低于 400 MPa")  # fmt: skip

    def offer(self, owner: Actor, title: str, text: str, **fields: Any) -> int:
        return int(self.world.listing(owner, "achievements", title=title, abstract=text, **fields).id)

    def found(self, **options: Any) -> Any:
        """The list as it is once the index knows everything."""
        self.world.index()
        return self.again(**options)

    def again(self, **options: Any) -> Any:
        return for_listing(self.world.platform, self.enterprise, "needs", self.need.id, **options)

    def page(self, tail: str = "") -> str:
        return self.world.client("enterprise@example.org").get(f"/needs/{self.need.id}{tail}").get_data(True)

    def put_aside(self, achievement_id: int) -> None:
        entry = next(i.entry_id for i in self.found().everything if i.row.id == achievement_id)
        assert entry is not None
        passing.put_aside(self.world.platform, self.enterprise, entry, "price")


@pytest.fixture
def fair(world: World) -> Fair:
    return Fair(world)


def ids(items: Any) -> list[int]:
    return [item.row.id for item in items]


def test_near_duplicates_are_one_entry_that_opens(fair: Fair) -> None:
    text = told(1)
    first = fair.offer(fair.big, TITLE, text)
    twins = [
        fair.offer(fair.big, f"{TITLE}的方法", text),
        fair.offer(fair.small, f"{TITLE}装置", text + "附图"),
    ]
    other = fair.offer(fair.big, f"{TITLE}之二", told(2))
    found = fair.found()
    (head,) = [item for item in found.items if item.folded]
    assert {head.row.id, *ids(head.folded)} == {first, *twins}
    assert other in ids(found.items)
    assert len(found.recommended) == 4
    assert sum(found.levels.values()) == 4
    assert [item.rank for item in found.ranked] == [1, 2, 3, 4]
    page = fair.page()
    assert "另有 2 项相近成果" in page
    # each folded one can still be read, passed on and asked about
    for item in head.folded:
        assert f'id="entry-{item.row.id}"' in page
        assert re.search(rf'/matches/pass\?[^"]*entry_id={item.entry_id}\b', page)
        assert re.search(rf'/introductions/ask\?[^"]*entry_id={item.entry_id}\b', page)
    assert introductions.ask(fair.world.platform, fair.enterprise, head.folded[0].entry_id, "请介绍").id


def test_passing_the_head_leaves_the_others_and_says_what_they_are_like(fair: Fair) -> None:
    text = told(1)
    first = fair.offer(fair.big, TITLE, text)
    twin = fair.offer(fair.small, f"{TITLE}的方法", text)
    far = fair.offer(fair.small, "高温合金叶片激光熔覆", told(3))
    fair.put_aside(first)
    found = fair.found()
    assert first not in ids(found.recommended)
    assert ids(found.passed) == [first]
    like = {item.row.id: item.like_passed for item in found.everything}
    assert (like[twin], like[far], like[first]) == (TITLE, "", "")
    assert f"与您略过的《{TITLE}》相近" in fair.page()
    # it stays away in narrowed lists and later ones, until it is taken back
    assert first not in ids(fair.found(narrowing=Narrowing(trl_min=None, modes=())).recommended)
    passing.take_back(fair.world.platform, fair.enterprise, fair.need.id, first)
    again = fair.found()
    assert first in ids(again.recommended)
    assert not any(item.like_passed for item in again.everything)


def test_one_institution_does_not_flood_the_head(fair: Fair) -> None:
    many = [fair.offer(fair.big, f"{TITLE}{mark}", told(n)) for n, mark in enumerate("甲乙丙丁戊", 10)]
    few = [fair.offer(fair.small, f"{TITLE}{mark}", told(n)) for n, mark in enumerate("己庚", 20)]
    found = fair.found()
    rules = fair.world.platform.lists.spread
    by_score = sorted(found.items, key=lambda item: item.rank)
    assert {item.level for item in found.items} == {4}
    owners = [item.row.organisation_id for item in found.items]
    assert owners[: rules.most + 2].count(fair.big.organisation_id) == rules.most
    assert sorted(ids(found.items)) == sorted([*many, *few])
    (speaker,) = [item for item in found.items if item.moved_down]
    assert len(speaker.moved_down) == 2
    assert "该院校另有 2 项" in fair.page()
    assert "该院校另有" not in fair.page("?sort=trl")
    # the scores are what they were, and the order of an interface goes by them
    assert [item.score for item in found.ranked] == sorted((i.score for i in by_score), reverse=True)


def test_needs_of_one_enterprise_are_not_told_apart_by_folding(fair: Fair) -> None:
    for n in range(5):
        fair.world.listing(fair.enterprise, "needs", title=f"{TITLE}第{n}批")
    offer = fair.offer(fair.big, TITLE, told(1))
    fair.world.index()
    found = for_listing(fair.world.platform, fair.big, "achievements", offer)
    assert len(found.everything) == 6
    assert not any(item.folded or item.moved_down for item in found.everything)


def test_the_end_of_a_list_says_what_came_closest_and_what_to_do(fair: Fair) -> None:
    fair.offer(fair.big, "喷丸强化", f"{told(1)}叶片修复")
    found = fair.found()
    assert not found.items
    (near,) = found.weak
    assert near.missing[0].startswith("没有提到需求里的“")
    assert "指标没有给出数值" in near.missing
    page = fair.page()
    for words in (
        "各缺什么",
        near.missing[0],
        "接下来可以",
        "等院校回应",
        "找懂这一行的技术经理人",
    ):
        assert words in page
    assert "能做的团队" not in page
    fair.offer(fair.big, TITLE, told(1))
    assert fair.found().items
    assert "没有更合适的了" in fair.page()


def test_a_draft_is_told_that_publishing_lets_universities_answer(world: World) -> None:
    owner = world.enterprise()
    need = world.listing(owner, "needs", published=False, title=TITLE)
    world.index()
    page = world.client("enterprise@example.org").get(f"/needs/{need.id}").get_data(True)
    assert "让院校来回应" in page
    assert f'action="/needs/{need.id}/submit"' in page


def test_a_run_from_before_opens_without_what_it_lacks(fair: Fair) -> None:
    text = told(1)
    for title in (TITLE, f"{TITLE}的方法"):
        fair.offer(fair.big, title, text)
    found = fair.found()
    assert found.items[0].folded
    with fair.world.platform.database.write() as session:
        session.execute(update(MatchRun).where(MatchRun.id == found.run_id).values(alike=None))
    old = fair.again()
    assert old.run_id == found.run_id
    assert len(old.items) == 2
    assert not any(item.folded for item in old.items)


def test_what_was_frozen_is_shown_again_without_judging(fair: Fair) -> None:
    text = told(1)
    for title in (TITLE, f"{TITLE}的方法"):
        fair.offer(fair.big, title, text)
    first = fair.found()
    with fair.world.platform.database.read() as session:
        run = session.get(MatchRun, first.run_id)
        assert run.alike == [[1, 2, "double"]]
    with fair.world.platform.database.write() as session:
        # were the pair judged again, the texts would say something else
        session.execute(update(MatchEntry).where(MatchEntry.run_id == first.run_id).values(score=77.0))
    again = fair.again()
    assert [item.score for item in again.recommended] == [77.0, 77.0]
    assert len(again.items) == 1


def test_measuring_never_folds(fair: Fair) -> None:
    """`evaluate` ranks the pairs it is given, each of them."""
    given = [fair.offer(fair.big, f"{TITLE}{mark}", told(1)) for mark in "甲乙丙丁戊"]
    fair.world.index()
    judged = judge_pairs(fair.world.platform, fair.need, given)
    assert sorted(one.achievement_id for one in judged) == given


def test_teams_are_read_from_the_same_run(fair: Fair) -> None:
    text = told(1)
    best = fair.offer(fair.big, TITLE, text, team="叶片组")
    fair.offer(fair.big, f"{TITLE}的方法", text, team="叶片组")
    second = fair.offer(fair.big, f"{TITLE}乙", told(2), team="叶片组")
    other = fair.offer(fair.small, f"{TITLE}丙", told(3))
    found = fair.found()
    teams = teams_of(fair.world.platform, found)
    assert [(t.organisation.name, t.team, ids(t.works)) for t in teams] == [
        ("甲大学", "叶片组", [best, second]),  # what tells the same twice counts once
        ("乙学院", "", [other]),
    ]
    assert teams[0].levels == {4: 2}
    page = fair.page("?tab=teams")
    assert "能做的团队" in page
    assert "叶片组" in page
    (ask,) = re.findall(
        rf'"(/introductions/ask\?entry_id={teams[0].works[0].entry_id}&[^"]*about=team[^"]*)"', page
    )
    asked = fair.world.client("enterprise@example.org").get(html.unescape(ask)).get_data(True)
    assert "能否按我们的需求开发" in asked
    # who was passed on speaks for nobody; who was asked says so
    fair.put_aside(other)
    introductions.ask(fair.world.platform, fair.enterprise, teams[0].works[1].entry_id, "请介绍")
    (left,) = teams_of(fair.world.platform, fair.found())
    assert left.team == "叶片组"
    assert "等待校方答复" in fair.page("?tab=teams")


def test_teams_and_lists_ask_nothing_more_of_the_database(fair: Fair) -> None:
    counts = []
    for size in (2, 12):
        for n in range(size):
            fair.offer(
                fair.big if n % 2 else fair.small, f"{TITLE}{size}{n}", told(size * 50 + n), team=f"组{n}"
            )
        fair.found()
        client = fair.world.client("enterprise@example.org")
        counts.append(
            [queries(fair.world, client, f"/needs/{fair.need.id}{tail}") for tail in ("", "?tab=teams")]
        )
    assert counts[0] == counts[1]
    assert counts[0][0] == counts[0][1]


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, int, list[Any]]]:
    """One achievement and five enterprises with a need each that points at it, all of which passed on it."""
    world = make_world(tmp_path_factory.mktemp("market"))
    university = world.university()
    offer = world.listing(university, "achievements", title=TITLE, abstract=told(1))
    world.university("college@example.org", "丁学院")
    world.operator()
    asked = []
    reasons = ("price", "price", "price", "maturity", "maturity")
    for n, reason in enumerate(reasons):
        owner = world.enterprise(f"e{n}@example.org", f"企业{n}")
        asked.append((owner, world.listing(owner, "needs", title=TITLE, problem="叶片修复后开裂"), reason))
    world.index()
    for owner, need, reason in asked:
        found = for_listing(world.platform, owner, "needs", need.id)
        passing.put_aside(world.platform, owner, found.items[0].entry_id, reason)
    yield world, offer.id, asked
    world.platform.database.close()
    world.platform.index.close()


def actor_of(world: World, email: str) -> Actor:
    with world.platform.database.read() as session:
        account = by_email(session, email)
        assert account is not None
        return access.actor_of(account)


def test_the_owner_learns_how_much_points_here_and_no_small_number(market: Any) -> None:
    world, offer, asked = market
    owner = actor_of(world, "university@example.org")
    found = of_achievement(world.platform, owner, offer)
    assert found.pointing == len(asked)
    assert found.reasons == [("price", 3)]  # two for maturity are not told, and no total gives them away
    page = world.client("university@example.org").get(f"/achievements/{offer}").get_data(True)
    assert "需求温度" in page
    assert "价格或预算不合" in page.partition("企业略过它的原因")[2].partition("</section>")[0]
    assert "成熟度不够" not in page.partition("企业略过它的原因")[2].partition("</section>")[0]


def test_nobody_else_learns_it(market: Any) -> None:
    world, offer, _ = market
    for email in ("college@example.org", "e0@example.org"):
        with pytest.raises(Forbidden):
            of_achievement(world.platform, actor_of(world, email), offer)
    with pytest.raises(NotFound):
        of_achievement(world.platform, actor_of(world, "university@example.org"), offer + 999)
    for client in (world.client(), world.client("college@example.org"), world.client("e0@example.org")):
        assert "需求温度" not in client.get(f"/achievements/{offer}").get_data(True)
    assert "需求温度" in world.client("operator@example.org").get(f"/achievements/{offer}").get_data(True)


def test_what_is_not_public_is_not_counted(market: Any) -> None:
    world, offer, asked = market
    owner = actor_of(world, "university@example.org")
    enterprise, need, _ = asked[0]
    entries.act(world.platform, enterprise, "needs", need.id, "pause")
    try:
        found = of_achievement(world.platform, owner, offer)
        assert (found.pointing, found.reasons) == (len(asked) - 1, [])
    finally:
        entries.act(world.platform, enterprise, "needs", need.id, "resume")
    # one enterprise with many needs is one voice
    extra = [world.listing(asked[3][0], "needs", title=TITLE) for _ in range(LEAST)]
    world.index()
    for one in extra:
        found = for_listing(world.platform, asked[3][0], "needs", one.id)
        passing.put_aside(world.platform, asked[3][0], found.items[0].entry_id, "place")
    assert [reason for reason, _ in of_achievement(world.platform, owner, offer).reasons] == ["price"]
    # a confidential part may be the reason: such a need's passes stay out
    secret = [world.enterprise(f"s{n}@example.org", f"密企{n}") for n in range(LEAST)]
    for person in secret:
        one = world.listing(person, "needs", title=TITLE, confidential="保密的成分")
        world.index()
        found = for_listing(world.platform, person, "needs", one.id)
        passing.put_aside(world.platform, person, found.items[0].entry_id, "rights")
    assert [reason for reason, _ in of_achievement(world.platform, owner, offer).reasons] == ["price"]
