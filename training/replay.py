"""What refitting on the platform's own outcomes would change: python -m training.replay FEEDBACK LABELS --vectors V.npz --out FILE.

FEEDBACK is what `flask --app app ranking feedback FILE` wrote. Curves are fitted on the labels with the outcomes beside
them, each counted --weight times, and written to --out as a ranker; `flask --app app ranking compare
config/weights.toml FILE` then shows which lists of published needs move. Nothing is put in place.
"""

from __future__ import annotations

import argparse
import copy
import json
from pathlib import Path

import numpy as np

from config import rankers
from matching.ranker import Ranker
from training import ordinal
from training.fit_ranker import cross_validate, render, tabulate
from training.labels import FITTED, judged, vectors_of


def read_outcomes(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """(values (P, FITTED), levels (P,)) of the outcomes that say something about fitting."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    known = [line for line in lines if line["level"] is not None]
    values = [[line["features"].get(f.__name__) or 0.0 for f in FITTED] for line in known]
    return np.array(values).reshape(-1, len(FITTED)), np.array([float(line["level"]) for line in known])


def main() -> None:
    """Parse, fit, print, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("feedback", type=Path)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--vectors", type=Path, required=True)
    parser.add_argument("--weight", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()

    tables, idf = rankers.load()
    tables = copy.deepcopy(tables)
    labels = judged(
        options.labels, Ranker.from_data(tables, idf), vectors_of(options.labels, options.vectors)
    )
    values, levels = read_outcomes(options.feedback)
    more = (np.repeat(values, options.weight, axis=0), np.repeat(levels, options.weight))
    for name, beside in (("labels alone", None), (f"with {len(levels)} outcomes × {options.weight}", more)):
        ndcg, _, spearman, level = cross_validate(labels, beside).mean(axis=0)
        print(
            f"{name}: out of fold on the labels nDCG@10 {ndcg:.4f}, Spearman {spearman:.4f}, level_score {level:.4f}"
        )
    alone = ordinal.fit(labels.values, labels.level)
    both = np.concatenate([labels.values, more[0]]), np.concatenate([labels.level, more[1]])
    before = tabulate(alone, copy.deepcopy(tables))
    grown = tabulate(ordinal.fit(*both, knots=alone.knots), tables) / before
    # A point is worth other odds now; what was read on full listings stays at the odds it had.
    tables["levels"] = {name: round(cut * grown, 2) for name, cut in tables["levels"].items()}
    tables["name"] = f"{tables['name']}-replay"
    options.out.write_text(render(tables), encoding="utf-8")


if __name__ == "__main__":
    main()
