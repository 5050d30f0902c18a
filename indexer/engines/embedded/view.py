"""Several segments seen as one table: the newest word about an id counts, the nearest rows are found by scanning.

A view is a snapshot: it is built from the segments one manifest names and never changes. Do not keep one longer than
a request needs it, or the files it maps stay on the disk.
"""

import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import simsimd
from numpy.typing import NDArray

from indexer.engines.embedded.segment import FORGET, Column, Rows, to_int8
from indexer.port import Filters, Vector

EXACT_ROWS = 10_000
"""Segments of at least so many vectors get an int8 copy for a first pass, whose best are rescored in float32: at 10⁵ ×
384 it takes 2 ms (two threads) where float32 takes 10, at 10⁶ 21 where it takes 83. Nothing is lost: int8 errs by
0.0005 of cosine, and four times as many rows as asked for, at least 400, are rescored."""

_THREADS = min(2, os.cpu_count() or 1)
_RESCORE = 4
_RESCORE_FLOOR = 400
_GATHER_SHARE = 0.12
"""Up to this share of selected rows, copying them out is cheaper than scanning all."""

_ABSENT = -2.0

DOCUMENT, WITH_VECTOR, TOMBSTONE = 0, 1, 2
Standing = tuple[int, int]
"""(version, DOCUMENT | WITH_VECTOR | TOMBSTONE): the larger one wins, equal ones may replace each other."""


@dataclass(frozen=True, slots=True)
class Found:
    """Rows found by nearness, nearest first: ids, versions and cosines of the same length."""

    ids: NDArray[np.int64]
    versions: NDArray[np.int64]
    nearness: NDArray[np.float32]


class View:
    """The rows that count among *segments*, oldest segment first."""

    def __init__(self, segments: Sequence[Rows]) -> None:
        self.segments = tuple(segments)
        alive: list[NDArray[np.bool_]] = []
        newer: list[NDArray[np.int64]] = []
        for segment in reversed(self.segments):
            mask = np.ones(len(segment), dtype=bool)
            for ids in newer:
                rows, there = segment.positions(ids)
                mask[rows[there]] = False
            alive.append(mask)
            newer.append(segment.all_ids)
        self.alive = tuple(reversed(alive))
        self._usable = tuple(
            mask & segment.has_vector for mask, segment in zip(self.alive, self.segments, strict=True)
        )
        self.documents = sum(int(mask.sum()) for mask in self.alive)
        self.with_vector = sum(int(mask.sum()) for mask in self._usable)

    def standings(self, ids: Iterable[int]) -> dict[int, Standing]:
        """What is known about each id, dead or alive; unknown ids are left out."""
        open_ids = np.unique(np.fromiter(ids, dtype=np.int64))
        known: dict[int, Standing] = {}
        for segment in reversed(self.segments):
            rows, there = segment.positions(open_ids)
            for at, row in zip(open_ids[there].tolist(), rows[there].tolist(), strict=True):
                rank = WITH_VECTOR if segment.has_vector[row] else DOCUMENT
                known[at] = (int(segment.versions[row]), rank)
            dead = np.isin(segment.dead_ids, open_ids)
            for at, version in zip(
                segment.dead_ids[dead].tolist(), segment.dead_versions[dead].tolist(), strict=True
            ):
                if version != FORGET:
                    known[at] = (version, TOMBSTONE)
            settled = there | np.isin(open_ids, segment.dead_ids)
            open_ids = open_ids[~settled]
            if not len(open_ids):
                break
        return known

    def nearest(self, query: Vector, limit: int, filters: Filters, excluded: Collection[int]) -> Found:
        """The *limit* rows nearest to the unit vector *query* under *filters*, without the *excluded* ids."""
        outside = np.fromiter(excluded, dtype=np.int64, count=len(excluded))
        parts: list[tuple[NDArray, NDArray, NDArray]] = []
        for segment, usable in zip(self.segments, self._usable, strict=True):
            if segment.vectors.shape[1] != len(query) or limit <= 0:
                continue
            mask = usable
            under = segment.matching(filters)
            if under is not None:
                mask = mask & under
            if len(outside):
                rows, there = segment.positions(outside)
                mask = mask.copy()
                mask[rows[there]] = False
            rows, scores = _scan(segment, mask, query, limit)
            parts.append((segment.ids[rows], segment.versions[rows], scores))
        if not parts:
            return Found(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32))
        ids, versions, scores = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        order = np.lexsort((ids, -scores))[:limit]
        return Found(ids[order], versions[order], scores[order])

    def nearness(self, query: Vector, ids: Sequence[int]) -> dict[int, float]:
        """Cosine of *query* with each of *ids* that has a vector."""
        wanted = np.asarray(ids, dtype=np.int64)
        found: dict[int, float] = {}
        for segment, usable in zip(self.segments, self._usable, strict=True):
            if segment.vectors.shape[1] != len(query):
                continue
            rows, there = segment.positions(wanted)
            there &= usable[rows] if len(segment) else False
            if there.any():
                scores = segment.vectors[rows[there]] @ query
                found.update(zip(wanted[there].tolist(), scores.tolist(), strict=True))
        return found

    def entries(self) -> Iterable[tuple[int, int, str, bool]]:
        """(id, version, content hash, has vector) of every row that counts, ascending by id."""
        if not self.segments:
            return
        ids, versions, hashes, has_vector = (
            np.concatenate(
                [getattr(s, name)[mask] for s, mask in zip(self.segments, self.alive, strict=True)]
            )
            for name in ("ids", "versions", "hashes", "has_vector")
        )
        for row in np.argsort(ids):
            yield int(ids[row]), int(versions[row]), hashes[row].decode(), bool(has_vector[row])


def _scan(
    segment: Rows, mask: NDArray[np.bool_], query: Vector, limit: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Rows and cosines of the *limit* best under *mask*, in no order."""
    selected = int(mask.sum())
    if not selected:
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    if selected <= len(mask) * _GATHER_SHARE or selected <= limit:
        rows = np.flatnonzero(mask)
        scores = segment.vectors[rows] @ query
    elif segment.small is not None:
        rough = np.asarray(
            simsimd.cdist(to_int8(query[None, :]), segment.small, metric="cosine", threads=_THREADS)
        )[0]
        if selected < len(mask):
            rough = np.where(mask, rough, np.inf)
        keep = min(selected, max(_RESCORE * limit, _RESCORE_FLOOR))
        rows = np.sort(np.argpartition(rough, keep - 1)[:keep])
        scores = segment.vectors[rows] @ query
    else:
        scores = segment.vectors @ query
        if selected < len(mask):
            scores[~mask] = _ABSENT
        best = np.argpartition(scores, -limit)[-limit:] if limit < len(scores) else np.arange(len(scores))
        best = best[scores[best] > _ABSENT]
        return best, scores[best]
    if limit < len(scores):
        best = np.argpartition(scores, -limit)[-limit:]
        return rows[best], scores[best]
    return rows, scores


def merged(view: View, is_whole: bool, exact_rows: int = EXACT_ROWS) -> Rows:
    """The rows of *view* as one segment. *is_whole*: no older segment exists, so nothing is left to be forgotten."""
    segments, masks = view.segments, view.alive
    picks = [np.flatnonzero(mask) for mask in masks]
    ids = np.concatenate([segment.ids[pick] for segment, pick in zip(segments, picks, strict=True)])
    order = np.argsort(ids)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    starts = np.cumsum([0, *(len(pick) for pick in picks)])

    def gathered(arrays: Sequence[NDArray]) -> NDArray:
        return np.concatenate([array[pick] for array, pick in zip(arrays, picks, strict=True)])[order]

    width = max(segment.vectors.shape[1] for segment in segments)
    vectors = np.zeros((len(ids), width), dtype=np.float32)
    for segment, pick, start in zip(segments, picks, starts, strict=False):
        if segment.vectors.shape[1] == width and width:
            vectors[place[start : start + len(pick)]] = segment.vectors[pick]
    number_names = sorted({name for segment in segments for name in segment.numbers})
    keyword_names = sorted({name for segment in segments for name in segment.keywords})
    dead_ids, dead_versions = _dead(view, is_whole)
    has_vector = gathered([segment.has_vector for segment in segments])
    return Rows(
        ids=ids[order],
        versions=gathered([segment.versions for segment in segments]),
        hashes=gathered([segment.hashes for segment in segments]),
        has_vector=has_vector,
        vectors=vectors,
        numbers={
            name: gathered([s.numbers.get(name, np.full(len(s), np.nan)) for s in segments])
            for name in number_names
        },
        keywords={
            name: _merged_column([s.keywords.get(name) for s in segments], masks, place, starts)
            for name in keyword_names
        },
        dead_ids=dead_ids,
        dead_versions=dead_versions,
        small=to_int8(vectors) if int(has_vector.sum()) >= max(1, exact_rows) else None,
    )


def _merged_column(
    columns: Sequence[Column | None],
    masks: Sequence[NDArray[np.bool_]],
    place: NDArray[np.int64],
    starts: NDArray[np.int64],
) -> Column:
    names: dict[str, int] = {}
    rows: list[NDArray] = [np.zeros(0, np.int32)]
    codes: list[NDArray] = [np.zeros(0, np.int32)]
    for column, mask, start in zip(columns, masks, starts, strict=False):
        if column is None:
            continue
        of_value = np.array([names.setdefault(value, len(names)) for value in column.values], dtype=np.int32)
        value_of_row = np.repeat(of_value, np.diff(column.starts))
        kept = mask[column.rows]
        within = np.cumsum(mask) - 1
        rows.append(place[start + within[column.rows[kept]]].astype(np.int32))
        codes.append(value_of_row[kept])
    return Column.of(np.concatenate(rows), np.concatenate(codes), list(names))


def _dead(view: View, is_whole: bool) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The tombstones that still count: the newest word about an id that is no row."""
    dead: dict[int, int] = {}
    for segment in view.segments:
        for at in segment.ids.tolist() if dead else ():
            dead.pop(at, None)
        dead.update(zip(segment.dead_ids.tolist(), segment.dead_versions.tolist(), strict=True))
    if is_whole:
        dead = {at: version for at, version in dead.items() if version != FORGET}
    ids = np.array(sorted(dead), dtype=np.int64)
    return ids, np.array([dead[at] for at in ids.tolist()], dtype=np.int64)
