"""One immutable file of rows: ids, versions, filter columns and vectors, aligned by row and memory-mapped.

Rows are sorted by id. A segment also names the dead: ids whose tombstones were written with it. Segments are written
whole and never changed; which row of which segment counts is ``view.py``'s business.
"""

import json
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.port import Document, Filters, Tombstone

MAGIC = b"SANKUSG1"
_ALIGN = 64
FORGET = -1
"""Version of a tombstone that remembers nothing (the row is gone from the database)."""


_AT_ONCE = 65_536
REMEMBERED_MASKS = 16
"""One byte a row each."""


@dataclass(frozen=True, slots=True)
class Column:
    """One keyword field of many rows, by value: ``values[i]`` holds for ``rows[starts[i]:starts[i + 1]]``, ascending.

    Kept this way round, a filter touches only the rows it lets through.
    """

    rows: NDArray[np.int32]
    starts: NDArray[np.int64]
    values: tuple[str, ...]

    @classmethod
    def of(cls, rows: NDArray[np.int32], codes: NDArray[np.int32], values: Sequence[str]) -> "Column":
        """From pairs (row, index into *values*) in any order."""
        order = np.lexsort((rows, codes))
        starts = np.searchsorted(codes[order], np.arange(len(values) + 1))
        return cls(rows[order], starts.astype(np.int64), tuple(values))

    def mark(self, mask: NDArray[np.bool_], wanted: Collection[str]) -> None:
        """Set *mask* where any of *wanted* holds."""
        for code, value in enumerate(self.values):
            if value in wanted:
                mask[self.rows[self.starts[code] : self.starts[code + 1]]] = True


@dataclass(frozen=True)
class Rows:
    """The content of a segment, in memory or mapped. Arrays of n rows; *vectors* (n, d), d = 0 without any."""

    ids: NDArray[np.int64]
    versions: NDArray[np.int64]
    hashes: NDArray[np.bytes_]
    has_vector: NDArray[np.bool_]
    vectors: NDArray[np.float32]
    numbers: Mapping[str, NDArray[np.float64]]
    keywords: Mapping[str, Column]
    dead_ids: NDArray[np.int64]
    dead_versions: NDArray[np.int64]
    small: NDArray[np.int8] | None = None
    """The vectors as int8, each row by its own scale (cosine does not see it); only in large segments."""

    def __len__(self) -> int:
        """Number of rows; the dead are not counted."""
        return len(self.ids)

    @cached_property
    def all_ids(self) -> NDArray[np.int64]:
        """Every id this segment speaks about, dead or alive, sorted."""
        return np.sort(np.concatenate([self.ids, self.dead_ids]))

    def positions(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Row of each id and whether it is there (where it is not, the row means nothing)."""
        if not len(self.ids):
            return np.zeros(len(ids), dtype=np.int64), np.zeros(len(ids), dtype=bool)
        rows = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return rows, self.ids[rows] == ids

    @cached_property
    def _held(self) -> dict[tuple[str, frozenset[str]], NDArray[np.bool_]]:
        return {}

    def _holding(self, name: str, wanted: frozenset[str]) -> NDArray[np.bool_]:
        """Mask of the rows that hold any of the values, not to be written to; the last few are remembered, for every
        question filters by who may see what."""
        known = self._held.get((name, wanted))
        if known is None:
            known = np.zeros(len(self), dtype=bool)
            column = self.keywords.get(name)
            if column is not None:
                column.mark(known, wanted)
            if len(self._held) >= REMEMBERED_MASKS:
                self._held.clear()
            self._held[name, wanted] = known
        return known

    def matching(self, filters: Filters) -> NDArray[np.bool_] | None:
        """Mask of the rows under *filters*; None when they all are. A field unknown to the segment matches nothing."""
        mask: NDArray[np.bool_] | None = None
        for name, values in filters.keywords.items():
            found = self._holding(name, frozenset(values))
            mask = found if mask is None else mask & found
        for name, (low, high) in filters.ranges.items():
            numbers = self.numbers.get(name)
            if numbers is None:
                return np.zeros(len(self), dtype=bool)
            found = ~np.isnan(numbers)
            if low is not None:
                found &= numbers >= low
            if high is not None:
                found &= numbers <= high
            mask = found if mask is None else mask & found
        return mask


def rows_of(
    documents: Sequence[Document],
    tombstones: Sequence[Tombstone],
    keywords: Iterable[str],
    numbers: Iterable[str],
    with_vectors: bool,
) -> Rows:
    """Rows of *documents* and *tombstones* (each id once over both), sorted by id."""
    ordered = sorted(documents, key=lambda document: document.id)
    dead = sorted(tombstones, key=lambda tombstone: tombstone.id)
    vectors = [document.vector if with_vectors else None for document in ordered]
    width = next((len(vector) for vector in vectors if vector is not None), 0)
    matrix = np.zeros((len(ordered), width), dtype=np.float32)
    has_vector = np.zeros(len(ordered), dtype=bool)
    for row, vector in enumerate(vectors):
        if vector is not None:
            if len(vector) != width:
                raise ValueError(f"vectors of {width} and {len(vector)} dimensions in one write")
            matrix[row] = vector
            has_vector[row] = True
    return Rows(
        ids=np.array([document.id for document in ordered], dtype=np.int64),
        versions=np.array([document.version for document in ordered], dtype=np.int64),
        hashes=np.array([document.content_hash.encode() for document in ordered], dtype="S32"),
        has_vector=has_vector,
        vectors=matrix,
        numbers={
            name: np.array([document.numbers.get(name, np.nan) for document in ordered], dtype=np.float64)
            for name in numbers
        },
        keywords={
            name: _column([document.keywords.get(name, ()) for document in ordered]) for name in keywords
        },
        dead_ids=np.array([tombstone.id for tombstone in dead], dtype=np.int64),
        dead_versions=np.array(
            [FORGET if tombstone.version is None else tombstone.version for tombstone in dead], dtype=np.int64
        ),
    )


def _column(values: Sequence[Sequence[str]]) -> Column:
    names: dict[str, int] = {}
    rows: list[int] = []
    codes: list[int] = []
    for row, of_row in enumerate(values):
        for value in dict.fromkeys(of_row):
            rows.append(row)
            codes.append(names.setdefault(value, len(names)))
    return Column.of(np.array(rows, dtype=np.int32), np.array(codes, dtype=np.int32), list(names))


def to_int8(vectors: NDArray[np.float32]) -> NDArray[np.int8]:
    """Each row scaled so that its largest component is 127; some rows at a time, for 10^6 take 1.5 GB already."""
    made = np.empty(vectors.shape, dtype=np.int8)
    for first in range(0, len(vectors) if vectors.size else 0, _AT_ONCE):
        some = vectors[first : first + _AT_ONCE]
        largest = np.abs(some).max(axis=1, keepdims=True)
        made[first : first + _AT_ONCE] = np.rint(some * (127.0 / np.maximum(largest, 1e-12)))
    return made


def save(path: Path, rows: Rows) -> None:
    """Write *rows* as one file, durable on return. The file must not exist: segments never change."""
    arrays: dict[str, np.ndarray] = {
        "ids": rows.ids, "versions": rows.versions, "hashes": rows.hashes, "has_vector": rows.has_vector,
        "dead_ids": rows.dead_ids, "dead_versions": rows.dead_versions,
    }  # fmt: skip
    arrays |= {f"number:{name}": values for name, values in rows.numbers.items()}
    for name, column in rows.keywords.items():
        arrays[f"rows:{name}"], arrays[f"starts:{name}"] = column.rows, column.starts
    arrays["vectors"] = rows.vectors
    if rows.small is not None:
        arrays["small"] = rows.small
    layout: dict[str, Any] = {}
    offset = 0
    for name, array in arrays.items():
        offset = -(-offset // _ALIGN) * _ALIGN
        layout[name] = {"dtype": array.dtype.str, "shape": array.shape, "offset": offset}
        offset += array.nbytes
    header = {"arrays": layout, "values": {name: column.values for name, column in rows.keywords.items()}}
    text = json.dumps(header, ensure_ascii=False).encode()
    text += b" " * (-(len(MAGIC) + 8 + len(text)) % _ALIGN)
    with path.open("xb") as file:
        file.write(MAGIC + len(text).to_bytes(8, "little") + text)
        start = file.tell()
        for name, array in arrays.items():
            file.seek(start + layout[name]["offset"])
            file.write(np.ascontiguousarray(array).data if array.size else b"")
        file.truncate(start + offset)
        file.flush()
        os.fsync(file.fileno())


def load(path: Path) -> Rows:
    """Map a segment file. Raises OSError when it is not there and ValueError when it is no segment."""
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise ValueError(f"{path} is no segment")
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
        start = file.tell()
    mapped = np.memmap(path, dtype=np.uint8, mode="r")

    def array(name: str) -> np.ndarray:
        spec = header["arrays"][name]
        dtype = np.dtype(spec["dtype"])
        count = int(np.prod(spec["shape"]))
        first = start + spec["offset"]
        plain = np.frombuffer(mapped, dtype=dtype, count=count, offset=first) if count else np.zeros(0, dtype)
        return plain.reshape(spec["shape"])

    return Rows(
        ids=array("ids"),
        versions=array("versions"),
        hashes=array("hashes"),
        has_vector=array("has_vector"),
        vectors=array("vectors"),
        numbers={name[7:]: array(name) for name in header["arrays"] if name.startswith("number:")},
        keywords={
            name: Column(array(f"rows:{name}"), array(f"starts:{name}"), tuple(values))
            for name, values in header["values"].items()
        },
        dead_ids=array("dead_ids"),
        dead_versions=array("dead_versions"),
        small=array("small") if "small" in header["arrays"] else None,
    )
