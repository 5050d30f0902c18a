"""The vectors of the demonstration content as a file, so that a first start searches by meaning without encoding.

float16 halves the file and moves no cosine by more than 0.001. A file of another model is ignored: the indexer then
encodes the content as it does any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from indexer import encoding
from indexer.embedder import Embedder, Kind
from repositories.listing import ListingColumns
from repositories.vectors import Vector
from services.demonstration.content import FOLDER

FILE = FOLDER / "vectors.npz"
BATCH = 64


def load(model_id: str, path: Path = FILE) -> dict[str, Vector]:
    """Content hash → (d,) float32 unit vector, empty when the file is missing or of another model."""
    if not path.is_file():
        return {}
    with np.load(path, allow_pickle=False) as file:
        if str(file["model_id"]) != model_id:
            return {}
        keys = [row.tobytes().hex() for row in file["keys"]]
        wide = file["vectors"].astype(np.float32)
    wide /= np.linalg.norm(wide, axis=1, keepdims=True)
    return dict(zip(keys, wide, strict=True))


def encode(
    embedder: Embedder, rows: Iterable[ListingColumns], progress: Callable[[int, int], None]
) -> dict[str, Vector]:
    """Content hash → (d,) float32 for the texts of `rows`; `progress(done, total)` is told after each batch."""
    texts: dict[str, tuple[Kind, str]] = {
        row.vector_key: (row.embedding_kind, row.embedding_text) for row in rows
    }
    done = 0
    found: dict[str, Vector] = {}
    for kind, keys in _by_kind(texts):
        for start in range(0, len(keys), BATCH):
            some = keys[start : start + BATCH]
            vectors = encoding.encode(embedder, [texts[key][1] for key in some], kind)
            found.update(zip(some, vectors, strict=True))
            done += len(some)
            progress(done, len(texts))
    return found


def _by_kind(texts: dict[str, tuple[Kind, str]]) -> Iterator[tuple[Kind, list[str]]]:
    """Keys by prompt; texts of like length stand together, which pads less."""
    kinds: tuple[Kind, ...] = ("passage", "query")
    for kind in kinds:
        keys = [key for key, (own, _) in texts.items() if own == kind]
        if keys:
            yield kind, sorted(keys, key=lambda key: len(texts[key][1]))


def save(model_id: str, vectors: dict[str, Vector], path: Path = FILE) -> None:
    """Write the file in the order of its keys, so that the same content gives the same order."""
    keys = sorted(vectors)
    np.savez(
        path,
        model_id=np.array(model_id),
        keys=np.frombuffer(bytes.fromhex("".join(keys)), dtype=np.uint8).reshape(-1, 32),
        vectors=np.stack([vectors[key] for key in keys]).astype(np.float16),
    )
