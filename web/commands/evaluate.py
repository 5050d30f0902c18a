"""`evaluate DIR`: how well the platform ranks, on judged pairs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import with_appcontext
from rich.console import Console
from rich.table import Table

from services import evaluate as evaluation
from services import whole_pool
from web.commands.progress import bars
from web.commands.whole_machine import with_all_cores
from web.current import platform

NAMES = {
    "tfidf_title": "TF-IDF of titles (characters, pairs)",
    "bm25_title": "BM25 of titles (characters, pairs)",
    "model_alone": "model alone (nearness of the vectors)",
    "fixed_sum": "fixed sum: characters, pairs, twice the model",
    "z_sum": "sum of both, standardised",
    "random": "random",
    "always_2": "always level 2",
}


def register(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(evaluate)


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the ranking as TSV to this file."
)
@click.option(
    "--pool",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Also look for what fits among the judged titles and those of this file, one a line, through a real index.",
)
@with_appcontext
def evaluate(folder: Path, out: Path | None, pool: Path | None) -> None:
    """Rank the judged pairs of FOLDER (needs.jsonl, pairs.tsv); the last line printed is one JSON object."""
    here = platform()
    try:
        labels = evaluation.read(folder)
        with bars() as told:
            machine = with_all_cores(here)
            result = evaluation.evaluate(machine, labels, told)
            found = whole_pool.measure(machine, labels, whole_pool.read_titles(pool), told) if pool else None
    except evaluation.BadLabels as bad:
        raise click.ClickException(str(bad)) from bad
    if out is not None:
        evaluation.write_ranking(result, out)
    report = dict(result.report) | ({"whole_pool": found} if found else {})
    _table(report)
    click.echo(json.dumps(report, ensure_ascii=False))


def _table(report: dict[str, Any]) -> None:
    table = Table(title=f"{report['needs']} needs, {report['pairs']} pairs", title_justify="left")
    for name in ("ranking", "nDCG@10", "Spearman", "level score"):
        table.add_column(name, justify="left" if name == "ranking" else "right")
    table.add_row("this platform", *_cells(report), style="bold")
    for key, numbers in report["baselines"].items():
        table.add_row(NAMES.get(key, key), *_cells(numbers))
    Console().print(table)
    for line in _remarks(report):
        click.echo(line)


def _remarks(report: dict[str, Any]) -> list[str]:
    """Intervals, differences, reliability and faithfulness, one sentence a line."""
    lines = [
        f"{name}: 95 % interval over needs {low:.4f} … {high:.4f}"
        for name, (low, high) in report.get("intervals", {}).items()
    ]
    lines += [
        f"nDCG@10 over {NAMES.get(name, name)}: {d['mean']:+.4f} ({d['low']:+.4f} … {d['high']:+.4f}), by chance {d['chance']:.4f}"
        for name, d in report.get("paired", {}).items()
    ]
    lines += [
        f"named {one['named']}: {one['pairs']} pairs, mean true level {one['mean_level']:.2f}, that or more {one['at_least']:.0%}"
        for one in report["reliability"]
    ]
    reasons = report["reasons"]
    lines.append(
        f"reasons of {reasons['lines']} top lines: the score falls without the quoted words in "
        f"{reasons['falls_without_evidence']:.1%} (by {reasons['points_without_evidence']:.1f} points on average), without as many "
        f"other characters in {reasons['falls_without_other_words']:.1%} (by {reasons['points_without_other_words']:.1f})"
    )
    if found := report.get("whole_pool"):
        lines.append(
            f"among {found['pool']:,} achievements: of what {found['needs']} needs were judged to fit at least 较强, "
            f"{found['recall_at_10']:.1%} is in the first 10, {found['recall_at_50']:.1%} in 50, {found['recall_at_200']:.1%} in "
            f"200; a list takes {found['ms_median']:.0f} ms (most {found['ms_most']:.0f})"
        )
    return lines


def _cells(numbers: dict[str, Any]) -> list[str]:
    return [f"{numbers[k]:.4f}" if k in numbers else "" for k in ("ndcg_at_10", "spearman", "level_score")]
