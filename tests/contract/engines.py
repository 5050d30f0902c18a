"""The engines the contract runs on. A new engine is one line in ENGINES and a function that opens it."""

from collections.abc import Callable, Mapping
from pathlib import Path

from indexer.engines.embedded.engine import EmbeddedIndex
from indexer.port import Index, LibrarySchema

SCHEMA = LibrarySchema("achievements", ("industry", "region", "modes"), ("published", "price"), "published")
MODEL = "contract-model-fp32"


def open_embedded(place: str, schema: LibrarySchema, model_id: str) -> Index:
    """The embedded engine in the folder *place*; small segments already take the int8 pass."""
    return EmbeddedIndex(Path(place), {schema.library: schema}, model_id, exact_rows=64)


Opener = Callable[[str, LibrarySchema, str], Index]
ENGINES: Mapping[str, Opener] = {
    "embedded": open_embedded,
}
