"""The port of ``indexer.port`` on Elasticsearch. Any number of processes read and write; the server orders them.

A list page or a set of candidates is one `_msearch`, after one question for term frequencies where the text is long.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from config.settings import ElasticsearchSettings
from indexer.engines.elasticsearch import queries
from indexer.engines.elasticsearch.answers import Row, facets_of, hits_of, rows_of
from indexer.engines.elasticsearch.connection import Body, Connection
from indexer.engines.elasticsearch.frequencies import Frequencies
from indexer.engines.elasticsearch.library import Library
from indexer.engines.elasticsearch.lines import lines, state_line
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
    UnknownGeneration,
    Vector,
    WriteReport,
)
from indexer.ranking import blended, united
from indexer.terms import best_terms, grams_of, is_character, required_matches


class ElasticsearchIndex:
    """Implements ``indexer.port.Index``. *model_id* is that of the embedder in use; *schemas* by library name."""

    def __init__(
        self, settings: ElasticsearchSettings, schemas: Mapping[str, LibrarySchema], model_id: str
    ) -> None:
        """Nothing is asked of the server yet."""
        self._model_id = model_id
        self._connection = Connection(settings)
        self._libraries = {
            name: Library(
                self._connection, settings.prefix, schema, model_id, settings.shards, settings.replicas
            )
            for name, schema in schemas.items()
        }
        self._frequencies = {name: Frequencies() for name in schemas}

    def search(self, query: Query) -> Answer:
        """See ``Index.search``."""
        library = self._library(query.library)
        nothing = Answer((), 0, {name: {} for name in query.facets}, (), IndexState(query.library))
        filters, excluded = query.filters.narrowed(), frozenset(query.excluded)
        terms = self._terms(library, query.text)
        required = required_matches(len(terms))
        matching = queries.matching(terms, required)
        whole = queries.narrowed_to(matching, filters, excluded)
        is_asked = bool(terms) or not query.text.strip()
        vector = query.vector if terms else None
        bodies = [queries.STATE]
        if is_asked:
            bodies.append(_page_body(query, library.schema, whole, bool(terms), vector is not None))
            if query.facets:
                bodies.append(queries.facets(query.facets, terms, required, filters, excluded))
            if vector is not None:
                limit = max(1, query.meaning_limit * 4)
                bodies.append(queries.nearest(vector, limit, filters, excluded, matching))
        answers = self._connection.ask(library.root, bodies)
        if answers is None:
            return nothing
        state = self._state(library, answers[0])
        if not is_asked:
            # Only punctuation was typed: that is a question without words, not one for everything.
            return Answer((), 0, nothing.facets, (), state)
        found = answers[1]
        near = hits_of(answers[-1]) if vector is not None and state.meaning else []
        rows = self._with_nearness(library, query, rows_of(found), near, vector if state.meaning else None)
        if (
            query.sort is None
            and terms
            and vector is not None
            and state.meaning
            and query.offset < BLEND_WINDOW
        ):
            rows = blended(rows[:BLEND_WINDOW]) + rows[BLEND_WINDOW:]
            rows = rows[query.offset : query.offset + query.limit]
        elif _is_window(query, bool(terms), vector is not None):
            rows = rows[query.offset : query.offset + query.limit]
        meaning = [] if query.offset else [hit for hit, is_word in near if not is_word]
        meaning = [hit for hit in meaning if (hit.nearness or 0.0) >= query.meaning_floor]
        return Answer(
            words=tuple(rows),
            total=int(found.get("hits", {}).get("total", {}).get("value", 0)),
            facets=facets_of(query.facets, answers[2]) if query.facets else {},
            meaning=tuple(meaning[: query.meaning_limit]),
            state=state,
            terms=len(terms),
            required=required,
        )

    def candidates(
        self,
        library: str,
        text: str,
        vector: Vector | None,
        limit: int,
        filters: Filters = NO_FILTERS,
        excluded: Collection[int] = (),
    ) -> list[Hit]:
        """See ``Index.candidates``. How near a hit is that only words proposed is not asked: it costs a second trip."""
        owner = self._library(library)
        if limit <= 0:
            return []
        filters, out = filters.narrowed(), frozenset(excluded)
        terms = self._terms(owner, text)
        bodies: list[Body] = []
        if terms:
            whole = queries.narrowed_to(queries.matching(terms, 1), filters, out)
            bodies.append(queries.words(whole, 0, limit, None, False, True))
        if vector is not None:
            bodies.append(queries.nearest(vector, limit, filters, out))
        answers = self._connection.ask(owner.root, bodies) if bodies else None
        if answers is None:
            return []
        by_words = rows_of(answers[0]) if terms else []
        near = hits_of(answers[-1]) if vector is not None and self._is_comparable(owner, answers[-1]) else []
        by_meaning = [(hit.id, hit.version, hit.nearness or 0.0) for hit, _ in near]
        return united(by_words, by_meaning, {at: nearness for at, _, nearness in by_meaning}, limit)

    def write(
        self,
        library: str,
        documents: Sequence[Document],
        tombstones: Sequence[Tombstone] = (),
        generations: Sequence[str] | None = None,
    ) -> WriteReport:
        """See ``Index.write``. The report is that of the generation that answers, or of the first one named."""
        owner = self._library(library)
        pointer = owner.ensure()
        self._frequencies[library].seen("", 0)
        names = pointer.live if generations is None else tuple(generations)
        reports = []
        for name in names:
            try:
                reports.append(self._write(owner, name, documents, tombstones))
            except UnknownGeneration:
                # A generation may be dropped between our reading its name and writing to it; then it needs nothing.
                if generations is not None or name in owner.pointer().live:
                    raise
        return reports[0] if reports else WriteReport(0, 0)

    def state(self, library: str) -> IndexState:
        """See ``Index.state``."""
        owner = self._library(library)
        answers = self._connection.ask(owner.root, [queries.STATE])
        return IndexState(library) if answers is None else self._state(owner, answers[0])

    def live(self, library: str) -> tuple[str, ...]:
        """See ``Index.live``."""
        return self._library(library).pointer().live

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
        pointer = owner.pointer()
        if generation is not None and generation not in pointer.all:
            raise UnknownGeneration(generation)
        name = generation or pointer.current
        if not name:
            return
        columns = ("id", "version", "hash", "has_vector")
        for page in self._connection.pages(name, {"term": {"alive": True}}, columns):
            for hit in page:
                at, version, content_hash, has_vector = (hit["fields"][column][0] for column in columns)
                yield Entry(int(at), int(version), str(content_hash), bool(has_vector))

    def close(self) -> None:
        """Give connections back."""
        self._connection.close()

    def _library(self, name: str) -> Library:
        library = self._libraries.get(name)
        if library is None:
            raise ValueError(f"no library {name!r}: one of {', '.join(self._libraries)}")
        return library

    def _terms(self, library: Library, text: str) -> tuple[str, ...]:
        """The words that are looked up; only of a long text does the server have to say which are rare."""
        wanted = grams_of(text)
        if not wanted.is_long:
            return tuple(wanted.counts)
        try:
            documents, known = self._frequencies[library.schema.library].of(
                list(wanted.counts), lambda terms: self._asked(library, terms)
            )
        except UnknownGeneration:
            return ()
        return best_terms(wanted, known.__getitem__, documents)

    def _asked(self, library: Library, terms: Sequence[str]) -> tuple[int, Mapping[str, int]]:
        characters = [term for term in terms if is_character(term)]
        texts = {"grams": " ".join(term for term in terms if len(term) > 1 or term not in characters)}
        if characters:
            texts["characters"] = " ".join(characters)
        return self._connection.frequencies(library.root, texts)

    def _write(
        self, owner: Library, name: str, documents: Sequence[Document], tombstones: Sequence[Tombstone]
    ) -> WriteReport:
        # Vectors of two models cannot be compared: an older generation goes on by words until it is replaced.
        has_vectors = owner.about(name).model_id == self._model_id
        if not documents and not tombstones:
            return WriteReport(0, 0)
        target = owner.write_alias(name)
        applied, stale = self._connection.write(target, lines(documents, tombstones, has_vectors))
        if owner.shards > 1:
            # Shards are refreshed one after the other: the number must not be seen before all that it counts.
            self._connection.refresh(target)
        self._connection.write(target, iter([state_line(self._connection.next_number())]))
        self._connection.refresh(target)
        return WriteReport(applied, stale)

    def _state(self, library: Library, answer: Body) -> IndexState:
        found = answer["aggregations"]
        buckets = found["generation"]["buckets"]
        pointer = library.recent_pointer(buckets[0]["key"] if buckets else "")
        name = buckets[0]["key"] if buckets else pointer.current
        if not name:
            return IndexState(library.schema.library)
        about = library.about(name)
        number = int(found["number"]["value"] or 0)
        self._frequencies[library.schema.library].seen(name, number)
        is_same_model = about.model_id == self._model_id
        with_vector = int(found["with_vector"]["doc_count"])
        return IndexState(
            library=library.schema.library,
            generation=name,
            model_id=about.model_id,
            documents=int(found["documents"]["doc_count"]),
            with_vector=with_vector,
            number=number,
            up_to_date_shape=is_same_model and about.shape == library.shape,
            meaning=is_same_model and with_vector > 0,
            live=pointer.live,
            previous=pointer.previous,
        )

    def _is_comparable(self, library: Library, answer: Body) -> bool:
        """Whether the generation that answered holds vectors of our model."""
        hits = answer.get("hits", {}).get("hits", [])
        return bool(hits) and library.about(hits[0]["_index"]).model_id == self._model_id

    def _with_nearness(
        self,
        library: Library,
        query: Query,
        rows: Sequence[Row],
        near: Sequence[tuple[Hit, bool]],
        vector: Vector | None,
    ) -> list[Hit]:
        known = {hit.id: hit.nearness for hit, _ in near}
        missing = [row[0] for row in rows[: max(BLEND_WINDOW, query.limit)] if row[0] not in known]
        if vector is not None and missing:
            answers = self._connection.ask(library.root, [queries.nearness(vector, missing)])
            known |= {hit.id: hit.nearness for hit, _ in hits_of(answers[0] if answers else {})}
        return [Hit(at, version, score, known.get(at)) for at, version, score in rows]


def _is_window(query: Query, has_terms: bool, has_vector: bool) -> bool:
    """Whether the page is cut from the reordered best: every page within the window cuts the same list."""
    return query.sort is None and has_terms and has_vector and query.offset < BLEND_WINDOW


def _page_body(query: Query, schema: LibrarySchema, whole: Body, has_terms: bool, has_vector: bool) -> Body:
    sort = query.sort
    if sort is None and not has_terms and schema.newest_by:
        sort = Sort(schema.newest_by)
    if _is_window(query, has_terms, has_vector):
        return queries.words(whole, 0, max(BLEND_WINDOW, query.offset + query.limit), None, True, True)
    return queries.words(whole, query.offset, query.limit, sort, True, has_terms)
