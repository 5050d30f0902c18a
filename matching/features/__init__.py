"""The reasons of the ranking: one pure function each, pair → value or None where a side says nothing.

A function's docstring is what people read on the page 我们怎样排序: its first line is the name, the rest one or two plain
sentences. To add a reason: write the function, list it here, give it a table in the ranker's weights, test it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from inspect import cleandoc

from matching.features.indicators import figures
from matching.features.meaning import semantic_nearness
from matching.features.pair import Pair
from matching.features.similar import similar_needs
from matching.features.terms import budget, industry, maturity, mode, region
from matching.features.wording import words

Feature = Callable[[Pair], float | None]

FEATURES: tuple[Feature, ...] = (
    words, semantic_nearness, figures, similar_needs, industry, region, maturity, mode, budget,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Description:
    """A feature as the page shows it."""

    feature: str
    title: str
    text: str


def describe(features: Sequence[Callable[..., float | None]] = FEATURES) -> tuple[Description, ...]:
    """Name and plain explanation of each feature, from its docstring, in the order of the ranking."""
    found = []
    for function in features:
        title, _, text = cleandoc(function.__doc__ or "").partition("\n")
        found.append(Description(function.__name__, title.strip(), "".join(text.split())))
    return tuple(found)


TITLES = {one.feature: one.title for one in describe()}
"""Feature → its Chinese name."""
