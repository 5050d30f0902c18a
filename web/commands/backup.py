"""`backup FILE` and `restore FILE`: all that cannot be made again, in one file."""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask
from flask.cli import with_appcontext

from repositories import schema
from services import backup as copies
from web.commands.progress import bar
from web.commands.running import holder, serve_lock
from web.current import platform


def register(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(backup)
    app.cli.add_command(restore)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_appcontext
def backup(file: Path) -> None:
    """Write FILE (.tar.gz) while the platform serves."""
    try:
        with bar("Copying the database") as progress:
            done = copies.backup(platform(), file, progress)
    except copies.BackupRefused as refused:
        raise click.ClickException(str(refused)) from refused
    click.echo(
        f"{done.path} ({done.bytes / 1e6:.1f} MB). It holds password hashes and keys: store it safely."
    )


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Put it in the place of the present data.")
@with_appcontext
def restore(file: Path, replace: bool) -> None:
    """Put FILE into the data folder; the index is built anew by the next start."""
    here = platform()
    with serve_lock(here) as is_free:
        if not is_free:
            raise click.ClickException(
                f"The platform runs on this data folder (process {holder(here)}). Stop it first."
            )
        try:
            details = copies.restore(here, file, replace=replace)
        except copies.BackupRefused as refused:
            raise click.ClickException(str(refused)) from refused
        schema.upgrade(here.database)
    click.echo(f"Restored the backup of {details['made_at']}. The next `make run` builds the index anew.")
