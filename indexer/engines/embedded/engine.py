"""The embedded engine: the port of ``indexer.port`` on files in one folder.

Any number of processes may read and one at a time writes. It is meant for up to a million listings on one machine;
beyond that, or on several machines, use the server engine.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from indexer.engines.embedded.generation import Generation, Snapshot
from indexer.engines.embedded.library import Library
from indexer.engines.embedded.view import EXACT_ROWS
from indexer.engines.embedded.words import Matching
from indexer.port import (
    BLEND_WINDOW,
    NO_FILTERS,
    Answer,
    Document,
    Entry,
    Filters,
    Hit,
    IndexState,
    LibrarySchema,
    Query,
    Sort,
    Tombstone,
    Vector,
    WriteReport,
)
from indexer.ranking import blended, united
from indexer.terms import query_terms, required_matches


class EmbeddedIndex:
    """Implements ``indexer.port.Index``. *model_id* is that of the embedder in use; *schemas* by library name."""

    def __init__(
        self,
        folder: Path,
        schemas: Mapping[str, LibrarySchema],
        model_id: str,
        exact_rows: int = EXACT_ROWS,
    ) -> None:
        """Nothing is read or written yet; the folder is made by the first write."""
        self._model_id = model_id
        self._libraries = {
            name: Library(folder, schema, model_id, exact_rows) for name, schema in schemas.items()
        }

    def search(self, query: Query) -> Answer:
        """See ``Index.search``."""
        library = self._library(query.library)
        generation = library.current()
        if generation is None:
            return Answer((), 0, {name: {} for name in query.facets}, (), IndexState(query.library))
        snapshot = generation.snapshot()
        filters, excluded = query.filters.narrowed(), frozenset(query.excluded)
        terms = query_terms(query.text, snapshot.words.frequency, snapshot.view.documents)
        required = required_matches(len(terms))
        state = self._state(library, generation, snapshot)
        if query.text.strip() and not terms:
            # Only punctuation was typed: that is a question without words, not one for everything.
            return Answer((), 0, {name: {} for name in query.facets}, (), state)
        vector = query.vector if state.meaning and terms else None
        matching = snapshot.words.matching(terms, required, filters, excluded)
        hits, total = self._page(query, generation, snapshot, matching, vector, bool(terms))
        facets = self._facets(query, snapshot, terms, required, filters, excluded, matching)
        meaning: tuple[Hit, ...] = ()
        if vector is not None and query.offset == 0:
            meaning = self._meaning(query, snapshot, matching, vector, filters, excluded)
        return Answer(tuple(hits), total, facets, meaning, state, len(terms), required)

    def candidates(
        self,
        library: str,
        text: str,
        vector: Vector | None,
        limit: int,
        filters: Filters = NO_FILTERS,
        excluded: Collection[int] = (),
    ) -> list[Hit]:
        """See ``Index.candidates``."""
        generation = self._library(library).current()
        if generation is None or limit <= 0:
            return []
        snapshot = generation.snapshot()
        filters, out = filters.narrowed(), frozenset(excluded)
        by_words: list[tuple[int, int, float]] = []
        terms = query_terms(text, snapshot.words.frequency, snapshot.view.documents)
        if terms:
            matching = snapshot.words.matching(terms, 1, filters, out)
            by_words, _ = snapshot.words.page(matching, 0, limit, is_counted=False)
        by_meaning: list[tuple[int, int, float]] = []
        near: dict[int, float] = {}
        if vector is not None and generation.model_id == self._model_id:
            found = snapshot.view.nearest(vector, limit, filters, out)
            by_meaning = list(
                zip(found.ids.tolist(), found.versions.tolist(), found.nearness.tolist(), strict=True)
            )
            near = {at: nearness for at, _, nearness in by_meaning}
            missing = [at for at, _, _ in by_words if at not in near]
            near |= snapshot.view.nearness(vector, missing)
        return united(by_words, by_meaning, near, limit)

    def write(
        self,
        library: str,
        documents: Sequence[Document],
        tombstones: Sequence[Tombstone] = (),
        generations: Sequence[str] | None = None,
    ) -> WriteReport:
        """See ``Index.write``. The report is that of the generation that answers, or of the last one named."""
        owner = self._library(library)
        owner.ensure()
        names = owner.live() if generations is None else tuple(generations)
        reports = []
        for name in names:
            generation = owner.generation(name)
            fitting = documents
            if generation.model_id != self._model_id:
                # Vectors of two models cannot be compared: an older generation goes on by words until it is replaced.
                fitting = [replace(document, vector=None) for document in documents]
            reports.append(generation.write(fitting, tombstones))
        return reports[0]

    def state(self, library: str) -> IndexState:
        """See ``Index.state``."""
        owner = self._library(library)
        generation = owner.current()
        if generation is None:
            return IndexState(library)
        return self._state(owner, generation, generation.snapshot())

    def live(self, library: str) -> tuple[str, ...]:
        """See ``Index.live``."""
        return self._library(library).live()

    def begin(self, library: str, resume: bool = False) -> str:
        """See ``Index.begin``."""
        return self._library(library).begin(resume)

    def swap(self, library: str, generation: str) -> None:
        """See ``Index.swap``."""
        self._library(library).swap(generation)

    def drop(self, library: str, generation: str) -> None:
        """See ``Index.drop``."""
        self._library(library).drop(generation)

    def rollback(self, library: str) -> str:
        """See ``Index.rollback``."""
        return self._library(library).rollback()

    def scan(self, library: str, generation: str | None = None) -> Iterator[Entry]:
        """See ``Index.scan``."""
        owner = self._library(library)
        opened = owner.current() if generation is None else owner.generation(generation)
        if opened is not None:
            for row in opened.snapshot().view.entries():
                yield Entry(*row)

    def close(self) -> None:
        """Nothing is held but mapped files, which go with the process."""

    def _library(self, name: str) -> Library:
        library = self._libraries.get(name)
        if library is None:
            raise ValueError(f"no library {name!r}: one of {', '.join(self._libraries)}")
        return library

    def _state(self, library: Library, generation: Generation, snapshot: Snapshot) -> IndexState:
        pointer = library.pointer()
        is_same_model = generation.model_id == self._model_id
        return IndexState(
            library=library.schema.library,
            generation=generation.folder.name,
            model_id=generation.model_id,
            documents=snapshot.view.documents,
            with_vector=snapshot.view.with_vector,
            number=snapshot.manifest.number,
            up_to_date_shape=is_same_model and generation.shape == library.shape,
            meaning=is_same_model and snapshot.view.with_vector > 0,
            consistent=snapshot.consistent,
            live=tuple(name for name in (pointer.current, pointer.filling) if name),
            previous=pointer.previous,
        )

    def _page(
        self,
        query: Query,
        generation: Generation,
        snapshot: Snapshot,
        matching: Matching,
        vector: Vector | None,
        has_terms: bool,
    ) -> tuple[list[Hit], int]:
        words = snapshot.words
        sort = query.sort
        if sort is None and not has_terms and generation.schema.newest_by:
            sort = Sort(generation.schema.newest_by)
        if sort is not None or not has_terms or vector is None or query.offset >= BLEND_WINDOW:
            rows, total = words.page(matching, query.offset, query.limit, sort)
            near = snapshot.view.nearness(vector, [row[0] for row in rows]) if vector is not None else {}
            return [Hit(at, version, score, near.get(at)) for at, version, score in rows], total
        # Every page within the window cuts the same reordered list, so that no hit is on two pages.
        rows, total = words.page(matching, 0, max(BLEND_WINDOW, query.offset + query.limit))
        near = snapshot.view.nearness(vector, [row[0] for row in rows])
        hits = [Hit(at, version, score, near.get(at)) for at, version, score in rows]
        ordered = blended(hits[:BLEND_WINDOW]) + hits[BLEND_WINDOW:]
        return ordered[query.offset : query.offset + query.limit], total

    def _facets(
        self,
        query: Query,
        snapshot: Snapshot,
        terms: Sequence[str],
        required: int,
        filters: Filters,
        excluded: frozenset[int],
        matching: Matching,
    ) -> dict[str, Mapping[str, int]]:
        def counted(names: Sequence[str], under: Filters) -> Mapping[str, Mapping[str, int]]:
            if not terms and not excluded:
                return snapshot.counts(names, under)
            asked = (
                matching if under is filters else snapshot.words.matching(terms, required, under, excluded)
            )
            return snapshot.words.counts(asked, names)

        facets: dict[str, Mapping[str, int]] = {name: {} for name in query.facets}
        facets.update(counted([name for name in query.facets if name not in filters.keywords], filters))
        for name in query.facets:
            if name in filters.keywords:
                facets.update(counted([name], filters.without(name)))
        return facets

    def _meaning(
        self,
        query: Query,
        snapshot: Snapshot,
        matching: Matching,
        vector: Vector,
        filters: Filters,
        excluded: frozenset[int],
    ) -> tuple[Hit, ...]:
        # Some of the nearest are word matches; four times as many leave enough that are not, or there are few.
        found = snapshot.view.nearest(vector, query.meaning_limit * 4, filters, excluded)
        rows = [
            (at, version, nearness)
            for at, version, nearness in zip(
                found.ids.tolist(), found.versions.tolist(), found.nearness.tolist(), strict=True
            )
            if nearness >= query.meaning_floor
        ]
        matched = snapshot.words.among(matching, [row[0] for row in rows])
        return tuple(Hit(at, version, 0.0, nearness) for at, version, nearness in rows if at not in matched)[
            : query.meaning_limit
        ]
