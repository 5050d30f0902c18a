"""The ranking against judged pairs of the demonstration content, on a real platform and without the model.

README.md beside this file says who judged, how the pools were made and what such a small set can tell. The floors are
what was reached, less what another machine's rounding may take: a change that costs anything here has to say so.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean

import pytest
from sqlalchemy import select

from matching import evaluation
from matching.evaluation import Scored
from repositories import vectors
from repositories.achievements import Achievement
from repositories.needs import Need
from services import demo, runs
from services.platform import Platform
from tests.support import make_world

JUDGEMENTS = Path(__file__).with_name("judgements.tsv")
DAY = datetime(2026, 9, 1, 4, 0, tzinfo=UTC)
"""A fixed day: deadlines and ages of patents must not move the numbers with the calendar."""


@dataclass(frozen=True)
class Golden:
    """The loaded platform, the judged rows of both sides by external id, and every pair with its score."""

    platform: Platform
    needs: dict[str, Need]
    achievements: dict[str, Achievement]
    scored: list[Scored]

    def mean_score(self, level: int) -> float:
        """Of all pairs judged to be of this level."""
        return mean(one.score for one in self.scored if one.level == level)


def _judgements() -> list[tuple[str, str, int, str]]:
    with JUDGEMENTS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert rows[0] == ["need", "achievement", "level", "note"]
    return [(need, achievement, int(level), note) for need, achievement, level, note in rows[1:]]


def _by_need(scored: list[Scored]) -> dict[object, list[Scored]]:
    """Each need's pairs, best score first."""
    lists: dict[object, list[Scored]] = defaultdict(list)
    for one in sorted(scored, key=lambda one: -one.score):
        lists[one.need].append(one)
    return lists


def _ndcg(scored: list[Scored]) -> float:
    """Mean nDCG@10 over the needs that have something above level 1."""
    each = [
        evaluation.ndcg([one.level for one in pairs], [one.score for one in pairs])
        for pairs in _by_need(scored).values()
    ]
    known = [value for value in each if value is not None]
    assert len(known) == 13
    return mean(known)


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Golden]:
    """The demonstration content loaded once, and all judged pairs scored by the code that recommends."""
    platform = replace(make_world(tmp_path_factory.mktemp("golden")).platform, clock=lambda: DAY)
    demo.load(platform)
    levels: dict[str, dict[str, int]] = defaultdict(dict)
    for need, achievement, level, _ in _judgements():
        levels[need][achievement] = level
    wanted = {achievement for pool in levels.values() for achievement in pool}
    with platform.database.read() as session:
        needs = {
            str(n.external_id): n for n in session.scalars(select(Need).where(Need.external_id.in_(levels)))
        }
        rows = session.scalars(select(Achievement).where(Achievement.external_id.in_(wanted)))
        achievements = {str(row.external_id): row for row in rows}
    assert set(needs) == set(levels)
    assert set(achievements) == wanted
    scored = []
    for key, pool in levels.items():
        by_id = {achievements[achievement].id: level for achievement, level in pool.items()}
        judged = runs.judge_pairs(platform, needs[key], list(by_id))
        assert len(judged) == len(pool)
        scored += [Scored(key, by_id[one.achievement_id], one.score, one.level) for one in judged]
    yield Golden(platform, needs, achievements, scored)
    platform.database.close()
    platform.index.close()


def test_the_file_is_whole() -> None:
    rows = _judgements()
    assert len({(need, achievement) for need, achievement, _, _ in rows}) == len(rows) == 300
    assert {level for _, _, level, _ in rows} == {1, 2, 3, 4}
    assert all(bool(note) == (level >= 3) for _, _, level, note in rows)
    pools: dict[str, int] = defaultdict(int)
    for need, *_ in rows:
        pools[need] += 1
    assert set(pools.values()) == {20}
    assert len(pools) == 15


def test_every_judged_text_brings_its_vector_and_the_model_stays_out(golden: Golden) -> None:
    rows: list[Need | Achievement] = [*golden.needs.values(), *golden.achievements.values()]
    keys = {row.vector_key for row in rows}
    with golden.platform.database.read() as session:
        assert set(vectors.get_many(session, golden.platform.embedder.model_id, sorted(keys))) == keys
    for need in golden.needs.values():
        assert need.embedding_kind == "query"
        assert runs.subject_vector(golden.platform, need, runs.PUBLIC) is not None
    assert golden.platform.embedder.ready is False


def test_the_order_is_good(golden: Golden) -> None:
    """Measured 0.959; characters of the titles alone reach 0.825 on the same pairs, any order at random 0.254."""
    rows = _judgements()
    titles = evaluation.title_tfidf(
        [golden.needs[need].title for need, *_ in rows],
        [golden.achievements[achievement].title for _, achievement, *_ in rows],
    )
    by_title = [
        Scored(need, level, score, level) for (need, _, level, _), score in zip(rows, titles, strict=True)
    ]
    ours = _ndcg(golden.scored)
    assert ours >= 0.955
    assert ours >= _ndcg(by_title) + 0.13


def test_the_levels_are_near_those_of_the_reader(golden: Golden) -> None:
    """Measured 0.756: full listings have cuts of their own, and what is unrelated is mostly called 弱."""
    levels = [one.level for one in golden.scored]
    assert evaluation.level_score(levels, [one.predicted for one in golden.scored]) >= 0.75


def test_hardly_anything_unrelated_is_called_strong(golden: Golden) -> None:
    """Measured 2 of 274."""
    assert sum(one.predicted >= 3 for one in golden.scored if one.level == 1) <= 2


def test_strong_pairs_score_well_above_unrelated_ones(golden: Golden) -> None:
    """Measured 83 and 36 of 100."""
    assert golden.mean_score(4) >= golden.mean_score(1) + 45


def test_nothing_unrelated_comes_first_where_something_fits(golden: Golden) -> None:
    lists = {
        need: pairs for need, pairs in _by_need(golden.scored).items() if any(one.level >= 3 for one in pairs)
    }
    assert len(lists) == 10
    for need, pairs in lists.items():
        first = [one for one in pairs if one.score == pairs[0].score]
        assert all(one.level > 1 for one in first), (need, first)
