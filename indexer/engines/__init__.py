"""Search engines behind the port of ``indexer.port``; the composition root opens one by name, nobody else does."""

from importlib import import_module
from pathlib import Path

from config.settings import ElasticsearchSettings
from indexer.documents import SCHEMAS
from indexer.engines.embedded.engine import EmbeddedIndex
from indexer.port import Index


def open_index(name: str, folder: Path, model_id: str, server: ElasticsearchSettings | None = None) -> Index:
    """The engine of this name for all libraries: its files under *folder*, or its data on *server*.

    Raises ValueError for an unknown name. The client of the server is imported only where it is chosen: it takes
    longer than all the rest of a command.
    """
    if name == "embedded":
        return EmbeddedIndex(folder, SCHEMAS, model_id)
    if name == "elasticsearch" and server is not None:
        engine = import_module("indexer.engines.elasticsearch.engine")
        opened: Index = engine.ElasticsearchIndex(server, SCHEMAS, model_id)
        return opened
    raise ValueError(f"unknown engine {name!r}")
