"""`make bench`: how fast the platform answers, with the bare engine query of the same run as the baseline.

    python -m benchmarks [--sizes 10000,100000] [--titles FILE] [--queries 100] [--engine embedded|elasticsearch]
                         [--managers 10000] [--leads 1000] [--only libraries|managers|leads] [--keep FOLDER]

Listings are made of real titles (those of the demonstration papers, or one title a line in FILE), varied by number where
there are more listings than titles. Their vectors are real ones of the demonstration content, perturbed: encoding 10^5
texts would take an hour and change nothing about the speed of a scan. Run it on a quiet machine; the processor's time is
printed too, for one that is not. `docs/performance.md` says what the lines mean.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import leads, managers, measures, world
from benchmarks.engines import server


def main() -> None:
    """Build a throw-away platform of each size, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument(
        "--sizes", default="10000,100000", help="numbers of achievements, separated by commas"
    )
    parser.add_argument(
        "--titles", type=Path, help="one title a line (default: titles of the demonstration papers)"
    )
    parser.add_argument("--queries", type=int, default=100, help="repetitions of each question")
    parser.add_argument("--engine", choices=("embedded", "elasticsearch"), default="embedded")
    parser.add_argument(
        "--managers", type=int, default=10_000, help="managers to rank for deals (0: leave out)"
    )
    parser.add_argument(
        "--leads", type=int, default=1_000, help="open leads on the managers' page (0: leave out)"
    )
    parser.add_argument("--only", choices=("libraries", "managers", "leads"), help="one part of the tables")
    parser.add_argument(
        "--keep",
        type=Path,
        help="fill platforms in this folder, go on with what was stopped, or measure what stands there; a server's index "
        "is made anew from them",
    )
    chosen = parser.parse_args()
    titles = world.titles(chosen.titles)
    console = Console(width=110)
    console.print(f"{len(titles)} real titles; vectors are real ones, perturbed. Times in milliseconds.")
    if chosen.only in (None, "libraries"):
        _libraries(chosen, titles, console)
    if chosen.managers and chosen.only in (None, "managers"):
        found = managers.run(chosen.managers, chosen.queries, console)
        console.print(
            _table(f"{chosen.managers:,} managers, {managers.PAST_DEALS:,} deals of the past", found)
        )
    if chosen.leads and chosen.only in (None, "leads"):
        console.print(
            _table(f"{chosen.leads:,} open leads", leads.run(chosen.leads, chosen.queries, console))
        )


def _libraries(chosen: argparse.Namespace, titles: list[str], console: Console) -> None:
    """A platform of each size, measured."""
    with server(chosen.engine) as address:
        for size in (int(part) for part in chosen.sizes.split(",")):
            with _place(chosen.keep, size) as folder:
                app, built = world.build(folder, size, titles, console, address)
                before = os.getloadavg()[0]
                title = f"{size:,} achievements, {chosen.engine}"
                _print(console, title, built, measures.run(app, chosen.queries))
                _print_crowds(console, measures.crowds(app))
                console.print(f"load of the machine {before:.1f} before, {os.getloadavg()[0]:.1f} after\n")


@contextmanager
def _place(keep: Path | None, size: int) -> Iterator[Path]:
    """A folder for a platform of this size: one that is kept, or one that goes afterwards."""
    if keep is not None:
        yield keep / str(size)
        return
    with tempfile.TemporaryDirectory(prefix="sanku-bench-") as folder:
        yield Path(folder)


def _print(console: Console, title: str, built: world.Built, found: list[measures.Line]) -> None:
    console.print(_table(title, found))
    console.print(
        f"import {built.imported_per_second:,.0f} rows/s · rebuild {built.rebuilt_per_second:,.0f} documents/s · "
        f"index {built.index_mb:,.0f} MB · database {built.database_mb:,.0f} MB · "
        f"resident {measures.resident_mb():,.0f} MB (with the model)\n"
    )


def _print_crowds(console: Console, found: list[measures.Crowd]) -> None:
    table = Table()
    for heading in ("at the same time", "clients", "p50", "p99", "a second"):
        table.add_column(heading, justify="left" if heading == "at the same time" else "right")
    for one in found:
        table.add_row(one.what, str(one.clients), f"{one.p50:.1f}", f"{one.p99:.1f}", f"{one.per_second:.0f}")
    console.print(table)


def _table(title: str, found: list[measures.Line]) -> Table:
    """Times by question; beside a bare engine query where the run has one."""
    bare = next((line.p50 for line in found if line.is_baseline), None)
    table = Table(title=title, title_justify="left")
    for heading in ("what", "p50", "p99", "cpu p50", *(["× bare query"] if bare else [])):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    for line in found:
        ratio = [f"{line.p50 / bare:.2f}"] if bare else []
        table.add_row(line.what, f"{line.p50:.1f}", f"{line.p99:.1f}", f"{line.cpu:.1f}", *ratio)
    return table


if __name__ == "__main__":
    main()
