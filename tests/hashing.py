"""An embedder that needs no model: equal texts are equal, nothing else is near. For tests that move vectors about."""

import hashlib
from collections.abc import Sequence

import numpy as np

from indexer.embedder import EmbeddingError

DIMENSIONS = 16


class HashEmbedder:
    """Unit vectors by hash. Fails where it is told to: `away`, and texts with 毒 in them."""

    dimensions = DIMENSIONS

    def __init__(self, model_id: str = "hash-fp32") -> None:
        self.model_id = model_id
        self.ready = True
        self.encoded: list[str] = []
        self.away = False

    def encode(self, texts: Sequence[str], kind: str) -> np.ndarray:
        """(n, 16) float32."""
        if self.away or any("毒" in text for text in texts):
            raise EmbeddingError("no vector to be had")
        self.encoded += texts
        seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little") for text in texts]
        rows = np.stack([np.random.default_rng(seed).standard_normal(DIMENSIONS) for seed in seeds])
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)

    def warm(self) -> None:
        """It is always warm."""
