"""Vectors of measured texts, kept between runs: a table over several models is read again and again, and encoding is
what takes an hour.

Keys are hashes of prompt and text, so no text of anybody's data is written.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from indexer import model as packed_model
from indexer.embedder import Embedder, Kind, SentenceTransformerEmbedder, Vectors
from repositories.vectors import content_hash
from services.throw_away import Progress

CHUNK = 128
SAVE_EVERY = 30.0
"""Seconds of encoding that may be lost when somebody interrupts."""


def opened(name: str, work: Path, threads: int | None) -> SentenceTransformerEmbedder:
    """The model of a shipped name, a folder (packed ones are expanded under *work*) or a hub name."""
    folder = Path(name)
    if (folder / packed_model.PACKED_NAME).is_file():
        name = str(packed_model.expand(folder, work / "models"))
    return SentenceTransformerEmbedder(name, work / "models", threads=threads, device="cpu")


class Kept:
    """An embedder that encodes no text twice; its vectors lie in one file a model id under *folder*."""

    def __init__(self, embedder: Embedder, folder: Path, told: Progress = lambda *_: None) -> None:
        self._embedder = embedder
        self._path = folder / f"{embedder.model_id}.npz"
        self._told = told
        self._known: dict[str, np.ndarray] = {}
        if self._path.exists():
            with np.load(self._path, allow_pickle=False) as file:
                keys = [row.tobytes().hex() for row in file["keys"]]
                self._known = dict(zip(keys, file["vectors"], strict=True))

    @property
    def model_id(self) -> str:
        """The model's own."""
        return self._embedder.model_id

    @property
    def ready(self) -> bool:
        """Always: what is missing is encoded when it is asked for."""
        return True

    @property
    def dimensions(self) -> int:
        """Length of the vectors."""
        return int(next(iter(self._known.values())).shape[0]) if self._known else self._embedder.dimensions

    def warm(self) -> None:
        """The model is loaded only where a text is new."""

    def encode(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """(n, d) float32 unit vectors in the order given."""
        keys = [content_hash(kind, text) for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        # Texts of like length pad each other least; the longest first, so that the rest is quicker than foretold.
        order = sorted(new, key=lambda key: -len(new[key]))
        saved = time.monotonic()
        for start in range(0, len(order), CHUNK):
            some = order[start : start + CHUNK]
            vectors = self._embedder.encode([new[key] for key in some], kind)
            self._known.update(zip(some, vectors, strict=True))
            self._told(f"Encoding ({self.model_id})", start + len(some), len(order))
            if time.monotonic() - saved > SAVE_EVERY:
                self._save()
                saved = time.monotonic()
        if new:
            self._save()
        return np.stack([self._known[key] for key in keys])

    def _save(self) -> None:
        """Write all vectors beside the file and put them in its place."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        beside = self._path.with_suffix(".new.npz")
        np.savez(
            beside,
            keys=np.frombuffer(bytes.fromhex("".join(self._known)), dtype=np.uint8).reshape(-1, 32),
            vectors=np.stack(list(self._known.values())),
        )
        os.replace(beside, self._path)
