"""Which embedding model: what each is good for beside how quick and how large it is.

    python -m benchmarks.frontier DATA --models NAME FOLDER ... [--work FOLDER] [--json FILE] [--write]

DATA holds need_achievement/ (as `evaluate` takes it) and the texts that `training.texts` reads. A model is a shipped
name, a packed folder, a folder that sentence-transformers loads (`training.static` makes small ones) or a hub name;
LABEL=MODEL says what its row is called.
Vectors are kept in --work by model id, so only a new model takes long; speeds are measured anew every time. --write
puts the table into docs/ranking.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform as machine
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import sentence_transformers
import torch
from rich.console import Console
from rich.table import Table

from benchmarks import quality, speeds
from benchmarks.kept import Kept, opened
from repositories.needs import asked_text
from services import evaluate
from services.throw_away import Progress
from training.labels import SHIPPED
from web.commands.progress import bars

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "ranking.md"
BEGIN, END = "<!-- frontier -->", "<!-- end of frontier -->"
SEED = 20261122
HEADINGS = (
    "model", "needs, vectors alone: nDCG@10", "Spearman", "needs, in the ranker: nDCG@10", "Spearman", "level_score",
    "papers: all", "held out", "patents: all", "held out", "titles/s", "abstracts/s", "needs/s", "MB", "numbers", "load",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One model. `megabytes` is None where a hub keeps it."""

    model: str
    model_id: str
    needs: quality.Needs
    abstracts: dict[str, quality.Found]
    speed: speeds.Speed
    megabytes: float | None

    def cells(self) -> list[str]:
        """In the order of HEADINGS."""
        needs, speed = self.needs, self.speed
        both = [f"{value:.3f}" for found in self.abstracts.values() for value in (found.every, found.held)]
        return [
            self.model, f"{needs.alone_ndcg:.3f}", f"{needs.alone_spearman:.3f}", f"{needs.ndcg:.3f}",
            f"{needs.spearman:.3f}", f"{needs.level_score:.3f}", *both, f"{speed.titles:,.0f}", f"{speed.abstracts:,.0f}",
            f"{speed.needs:,.0f}", "" if self.megabytes is None else f"{self.megabytes:.0f}", str(speed.dimensions),
            f"{speed.load:.1f} s",
        ]  # fmt: skip


def measured(
    data: Path, models: Sequence[str], work: Path, threads: int, repeats: int, told: Progress
) -> list[Row]:  # fmt: skip
    """A row for each of *models*, in their order."""
    labels = evaluate.read(data / quality.LABELS)
    abstracts = quality.abstracts_of(data)
    chance = random.Random(SEED)
    titles, needs = list(labels.achievements.values()), [asked_text(*both) for both in labels.needs.values()]
    texts = [text for them in abstracts.values() for text in them.abstracts]
    for some in (titles, needs, texts):
        chance.shuffle(some)
    rows = []
    for done, given in enumerate(models):
        told("Models", done, len(models))
        label, _, name = given.rpartition("=")
        embedder = Kept(opened(name, work, threads), work / "vectors", told)
        on_needs = quality.on_needs(data, embedder, repeats)
        on_abstracts = {kind: quality.on_abstracts(them, embedder) for kind, them in abstracts.items()}
        told("Models", done + 1, len(models))
        speed = speeds.measure(lambda name=name: opened(name, work, 1), titles, texts, needs, threads)
        label = label or Path(name).name
        rows.append(Row(label, embedder.model_id, on_needs, on_abstracts, speed, speeds.megabytes(name)))
    return rows


def markdown(rows: Sequence[Row], told: str) -> str:
    """The table as docs have it."""
    lines = [
        f"| {' | '.join(HEADINGS)} |",
        f"|{'---|' * len(HEADINGS)}",
        *(f"| {' | '.join(row.cells())} |" for row in rows),
        "",
        told,
    ]
    return "\n".join(lines)


def replaced(document: str, table: str) -> str:
    """*document* with *table* between the two marks; raises ValueError where it has no marks."""
    before, found, rest = document.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not found or not ended:
        raise ValueError(f"the document has no {BEGIN} … {END}")
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.frontier", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("data", type=Path)
    parser.add_argument("--models", nargs="+", default=[SHIPPED])
    parser.add_argument("--work", type=Path, default=Path("var/frontier"), help="where vectors are kept")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="for titles and abstracts")
    parser.add_argument("--repeats", type=int, default=4, help="splits into five folds inside the ranker")
    parser.add_argument("--json", type=Path, help="keep the rows in this file")
    parser.add_argument("--write", action="store_true", help=f"put the table into docs/{DOCUMENT.name}")
    chosen = parser.parse_args(arguments)
    load = os.getloadavg()[0]
    with bars() as told:
        rows = measured(chosen.data, chosen.models, chosen.work, chosen.threads, chosen.repeats, told)
    where = (
        f"{machine.processor() or machine.machine()}, {chosen.threads} threads (needs: one), torch {torch.__version__}, "
        f"sentence-transformers {sentence_transformers.__version__}, float32, {datetime.now(UTC).date().isoformat()}; "
        f"load of the machine {load:.1f} before, {os.getloadavg()[0]:.1f} after."
    )
    table = Table(title_justify="left")
    for at, heading in enumerate(HEADINGS):
        table.add_column(heading, justify="right" if at else "left")
    for row in rows:
        table.add_row(*row.cells())
    console = Console(width=200)
    console.print(table)
    console.print(where, highlight=False)
    if chosen.json:
        kept = {"where": where, "rows": [asdict(row) for row in rows]}
        chosen.json.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if chosen.write:
        document = DOCUMENT.read_text(encoding="utf-8")
        DOCUMENT.write_text(replaced(document, markdown(rows, where)), encoding="utf-8")


if __name__ == "__main__":
    main()
