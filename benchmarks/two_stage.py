"""Would a quick model serve to propose, and a better one only judge what was proposed?

    python -m benchmarks.two_stage DATA --propose FOLDER ... [--judge MODEL] [--work FOLDER]

Like `evaluate --pool`: judged titles and those of DATA/achievements/titles.txt stand in a real index together, and needs
ask it. The index has the vectors of the model that proposes (or none); judging is always done with those of --judge.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean

from rich.console import Console
from rich.table import Table

from app import build_platform
from benchmarks.kept import Kept, opened
from benchmarks.quality import LABELS
from config import settings as configuration
from indexer.engines import open_index
from repositories import projection
from repositories.listing import ListingColumns, find
from repositories.needs import Need
from services import evaluate, runs
from services.access import NOBODY
from services.evaluate import Labels
from services.judging import judge
from services.platform import Platform
from services.throw_away import Progress, fill_index, give_vectors
from services.whole_pool import WIDE, fitting_ids, read_titles
from training.labels import SHIPPED
from web.commands.progress import bars

TITLES = "achievements/titles.txt"
DEPTHS = (10, 50, 200)
PROPOSED = (50, 150, WIDE)
EVERYTHING = 10**9


@dataclass(frozen=True, slots=True)
class Line:
    """Shares of what fits, means over needs: among so many proposals of the index, and among the first of the list that
    judging `WIDE` proposals gives."""

    proposing: str
    proposed: Mapping[int, float]
    judged: Mapping[int, float]


def measure(
    platform: Platform, labels: Labels, others: Sequence[str], judging: Kept, proposing: Sequence[Kept], told: Progress
) -> list[Line]:  # fmt: skip
    """A line for words alone, then one for words with the vectors of *judging* and of each of *proposing*."""
    lines = []
    with evaluate.judged_listings(replace(platform, embedder=judging), labels, told, others) as (
        bench,
        needs,
        known,
    ):
        fitting = fitting_ids(labels, known)
        with bench.database.read() as session:
            rows = [one.row for one in projection.public_after(session, "achievements", 0, EVERYTHING, "")]
        for first in (judging, *proposing):
            with tempfile.TemporaryDirectory(prefix="sanku-two-stage-") as folder:
                index = open_index("embedded", Path(folder) / "index", first.model_id)
                own = replace(bench, embedder=first, index=index)
                give_vectors(own, [*needs.values(), *rows], told)
                fill_index(own, "achievements", Path(folder), told)
                judge_with = replace(bench, index=index)
                if not lines:
                    lines.append(_line("words alone", None, judge_with, needs, fitting, told))
                lines.append(_line(f"words, {first.model_id}", own, judge_with, needs, fitting, told))
                index.close()
    return lines


def _line(
    name: str,
    proposing: Platform | None,
    judging: Platform,
    needs: Mapping[str, ListingColumns],
    fitting: Mapping[str, set[int]],
    told: Progress,
) -> Line:
    """Every need asks the index with its vector of *proposing* (None: with its words only)."""
    proposed: dict[int, list[float]] = {depth: [] for depth in PROPOSED}
    judged: dict[int, list[float]] = {depth: [] for depth in DEPTHS}
    filters = runs.OPEN.to_filters(NOBODY, "achievements")
    for done, (key, own) in enumerate(fitting.items(), 1):
        with judging.database.read() as session:
            need = find(session, Need, needs[key].id)
        assert need is not None
        asked = None if proposing is None else runs.subject_vector(proposing, need, runs.PUBLIC)
        subject, text = runs.subject_facts(need, runs.subject_vector(judging, need, runs.PUBLIC), runs.PUBLIC)
        for depth, shares in proposed.items():
            hits = judging.index.candidates("achievements", text, asked, depth, filters)
            shares.append(len(own.intersection(hit.id for hit in hits)) / len(own))
        found = judge(judging, NOBODY, "achievements", subject, asked, filters, text, WIDE).judgements
        order = [one.achievement_id for one in found]
        for depth, shares in judged.items():
            shares.append(len(own.intersection(order[:depth])) / len(own))
        told(f"Asking ({name})", done, len(fitting))
    return Line(name, *({depth: mean(each) for depth, each in of.items()} for of in (proposed, judged)))


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.two_stage", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("data", type=Path)
    parser.add_argument("--propose", nargs="+", required=True, metavar="MODEL")
    parser.add_argument("--judge", default=SHIPPED, metavar="MODEL", help="the ranker is fitted on this one")
    parser.add_argument("--work", type=Path, default=Path("var/frontier"), help="where vectors are kept")
    chosen = parser.parse_args(arguments)
    labels, others = evaluate.read(chosen.data / LABELS), read_titles(chosen.data / TITLES)
    platform = build_platform(configuration.load(os.environ))
    with bars() as told:
        judging, *proposing = (
            Kept(opened(name, chosen.work, os.cpu_count()), chosen.work / "vectors", told)
            for name in (chosen.judge, *chosen.propose)
        )
        lines = measure(platform, labels, others, judging, proposing, told)
    table = Table(title=f"judged with {judging.model_id}, {platform.ranker.name}", title_justify="left")
    headings = (
        "proposed by",
        *(f"in {n} proposals" for n in PROPOSED),
        *(f"first {n} of the list" for n in DEPTHS),
    )
    for heading in headings:
        table.add_column(heading, justify="left" if heading == headings[0] else "right")
    for line in lines:
        table.add_row(
            line.proposing, *(f"{share:.1%}" for of in (line.proposed, line.judged) for share in of.values())
        )
    Console(width=160).print(table)


if __name__ == "__main__":
    main()
