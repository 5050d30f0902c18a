"""`db upgrade`: brings the database to the schema this code expects."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup

from repositories import schema
from web.current import platform

db = AppGroup("db", help="The database's schema.")


def register(app: Flask) -> None:
    """Add the family."""
    app.cli.add_command(db)


@db.command()
def upgrade() -> None:
    """Apply every migration that is missing."""
    schema.upgrade(platform().database)
    click.echo("The database has the newest schema.")
