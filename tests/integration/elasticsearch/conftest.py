"""The server engine under a whole platform: filled once with the demonstration content for tests that only look."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from indexer.documents import SCHEMAS
from indexer.engines.embedded.engine import EmbeddedIndex
from indexer.port import Index
from indexer.rebuild import rebuild
from services import demo
from services.worker import locks
from tests.support import World, make_world


def settings_for(url: str, prefix: str = "") -> dict[str, str]:
    """The settings of a platform on this server, with index names of its own."""
    return {
        "SANKU_INDEX": "elasticsearch",
        "SANKU_ELASTICSEARCH_URL": url,
        "SANKU_ELASTICSEARCH_PREFIX": prefix or f"t{uuid.uuid4().hex[:12]}",
    }


@pytest.fixture
def on_server(elasticsearch: str, tmp_path: Path) -> Iterator[World]:
    """A fresh platform on the server engine."""
    world = make_world(tmp_path / "data", settings_for(elasticsearch))
    yield world
    world.platform.database.close()
    world.platform.index.close()


@dataclass(frozen=True)
class Twins:
    """One database with the demonstration content, and two indices of it."""

    world: World
    embedded: Index

    @property
    def server(self) -> Index:
        """The engine the platform of `world` runs on."""
        return self.world.platform.index

    @property
    def engines(self) -> Mapping[str, Index]:
        """Both by name."""
        return {"embedded": self.embedded, "elasticsearch": self.server}


@pytest.fixture(scope="module")
def twins(elasticsearch: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    """The demonstration content in both engines; vectors are the shipped ones."""
    folder = tmp_path_factory.mktemp("twins")
    world = make_world(folder / "data", settings_for(elasticsearch))
    here = world.platform
    demo.load(here)
    embedded = EmbeddedIndex(folder / "index", SCHEMAS, here.embedder.model_id)
    for index, place in ((here.index, locks(here)), (embedded, folder / "locks")):
        for library in SCHEMAS:
            rebuild(here.database, index, here.embedder, library, place)
    yield Twins(world, embedded)
    embedded.close()
    here.database.close()
    here.index.close()
