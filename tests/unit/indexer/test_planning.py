"""The plan of a cluster: formulas checked by hand, and what must hold for any number."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from indexer.planning import GIB, SHARD_BYTES, SHARD_DOCUMENTS, heap, plan, vector_memory


def test_memory_of_vectors_by_hand() -> None:
    assert vector_memory(1_000_000, 384) == 1_000_000 * (384 + 4 + 64)


def test_a_small_office_needs_one_shard_and_one_node() -> None:
    made = plan("achievements", 10_000, replicas=0)
    assert (made.shards, made.nodes, made.copies) == (1, 1, 1)
    assert made.memory == made.vector_memory


def test_a_replica_asks_for_three_voters() -> None:
    assert plan("needs", 10_000, replicas=1).nodes == 3


def test_a_thousand_million() -> None:
    made = plan("achievements", 10**9)
    assert made.vector_memory == 452 * 10**9
    assert made.copy_bytes == 10**9 * (700 + 1536 + 452)
    assert made.shards == 84
    assert made.nodes == 28


def test_the_plan_is_near_what_was_measured() -> None:
    """100,000 papers in one shard: 262 MB on disk after merging (docs/scaling.md)."""
    made = plan("achievements", 100_000, replicas=0)
    assert made.copy_bytes == pytest.approx(262_270_000, rel=0.05)


@given(some.integers(1, 10**10), some.integers(1, 4096), some.integers(0, 3))
def test_limits_hold_for_any_number(documents: int, dimensions: int, replicas: int) -> None:
    made = plan("talents", documents, dimensions, replicas)
    assert made.shard_bytes <= SHARD_BYTES
    assert made.documents_per_shard <= SHARD_DOCUMENTS
    cache = made.node_memory - heap(made.node_memory) - 2 * GIB
    assert made.nodes * cache >= made.memory
    assert made.nodes * made.node_disk >= made.disk
    more = plan("talents", documents * 2, dimensions, replicas)
    assert (more.memory, more.disk) >= (made.memory, made.disk)


@pytest.mark.parametrize(
    "wrong", [{"documents": 0}, {"dimensions": 0}, {"replicas": -1}, {"node_memory": 3 * GIB}]
)
def test_nonsense_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"at least|memory"):
        plan("needs", **{"documents": 5, **wrong})
