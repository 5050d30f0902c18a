"""One generation of one library: a manifest, and the text folder and segments it names.

Readers take a :class:`Snapshot`, which stays as it is while they use it. Writers take the lock, make new files and
rename the manifest as the last step; whatever a killed writer left is swept by the next one.
"""

import contextlib
import os
import shutil
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from indexer.engines.embedded import segment as segments
from indexer.engines.embedded import words as texts
from indexer.engines.embedded.files import locked, read_json, sync_folder, write_json
from indexer.engines.embedded.view import DOCUMENT, EXACT_ROWS, TOMBSTONE, WITH_VECTOR, Standing, View, merged
from indexer.engines.embedded.words import Words
from indexer.port import Document, Filters, IndexUnavailable, LibrarySchema, Tombstone, WriteReport

MAX_SEGMENTS = 8
_GROWTH = 4
"""Newer segments are merged into an older one once together they have a quarter of its rows."""

REMEMBERED_COUNTS = 128
"""Facets under one choice of filters; a region's has at most 3,200 values."""

_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation holds at one moment; *number* counts the writes."""

    number: int
    text: str
    segments: tuple[str, ...]
    documents: int = 0
    with_vector: int = 0


@dataclass(frozen=True)
class Snapshot:
    """One manifest with its files open."""

    manifest: Manifest
    view: View
    words: Words
    _counts: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)

    def counts(self, names: Iterable[str], filters: Filters) -> dict[str, dict[str, int]]:
        """Facets of all documents under filters: the most frequent question, and at 10^6 documents 70 ms of counting; so
        the answers are remembered until the next write."""
        under = repr((sorted(filters.keywords.items()), sorted(filters.ranges.items())))
        found = {name: self._counts.get((under, name)) for name in names}
        missing = [name for name, known in found.items() if known is None]
        if missing:
            fresh = self.words.counts(self.words.matching((), 0, filters, ()), missing)
            found |= {name: fresh.get(name, {}) for name in missing}
            if len(self._counts) >= REMEMBERED_COUNTS:
                self._counts.clear()
            self._counts.update({(under, name): found[name] or {} for name in missing})
        return {name: known or {} for name, known in found.items()}

    @property
    def consistent(self) -> bool:
        """Whether both parts hold the same number of documents."""
        return self.words.documents == self.view.documents == self.manifest.documents


class Generation:
    """A generation's folder. Thread-safe; several processes may have it open, one writes at a time."""

    def __init__(self, folder: Path, exact_rows: int = EXACT_ROWS) -> None:
        """Open the folder; raises FileNotFoundError when there is no such generation."""
        self.folder = folder
        self._exact_rows = exact_rows
        about = read_json(folder / "generation.json")
        self.schema = LibrarySchema(
            about["library"], tuple(about["keywords"]), tuple(about["numbers"]), about["newest_by"]
        )
        self.model_id: str = about["model_id"]
        self.shape: str = about["shape"]
        self._loading = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._stamp: tuple[int, int, int] | None = None
        self._open_segments: dict[str, segments.Rows] = {}

    @classmethod
    def create(
        cls, folder: Path, schema: LibrarySchema, model_id: str, shape: str, exact_rows: int = EXACT_ROWS
    ) -> "Generation":
        """Make an empty generation in *folder*, which must not exist."""
        work = folder.with_name(f".{folder.name}.new")
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        about = {"library": schema.library, "keywords": schema.keywords, "numbers": schema.numbers,
                 "newest_by": schema.newest_by, "model_id": model_id, "shape": shape}  # fmt: skip
        write_json(work / "generation.json", about)
        texts.create(work / "text-000000", schema)
        write_json(work / "manifest.json", asdict(Manifest(0, "text-000000", ())))
        work.rename(folder)
        sync_folder(folder.parent)
        return cls(folder, exact_rows)

    def snapshot(self) -> Snapshot:
        """The present content; costs one ``stat`` while nobody wrote. Raises IndexUnavailable."""
        trouble: Exception | None = None
        for attempt in range(_ATTEMPTS):
            try:
                status = os.stat(self.folder / "manifest.json")
                stamp = (status.st_ino, status.st_mtime_ns, status.st_size)
                current = self._snapshot
                if current is not None and stamp == self._stamp:
                    return current
                with self._loading:
                    if self._snapshot is None or stamp != self._stamp:
                        self._snapshot = self._load(self._manifest())
                        self._stamp = stamp
                    return self._snapshot
            except (OSError, ValueError) as error:
                # Most likely a writer swept these files between our reading the manifest and opening them (tantivy
                # gives a ValueError for a file that is gone): the manifest names others by now.
                trouble = error
                time.sleep(0.002 * attempt)
        raise IndexUnavailable(f"{self.folder} cannot be read: {trouble}") from trouble

    def write(self, documents: Sequence[Document], tombstones: Sequence[Tombstone]) -> WriteReport:
        """Apply what is not older than what is there; see ``Index.write``."""
        with locked(self.folder / "write.lock"):
            before = self.snapshot()
            self._sweep(before.manifest)
            latest, buried = _collapsed(documents, tombstones)
            known = before.view.standings([*latest, *buried])
            fresh = [
                document
                for at, document in latest.items()
                if not _loses(self._standing(document), known.get(at))
            ]
            dead = [stone for at, stone in buried.items() if not _buried_late(stone, known.get(at))]
            applied = len(fresh) + len(dead)
            stale = len(documents) + len(tombstones) - applied
            if applied:
                self._commit(before, fresh, dead, known)
            return WriteReport(applied, stale)

    def _standing(self, document: Document) -> Standing:
        return document.version, DOCUMENT if document.vector is None else WITH_VECTOR

    def _commit(
        self, before: Snapshot, fresh: list[Document], dead: list[Tombstone], known: dict[int, Standing]
    ) -> None:
        number = before.manifest.number + 1
        text = f"text-{number:06d}"
        touched = [*(document.id for document in fresh), *(stone.id for stone in dead)]
        gone = [at for at in touched if known.get(at, (0, TOMBSTONE))[1] != TOMBSTONE]
        texts.extended(self.folder / before.manifest.text, self.folder / text, self.schema, fresh, gone)
        rows = segments.rows_of(fresh, dead, self.schema.keywords, self.schema.numbers, with_vectors=True)
        names = list(before.manifest.segments)
        table = [*before.view.segments, rows]
        first = _merge_from([len(part.all_ids) for part in table])
        if first is not None:
            rows = merged(View(table[first:]), first == 0, self._exact_rows)
            names, table = names[:first], [*table[:first], rows]
        self._publish(number, text, names, table)

    def compact(self) -> None:
        """Make one segment of all: what a generation that was filled in batches needs before it answers."""
        with locked(self.folder / "write.lock"):
            before = self.snapshot()
            self._sweep(before.manifest)
            if len(before.manifest.segments) > 1:
                number = before.manifest.number + 1
                rows = merged(before.view, True, self._exact_rows)
                self._publish(number, before.manifest.text, [], [rows])

    def _publish(self, number: int, text: str, names: list[str], table: list[segments.Rows]) -> None:
        """Save the last of *table* (the others are *names*) and let the manifest name it all."""
        rows = table[-1]
        name = f"segment-{number:06d}.bin"
        segments.save(self.folder / name, rows)
        names.append(name)
        sync_folder(self.folder)
        view = View(table)
        manifest = Manifest(number, text, tuple(names), view.documents, view.with_vector)
        write_json(self.folder / "manifest.json", asdict(manifest))

    def _manifest(self) -> Manifest:
        raw = read_json(self.folder / "manifest.json")
        return Manifest(
            raw["number"], raw["text"], tuple(raw["segments"]), raw["documents"], raw["with_vector"]
        )

    def _load(self, manifest: Manifest) -> Snapshot:
        opened = {
            name: self._open_segments.get(name) or segments.load(self.folder / name)
            for name in manifest.segments
        }
        words = Words(self.folder / manifest.text, self.schema)
        self._open_segments = opened
        return Snapshot(manifest, View(list(opened.values())), words)

    def _sweep(self, manifest: Manifest) -> None:
        """Remove what neither the manifest nor (in all likelihood) a reader that just read it needs."""
        kept = {manifest.text, *manifest.segments}
        for path in self.folder.iterdir():
            if path.name in kept or not path.name.startswith(("text-", "segment-", ".manifest")):
                continue
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                with contextlib.suppress(FileNotFoundError):
                    path.unlink()


def _collapsed(
    documents: Sequence[Document], tombstones: Sequence[Tombstone]
) -> tuple[dict[int, Document], dict[int, Tombstone]]:
    """Of several words about one id within one write, the one that wins."""
    latest: dict[int, Document] = {}
    for document in documents:
        other = latest.get(document.id)
        if other is None or (document.version, document.vector is not None) >= (
            other.version,
            other.vector is not None,
        ):
            latest[document.id] = document
    buried: dict[int, Tombstone] = {}
    for stone in tombstones:
        other_stone = buried.get(stone.id)
        if (
            other_stone is None
            or stone.version is None
            or (other_stone.version is not None and stone.version >= other_stone.version)
        ):
            buried[stone.id] = stone
    for at in latest.keys() & buried.keys():
        version = buried[at].version
        if version is None or version >= latest[at].version:
            del latest[at]
        else:
            del buried[at]
    return latest, buried


def _loses(standing: Standing, known: Standing | None) -> bool:
    return known is not None and standing < known


def _buried_late(stone: Tombstone, known: Standing | None) -> bool:
    return stone.version is not None and known is not None and stone.version < known[0]


def _merge_from(sizes: Sequence[int]) -> int | None:
    """From which segment on all newer ones become one; None while there are few. Sizes oldest first."""
    if len(sizes) <= MAX_SEGMENTS:
        return None
    first = len(sizes) - 1
    together = sizes[first]
    while first > 0 and (together * _GROWTH >= sizes[first - 1] or first > MAX_SEGMENTS - 1):
        first -= 1
        together += sizes[first]
    return first
