"""The engines the contract runs on. A new engine is one line in ENGINES and a function that opens it."""

import hashlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from config.settings import ElasticsearchSettings
from indexer.engines.elasticsearch.engine import ElasticsearchIndex
from indexer.engines.embedded.engine import EmbeddedIndex
from indexer.port import Index, LibrarySchema

SCHEMA = LibrarySchema("achievements", ("industry", "region", "modes"), ("published", "price"), "published")
MODEL = "contract-model-fp32"


def open_embedded(place: str, schema: LibrarySchema, model_id: str) -> Index:
    """The embedded engine in the folder *place*; small segments already take the int8 pass."""
    return EmbeddedIndex(Path(place), {schema.library: schema}, model_id, exact_rows=64)


def open_elasticsearch(place: str, schema: LibrarySchema, model_id: str) -> Index:
    """The server engine of this run, with index names of *place*'s own."""
    return ElasticsearchIndex(server_settings(prefix_of(place)), {schema.library: schema}, model_id)


def server_settings(prefix: str) -> ElasticsearchSettings:
    """The server the fixture `elasticsearch` started, also for processes below this one."""
    return ElasticsearchSettings(urls=(os.environ["SANKU_TEST_ELASTICSEARCH_URL"],), prefix=prefix)


def prefix_of(place: str) -> str:
    """A name for the indices of one test."""
    return "t" + hashlib.sha256(place.encode()).hexdigest()[:12]


Opener = Callable[[str, LibrarySchema, str], Index]
ENGINES: Mapping[str, Opener] = {
    "elasticsearch": open_elasticsearch,
    "embedded": open_embedded,
}
