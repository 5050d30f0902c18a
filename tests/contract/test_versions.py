"""The newest word about a listing counts, in whatever order words arrive."""

import itertools
import random

import pytest

from indexer.port import Document, Filters, Index, Query, Tombstone
from tests.contract.listings import LIBRARY, axis, ids, listing


class TestVersions:
    def entry(self, index: Index, at: int) -> tuple[int, bool] | None:
        return next(((row.version, row.has_vector) for row in index.scan(LIBRARY) if row.id == at), None)

    def test_late_vector_makes_it_findable_by_meaning(self, index: Index) -> None:
        index.write(LIBRARY, [listing(1, "石墨烯", version=3)])
        assert index.candidates(LIBRARY, "", axis(0), 5) == []
        assert index.search(Query(LIBRARY, "石墨烯")).total == 1
        assert index.write(LIBRARY, [listing(1, "石墨烯", version=3, vector=axis(0))]).applied == 1
        assert ids(index.candidates(LIBRARY, "", axis(0), 5)) == [1]
        assert index.search(Query(LIBRARY, "石墨烯")).total == 1

    def test_same_version_without_vector_takes_none_away(self, index: Index) -> None:
        index.write(LIBRARY, [listing(1, "石墨烯", version=3, vector=axis(0))])
        assert index.write(LIBRARY, [listing(1, "石墨烯", version=3)]).stale == 1
        assert self.entry(index, 1) == (3, True)

    def test_stale_version_loses(self, index: Index) -> None:
        index.write(LIBRARY, [listing(1, "新标题", version=5)])
        report = index.write(LIBRARY, [listing(1, "旧标题", version=4, vector=axis(0))])
        assert (report.applied, report.stale) == (0, 1)
        assert index.search(Query(LIBRARY, "旧标题")).total == 0
        assert self.entry(index, 1) == (5, False)

    def test_newer_version_replaces_words_filters_and_vector(self, index: Index) -> None:
        index.write(LIBRARY, [listing(1, "石墨烯", vector=axis(0), region=("330000",), price=1.0)])
        index.write(LIBRARY, [listing(1, "碳纤维", version=2, vector=axis(1), region=("320000",), price=2.0)])
        assert index.search(Query(LIBRARY, "石墨烯")).total == 0
        assert index.search(Query(LIBRARY, facets=("region",))).facets["region"] == {"320000": 1}
        hit = index.candidates(LIBRARY, "", axis(1), 5)[0]
        assert (hit.version, hit.nearness) == (2, pytest.approx(1.0, abs=1e-3))
        assert index.candidates(LIBRARY, "", axis(0), 5, Filters({"region": ("330000",)})) == []

    def test_tombstone_buries_and_remembers(self, filled: Index) -> None:
        filled.write(LIBRARY, [], [Tombstone(LIBRARY, 1, 7)])
        assert filled.search(Query(LIBRARY, "石墨烯涂料", axis(0))).total == 0
        assert 1 not in ids(filled.candidates(LIBRARY, "石墨烯", axis(0), 10))
        assert filled.write(LIBRARY, [listing(1, "石墨烯防腐涂料", version=6, vector=axis(0))]).stale == 1
        assert filled.write(LIBRARY, [listing(1, "石墨烯防腐涂料", version=7)]).stale == 1
        assert filled.search(Query(LIBRARY, "石墨烯涂料")).total == 0
        assert filled.write(LIBRARY, [listing(1, "石墨烯防腐涂料", version=8)]).applied == 1
        assert filled.search(Query(LIBRARY, "石墨烯涂料")).total == 1

    def test_late_tombstone_loses(self, index: Index) -> None:
        index.write(LIBRARY, [listing(1, "石墨烯", version=5)])
        assert index.write(LIBRARY, [], [Tombstone(LIBRARY, 1, 4)]).stale == 1
        assert index.search(Query(LIBRARY, "石墨烯")).total == 1

    def test_a_row_that_is_gone_leaves_no_memory(self, index: Index) -> None:
        index.write(LIBRARY, [listing(1, "石墨烯", version=50)])
        index.write(LIBRARY, [], [Tombstone(LIBRARY, 1, None)])
        assert index.search(Query(LIBRARY)).total == 0
        assert index.write(LIBRARY, [listing(1, "新记录", version=1)]).applied == 1
        assert ids(index.search(Query(LIBRARY)).words) == [1]

    def test_both_in_one_write(self, index: Index) -> None:
        index.write(
            LIBRARY,
            [listing(1, "甲乙", version=2), listing(1, "丙丁", version=3)],
            [Tombstone(LIBRARY, 1, 2)],
        )
        assert index.search(Query(LIBRARY, "丙丁")).total == 1
        index.write(LIBRARY, [listing(1, "戊己", version=4)], [Tombstone(LIBRARY, 1, 4)])
        assert index.search(Query(LIBRARY)).total == 0

    def test_many_writes_end_as_the_last_word_says(self, index: Index) -> None:
        chance = random.Random(7)
        truth: dict[int, Document] = {}
        versions = itertools.count(1)
        for _ in range(40):
            documents, tombstones = [], []
            for at in chance.sample(range(1, 60), 6):
                version = next(versions)
                if chance.random() < 0.3:
                    tombstones.append(Tombstone(LIBRARY, at, None if chance.random() < 0.3 else version))
                    truth.pop(at, None)
                else:
                    vector = axis(at, 0.1) if chance.random() < 0.7 else None
                    industry = (f"C{at % 5}",)
                    document = listing(
                        at, f"编号{at}版本{version}", version=version, vector=vector, industry=industry
                    )
                    documents.append(document)
                    truth[at] = document
            index.write(LIBRARY, documents, tombstones)
        rows = {row.id: row for row in index.scan(LIBRARY)}
        assert {at: (row.version, row.has_vector, row.content_hash) for at, row in rows.items()} == {
            at: (doc.version, doc.vector is not None, doc.content_hash) for at, doc in truth.items()
        }
        assert list(rows) == sorted(rows)
        assert index.state(LIBRARY).consistent
        assert index.search(Query(LIBRARY, limit=100)).total == len(truth)
        expected: dict[str, int] = {}
        for doc in truth.values():
            expected[doc.keywords["industry"][0]] = expected.get(doc.keywords["industry"][0], 0) + 1
        assert index.search(Query(LIBRARY, facets=("industry",))).facets["industry"] == expected
        for code, count in expected.items():
            filters = Filters({"industry": (code,)})
            assert index.search(Query(LIBRARY, filters=filters)).total == count
            near = index.candidates(LIBRARY, "", axis(0), 100, filters)
            assert set(ids(near)) == {
                at
                for at, doc in truth.items()
                if doc.keywords["industry"] == (code,) and doc.vector is not None
            }
