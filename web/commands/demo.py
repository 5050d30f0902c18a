"""`demo load|remove|vectors`: the demonstration content."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup

from services import demo as demonstration
from services.demonstration.content import BadContent
from web.commands.problems import told
from web.commands.progress import bar, bars
from web.commands.whole_machine import with_all_cores
from web.current import platform

demo = AppGroup("demo", help="The demonstration content: fictional organisations, and papers of ChinaXiv.")


def register(app: Flask) -> None:
    """Add the family."""
    app.cli.add_command(demo)


@demo.command()
def load() -> None:
    """Put the demonstration content in."""
    here = platform()
    try:
        with told(), bars() as progress:
            loaded = demonstration.load(here, progress)
    except BadContent as bad:
        raise click.ClickException(str(bad)) from bad
    click.echo(
        f"{loaded.organisations} organisations, {loaded.achievements} achievements, {loaded.needs} needs, "
        f"{loaded.talents} talents, {loaded.deals} deals; {loaded.with_vector} with a shipped vector."
    )
    for address, role in demonstration.addresses(here):
        click.echo(f"  {address} ({role})")
    click.echo(f"  password: {demonstration.password(here)}")


@demo.command()
def remove() -> None:
    """Take the demonstration content out, with everything that hangs on it."""
    gone = demonstration.remove(platform())
    click.echo(
        f"Removed {gone.organisations} organisations, {gone.accounts} accounts, {gone.achievements} achievements, "
        f"{gone.needs} needs, {gone.talents} talents. The worker takes them out of the index (or `index sync`)."
    )


@demo.command()
def vectors() -> None:
    """Encode the demonstration content anew into demo/vectors.npz (for developers; about a minute)."""
    here = with_all_cores(platform())
    with bar("Encoding") as progress:
        count = demonstration.write_vectors(here, progress)
    click.echo(f"{count} vectors of {here.embedder.model_id}")
