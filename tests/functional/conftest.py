"""The stage of the tables: raised once for all tests that only look."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.functional.stage import Stage, raise_stage


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Everybody, and a listing in every state. Tests may add to it, but change nothing that stands on it."""
    yield from raise_stage(tmp_path_factory.mktemp("stage"))
