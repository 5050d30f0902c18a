"""A fresh database and index a test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.indexer.moving import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.index.close()
    world.database.close()
