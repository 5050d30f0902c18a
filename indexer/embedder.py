"""Texts → unit vectors, by a sentence-transformers model that is imported and loaded only when it is needed.

The import takes 8–12 s and most of a gigabyte, and a process that forks after it hangs: a web worker calls
:meth:`SentenceTransformerEmbedder.warm` after its fork and answers by words alone while ``ready`` is False. Do not
keep vectors of two model ids together: the id names the weights *and* the precision, for both change the numbers.
"""

import hashlib
import json
import logging
import os
import re
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from indexer import model as shipped_model

log = logging.getLogger(__name__)

Kind = Literal["query", "passage"]
Vectors = NDArray[np.float32]

DTYPE_NAMES = {"float32": "fp32", "bfloat16": "bf16", "float16": "fp16"}
DEFAULT_DTYPE = "float32"
"""torch 2.15, two Xeon cores with AVX512-BF16: 152 titles/s in float32, 97 in bfloat16; a query takes the same 28 ms.
Older releases had bfloat16 ahead: measure before changing it, and expect to encode everything again."""

BATCH = 32
_SAMPLE = 1 << 20
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_IDLE_SPACES = re.compile(rf"(?<=[{_HAN}])[ \u3000]+(?=[{_HAN}])")
"""Registries export titles cut into words; joined, their vectors are better (0.685 against 0.675 nDCG@10 alone)."""


class EmbeddingError(Exception):
    """The model cannot be found or loaded, or it gave something that is no unit vector."""


class Embedder(Protocol):
    """What search and the indexer need of a model."""

    @property
    def model_id(self) -> str:
        """Name, fingerprint and precision: vectors are comparable within one id only."""

    @property
    def ready(self) -> bool:
        """Whether :meth:`encode` answers without loading the model first."""

    @property
    def dimensions(self) -> int:
        """d, the length of its vectors; may load the model."""

    def encode(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """(n, d) float32, each row of length 1. Raises :class:`EmbeddingError`."""

    def warm(self) -> None:
        """Begin to load in the background; returns at once, harmless when repeated."""


class SentenceTransformerEmbedder:
    """Any sentence-transformers model, by shipped name, folder or hub name.

    *threads* is one in web workers (two on busy cores wait for each other, up to 1 s a query) and None, all cores,
    in the indexer. *device* None takes a GPU where torch finds one.
    """

    def __init__(
        self,
        name: str,
        data_folder: Path,
        *,
        dtype: str = DEFAULT_DTYPE,
        threads: int | None = 1,
        device: str | None = None,
    ) -> None:
        if dtype not in DTYPE_NAMES:
            raise EmbeddingError(f"unknown precision {dtype!r}: one of {', '.join(DTYPE_NAMES)}")
        self._name = name
        self._data_folder = data_folder
        self._dtype = dtype
        self._threads = threads
        self._device = device
        self._packed = shipped_model.shipped(name)
        self._model: Any = None
        self._prompts: dict[str, str] = {}
        self._loading = threading.Lock()
        self._encoding = threading.Lock()
        self._warming: threading.Thread | None = None
        self._error: str = ""
        self.model_id = f"{self._identity()}-{DTYPE_NAMES[dtype]}"

    @property
    def ready(self) -> bool:
        """Whether the model is loaded in this process."""
        return self._model is not None

    @property
    def error(self) -> str:
        """Why the last background loading failed, for the status page; empty when it did not."""
        return self._error

    @property
    def dimensions(self) -> int:
        """Length of the vectors; loads the model."""
        self._load()
        return int(self.encode([""], "query").shape[1])

    def warm(self) -> None:
        """Load in a background thread, once; a failure is logged and kept in :attr:`error`."""
        if self.ready or (self._warming is not None and self._warming.is_alive()):
            return
        self._warming = threading.Thread(target=self._warm, name="embedder-warm", daemon=True)
        self._warming.start()

    def encode(self, texts: Sequence[str], kind: Kind) -> Vectors:
        """Encode *texts* with the model's prompt for *kind*; (n, d) float32, unit length, in the order given.

        Loads the model when it is not there yet. Raises :class:`EmbeddingError`.
        """
        self._load()
        if not texts:
            raise EmbeddingError("nothing to encode")
        with self._encoding:
            raw = self._model.encode(
                [_IDLE_SPACES.sub("", text) for text in texts],
                prompt=self._prompts.get(kind, ""),
                batch_size=BATCH,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
        vectors = np.ascontiguousarray(raw, dtype=np.float32)
        # Low precision leaves lengths off by half a percent, and nearness is a plain dot product.
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(vectors).all() or not (lengths > 0).all():
            raise EmbeddingError(f"{self.model_id} gave a vector without direction")
        return vectors / lengths

    def _identity(self) -> str:
        if self._packed is not None:
            return f"{self._packed.name}-{shipped_model.fingerprint(self._packed)}"
        folder = Path(self._name)
        if folder.is_dir():
            return f"{folder.resolve().name}-{_folder_fingerprint(folder)}"
        return self._name.replace("/", "--")

    def _warm(self) -> None:
        try:
            self.encode(["预热"], "query")
        except Exception as error:
            self._error = str(error)
            log.exception("the embedding model could not be loaded; search goes on by words")

    def _load(self) -> None:
        if self._model is not None:
            return
        with self._loading:
            if self._model is not None:
                return
            try:
                self._model = self._loaded()
            except EmbeddingError:
                raise
            except Exception as error:
                raise EmbeddingError(f"model {self._name!r} cannot be loaded: {error}") from error
            self._error = ""

    def _loaded(self) -> Any:
        path = self._name
        is_local = True
        if self._packed is not None:
            path = str(shipped_model.expand(self._packed, self._data_folder))
        elif not Path(self._name).is_dir():
            is_local = False
        # The libraries read these when they are imported: no look-up at a hub for a model that lies here, and no
        # warning of the tokenizer about forks.
        if is_local:
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging

        transformers_logging.set_verbosity_error()
        transformers_logging.disable_progress_bar()
        if self._threads is not None:
            torch.set_num_threads(self._threads)
        device = self._device or ("cuda" if torch.cuda.is_available() else "cpu")
        loaded = SentenceTransformer(
            path,
            device=device,
            local_files_only=is_local,
            model_kwargs={"dtype": getattr(torch, self._dtype)},
        )
        known = dict(getattr(loaded, "prompts", None) or {})
        passage = known.get("passage") or known.get("document") or ""
        self._prompts = {"query": known.get("query") or "", "passage": passage}
        return loaded


def _folder_fingerprint(folder: Path) -> str:
    """Twelve hex digits for a model folder: its small files whole, of large ones the size and both ends."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith(".")):
        if path.suffix not in (".json", ".safetensors", ".bin", ".txt", ".model"):
            continue
        size = path.stat().st_size
        digest.update(json.dumps([str(path.relative_to(folder)), size]).encode())
        with path.open("rb") as file:
            digest.update(file.read(_SAMPLE))
            if size > _SAMPLE:
                file.seek(max(_SAMPLE, size - _SAMPLE))
                digest.update(file.read(_SAMPLE))
    return digest.hexdigest()[:12]
