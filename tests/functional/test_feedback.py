"""What one enterprise chose helps the next one with a similar need, and says neither who nor what."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from repositories import vectors
from repositories.needs import Need
from services import introductions, passing, runs
from services.access import Actor
from services.listings import entries
from services.recommend import for_listing
from tests.support import World
from training.replay import read_outcomes

TITLE = "叶片激光熔覆修复"
TOLD = "相似的需求曾选中这类成果"
DIMENSIONS = 384
SPOTS = {"first": 0, "second": 0, "far": 1, "chosen": 2, "alike": 2, "other": 3}
"""Where a listing lies: needs of one spot are similar, and so are achievements."""


class Market:
    """Two enterprises with similar needs and one need far away; two alike achievements and a different one."""

    def __init__(self, world: World) -> None:
        """Listed, with vectors, and indexed."""
        self.world = world
        self.first = world.enterprise("a@example.org", "甲企业甲")
        self.second = world.enterprise("b@example.org", "乙企业乙")
        self.university = world.university()
        owners = {"first": self.first, "second": self.second, "far": self.second}
        self.rows: dict[str, Any] = {}
        for name, spot in SPOTS.items():
            library = "needs" if name in owners else "achievements"
            row = world.listing(owners.get(name, self.university), library, title=f"{TITLE} {name}")
            one = np.zeros(DIMENSIONS, dtype=np.float32)
            one[spot] = 1.0
            with world.platform.database.write() as session:
                vectors.put_many(session, world.platform.embedder.model_id, {row.vector_key: one})
            self.rows[name] = row
        world.index()

    def points(self, need: str, achievement: str) -> float:
        """What the feedback of others gives a pair now; the reason must be there with it and not without."""
        self.later()
        with self.world.platform.database.read() as session:
            row = session.get(Need, self.rows[need].id)
        assert row is not None
        (judged,) = runs.judge_pairs(self.world.platform, row, [self.rows[achievement].id])
        given = {name: points for name, _, points in judged.contributions}["similar_needs"]
        assert (TOLD in [reason.text for reason in judged.reasons]) == (given >= 1.0)
        return given

    def entry(self, actor: Actor, need: str, achievement: str) -> int:
        """The entry of a pair in its need's list."""
        found = for_listing(self.world.platform, actor, "needs", self.rows[need].id)
        return next(i.entry_id for i in found.everything if i.row.id == self.rows[achievement].id) or 0

    def choose(self) -> None:
        """The first enterprise asks for an introduction and the university agrees."""
        asked = introductions.ask(self.world.platform, self.first, self.entry(self.first, "first", "chosen"))
        assert self.points("second", "chosen") == 0.0, "asking alone is no choice of both"
        introductions.answer(self.world.platform, self.university, asked.id, "accept")
        self.later()

    def later(self) -> None:
        """Ten seconds pass: the process hears anew what people did."""
        self.world.platform.feedback.value = None


@pytest.fixture
def market(world: World) -> Market:
    return Market(world)


def test_a_choice_is_heard_by_similar_needs_and_for_similar_achievements(market: Market) -> None:
    assert market.points("second", "chosen") == 0.0
    market.choose()
    most = market.world.platform.ranker.curves["similar_needs"].most
    assert market.points("second", "chosen") == most
    assert market.points("second", "alike") == most
    assert market.points("second", "other") == 0.0
    assert market.points("far", "chosen") == 0.0
    assert market.points("first", "chosen") == 0.0, "one's own choice is no news"


def test_both_sides_read_the_same_and_nobody_is_named(market: Market) -> None:
    market.choose()
    here = market.world.platform
    mine = for_listing(here, market.second, "needs", market.rows["second"].id)
    back = for_listing(here, market.university, "achievements", market.rows["alike"].id)
    seen = next(i for i in mine.everything if i.row.id == market.rows["alike"].id)
    same = next(i for i in back.everything if i.row.id == market.rows["second"].id)
    assert (seen.score, list(seen.reasons)) == (same.score, list(same.reasons))
    (told,) = (one for one in seen.reasons if one["feature"] == "similar_needs")
    assert told["text"] == TOLD
    assert "甲" not in str(seen.reasons)


def test_what_was_found_unfit_takes_away_from_what_was_chosen(market: Market) -> None:
    market.choose()
    for need in ("first", "second"):
        owner = market.first if need == "first" else market.second
        passing.put_aside(market.world.platform, owner, market.entry(owner, need, "alike"), "direction")
    most = market.world.platform.ranker.curves["similar_needs"].most
    assert market.points("second", "chosen") == most, "a pass takes little from a choice"
    passing.put_aside(
        market.world.platform, market.first, market.entry(market.first, "first", "other"), "direction"
    )
    assert market.points("second", "other") == 0.0, "a pass alone takes nothing away"


def test_what_was_withdrawn_is_not_heard_any_more(market: Market) -> None:
    market.choose()
    assert market.points("second", "alike") > 0
    entries.act(market.world.platform, market.first, "needs", market.rows["first"].id, "withdraw")
    assert market.points("second", "alike") == 0.0


def test_outcomes_are_training_data_without_persons_and_secrets(market: Market, tmp_path: Path) -> None:
    here, secret = market.world.platform, "某型发动机的保密参数"
    own = market.rows["second"]
    entries.edit(
        here,
        market.second,
        "needs",
        own.id,
        {"title": own.title, "confidential": secret},
        revision=own.revision,
    )
    market.world.index()
    market.choose()
    for achievement, reason in (("other", "direction"), ("alike", "price")):
        entry = market.entry(market.second, "second", achievement)
        passing.put_aside(here, market.second, entry, reason, "请打 13800000000 找王工")
    file = tmp_path / "feedback.jsonl"
    done = market.world.app.test_cli_runner().invoke(args=["ranking", "feedback", str(file)])
    assert done.exit_code == 0, done.output
    assert done.output.startswith("3 outcomes")
    text = file.read_text(encoding="utf-8")
    for hidden in (secret, "13800000000", "王工", "甲企业甲", "乙企业乙", "乙大学"):
        assert hidden not in text
    told = [json.loads(line) for line in text.splitlines()]
    by_outcome = {(one["outcome"], one["reason"]): one for one in told}
    assert by_outcome["introduced", ""]["level"] == 3
    assert by_outcome["passed", "direction"]["level"] == 1
    assert by_outcome["passed", "price"]["level"] is None, "a price says nothing about fitting"
    assert by_outcome["passed", "direction"]["side"] == "enterprise"
    assert {one["need"] for one in told} == {"n1", "n2"}
    values, levels = read_outcomes(file)
    assert values.shape == (2, 2)
    assert sorted(levels) == [1.0, 3.0]
    entries.act(here, market.second, "needs", market.rows["second"].id, "withdraw")
    market.world.app.test_cli_runner().invoke(args=["ranking", "feedback", str(file)])
    assert len(file.read_text(encoding="utf-8").splitlines()) == 1, "what is not public now is not in it"
