"""The command line: `flask --app app …`, one file a family. Commands call services as pages do."""

from __future__ import annotations

from flask import Flask

from web.commands import accounts, backup, database, demo, evaluate, imports, index, ranking, serve

FAMILIES = (accounts, backup, database, demo, evaluate, imports, index, ranking, serve)


def register(app: Flask) -> None:
    """Add every command to the application."""
    for family in FAMILIES:
        family.register(app)
