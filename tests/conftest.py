"""Fixtures every kind of test may use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import World, make_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A fresh platform on SQLite."""
    made = make_world(tmp_path / "data")
    yield made
    made.platform.database.close()
    made.platform.index.close()
