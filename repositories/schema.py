"""Brings a database to the schema this code expects; imports every model so that the metadata is whole."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from repositories import (
    accounts,
    achievements,
    assignments,
    audit,
    bundling,
    deals,
    files,
    imports,
    introductions,
    leads,
    manager_runs,
    match_runs,
    needs,
    notices,
    organisations,
    outbox,
    patents,
    proposals,
    schedule,
    talents,
    vectors,
)
from repositories.database import Base, Database

MODELS = (
    accounts, achievements, assignments, audit, bundling, deals, files, imports, introductions, leads, manager_runs,
    match_runs, needs, notices, organisations, outbox, patents, proposals, schedule, talents, vectors,
)  # fmt: skip

metadata = Base.metadata
_FOLDER = Path(__file__).parent / "migrations"


def _config(database: Database) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["database"] = database
    return config


def upgrade(database: Database) -> None:
    """Apply every migration that is missing, in one transaction each."""
    command.upgrade(_config(database), "head")


def downgrade(database: Database, revision: str) -> None:
    """Go back to `revision` (`base` empties the database)."""
    command.downgrade(_config(database), revision)


def revise(database: Database, message: str) -> None:
    """Write a migration from the difference between models and database (for developers)."""
    command.revision(_config(database), message=message, autogenerate=True)


def is_current(database: Database) -> bool:
    """Whether the database has the newest migration."""
    head = ScriptDirectory.from_config(_config(database)).get_current_head()
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head
