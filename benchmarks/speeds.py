"""How quick a model is on this machine's processor, and what it weighs: the other axis of the frontier.

The best of several rounds is told: others on the machine only ever make a round slower.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from indexer import model as packed_model
from indexer.embedder import Embedder
from indexer.encoding import encode

TITLES, ABSTRACTS, NEEDS = 256, 48, 16
"""Texts of one round."""
ROUNDS, AT_LEAST = 3, 1.5
"""Rounds of each measure, and seconds they take together at least: a quick model has more of them."""


@dataclass(frozen=True, slots=True)
class Speed:
    """`load` in seconds with its libraries imported; texts a second, `needs` one after the other on one thread."""

    load: float
    titles: float
    abstracts: float
    needs: float
    dimensions: int


def measure(
    open_model: Callable[[], Embedder],
    titles: Sequence[str],
    abstracts: Sequence[str],
    needs: Sequence[str],
    threads: int,
) -> Speed:
    """The speed of a model that is opened here, with the first of each kind of text; *needs* as two lines."""
    began = time.perf_counter()
    embedder = open_model()
    dimensions = embedder.encode(["预热"], "query").shape[1]
    loaded = time.perf_counter() - began
    torch.set_num_threads(threads)
    titles, abstracts, needs = titles[:TITLES], abstracts[:ABSTRACTS], needs[:NEEDS]
    by_titles = per_second(lambda: embedder.encode(titles, "passage"), len(titles))
    by_abstracts = per_second(lambda: embedder.encode(abstracts, "passage"), len(abstracts))
    torch.set_num_threads(1)
    by_needs = per_second(lambda: [encode(embedder, [need], "query") for need in needs], len(needs))
    return Speed(loaded, by_titles, by_abstracts, by_needs, dimensions)


def per_second(work: Callable[[], object], count: int) -> float:
    """The best rate of several rounds of *work*, which does *count* things."""
    best, rounds, until = float("inf"), 0, time.perf_counter() + AT_LEAST
    while rounds < ROUNDS or time.perf_counter() < until:
        began = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - began)
        rounds += 1
    return count / best


def megabytes(name: str) -> float | None:
    """What a model takes on disk, packed where it is; None for one that a hub keeps."""
    folder = packed_model.shipped(name) or Path(name)
    if not folder.is_dir():
        return None
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
