"""Documents and tombstones → the lines of a bulk request, pure.

The external version orders every two words about one listing: the projection counter first, then a document without a
vector, one with, a tombstone. A write that was done already loses against itself, so doing it twice is harmless.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from indexer.engines.elasticsearch.mapping import MAX_TOKEN
from indexer.port import Document, Tombstone
from indexer.terms import TITLE_WEIGHT, grams
from indexer.text import normalise, tokens

STATE_ID = "state"
"""The one entry of a generation that is no listing: it carries the number of the last write."""

DOCUMENT, WITH_VECTOR, TOMBSTONE = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Line:
    """One operation: whom it is about, and its one or two lines of JSON."""

    key: str
    body: tuple[bytes, ...]

    @property
    def size(self) -> int:
        """Bytes it takes in a request."""
        return sum(len(part) + 1 for part in self.body)


def lines(
    documents: Sequence[Document], tombstones: Sequence[Tombstone], has_vectors: bool
) -> Iterator[Line]:
    """The operations of one write. Without *has_vectors* documents go by words only (a generation of another model)."""
    for document in documents:
        yield _line(document.id, _version(document, has_vectors), source_of(document, has_vectors))
    for stone in tombstones:
        if stone.version is None:
            yield Line(str(stone.id), (orjson.dumps({"delete": {"_id": str(stone.id)}}),))
        else:
            yield _line(stone.id, stone.version * 4 + TOMBSTONE, {"id": stone.id, "version": stone.version})


def state_line(number: int) -> Line:
    """The operation that says which write was the last."""
    action = {"index": {"_id": STATE_ID, "version": number, "version_type": "external"}}
    return Line(STATE_ID, (orjson.dumps(action), orjson.dumps({"number": number})))


def source_of(document: Document, has_vectors: bool = True) -> dict[str, Any]:
    """What the server is given of a listing."""
    title, body = normalise(document.title), normalise(document.body)
    vector = document.vector if has_vectors else None
    source: dict[str, Any] = {
        "id": document.id,
        "version": document.version,
        "hash": document.content_hash,
        "alive": True,
        "has_vector": vector is not None,
        "grams": _joined(grams(title) * TITLE_WEIGHT + grams(body)),
        "characters": _joined(dict.fromkeys(tokens(f"{title}\n{body}").unigrams)),
        "k": {name: list(dict.fromkeys(values)) for name, values in document.keywords.items() if values},
        "n": {name: float(value) for name, value in document.numbers.items()},
    }
    if vector is not None:
        source["vector"] = vector
    return source


def packed(operations: Iterable[Line], limit: int) -> Iterator[list[Line]]:
    """Operations in requests of at most *limit* bytes (one that is larger goes alone)."""
    batch: list[Line] = []
    size = 0
    for line in operations:
        if batch and size + line.size > limit:
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += line.size
    if batch:
        yield batch


def _version(document: Document, has_vectors: bool) -> int:
    bare = document.vector is None or not has_vectors
    return document.version * 4 + (DOCUMENT if bare else WITH_VECTOR)


def _line(at: int, version: int, source: dict[str, Any]) -> Line:
    action = {"index": {"_id": str(at), "version": version, "version_type": "external"}}
    return Line(str(at), (orjson.dumps(action), orjson.dumps(source, option=orjson.OPT_SERIALIZE_NUMPY)))


def _joined(terms: Iterable[str]) -> str:
    return " ".join(term[:MAX_TOKEN] for term in terms)
