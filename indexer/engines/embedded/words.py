"""The text part of a generation: a tantivy index whose terms are cut by ``indexer.text``.

A folder written here is never written to again: :func:`extended` makes the next one from hard links of the last.
tantivy's own files are immutable too, so the links share them, and a reader of the old folder is not disturbed.
"""

import os
import shutil
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

import tantivy

from indexer.port import Document, Filters, LibrarySchema, Sort
from indexer.terms import TITLE_WEIGHT, grams, is_character
from indexer.text import normalise, tokens

Matching = tantivy.Query
"""A query of this engine, opaque to the rest."""

HEAP_BYTES = 64_000_000
FACET_VALUES = 5000
"""More values than any vocabulary has: a facet is counted whole (regions down to counties are 3,200)."""

_ANALYSER = "whitespace"
_GRAMS, _CHARACTERS, _ID, _VERSION = "grams", "characters", "id", "version"


class Words:
    """One text folder, open for reading. Thread-safe; knows nothing of vectors."""

    def __init__(self, folder: Path, shape: LibrarySchema) -> None:
        """Open it; raises OSError or ValueError when it is not whole. *shape*: the fields it was created with."""
        self._keywords, self._numbers = frozenset(shape.keywords), frozenset(shape.numbers)
        index = _opened(folder)
        index.config_reader("manual", 0)
        index.reload()
        self.schema = index.schema
        self._searcher = index.searcher()
        self._frequencies: dict[str, int] = {}

    @property
    def documents(self) -> int:
        """Number of documents that are not deleted."""
        return int(self._searcher.num_docs)

    def frequency(self, term: str) -> int:
        """In how many documents a term stands (deleted ones that are not yet merged away count too)."""
        known = self._frequencies.get(term)
        if known is None:
            name = _CHARACTERS if is_character(term) else _GRAMS
            known = self._frequencies[term] = int(self._searcher.doc_freq(name, term))
        return known

    def matching(
        self, terms: Sequence[str], required: int, filters: Filters, excluded: Collection[int]
    ) -> Matching:
        """The query for documents with *required* of *terms* (none: all documents) under *filters*."""
        clauses: list[tuple[tantivy.Occur, tantivy.Query]] = []
        if terms:
            parts = [(tantivy.Occur.Should, self._term(term)) for term in terms]
            if required <= 1 and not excluded and filters.narrowed() == Filters():
                # On its own a plain disjunction skips documents that cannot come to the top.
                return tantivy.Query.boolean_query(parts)
            clauses.append(
                (
                    tantivy.Occur.Must,
                    tantivy.Query.boolean_query(parts, minimum_number_should_match=max(1, required)),
                )
            )
        else:
            clauses.append((tantivy.Occur.Must, tantivy.Query.all_query()))
        for clause in self._conditions(filters):
            clauses.append((tantivy.Occur.Must, tantivy.Query.const_score_query(clause, 0.0)))
        if excluded:
            clauses.append(
                (tantivy.Occur.MustNot, tantivy.Query.term_set_query(self.schema, _ID, list(excluded)))
            )
        return tantivy.Query.boolean_query(clauses)

    def page(
        self, query: Matching, offset: int, limit: int, sort: Sort | None = None, is_counted: bool = True
    ) -> tuple[list[tuple[int, int, float]], int]:
        """((id, version, score), …) of one page and the total; the score is 0 when sorted by a number."""
        options: dict[str, Any] = {}
        if sort is not None and sort.number in self._numbers:
            options["order_by_field"] = f"n_{sort.number}"
            options["order"] = tantivy.Order.Desc if sort.descending else tantivy.Order.Asc
        result: Any = self._searcher.search(query, max(1, limit), count=is_counted, offset=offset, **options)
        hits = result.hits[:limit]
        places = [place for _, place in hits]
        if not places:
            return [], int(result.count or 0) if is_counted else 0
        ids = self._searcher.fast_field_values(_ID, places)
        versions = self._searcher.fast_field_values(_VERSION, places)
        scores = [0.0 if options else float(score) for score, _ in hits]
        rows = [(int(i), int(v), s) for i, v, s in zip(ids, versions, scores, strict=True)]  # type: ignore[arg-type]
        return rows, int(result.count or 0) if is_counted else 0

    def among(self, query: Matching, ids: Sequence[int]) -> set[int]:
        """Which of *ids* the query matches."""
        if not ids:
            return set()
        both = tantivy.Query.boolean_query(
            [
                (tantivy.Occur.Must, query),
                (tantivy.Occur.Must, tantivy.Query.term_set_query(self.schema, _ID, list(ids))),
            ]
        )
        rows, _ = self.page(both, 0, len(ids), is_counted=False)
        return {row[0] for row in rows}

    def counts(self, query: Matching, names: Iterable[str]) -> dict[str, dict[str, int]]:
        """For each keyword field its values with the number of matching documents, most frequent first."""
        known = [name for name in names if name in self._keywords]
        found: dict[str, dict[str, int]] = {}
        if known:
            asked = {name: {"terms": {"field": f"k_{name}", "size": FACET_VALUES}} for name in known}
            answer = self._searcher.aggregate(query, asked)
            for name in known:
                buckets = [(bucket["key"], int(bucket["doc_count"])) for bucket in answer[name]["buckets"]]
                found[name] = dict(sorted(buckets, key=lambda pair: (-pair[1], pair[0])))
        return found

    def _term(self, term: str) -> tantivy.Query:
        if is_character(term):
            return tantivy.Query.term_query(self.schema, _CHARACTERS, term, index_option="basic")
        return tantivy.Query.term_query(self.schema, _GRAMS, term, index_option="freq")

    def _conditions(self, filters: Filters) -> Iterable[tantivy.Query]:
        for name, values in filters.narrowed().keywords.items():
            if name not in self._keywords:
                yield tantivy.Query.empty_query()
                continue
            parts = [
                (
                    tantivy.Occur.Should,
                    tantivy.Query.term_query(self.schema, f"k_{name}", value, index_option="basic"),
                )
                for value in values
            ]
            yield tantivy.Query.boolean_query(parts)
        for name, (low, high) in filters.narrowed().ranges.items():
            if name not in self._numbers:
                yield tantivy.Query.empty_query()
                continue
            yield tantivy.Query.range_query(
                self.schema, f"n_{name}", tantivy.FieldType.Float,
                None if low is None else float(low), None if high is None else float(high),
            )  # fmt: skip


def create(folder: Path, schema: LibrarySchema) -> None:
    """Make an empty text folder."""
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field(_ID, fast=True, indexed=True)
    builder.add_integer_field(_VERSION, fast=True)
    builder.add_text_field(_GRAMS, tokenizer_name=_ANALYSER, index_option="freq")
    builder.add_text_field(_CHARACTERS, tokenizer_name=_ANALYSER, index_option="basic")
    for name in schema.keywords:
        builder.add_text_field(f"k_{name}", tokenizer_name="raw", index_option="basic", fast=True)
    for name in schema.numbers:
        builder.add_float_field(f"n_{name}", fast=True)
    folder.mkdir()
    tantivy.Index(builder.build(), path=str(folder))


def extended(
    old: Path, new: Path, schema: LibrarySchema, documents: Sequence[Document], gone: Iterable[int]
) -> None:
    """Make *new* from *old*: without the ids in *gone*, with *documents*. Durable on return, never changed after."""
    _linked(old, new)
    index = _opened(new)
    writer = index.writer(HEAP_BYTES, 1)
    for at in gone:
        writer.delete_documents_by_term(_ID, at)
    for document in documents:
        writer.add_document(_document(document, schema))
    writer.commit()
    # Merges that are under way must end here: afterwards nobody may write into the folder.
    writer.wait_merging_threads()


def _document(document: Document, schema: LibrarySchema) -> tantivy.Document:
    title, body = normalise(document.title), normalise(document.body)
    result = tantivy.Document()
    result.add_integer(_ID, document.id)
    result.add_integer(_VERSION, document.version)
    result.add_text(_GRAMS, " ".join(grams(title) * TITLE_WEIGHT + grams(body)))
    result.add_text(_CHARACTERS, " ".join(dict.fromkeys(tokens(f"{title}\n{body}").unigrams)))
    for name in schema.keywords:
        for value in dict.fromkeys(document.keywords.get(name, ())):
            result.add_text(f"k_{name}", value)
    for name in schema.numbers:
        if name in document.numbers:
            result.add_float(f"n_{name}", float(document.numbers[name]))
    return result


def _opened(folder: Path) -> tantivy.Index:
    if not (folder / "meta.json").is_file():
        raise FileNotFoundError(folder / "meta.json")
    index = tantivy.Index.open(str(folder))
    analyser = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer(_ANALYSER, analyser)
    return index


def _linked(old: Path, new: Path) -> None:
    """A copy of a text folder that costs nothing: links to the immutable files, copies of the two that change."""
    new.mkdir()
    for path in old.iterdir():
        if path.suffix == ".lock":
            continue
        if path.suffix == ".json":
            shutil.copyfile(path, new / path.name)
        else:
            os.link(path, new / path.name)
