"""Fits the shipped ranker on judged pairs: python -m training.fit_ranker LABELS --vectors V.npz [--write NAME].

LABELS holds needs.jsonl and pairs.tsv as `flask evaluate` takes them. V keeps the vectors of their titles between runs,
made by the shipped model where it is not there. IDF: `--titles FILE --prose FILE...` counts it
anew, else the shipped one stays. Prints out-of-fold figures and what would ship; --write puts config/weights.toml (and
config/idf.npz) in place under a name, and keeps a ranker of another name as config/weights-OLD.toml. Read from the file and kept: points of structured fields (no label has them), levels of full
listings and the floor (the labels are titles on one side; `benchmarks.demo_pairs` shows what these do).
"""

from __future__ import annotations

import argparse
import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from config import rankers
from matching import evaluation
from matching.ranker import Ranker
from training import ordinal
from training.count_idf import WINDOW, count_idf
from training.labels import FITTED, Judged, judged, mean_ndcg, mean_spearman, vectors_of

FOLDS, REPEATS = 5, 10
SHARE_AT_LAST = 0.95
"""Points a feature has at its last fitted knot; the rest lies in a straight line up to twice that value, where no label
is but full listings are."""


def cross_validate(
    labels: Judged, beside: tuple[np.ndarray, np.ndarray] | None = None, repeats: int = REPEATS
) -> np.ndarray:
    """(repeats, 4): nDCG@10, its gain over TF-IDF of titles, Spearman, level_score; all out of fold. *beside*: values and
    levels that every fold is fitted on as well."""
    values, levels = beside or (np.zeros((0, labels.values.shape[1])), np.zeros(0))
    words = np.array(evaluation.title_tfidf(labels.need_titles, labels.achievement_titles))
    baseline = mean_ndcg(labels.lists, labels.level, words)
    rows = []
    for seed in range(repeats):
        fold = labels.folds(seed, FOLDS)
        score, level = np.zeros(len(fold)), np.zeros(len(fold))
        for one in range(FOLDS):
            held = fold == one
            fitted = ordinal.fit(
                np.concatenate([labels.values[~held], values]), np.concatenate([labels.level[~held], levels])
            )
            # Cuts of two folds differ by a constant that says nothing about order: only lists are compared.
            score[held], level[held] = fitted.score(labels.values[held]), fitted.level(labels.values[held])
        ndcg = mean_ndcg(labels.lists, labels.level, score)
        rows.append(
            (ndcg, ndcg - baseline, mean_spearman(labels.lists, labels.level, score),
             evaluation.level_score(labels.level.tolist(), level.astype(int).tolist()))
        )  # fmt: skip
    return np.array(rows)


def tabulate(fitted: ordinal.Fitted, tables: dict[str, Any]) -> float:
    """Put curves and the levels of bare titles into *tables*, in points; gives the points of one unit of log odds."""
    points = sum(
        float(table["points"])
        for name, table in tables["features"].items()
        if name in {feature.__name__ for feature in FITTED}
    )
    tops = [float(heights[-1]) / SHARE_AT_LAST for heights in fitted.heights]
    scale = points / sum(tops)
    rounded = [round(top * scale, 1) for top in tops]
    rounded[-1] = round(points - sum(rounded[:-1]), 1)
    for feature, top, own, knots, heights in zip(
        FITTED, tops, rounded, fitted.knots, fitted.heights, strict=True
    ):
        pairs = [[round(float(k), 3), round(float(h) / top, 4)] for k, h in zip(knots, heights, strict=True)]
        pairs.append([round(2 * float(knots[-1]), 3), 1.0])
        tables["features"][feature.__name__] = {"points": own, "knots": pairs}
    names = ("fair", "fairly_strong", "strong")
    tables["levels_of_titles"] = {
        name: round(float(cut) * scale, 1) for name, cut in zip(names, fitted.cuts, strict=True)
    }
    return scale


def render(tables: Mapping[str, Any]) -> str:
    """weights.toml with a word on each part."""
    told = {
        "ngrams": "IDF of grams the table lacks; an IDF is -ln of the chance to meet the gram within so many characters",
        "levels": "least score of 一般, 较强, 强, and of a recommendation at all, where both sides have a text (read on full listings)",
        "levels_of_titles": "the same cuts where a side gives its title only (fitted: that level or more is likelier than not)",
    }
    lines = [
        "# The shipped ranker as data. `python -m training.fit_ranker` writes this file; docs/ranker-card.md says",
        "# from what. Points of all features add up to 100. Knots are (value, share of the points), straight between.",
        f'name = "{tables["name"]}"',
    ]
    for name, remark in told.items():
        lines += [f"\n[{name}] # {remark}", *(f"{key} = {value}" for key, value in tables[name].items())]
    for name, table in tables["features"].items():
        lines += [f"\n[features.{name}]", f"points = {table['points']}", f"knots = {table['knots']}"]
    return "\n".join(lines) + "\n"


def reliability(level: np.ndarray, named: np.ndarray) -> str:
    """For each level named: how many pairs, their mean true level, and how many are at least that."""
    lines = ["  named  pairs  mean true level  that level or more"]
    for one in (1, 2, 3, 4):
        own = level[named == one]
        if len(own):
            lines.append(f"  {one:5}  {len(own):5}  {own.mean():15.2f}  {(own >= one - 0.5).mean():18.0%}")
    return "\n".join(lines)


def main() -> None:
    """Parse, fit, print, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("labels", type=Path)
    parser.add_argument("--vectors", type=Path, required=True)
    parser.add_argument("--titles", type=Path, help="count the IDF anew from a file of titles, one a line")
    parser.add_argument(
        "--prose", type=Path, nargs="+", default=(), help="and from jsonl files of long texts"
    )
    parser.add_argument("--write", metavar="NAME", help="put the ranker in place under this name")
    options = parser.parse_args()

    tables, idf = rankers.load()
    tables = copy.deepcopy(tables)
    if options.titles:
        idf, unseen = count_idf(options.titles, options.prose)
        tables["ngrams"].update(unseen=round(unseen, 3), window=WINDOW)
    ranker = Ranker.from_data(tables, idf)
    labels = judged(options.labels, ranker, vectors_of(options.labels, options.vectors))
    found = cross_validate(labels)
    names = ("nDCG@10", "gain over title TF-IDF", "Spearman", "level_score")
    print(f"out of fold ({FOLDS} folds by title, {REPEATS} splits, mean ± deviation over splits):")
    for name, column in zip(names, found.T, strict=True):
        print(f"  {name:24} {column.mean():.4f} ± {column.std():.4f}")
    fitted = ordinal.fit(labels.values, labels.level)
    tabulate(fitted, tables)
    named = fitted.level(labels.values)
    print(f"ships, on what it was fitted on: nDCG@10 {mean_ndcg(labels.lists, labels.level, fitted.score(labels.values)):.4f}, "
          f"level_score {evaluation.level_score(labels.level.tolist(), named.tolist()):.4f}")  # fmt: skip
    print(reliability(labels.level, named))
    print(render(tables))
    if options.write:
        former = str(tables["name"])
        if former != options.write:
            rankers.WEIGHTS.rename(rankers.FOLDER / f"weights-{former}.toml")
        tables["name"] = options.write
        rankers.WEIGHTS.write_text(render(tables), encoding="utf-8")
        if options.titles:
            np.savez_compressed(
                rankers.IDF, grams=np.array(list(idf)), idf=np.array(list(idf.values()), dtype=np.float32)
            )


if __name__ == "__main__":
    main()
