"""A platform to measure on and forget: own database, own index, the running one's model, ranker and vocabularies.

Listings enter it through the same services that take in what people enter. Nothing of the running platform is touched.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from indexer.rebuild import rebuild
from repositories import schema, vectors
from repositories.database import Database
from repositories.listing import ListingColumns
from services.access import COMMAND
from services.demonstration.vectors import encode
from services.errors import Invalid
from services.listings import entries
from services.listings.library import library_of
from services.listings.reading import read_fields
from services.lru import Lru
from services.platform import Platform

CHUNK = 500
FACTS_KEPT = 50_000
Progress = Callable[[str, int, int], None]
"""Told (step, done, total)."""


class BadLabels(Exception):
    """The folder cannot be evaluated; says which file and line."""


@contextmanager
def throw_away(platform: Platform) -> Iterator[Platform]:
    """The platform, while the block lasts."""
    with tempfile.TemporaryDirectory(prefix="sanku-evaluate-") as folder:
        database = Database(f"sqlite:///{folder}/evaluate.db")
        index = platform.index_in(Path(folder) / "index")
        try:
            schema.upgrade(database)
            yield replace(platform, database=database, index=index, facts=Lru(FACTS_KEPT))
        finally:
            index.close()
            database.close()


def take_in(
    bench: Platform, name: str, step: str, raws: Mapping[str, Mapping[str, Any]], progress: Progress
) -> dict[str, ListingColumns]:
    """Enter and publish listings as an import by command does; gives the rows by the files' ids. Raises BadLabels."""
    library, rows = library_of(name), {}
    keys = list(raws)
    for start in range(0, len(keys), CHUNK):
        with bench.database.write() as session:
            for key in keys[start : start + CHUNK]:
                try:
                    values = read_fields(library.fields, raws[key], bench.vocabularies)
                except Invalid as invalid:
                    raise BadLabels(f"{key}: {invalid.errors[0].message}") from invalid
                row = entries.insert(session, COMMAND, library, values, bench)
                entries.move(session, bench, COMMAND, library, row, "publish")
                rows[key] = row
        progress(step, min(start + CHUNK, len(keys)), len(keys))
    return rows


def give_vectors(bench: Platform, rows: Iterable[ListingColumns], progress: Progress) -> None:
    """Every vector once, in batches; the code that recommends then finds them in the cache."""
    found = encode(bench.embedder, rows, lambda done, total: progress("Encoding", done, total))
    with bench.database.write() as session:
        vectors.put_many(session, bench.embedder.model_id, found)


def fill_index(bench: Platform, library: str, locks: Path, progress: Progress) -> None:
    """Let the index know everything that was taken in; *locks* is a folder nobody else uses."""
    rebuild(
        bench.database, bench.index, bench.embedder, library, locks,
        lambda done, total: progress("Filling the index", done, total),
    )  # fmt: skip
