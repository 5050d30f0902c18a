"""A million listings in the embedded engine: it is filled, and its answers are right, not only quick.

Titles are those of the demonstration papers, numbered; vectors are the papers' own, perturbed, since encoding a million
texts would take hours and prove nothing about the engine. Both follow from a listing's number, so that what is right is
computed here, by brute force.
"""

from __future__ import annotations

import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.world import INDUSTRIES, NOISE, REGIONS, titles
from indexer.documents import SCHEMAS
from indexer.engines.embedded.engine import EmbeddedIndex
from indexer.port import Document, Filters, Query, Tombstone
from services.demonstration import vectors as shipped

ROWS = 1_000_000
BATCH = 20_000
LIBRARY = "achievements"
NARROW = Filters(keywords={"industry": ("C26", "C27")}, ranges={"trl": (5.0, 7.0)})
NEAREST = 10
AT_MOST = 0.3
"""Seconds of the processor: what nobody who waits for a page forgives."""


class Listings:
    """The made-up library: everything about listing `n` (1 … rows) follows from `n`."""

    def __init__(self, rows: int) -> None:
        with np.load(shipped.FILE, allow_pickle=False) as file:
            self.model_id = str(file["model_id"])
        self.real = np.stack(list(shipped.load(self.model_id).values()))
        self.rows = rows
        self._titles = titles(None)

    def title(self, n: int) -> str:
        return f"{self._titles[n % len(self._titles)]}（第 {n} 型）"

    def fits(self, n: int) -> bool:
        """Whether it is under NARROW."""
        return _industry(n) in ("C26", "C27") and 5 <= _trl(n) <= 7

    def batches(self) -> Iterator[tuple[range, NDArray[np.float32]]]:
        """(numbers, (n, d) unit vectors) of all listings, the same on every call."""
        for first in range(1, self.rows + 1, BATCH):
            numbers = range(first, min(first + BATCH, self.rows + 1))
            dice = np.random.default_rng(first)
            noise = dice.standard_normal((len(numbers), self.real.shape[1]), dtype=np.float32)
            noise *= NOISE / np.linalg.norm(noise, axis=1, keepdims=True)
            made = self.real[dice.integers(0, len(self.real), len(numbers))] + noise
            yield numbers, made / np.linalg.norm(made, axis=1, keepdims=True)

    def documents(self, numbers: range, vectors: NDArray[np.float32]) -> list[Document]:
        """The same as an index takes them."""
        return [
            Document(
                LIBRARY, n, 1, self.title(n), "", vector,
                {"industry": (_industry(n),), "region": (REGIONS[n % len(REGIONS)],), "visibility": ("public",)},
                {"trl": float(_trl(n)), "published": float(n)}, f"{n:032x}",
            )
            for n, vector in zip(numbers, vectors, strict=True)
        ]  # fmt: skip

    def nearest(self, queries: NDArray[np.float32]) -> list[tuple[list[int], list[int]]]:
        """For each query the numbers of the nearest listings, of all and of those under NARROW: every one is compared."""
        best: dict[tuple[int, bool], list[tuple[float, int]]] = defaultdict(list)
        for numbers, vectors in self.batches():
            outside = np.array([not self.fits(n) for n in numbers])
            for at, scores in enumerate((vectors @ queries.T).T):
                for narrowed in (False, True):
                    these = np.where(outside, -2.0, scores) if narrowed else scores
                    best[at, narrowed] += [
                        (float(these[i]), numbers[i]) for i in np.argsort(these)[-NEAREST:]
                    ]
        first = {key: [n for _, n in sorted(found, reverse=True)[:NEAREST]] for key, found in best.items()}
        return [(first[at, False], first[at, True]) for at in range(len(queries))]


def _industry(n: int) -> str:
    return INDUSTRIES[n % len(INDUSTRIES)]


def _trl(n: int) -> int:
    return n * 7 % 9 + 1


@pytest.mark.soak
def test_a_million_listings_are_filled_and_answered_rightly(tmp_path: Path) -> None:
    made = Listings(ROWS)
    index = EmbeddedIndex(tmp_path, {LIBRARY: SCHEMAS[LIBRARY]}, made.model_id)
    generation = index.begin(LIBRARY)
    known: dict[int, NDArray[np.float32]] = {}
    began = time.monotonic()
    for numbers, vectors in made.batches():
        index.write(LIBRARY, made.documents(numbers, vectors), generations=(generation,))
        known[numbers[-1]] = vectors[-1]
        _tell(f"{numbers[-1]:,} of {made.rows:,} listings, {time.monotonic() - began:.0f} s")
    index.swap(LIBRARY, generation)
    state = index.state(LIBRARY)
    assert (state.documents, state.with_vector, state.consistent) == (made.rows, made.rows, True)

    # a known listing is found by its words and by its meaning
    for n in list(known)[:: max(1, len(known) // 5)]:
        assert index.search(Query(LIBRARY, made.title(n))).words[0].id == n
        hit = index.candidates(LIBRARY, "", known[n], NEAREST)[0]
        assert (hit.id, hit.nearness) == (n, pytest.approx(1.0, abs=1e-5))

    # what is nearest is what comparing with every listing finds, under filters too
    for query, right in zip(made.real[:3], made.nearest(made.real[:3]), strict=True):
        for filters, expected in zip((Filters(), NARROW), right, strict=True):
            assert [hit.id for hit in index.candidates(LIBRARY, "", query, NEAREST, filters)] == expected
    _tell("the nearest are right")

    # filters and counts are exact
    fitting = [n for n in range(1, made.rows + 1) if made.fits(n)]
    answer = index.search(Query(LIBRARY, filters=NARROW, facets=("region",), limit=50))
    assert answer.total == len(fitting)
    assert answer.facets["region"] == Counter(REGIONS[n % len(REGIONS)] for n in fitting)
    assert [hit.id for hit in answer.words] == fitting[:-51:-1]

    # what is withdrawn is gone by words and by meaning, at once where it is excluded and for good once it is buried
    n = list(known)[len(known) // 2]
    for excluded in ((n,), ()):
        if not excluded:
            index.write(LIBRARY, [], [Tombstone(LIBRARY, n, 2)])
        words = index.search(Query(LIBRARY, made.title(n), excluded=excluded)).words
        near = index.candidates(LIBRARY, made.title(n), known[n], 50, excluded=excluded)
        assert n not in {hit.id for hit in (*words, *near)}
    assert index.state(LIBRARY).documents == made.rows - 1

    # and quick enough: what a list and a page cost the processor, on all its threads
    page = Query(LIBRARY, filters=Filters({"visibility": ("public",)}), facets=("industry", "region"))
    asked = iter(made.real[:50])
    taken = {
        "200 candidates": _median(lambda: index.candidates(LIBRARY, made.title(7), next(asked), 200), 50),
        "a page with facets": _median(lambda: index.search(page), 20),
    }
    _tell(
        "; ".join(f"{what}: {1000 * seconds:.0f} ms of the processor" for what, seconds in taken.items())
        + "\n"
    )
    assert max(taken.values()) < AT_MOST


def _median(call: Callable[[], object], times: int) -> float:
    """Seconds of the processor that a call takes: a busy machine does not change them much."""
    seconds = []
    for _ in range(times):
        started = time.process_time()
        call()
        seconds.append(time.process_time() - started)
    return float(np.median(seconds))


def _tell(line: str) -> None:
    """The progress line; pytest shows it with -s."""
    sys.stdout.write(f"\r\033[K{line}")
    sys.stdout.flush()
