"""The stage attackers come to: they change what stands on it, so it is no other test's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.functional.stage import Stage, raise_stage


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A stage of their own."""
    yield from raise_stage(tmp_path_factory.mktemp("attacks"))
