"""Filters, facets and exclusions: inside every question, counted exactly."""

from indexer.port import Filters, Index, Query, Tombstone
from tests.contract.listings import LIBRARY, axis, ids, listing


class TestFiltersAndFacets:
    def test_any_of_within_and_all_of_between(self, filled: Index) -> None:
        def found(**keywords: tuple[str, ...]) -> set[int]:
            return set(ids(filled.search(Query(LIBRARY, filters=Filters(keywords))).words))

        assert found(industry=("C26", "C38")) == {1, 2}
        assert found(industry=("C",), region=("330000",)) == {1, 3, 5}
        assert found(industry=()) == {1, 2, 3, 4, 5}
        assert found(industry=("unknown",)) == set()

    def test_ranges_include_their_ends(self, filled: Index) -> None:
        def found(low: float | None, high: float | None) -> set[int]:
            return set(ids(filled.search(Query(LIBRARY, filters=Filters({}, {"price": (low, high)}))).words))

        assert found(500, 700) == {1, 5}
        assert found(None, 500) == {1, 4}
        assert found(900, None) == {2}
        assert found(None, None) == {1, 2, 3, 4, 5}

    def test_a_field_the_index_lacks_matches_nothing(self, filled: Index) -> None:
        filters = Filters({"planet": ("mars",)})
        assert filled.search(Query(LIBRARY, filters=filters, facets=("planet",))).total == 0
        assert filled.candidates(LIBRARY, "石墨烯", axis(0), 10, filters) == []

    def test_filters_hold_inside_the_nearest(self, index: Index) -> None:
        near = [listing(n, f"近者{n}", vector=axis(0, n / 1000), region=("330000",)) for n in range(1, 200)]
        far = [
            listing(1000 + n, f"远者{n}", vector=axis(1, n / 1000), region=("620000",), price=n)
            for n in range(5)
        ]
        index.write(LIBRARY, [*near, *far])
        filters = Filters({"region": ("620000",)})
        assert set(ids(index.candidates(LIBRARY, "", axis(0), 10, filters))) == {1000, 1001, 1002, 1003, 1004}
        ranged = Filters({"region": ("620000",)}, {"price": (2, 3)})
        assert set(ids(index.candidates(LIBRARY, "", axis(0), 10, ranged))) == {1002, 1003}

    def test_each_facet_counts_without_its_own_filter(self, filled: Index) -> None:
        filters = Filters({"industry": ("C38",), "modes": ("license",)})
        answer = filled.search(Query(LIBRARY, filters=filters, facets=("industry", "modes", "region")))
        assert answer.total == 1
        assert answer.facets["industry"] == {"C": 2, "C26": 1, "C38": 1}
        assert answer.facets["modes"] == {"license": 1, "transfer": 1}
        assert answer.facets["region"] == {"320000": 1}

    def test_facets_under_a_filter_follow_each_write(self, index: Index) -> None:
        query = Query(LIBRARY, filters=Filters({"modes": ("license",)}), facets=("industry", "modes"))
        index.write(LIBRARY, [listing(1, "钢", industry=("C",), modes=("license",))])
        assert index.search(query).facets == {"industry": {"C": 1}, "modes": {"license": 1}}
        index.write(LIBRARY, [listing(2, "铜", industry=("C",), modes=("license",))])
        assert index.search(query).facets == {"industry": {"C": 2}, "modes": {"license": 2}}
        index.write(LIBRARY, [], [Tombstone(LIBRARY, 1, 2)])
        assert index.search(query).facets == {"industry": {"C": 1}, "modes": {"license": 1}}

    def test_facets_under_words(self, filled: Index) -> None:
        answer = filled.search(Query(LIBRARY, "海洋", facets=("industry",)))
        assert answer.total == 2
        assert answer.facets["industry"] == {"C": 2, "C26": 1, "C37": 1}

    def test_exclusions_are_nowhere(self, filled: Index) -> None:
        query = Query(LIBRARY, "海洋", axis(0), excluded=(1,), facets=("industry",))
        answer = filled.search(query)
        assert (ids(answer.words), answer.total, answer.meaning) == ([5], 1, ())
        assert answer.facets["industry"] == {"C": 1, "C37": 1}
        assert 1 not in ids(filled.candidates(LIBRARY, "石墨烯涂料", axis(0), 10, excluded=(1, 999)))
        browsed = filled.search(Query(LIBRARY, excluded=(4, 5), facets=("industry",)))
        assert (browsed.total, browsed.facets["industry"]) == (3, {"C": 3, "C26": 1, "C38": 1, "C39": 1})
