"""What every engine must do, said once. Each test runs on each engine of ``engines.ENGINES``."""

import itertools
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from indexer.port import (
    Document,
    Filters,
    Index,
    LibrarySchema,
    Query,
    Sort,
    Tombstone,
    UnknownGeneration,
    Vector,
)
from tests.contract.engines import ENGINES, MODEL, SCHEMA

LIBRARY = "achievements"
ROOT = Path(__file__).resolve().parents[2]
Open = Callable[..., Index]


@pytest.fixture(params=sorted(ENGINES))
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def place(tmp_path: Path) -> str:
    return str(tmp_path / "index")


@pytest.fixture
def reopen(engine: str, place: str) -> Iterator[Open]:
    """Opens the same index again, as another process would."""
    opened: list[Index] = []

    def again(schema: LibrarySchema = SCHEMA, model_id: str = MODEL) -> Index:
        opened.append(ENGINES[engine](place, schema, model_id))
        return opened[-1]

    yield again
    for index in opened:
        index.close()


@pytest.fixture
def index(reopen: Open) -> Index:
    return reopen()


def axis(number: int, tilt: float = 0.0) -> Vector:
    """A unit vector of 8 dimensions along one axis, tilted towards the next."""
    vector = np.zeros(8, dtype=np.float32)
    vector[number % 8] = 1.0
    vector[(number + 1) % 8] += tilt
    return vector / np.linalg.norm(vector)


def listing(
    at: int,
    title: str,
    body: str = "",
    *,
    version: int = 1,
    vector: Vector | None = None,
    industry: tuple[str, ...] = ("C", "C26"),
    region: tuple[str, ...] = ("330000",),
    modes: tuple[str, ...] = (),
    **numbers: float,
) -> Document:
    keywords = {"industry": industry, "region": region, "modes": modes}
    return Document(LIBRARY, at, version, title, body, vector, keywords, numbers, f"{at:016x}{version:016x}")


def ids(hits: object) -> list[int]:
    return [hit.id for hit in hits]  # type: ignore[attr-defined]


CATALOGUE = [
    listing(1, "石墨烯防腐涂料", "用于海洋钢结构", vector=axis(0), modes=("license",), published=10.0, price=500.0),
    listing(2, "锂电池硅碳负极材料", "石墨复合，容量高", vector=axis(1), industry=("C", "C38"), region=("320000",),
            modes=("license", "transfer"), published=30.0, price=900.0),
    listing(3, "5G基站滤波器", "Al2O3陶瓷 TRL 7", vector=axis(2), industry=("C", "C39"), published=20.0),
    listing(4, "水稻抗病育种", "分子标记", vector=axis(3), industry=("A",), region=("430000",), published=40.0, price=100.0),
    listing(5, "海洋装备表面防护", "耐蚀层", vector=axis(0, 0.3), industry=("C", "C37"), published=5.0, price=700.0),
]  # fmt: skip


@pytest.fixture
def filled(index: Index) -> Index:
    report = index.write(LIBRARY, CATALOGUE)
    assert (report.applied, report.stale) == (5, 0)
    return index


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
        hits = filled.candidates(LIBRARY, "水稻育种", axis(0), 2)
        assert set(ids(hits)) <= {4, 1, 5}
        assert 4 in ids(hits)
        by_id = {hit.id: hit for hit in filled.candidates(LIBRARY, "水稻育种", axis(0), 10)}
        assert by_id[4].text_score > 0
        assert by_id[4].nearness == pytest.approx(0.0, abs=1e-3)
        assert by_id[1].nearness == pytest.approx(1.0, abs=1e-3)


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


class TestProcesses:
    def test_a_write_is_seen_by_the_next_request_of_others(self, index: Index, reopen: Open) -> None:
        other = reopen()
        assert other.search(Query(LIBRARY)).total == 0
        for number in range(1, 15):
            index.write(LIBRARY, [listing(number, f"第{number}件", vector=axis(number))])
            assert other.search(Query(LIBRARY)).total == number
            assert number in ids(other.candidates(LIBRARY, "", axis(number), 5))

    def test_readers_never_see_half_a_write(self, index: Index, reopen: Open) -> None:
        """Each write gives documents 1–20 one version; a reader sees one version only, in words and in vectors."""
        reader = reopen()
        index.write(LIBRARY, [listing(at, "同批", version=1, vector=axis(0)) for at in range(1, 21)])
        wrong: list[str] = []
        stop = threading.Event()

        def read() -> None:
            while not stop.is_set():
                hits = reader.search(Query(LIBRARY, "同批", axis(0), limit=50)).words
                near = reader.candidates(LIBRARY, "", axis(0), 50)
                for found in (hits, near):
                    if len(found) != 20 or len({hit.version for hit in found}) != 1:
                        wrong.append(
                            f"{len(found)} hits of versions {sorted({hit.version for hit in found})}"
                        )

        thread = threading.Thread(target=read)
        thread.start()
        for version in range(2, 25):
            index.write(
                LIBRARY, [listing(at, "同批", version=version, vector=axis(0)) for at in range(1, 21)]
            )
        stop.set()
        thread.join()
        assert wrong == []

    def test_two_writers_lose_nothing(self, index: Index, reopen: Open) -> None:
        other = reopen()

        def write(which: Index, first: int) -> None:
            for at in range(first, first + 10):
                which.write(LIBRARY, [listing(at, f"第{at}件", vector=axis(at))])

        threads = [threading.Thread(target=write, args=pair) for pair in ((index, 1), (other, 101))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [row.id for row in index.scan(LIBRARY)] == [*range(1, 11), *range(101, 111)]
        assert index.state(LIBRARY).consistent

    def test_killed_writer_loses_nothing_acknowledged(self, engine: str, place: str, reopen: Open) -> None:
        """Killed with no time to clean up, eight times, at moments spread over a write."""
        acknowledged = 0
        for delay in (0.0, 0.004, 0.008, 0.012, 0.016, 0.02, 0.03, 0.05):
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.contract.writer", engine, place, str(acknowledged + 1)],
                cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
            assert process.stdout is not None
            begun = 0
            for line in process.stdout:
                verb, number = line.split()
                if verb == "done":
                    acknowledged = int(number)
                else:
                    begun = int(number)
                if verb == "begin" and acknowledged >= 3 and begun >= acknowledged + 1:
                    time.sleep(delay)
                    process.kill()
                    break
            for line in process.stdout:
                verb, number = line.split()
                if verb == "done":
                    acknowledged = int(number)
            process.wait()
            index = reopen()
            state = index.state(LIBRARY)
            assert state.consistent
            rows = {row.id: row.version for row in index.scan(LIBRARY)}
            # The write under way may have happened or not, but wholly.
            last = rows[1]
            assert last in (acknowledged, acknowledged + 1)
            assert rows == {1: last, 1000 + last: last}
            assert index.search(Query(LIBRARY, f"第{last}批")).total == 2
            assert len(index.candidates(LIBRARY, "", axis(1), 10)) == 2
            acknowledged = last
        index.write(LIBRARY, [listing(1, "还能写", version=10_000)])
        assert index.search(Query(LIBRARY, "还能写")).total == 1


class TestGenerations:
    def test_rebuild_with_concurrent_writes(self, filled: Index, reopen: Open) -> None:
        reader = reopen()
        old = filled.state(LIBRARY).generation
        new = filled.begin(LIBRARY)
        assert filled.live(LIBRARY) == (old, new)
        # The batch was read before the two facts below came in and is written after them.
        batch = [listing(doc.id, doc.title, doc.body, vector=doc.vector) for doc in CATALOGUE]
        filled.write(LIBRARY, [listing(1, "改过的标题", version=2)], [Tombstone(LIBRARY, 2, 2)])
        filled.write(LIBRARY, batch, generations=(new,))
        assert reader.state(LIBRARY).generation == old
        assert reader.search(Query(LIBRARY, "改过的标题")).total == 1
        filled.swap(LIBRARY, new)
        for index in (filled, reader):
            state = index.state(LIBRARY)
            assert (state.generation, state.previous, state.live) == (new, old, (new,))
            assert [(row.id, row.version) for row in index.scan(LIBRARY)] == [(1, 2), (3, 1), (4, 1), (5, 1)]
            assert index.search(Query(LIBRARY, "改过的标题")).total == 1
        assert [row.id for row in filled.scan(LIBRARY, old)] == [1, 3, 4, 5]

    def test_rollback_and_back_again(self, filled: Index, reopen: Open) -> None:
        old = filled.state(LIBRARY).generation
        new = filled.begin(LIBRARY)
        filled.write(LIBRARY, CATALOGUE[:2], generations=(new,))
        filled.swap(LIBRARY, new)
        assert filled.search(Query(LIBRARY)).total == 2
        assert filled.rollback(LIBRARY) == old
        assert filled.search(Query(LIBRARY)).total == 5
        assert reopen().state(LIBRARY).previous == new
        assert filled.rollback(LIBRARY) == new
        assert filled.search(Query(LIBRARY)).total == 2

    def test_one_is_kept_back_and_older_ones_go(self, filled: Index) -> None:
        first = filled.state(LIBRARY).generation
        names = [first]
        for _ in range(3):
            names.append(filled.begin(LIBRARY))
            filled.swap(LIBRARY, names[-1])
        assert len(set(names)) == 4
        assert filled.state(LIBRARY).previous == names[-2]
        with pytest.raises(UnknownGeneration):
            list(filled.scan(LIBRARY, first))

    def test_steps_out_of_order_are_refused(self, filled: Index) -> None:
        current = filled.state(LIBRARY).generation
        for step in (
            lambda: filled.rollback(LIBRARY),
            lambda: filled.swap(LIBRARY, current),
            lambda: filled.swap(LIBRARY, "achievements-s0-g9"),
            lambda: filled.swap(LIBRARY, "../../etc"),
            lambda: filled.drop(LIBRARY, current),
        ):
            with pytest.raises(UnknownGeneration):
                step()
        assert filled.search(Query(LIBRARY)).total == 5

    def test_begun_again_or_dropped(self, filled: Index) -> None:
        first = filled.begin(LIBRARY)
        second = filled.begin(LIBRARY)
        assert first != second
        assert first not in filled.live(LIBRARY)
        filled.drop(LIBRARY, second)
        assert filled.live(LIBRARY) == (filled.state(LIBRARY).generation,)

    def test_another_model_answers_by_words_until_rebuilt(self, filled: Index, reopen: Open) -> None:
        other = reopen(model_id="another-model-fp32")
        state = other.state(LIBRARY)
        assert not state.up_to_date_shape
        assert not state.meaning
        assert other.search(Query(LIBRARY, "石墨烯涂料", axis(0))).meaning == ()
        other.write(LIBRARY, [listing(9, "另一模型", vector=axis(0))])
        assert {row.id: row.has_vector for row in filled.scan(LIBRARY)}[9] is False
        new = other.begin(LIBRARY)
        assert "another-model-fp32" in new
        other.write(LIBRARY, [listing(9, "另一模型", vector=axis(0))], generations=(new,))
        other.swap(LIBRARY, new)
        assert other.state(LIBRARY).meaning
        assert ids(other.candidates(LIBRARY, "", axis(0), 5)) == [9]

    def test_another_shape_asks_for_a_rebuild_and_answers_meanwhile(
        self, filled: Index, reopen: Open
    ) -> None:
        schema = LibrarySchema(LIBRARY, (*SCHEMA.keywords, "strategic"), SCHEMA.numbers, SCHEMA.newest_by)
        other = reopen(schema)
        assert not other.state(LIBRARY).up_to_date_shape
        answer = other.search(Query(LIBRARY, "石墨烯涂料", facets=("strategic", "industry")))
        assert answer.total == 1
        assert answer.facets == {"strategic": {}, "industry": {"C": 1, "C26": 1}}
        other.write(LIBRARY, [listing(9, "新字段")])
        assert other.search(Query(LIBRARY, "新字段")).total == 1
        other.swap(LIBRARY, other.begin(LIBRARY))
        assert other.state(LIBRARY).up_to_date_shape
