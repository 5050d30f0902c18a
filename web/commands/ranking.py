"""`ranking compare A B`: what another ranker would change; `ranking feedback FILE`: what people did, as training data."""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from config import rankers
from matching.scoring import BadRanker, Ranker
from services import comparing, training_data
from services import evaluate as evaluation
from services.errors import IndexAway
from web.commands.progress import bars
from web.commands.whole_machine import with_all_cores
from web.current import platform

ranking = AppGroup("ranking", help="The ranker as data: what a change of it would change.")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
MOST_TOLD = 20


def register(app: Flask) -> None:
    """Add the family."""
    app.cli.add_command(ranking)


@ranking.command("feedback")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
def write_feedback(file: Path) -> None:
    """Write what people did with public pairs to FILE (jsonl) as training data, without persons and secrets."""
    click.echo(f"{training_data.write(platform(), file)} outcomes in {file}")


@ranking.command()
@click.argument("before", type=FILE)
@click.argument("after", type=FILE)
@click.option("--idf", type=FILE, default=rankers.IDF, help="IDF of both, where it is not the shipped one.")
@click.option(
    "--labels",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Judged pairs to measure both on.",
)
def compare(before: Path, after: Path, idf: Path, labels: Path | None) -> None:
    """Compare two rankers (files like config/weights.toml) on published needs and, with --labels, on judged pairs."""
    here = platform()
    try:
        old, new = (Ranker.from_data(*rankers.load(path, idf)) for path in (before, after))
        content = comparing.on_content(here, old, new)
        if labels is not None:
            with bars() as told:
                figures = comparing.on_labels(with_all_cores(here), old, new, evaluation.read(labels), told)
            for name, numbers in figures.items():
                click.echo(f"{name}: " + ", ".join(f"{key} {value:.4f}" for key, value in numbers.items()))
    except (BadRanker, rankers.BadRankerFile, evaluation.BadLabels) as bad:
        raise click.ClickException(str(bad)) from bad
    except IndexAway as away:
        raise click.ClickException(away.message) from away
    click.echo(f"{old.name} → {new.name}, {content.lists} published needs:")
    click.echo(f"  recommended lines {content.recommended_before} → {content.recommended_after}")
    click.echo(f"  same first line {content.same_first:.0%}, lines kept in the first ten {content.kept:.0%}")
    for one in content.changed[:MOST_TOLD]:
        click.echo(f"  {one.need}")
        for sign, titles in (("+", one.entered), ("-", one.left)):
            for title in titles:
                click.echo(f"    {sign} {title}")
