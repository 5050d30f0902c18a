"""Both engines answer alike: equal totals, facets and lists, the same recommendations; measured on the demonstration."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import select

from indexer.documents import SCHEMAS, document_of
from indexer.port import Document, Filters, Query, Sort, Vector
from repositories import projection
from repositories.achievements import Achievement
from repositories.listing import PUBLISHED
from repositories.needs import Need
from services import runs
from services.access import Actor
from services.runs import judge
from services.search import FACETS, SORTS
from tests.integration.elasticsearch.conftest import Twins

WORDS = (
    "石墨烯涂料", "废水处理", "图像识别 深度学习", "锂电池", "玉米 育种", "传感器", "催化剂", "机器人", "5G",
    "锂", "量子", "肿瘤 早期诊断", "高温合金 疲劳", "不存在的词语", "",
)  # fmt: skip


@pytest.fixture(scope="module")
def needs(twins: Twins) -> list[tuple[Need, str, Vector]]:
    """Every public need of the demonstration with the text and the vector it asks with; drafts bring no vector."""
    here = twins.world.platform
    with here.database.read() as session:
        rows = list(session.scalars(select(Need).where(Need.state == PUBLISHED).order_by(Need.id)))
        session.expunge_all()
    found = []
    for row in rows:
        vector = runs.subject_vector(here, row, runs.PUBLIC)
        assert vector is not None
        found.append((row, runs.subject_facts(row, vector, runs.PUBLIC)[1], vector))
    assert len(found) >= 50
    return found


def _lists(twins: Twins, query: Query) -> list[list[int]]:
    return [[hit.id for hit in index.search(query).words] for index in twins.engines.values()]


def _overlap(one: Sequence[int], other: Sequence[int]) -> float:
    return len({*one} & {*other}) / max(1, len(one), len(other))


def _questions(needs: Sequence[tuple[Need, str, Vector]]) -> Iterator[tuple[str, Vector | None, Filters]]:
    for text in WORDS:
        yield text, None, Filters()
        yield text, None, Filters({"industry": ("C", "I")})
    for row, text, vector in needs:
        yield row.title, vector, Filters()
        yield text, vector, Filters({"visibility": ("public", "members")})
        yield text, vector, Filters({"industry": (row.industry[:1],)} if row.industry else {})


def test_totals_and_facets_are_equal(twins: Twins, needs: list[tuple[Need, str, Vector]]) -> None:
    for text, _, filters in _questions(needs):
        query = Query("achievements", text, None, filters, excluded=(1, 2, 3), facets=FACETS["achievements"])
        one, other = (index.search(query) for index in twins.engines.values())
        assert (one.total, one.terms, one.required) == (other.total, other.terms, other.required), text
        assert one.facets == other.facets, text


def test_the_best_by_words_are_the_same(twins: Twins, needs: list[tuple[Need, str, Vector]]) -> None:
    shares = []
    for text, _, filters in _questions(needs):
        one, other = _lists(twins, Query("achievements", text, filters=filters, limit=10))
        shares.append(_overlap(one, other) if one or other else 1.0)
    print(f"lexical top-10 overlap {np.mean(shares):.4f} over {len(shares)} questions")
    assert np.mean(shares) >= 0.98


def test_the_nearest_are_the_exact_nearest(twins: Twins, needs: list[tuple[Need, str, Vector]]) -> None:
    """The embedded engine scans every vector, so it says which are the nearest."""
    shares = []
    for row, _, vector in needs:
        for filters in (Filters(), Filters({"region": (f"{row.region[:2]}0000",)} if row.region else {})):
            exact, found = (
                [hit.id for hit in index.candidates("achievements", "", vector, 100, filters)]
                for index in twins.engines.values()
            )
            shares.append(len({*exact} & {*found}) / len(exact) if exact else float(not found))
    print(f"recall@100 {np.mean(shares):.4f}, lowest {min(shares):.2f}")
    assert np.mean(shares) >= 0.98


def test_recommendations_are_the_same(twins: Twins, needs: list[tuple[Need, str, Vector]]) -> None:
    here = twins.world.platform
    same, differing = 0, []
    for row, text, vector in needs:
        subject, _ = runs.subject_facts(row, vector, runs.PUBLIC)
        filters = Filters({"visibility": ("public", "members")})
        lists: list[list[tuple[int, float]]] = []
        for index in twins.engines.values():
            platform = replace(here, index=index)
            found = judge(platform, Actor(role="operator"), "achievements", subject, vector, filters, text)
            lists.append([(one.achievement_id, one.score) for one in found.judgements[:10]])
        same += lists[0] == lists[1]
        if lists[0] != lists[1]:
            differing.append((row.title, {*lists[0]} ^ {*lists[1]}))
    print(f"top-10 recommendations identical for {same} of {len(needs)} needs; {differing}")
    assert same >= 0.95 * len(needs)


def test_what_only_meaning_finds_is_the_same(twins: Twins, needs: list[tuple[Need, str, Vector]]) -> None:
    shares = []
    for row, _, vector in needs:
        query = Query("achievements", row.title, vector)
        one, other = ([hit.id for hit in index.search(query).meaning] for index in twins.engines.values())
        shares.append(_overlap(one, other) if one or other else 1.0)
    assert np.mean(shares) >= 0.98


@pytest.mark.parametrize("library", sorted(SCHEMAS))
def test_sorted_lists_are_the_same(twins: Twins, library: str) -> None:
    """Equal numbers may come in any order, so the numbers are compared, not the ids."""
    for _, sort in SORTS[library].values():
        if sort is None:
            continue
        numbers = _numbers(twins, library, sort.number)
        for wanted in (sort, Sort(sort.number, not sort.descending)):
            one, other = _lists(twins, Query(library, sort=wanted, limit=100))
            assert len(one) == len(other) > 0
            assert [numbers[at] for at in one] == [numbers[at] for at in other]


def _numbers(twins: Twins, library: str, name: str) -> dict[int, float | None]:
    """What the database says each listing is sorted by."""
    here = twins.world.platform
    with here.database.read() as session:
        rows = projection.public_after(session, library, 0, 10_000, here.embedder.model_id)
        made = [document_of(row) for row in rows]
    return {one.id: one.numbers.get(name) for one in made if isinstance(one, Document)}


def test_both_sides_verify_clean(twins: Twins) -> None:
    for library in SCHEMAS:
        rows = [
            [(e.id, e.version, e.content_hash, e.has_vector) for e in index.scan(library)]
            for index in twins.engines.values()
        ]
        assert rows[0] == rows[1]
        assert rows[0]


def test_the_other_direction_too(twins: Twins) -> None:
    """An achievement asks for needs by the same code."""
    here = twins.world.platform
    with here.database.read() as session:
        rows = list(session.scalars(select(Achievement).order_by(Achievement.id).limit(40)))
        session.expunge_all()
    same = 0
    for row in rows:
        vector = runs.subject_vector(here, row, runs.PUBLIC)
        subject, text = runs.subject_facts(row, vector, runs.PUBLIC)
        lists = []
        for index in twins.engines.values():
            found = judge(
                replace(here, index=index), Actor(role="operator"), "needs", subject, vector, Filters(), text
            )
            lists.append([(one.need_id, one.score) for one in found.judgements[:10]])
        same += lists[0] == lists[1]
    assert same >= 0.95 * len(rows)
