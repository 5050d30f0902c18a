"""The port: what the platform asks of a search engine, in its own words.

Two engines stand behind it, one embedded and one a server, and one class of contract tests runs on both. Search gives
ids, versions and nearness; what is shown, and whether it may be shown, comes from the database. Nobody outside
``indexer`` names an engine.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]

MEANING_FLOOR = 0.25
"""Cosine below which a document that shares no words is not offered as found by meaning. Under the shipped model two
titles taken at random are near by 0.02 on average, one pair in a hundred by more than 0.21, one in a thousand by more
than 0.31; of pairs of need and achievement that people judged best half lie above 0.21, a tenth above 0.38."""

BLEND_WINDOW = 100
"""So many of the best word hits are ordered by words and nearness together; what follows stays in word order."""


class IndexUnavailable(Exception):
    """The engine does not answer, or its data cannot be read; word it as 'try again', never as 'nothing found'."""


class UnknownGeneration(Exception):
    """No such generation, or not one that this step may be taken with."""


@dataclass(frozen=True, slots=True)
class LibrarySchema:
    """What may be filtered, counted and sorted by in one library."""

    library: str
    keywords: tuple[str, ...]
    numbers: tuple[str, ...]
    newest_by: str = ""
    """The number by which an empty query is sorted, largest first; empty: by id."""


@dataclass(frozen=True, slots=True)
class Document:
    """One listing as the index holds it. *title* and *body* are raw; engines normalise them by ``indexer.text``."""

    library: str
    id: int
    version: int
    title: str
    body: str
    vector: Vector | None
    keywords: Mapping[str, tuple[str, ...]]
    numbers: Mapping[str, float]
    content_hash: str
    """32 hex digits over everything but the vector; see ``indexer.documents.content_hash``."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A listing that left the index. Its version is remembered, so that a late older document cannot bring it back.

    A *version* of None says that the row itself is gone: the document goes whatever its version, nothing is
    remembered, for a database may give the id to a new row.
    """

    library: str
    id: int
    version: int | None


@dataclass(frozen=True, slots=True)
class Filters:
    """Any of the values within a keyword field, both ends included within a number, all fields together."""

    keywords: Mapping[str, Collection[str]] = field(default_factory=dict)
    ranges: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)

    def without(self, name: str) -> "Filters":
        """The same filters but for one keyword field: what that field's own facet is counted under."""
        return Filters({key: values for key, values in self.keywords.items() if key != name}, self.ranges)

    def narrowed(self) -> "Filters":
        """The same filters without the empty ones, which filter nothing."""
        return Filters(
            {name: tuple(dict.fromkeys(values)) for name, values in self.keywords.items() if values},
            {name: ends for name, ends in self.ranges.items() if ends != (None, None)},
        )


NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True)
class Sort:
    """By one number; documents without it come last either way."""

    number: str
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Query:
    """One list page. *sort* None means by relevance; an empty *text* means everything under the filters."""

    library: str
    text: str = ""
    vector: Vector | None = None
    filters: Filters = NO_FILTERS
    excluded: Collection[int] = ()
    facets: Sequence[str] = ()
    sort: Sort | None = None
    offset: int = 0
    limit: int = 20
    meaning_limit: int = 10
    meaning_floor: float = MEANING_FLOOR


@dataclass(frozen=True, slots=True)
class Hit:
    """One found document. The scores order candidates; they are never shown, and no threshold is set on the first."""

    id: int
    version: int
    text_score: float = 0.0
    nearness: float | None = None
    """Cosine with the query's vector; None where either side has none."""


@dataclass(frozen=True, slots=True)
class IndexState:
    """What a library's index can answer now."""

    library: str
    generation: str = ""
    model_id: str = ""
    documents: int = 0
    with_vector: int = 0
    number: int = 0
    """Grows with each write to this generation: the same (generation, number) gives the same answers."""
    up_to_date_shape: bool = True
    """False when the fields, the tokens or the model changed since this generation was begun: rebuild it."""
    meaning: bool = False
    """Whether nearness can be asked for: same model as the running one, and vectors are there."""
    consistent: bool = True
    live: tuple[str, ...] = ()
    previous: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A list page: *total* and *facets* count word matches only, *meaning* is what no word matched."""

    words: tuple[Hit, ...]
    total: int
    facets: Mapping[str, Mapping[str, int]]
    meaning: tuple[Hit, ...]
    state: IndexState
    terms: int = 0
    required: int = 0
    """A document matches when it has at least *required* of the query's *terms*."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a generation as ``verify`` compares it."""

    id: int
    version: int
    content_hash: str
    has_vector: bool


@dataclass(frozen=True, slots=True)
class WriteReport:
    """How many documents and tombstones a write applied, and how many lost against what is newer."""

    applied: int
    stale: int


class Index(Protocol):
    """What an engine can do. Every method may raise :class:`IndexUnavailable`; unknown libraries are a ValueError."""

    def search(self, query: Query) -> Answer:
        """One list page with counts; see :class:`Query` and :class:`Answer`."""

    def candidates(
        self,
        library: str,
        text: str,
        vector: Vector | None,
        limit: int,
        filters: Filters = NO_FILTERS,
        excluded: Collection[int] = (),
    ) -> list[Hit]:
        """The best *limit* by words united with the nearest *limit*, cut by reciprocal ranks: material for scoring.

        How near a hit is that only words proposed may be left unsaid where it would cost a second question.
        """

    def write(
        self,
        library: str,
        documents: Sequence[Document],
        tombstones: Sequence[Tombstone] = (),
        generations: Sequence[str] | None = None,
    ) -> WriteReport:
        """Apply to every live generation (or the named ones); durable and visible to all processes on return.

        What is older than what is there loses, silently but counted. At the same version a tombstone wins over a
        document and a document with a vector over one without, so that doing a write twice is harmless.
        """

    def state(self, library: str) -> IndexState:
        """The state of the generation that answers."""

    def live(self, library: str) -> tuple[str, ...]:
        """Generations that every write must reach: the one that answers, and one that is being filled."""

    def begin(self, library: str, resume: bool = False) -> str:
        """Start an empty generation of the present shape; from now on it is live. One that was begun is dropped.

        With *resume* one that was begun in the present shape and for the present model is gone on with instead.
        """

    def swap(self, library: str, generation: str) -> None:
        """Let the begun generation answer; the one before is kept, older ones go."""

    def drop(self, library: str, generation: str) -> None:
        """Remove a generation that does not answer."""

    def rollback(self, library: str) -> str:
        """Let the generation kept back answer again; gives its name. It missed writes since: verify it."""

    def scan(self, library: str, generation: str | None = None) -> Iterator[Entry]:
        """Every document of a generation (default: the answering one), ascending by id."""

    def close(self) -> None:
        """Give files and connections back."""
