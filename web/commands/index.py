"""`index status|sync|rebuild|verify`: the projection. Exit code 1 where index and database differ."""

from __future__ import annotations

import sys

import click
from flask import Flask
from flask.cli import AppGroup
from rich.console import Console
from rich.table import Table

from indexer import process
from indexer.embedder import EmbeddingError
from indexer.port import IndexUnavailable
from indexer.rebuild import RebuildRefused
from indexer.rebuild import rebuild as rebuild_library
from indexer.verify import repair
from indexer.verify import verify as verify_library
from repositories import outbox
from services.platform import Platform
from services.worker import locks
from web.commands.progress import bars
from web.commands.whole_machine import with_all_cores
from web.current import platform

LIBRARIES = ("achievements", "needs", "talents")

index = AppGroup("index", help="The search index: a projection that may be deleted and rebuilt at any time.")


def register(app: Flask) -> None:
    """Add the family."""
    app.cli.add_command(index)


@index.command()
def status() -> None:
    """Generations, documents, vectors and the queue."""
    here = platform()
    table = Table("library", "generation", "documents", "with vector", "meaning", "shape")
    try:
        for name in LIBRARIES:
            state = here.index.state(name)
            table.add_row(
                name, state.generation or "none", str(state.documents), str(state.with_vector),
                "yes" if state.meaning else "no", "current" if state.up_to_date_shape else "old: rebuild it",
            )  # fmt: skip
    except IndexUnavailable as away:
        raise click.ClickException(f"The index does not answer: {away}") from away
    Console().print(table)
    with here.database.read() as session:
        waiting, parked, oldest = outbox.depth(session)
    age = f", the oldest for {(here.now() - oldest).total_seconds():.0f} s" if oldest else ""
    click.echo(f"queue: {waiting} waiting{age}, {parked} parked")


@index.command()
def sync() -> None:
    """Bring everything that waits into the index (or wait until the running worker has)."""
    here = with_all_cores(platform())
    if not process.drain_now(here.database, here.index, here.embedder, locks(here)):
        raise click.ClickException(
            "Some jobs could not be done; `index status` shows them, the log says why."
        )
    click.echo("The index knows everything.")


@index.command()
@click.argument("libraries", nargs=-1, type=click.Choice(list(LIBRARIES)))
def rebuild(libraries: tuple[str, ...]) -> None:
    """Fill new generations from the database while the old ones answer, then swap (default: all libraries)."""
    rebuild_all(with_all_cores(platform()), libraries or tuple(LIBRARIES))


@index.command()
@click.option("--repair", "mend", is_flag=True, help="Bring what differs to what the database says.")
def verify(mend: bool) -> None:
    """Compare index and database, document by document."""
    here, wrong = platform(), 0
    for name in LIBRARIES:
        try:
            drift = verify_library(here.database, here.index, name, here.embedder.model_id)
        except IndexUnavailable as away:
            raise click.ClickException(f"The index does not answer: {away}") from away
        line = f"{name}: {drift.documents} documents"
        if drift.clean:
            click.echo(f"{line}, equal to the database")
        else:
            click.echo(
                f"{line}, {len(drift.missing)} missing, {len(drift.stale)} stale, {len(drift.orphaned)} orphaned"
            )
            if not drift.consistent:
                click.echo(f"{name}: its files disagree with each other; rebuild it")
        if drift.without_vector:
            click.echo(f"{name}: {len(drift.without_vector)} documents have no vector")
        if mend and not drift.clean:
            click.echo(f"{name}: mended {repair(here.database, here.index, drift, here.embedder.model_id)}")
        else:
            wrong += not drift.clean
    if wrong:
        sys.exit(1)


def rebuild_all(here: Platform, libraries: tuple[str, ...]) -> None:
    """Rebuild with a bar a library; raises click errors that say what to do."""
    for name in libraries:
        try:
            with bars() as told:
                step = f"Indexing {name}"
                done = rebuild_library(
                    here.database, here.index, here.embedder, name, locks(here),
                    lambda count, total, step=step: told(step, count, total),  # type: ignore[misc]
                )  # fmt: skip
        except (RebuildRefused, EmbeddingError, IndexUnavailable) as refused:
            raise click.ClickException(
                f"{name} was not rebuilt, the old index answers on: {refused}"
            ) from refused
        click.echo(f"{name}: {done.documents} documents in {done.generation}")
