"""Somebody with files to import."""

import pytest


@pytest.fixture
def university(world):
    actor = world.university()
    return actor, world.client("university@example.org")
