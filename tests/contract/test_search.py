"""What is found, by words and by meaning, and in which order."""

import numpy as np
import pytest

from indexer.port import Index, Query, Sort
from tests.contract.listings import CATALOGUE, LIBRARY, axis, ids, listing


class TestSearch:
    def test_empty_index_answers_nothing(self, index: Index) -> None:
        answer = index.search(Query(LIBRARY, "石墨烯", axis(0), facets=("industry",)))
        assert (answer.words, answer.total, answer.meaning) == ((), 0, ())
        assert answer.facets == {"industry": {}}
        assert index.candidates(LIBRARY, "石墨烯", axis(0), 10) == []
        assert index.state(LIBRARY).documents == 0
        assert list(index.scan(LIBRARY)) == []
        index.write(LIBRARY, [])
        assert index.search(Query(LIBRARY)).total == 0

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("石墨烯涂料", [1]),
            ("石墨烯塗料", [1]),
            ("５Ｇ", [3]),
            ("al2o3", [3]),
            ("TRL", [3]),
            ("锂", [2]),
            ("硅碳 负极", [2]),
            ("不存在的词语", []),
            ("。，!", []),
            ('"石墨烯" AND (OR', []),
        ],
    )
    def test_words(self, filled: Index, text: str, expected: list[int]) -> None:
        answer = filled.search(Query(LIBRARY, text))
        assert ids(answer.words) == expected
        assert answer.total == len(expected)

    def test_title_counts_more_than_body(self, index: Index) -> None:
        index.write(LIBRARY, [listing(1, "钢结构", "石墨烯"), listing(2, "石墨烯", "钢结构")])
        assert ids(index.search(Query(LIBRARY, "石墨烯")).words) == [2, 1]

    def test_long_text_asks_for_its_best_words_only(self, index: Index) -> None:
        filler = [listing(10 + n, f"通用设备{n}号", "一般性说明文字") for n in range(30)]
        index.write(LIBRARY, [*CATALOGUE, *filler])
        need = (
            "我们希望寻找一种能够用于海洋环境的石墨烯防腐涂料。" + "一般性说明文字，通用设备要求如下：" * 100
        )
        answer = index.search(Query(LIBRARY, need))
        assert answer.terms <= 60
        assert ids(index.candidates(LIBRARY, need, None, 3))[0] == 1

    def test_meaning_is_apart_and_uncounted(self, filled: Index) -> None:
        answer = filled.search(Query(LIBRARY, "石墨烯涂料", axis(0), facets=("industry",)))
        assert ids(answer.words) == [1]
        assert ids(answer.meaning) == [5]
        assert answer.total == 1
        assert answer.facets["industry"] == {"C": 1, "C26": 1}
        assert answer.words[0].nearness == pytest.approx(1.0, abs=1e-3)
        assert answer.meaning[0].nearness == pytest.approx(float(axis(0) @ axis(0, 0.3)), abs=1e-3)
        assert filled.search(Query(LIBRARY, "石墨烯涂料", axis(0), meaning_floor=0.99)).meaning == ()

    def test_nearness_reorders_word_hits(self, index: Index) -> None:
        index.write(LIBRARY, [listing(1, "表面涂层", vector=axis(4)), listing(2, "表面涂层", vector=axis(0))])
        assert ids(index.search(Query(LIBRARY, "表面涂层", axis(0))).words) == [2, 1]
        assert ids(index.search(Query(LIBRARY, "表面涂层", axis(4))).words) == [1, 2]

    def test_vector_of_another_width_is_no_vector(self, filled: Index) -> None:
        wide = np.ones(16, dtype=np.float32) / 4
        assert ids(filled.candidates(LIBRARY, "石墨烯涂料", wide, 10))[0] == 1
        assert filled.search(Query(LIBRARY, "石墨烯涂料", wide)).meaning == ()

    def test_empty_text_browses_newest_first(self, filled: Index) -> None:
        answer = filled.search(Query(LIBRARY))
        assert ids(answer.words) == [4, 2, 3, 1, 5]
        assert answer.total == 5

    def test_sort_by_number_missing_last(self, filled: Index) -> None:
        assert ids(filled.search(Query(LIBRARY, sort=Sort("price", descending=False))).words) == [
            4,
            1,
            5,
            2,
            3,
        ]
        assert ids(filled.search(Query(LIBRARY, sort=Sort("price"))).words) == [2, 5, 1, 4, 3]
        found = filled.search(Query(LIBRARY, "海洋", sort=Sort("price"))).words
        assert ids(found) == [5, 1]

    def test_unknown_library_is_refused(self, index: Index) -> None:
        with pytest.raises(ValueError, match="nothing"):
            index.search(Query("nothing"))
