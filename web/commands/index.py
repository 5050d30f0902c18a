"""`index status|sync|rebuild|verify|rollback|plan`: the projection. Exit code 1 where index and database differ."""

from __future__ import annotations

import sys

import click
from flask import Flask
from flask.cli import AppGroup
from rich.console import Console
from rich.table import Table

from indexer import planning, process
from indexer.embedder import EmbeddingError
from indexer.port import IndexUnavailable, UnknownGeneration
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


@index.command()
@click.argument("libraries", nargs=-1, required=True, type=click.Choice(list(LIBRARIES)))
def rollback(libraries: tuple[str, ...]) -> None:
    """Let the generation kept back by the last rebuild answer again, and bring it up to date."""
    here = platform()
    for name in libraries:
        try:
            generation = here.index.rollback(name)
            drift = verify_library(here.database, here.index, name, here.embedder.model_id)
            mended = repair(here.database, here.index, drift, here.embedder.model_id)
        except UnknownGeneration as unknown:
            raise click.ClickException(f"{name}: {unknown}") from unknown
        except IndexUnavailable as away:
            raise click.ClickException(f"The index does not answer: {away}") from away
        click.echo(f"{name}: {generation} answers; {mended} documents it had missed were written")


@index.command()
@click.option("--library", type=click.Choice(list(LIBRARIES)), default="achievements", show_default=True)
@click.option("--documents", type=click.IntRange(1), required=True, help="Published listings to plan for.")
@click.option(
    "--dims", type=click.IntRange(1), default=384, show_default=True, help="Of the embedding model."
)
@click.option("--replicas", type=click.IntRange(0, 5), default=1, show_default=True)
@click.option("--node-memory", type=click.IntRange(5), default=64, show_default=True, help="GiB a node.")
@click.option("--node-disk", type=click.IntRange(10), default=4096, show_default=True, help="GiB a node.")
def plan(library: str, documents: int, dims: int, replicas: int, node_memory: int, node_disk: int) -> None:
    """Shards, memory, disk and nodes an Elasticsearch cluster needs; docs/scaling.md has the formulas."""
    gib = planning.GIB
    made = planning.plan(library, documents, dims, replicas, node_memory * gib, node_disk * gib)
    table = Table(
        "what", "how much", title=f"{documents:,} {library}, {dims} dimensions", title_justify="left"
    )
    for what, much in (
        ("primary shards", f"{made.shards:,}"),
        ("a shard", f"{_size(made.shard_bytes)}, {made.documents_per_shard:,} documents"),
        ("copies", f"{made.copies}"),
        ("a copy on disk", _size(made.copy_bytes)),
        ("page cache for vectors, a copy", _size(made.vector_memory)),
        ("page cache for vectors, all copies", _size(made.memory)),
        ("disk, with a rebuild beside it", _size(made.disk)),
        (f"nodes of {node_memory} GiB memory, {node_disk} GiB disk", f"{made.nodes:,}"),
        ("heap a node", _size(planning.heap(made.node_memory))),
    ):
        table.add_row(what, much)
    Console().print(table)
    click.echo(f"SANKU_ELASTICSEARCH_SHARDS={made.shards} SANKU_ELASTICSEARCH_REPLICAS={made.replicas}")


def _size(count: int) -> str:
    for unit, one in (("TiB", 2**40), ("GiB", 2**30), ("MiB", 2**20)):
        if count >= one:
            return f"{count / one:,.1f} {unit}"
    return f"{count / 1024:,.0f} KiB"


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
        how = ", gone on with what a dead rebuild had begun" if done.resumed else ""
        click.echo(f"{name}: {done.documents} documents in {done.generation}{how}")
