"""Search engines behind the port of ``indexer.port``; the composition root opens one by name, nobody else does."""

from pathlib import Path

from indexer.documents import SCHEMAS
from indexer.engines.embedded.engine import EmbeddedIndex
from indexer.port import Index


def open_index(name: str, folder: Path, model_id: str) -> Index:
    """The engine of this name for all libraries, its files under *folder*; raises ValueError for an unknown name."""
    if name == "embedded":
        return EmbeddedIndex(folder, SCHEMAS, model_id)
    raise ValueError(f"unknown engine {name!r}")
