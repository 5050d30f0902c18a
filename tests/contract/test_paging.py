"""Pages share no hit and miss none; candidates are words and meaning together."""

import numpy as np
import pytest

from indexer.port import Index, Query, Sort
from tests.contract.listings import LIBRARY, axis, ids, listing


class TestPaging:
    @pytest.fixture
    def many(self, index: Index) -> Index:
        rng = np.random.default_rng(3)
        vectors = rng.standard_normal((250, 8)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        docs = [
            listing(
                n + 1, f"通用材料{'甲乙丙丁'[n % 4]}", "材料 " * (n % 7), vector=vectors[n], published=n // 2
            )
            for n in range(250)
        ]
        for start in range(0, 250, 30):
            index.write(LIBRARY, docs[start : start + 30])
        return index

    @pytest.mark.parametrize("text", ["", "通用材料"])
    @pytest.mark.parametrize("with_vector", [True, False])
    @pytest.mark.parametrize("sort", [None, Sort("published")])
    def test_pages_share_no_hit_and_miss_none(
        self, many: Index, text: str, with_vector: bool, sort: Sort | None
    ) -> None:
        seen: list[int] = []
        for offset in range(0, 275, 25):
            vector = axis(0) if with_vector else None
            answer = many.search(Query(LIBRARY, text, vector, sort=sort, offset=offset, limit=25))
            assert answer.total == 250
            seen += ids(answer.words)
        assert sorted(seen) == list(range(1, 251))

    def test_nothing_behind_the_last_page(self, many: Index) -> None:
        answer = many.search(Query(LIBRARY, "通用材料", offset=10_000, limit=10))
        assert (answer.words, answer.total) == ((), 250)
        assert many.search(Query(LIBRARY, "通用材料", limit=0)).words == ()

    def test_candidates_hold_the_exact_nearest(self, many: Index) -> None:
        nearest = list(many.candidates(LIBRARY, "", axis(0), 20))
        every = many.candidates(LIBRARY, "", axis(0), 250)
        exact = sorted((hit.nearness or 0.0 for hit in every), reverse=True)[:20]
        assert [hit.nearness for hit in nearest] == pytest.approx(exact)

    def test_candidates_are_words_and_meaning(self, filled: Index) -> None:
        assert ids(filled.candidates(LIBRARY, "水稻育种", axis(0), 2)) == [1, 5]
        by_id = {hit.id: hit for hit in filled.candidates(LIBRARY, "水稻育种", axis(0), 10)}
        assert by_id[4].text_score > 0
        assert by_id[4].nearness == pytest.approx(0.0, abs=1e-3)
        assert by_id[1].nearness == pytest.approx(1.0, abs=1e-3)
