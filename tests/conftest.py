"""Fixtures every kind of test may use."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services import credentials
from tests.elastic.server import Node
from tests.support import World, make_world


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """How processes that share the tests share them."""
    from tests.sharing import Sharing

    return Sharing(config, log)


@pytest.fixture(scope="session", autouse=True)
def argon2_once_for_one_password() -> None:
    """Thousands of people in the tests share a password and sign in with it: argon2, slow on purpose, makes its hash
    and compares the two once in a process. Its answer depends on nothing else."""
    credentials.hash_password = functools.cache(credentials.hash_password)
    credentials.matches = functools.cache(credentials.matches)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A fresh platform on SQLite."""
    made = make_world(tmp_path / "data")
    yield made
    made.platform.database.close()
    made.platform.index.close()


@pytest.fixture(scope="session")
def elasticsearch() -> Iterator[str]:
    """The address of a real server: the one SANKU_TEST_ELASTICSEARCH_URL names, else one of our own for this run."""
    given = os.environ.get("SANKU_TEST_ELASTICSEARCH_URL")
    if given:
        yield given
        return
    node = Node()
    try:
        node.start()
        os.environ["SANKU_TEST_ELASTICSEARCH_URL"] = node.url
        yield node.url
    finally:
        os.environ.pop("SANKU_TEST_ELASTICSEARCH_URL", None)
        node.remove()
