"""Everybody who calls the API."""

from __future__ import annotations

import pytest

from tests.functional.api.calling import Cast
from tests.support import World


@pytest.fixture
def cast(world: World) -> Cast:
    """A fresh platform and the people who call it."""
    return Cast(world)
