"""How large a search cluster must be: shards, memory, disk and nodes for a number of listings. Pure arithmetic.

Each rule is stated with its source in docs/scaling.md, where the constants are compared with sizes measured here. Use it
to order machines, not to explain a slow query.
"""

import math
from dataclasses import dataclass

GIB = 2**30

HNSW_LINKS = 16
"""m of the graph: links of a document on each layer but the lowest, which has twice as many."""

TEXT_BYTES = 700
"""Bytes a listing of some 500 characters takes on disk beside its vector: words, columns, versions, ids. Measured."""

SHARD_BYTES = 30 * GIB
SHARD_DOCUMENTS = 200_000_000
"""Shards of 10–50 GB and at most 200 million documents recover and move in reasonable time."""

KEPT = 2
"""Generations that are always there: the one that answers and the one kept back."""

FILLING = 1.75
"""What a generation takes while it is filled, as a share of its final size: 1.63 measured before it is merged (the server
keeps what it was sent until then), and one shard at a time twice."""

DISK_USED_AT_MOST = 0.85
"""The low watermark: above it the cluster gives a node no more shards."""

HEAP_AT_MOST = 31 * GIB
SYSTEM_BYTES = 2 * GIB

VOTES = 3
"""With fewer nodes that may be master, the loss of one stops the cluster."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a library needs, all its copies together unless it says otherwise; sizes in bytes."""

    library: str
    documents: int
    dimensions: int
    replicas: int
    shards: int
    shard_bytes: int
    vector_memory: int
    """Of one copy: what must lie in the page cache for a search to be fast."""
    copy_bytes: int
    memory: int
    disk: int
    nodes: int
    node_memory: int
    node_disk: int

    @property
    def copies(self) -> int:
        """Primary and replicas."""
        return 1 + self.replicas

    @property
    def documents_per_shard(self) -> int:
        """Rounded up."""
        return -(-self.documents // self.shards)


def plan(
    library: str,
    documents: int,
    dimensions: int = 384,
    replicas: int = 1,
    node_memory: int = 64 * GIB,
    node_disk: int = 4096 * GIB,
) -> Plan:
    """What *documents* listings need on nodes of this size; raises ValueError for numbers that make no sense.

    A rebuild fills a generation beside the one that answers and the one kept back; only one needs to be in memory.
    """
    if documents < 1 or dimensions < 1 or replicas < 0:
        raise ValueError("documents and dimensions must be at least 1, replicas at least 0")
    cache = node_memory - heap(node_memory) - SYSTEM_BYTES
    if cache <= 0:
        raise ValueError("a node needs more than 4 GiB of memory to leave a cache beside its heap")
    vectors = vector_memory(documents, dimensions)
    copy = documents * (TEXT_BYTES + 4 * dimensions) + vectors
    shards = max(1, -(-copy // SHARD_BYTES), -(-documents // SHARD_DOCUMENTS))
    copies = 1 + replicas
    memory = copies * vectors
    disk = math.ceil(copies * copy * (KEPT + FILLING) / DISK_USED_AT_MOST)
    least = 1 if replicas == 0 else max(VOTES, copies)
    return Plan(
        library=library,
        documents=documents,
        dimensions=dimensions,
        replicas=replicas,
        shards=shards,
        shard_bytes=-(-copy // shards),
        vector_memory=vectors,
        copy_bytes=copy,
        memory=memory,
        disk=disk,
        nodes=max(least, -(-memory // cache), -(-disk // node_disk)),
        node_memory=node_memory,
        node_disk=node_disk,
    )


def vector_memory(documents: int, dimensions: int) -> int:
    """n(d + 4) for the quantised vectors and 4·m·n for the graph, in bytes."""
    return documents * (dimensions + 4) + 4 * HNSW_LINKS * documents


def heap(node_memory: int) -> int:
    """Half of the memory, and no more than pointers of four bytes reach."""
    return min(node_memory // 2, HEAP_AT_MOST)
