"""A new index beside the old one: filled, swapped, kept back, rolled back."""

import pytest

from indexer.port import Index, LibrarySchema, Query, Tombstone, UnknownGeneration
from tests.contract.conftest import Open
from tests.contract.engines import SCHEMA
from tests.contract.listings import CATALOGUE, LIBRARY, axis, ids, listing


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

    def test_what_was_begun_is_gone_on_with_where_it_suits(self, filled: Index, reopen: Open) -> None:
        begun = filled.begin(LIBRARY)
        filled.write(LIBRARY, CATALOGUE[:2], generations=(begun,))
        assert reopen().begin(LIBRARY, resume=True) == begun
        assert [row.id for row in filled.scan(LIBRARY, begun)] == [1, 2]
        other = reopen(model_id="another-model-fp32")
        assert other.begin(LIBRARY, resume=True) != begun
        assert begun not in filled.live(LIBRARY)
