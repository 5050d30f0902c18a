"""Fits the shipped ranker on judged pairs: python -m benchmarks.fit_ranker LABELS TITLES [--prose FILE...] [--write].

LABELS holds needs.jsonl and pairs.tsv as `flask evaluate` takes them; TITLES is a text file with one title a line, the
files of prose are jsonl with an `abstract` or a `text`; from both the IDF is counted (never from the labels). Prints
out-of-fold figures, where caps, weights and the cut of 一般 are fitted on other needs, and what would ship; --write puts
config/weights.toml and config/idf.npz in place. Read from the file and kept are the points of structured fields (no
label has such fields), the two upper cuts and the floor of recommendations (the labels are titles only, and few of
them high; `benchmarks.demo_pairs` shows what these do on full listings).
"""

from __future__ import annotations

import argparse
import copy
import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.count_idf import WINDOW, count_idf
from config import rankers
from indexer.embedder import SentenceTransformerEmbedder
from indexer.text import normalise
from matching import evaluation
from matching.features import body_words, semantic_nearness, title_words
from matching.features.pair import pair_of
from matching.ngrams import tighten
from matching.ranker import Ranker
from matching.types import AchievementFacts, NeedFacts

FITTED = (title_words, body_words, semantic_nearness)
CAP_QUANTILE = 0.998
SHARE_AT_CAP = 0.9
GRID = 20
PLATEAU = 0.1
"""The weights are the mean of the best tenth of the grid: the maximum itself is noise, its plateau is not."""
FOLDS, REPEATS = 5, 4


@dataclass(frozen=True, slots=True)
class Labels:
    """Judged pairs as columns: need number, true level, feature values (pairs × FITTED; unknown is 0)."""

    need: np.ndarray
    level: np.ndarray
    values: np.ndarray
    need_titles: list[str]
    achievement_titles: list[str]


def read_labels(folder: Path, ranker: Ranker, vectors: Path | None) -> Labels:
    """Compute the features of all judged pairs with the shipped functions."""
    needs = {}
    for line in (folder / "needs.jsonl").read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        needs[one["id"]] = (normalise(one["title"]), normalise(one["text"]))
    rows = [line.split("\t") for line in (folder / "pairs.tsv").read_text(encoding="utf-8").splitlines()[1:]]
    titles = {row[1]: normalise(row[3]) for row in rows}
    need_vectors, title_vectors = _vectors({n: t for n, (t, _) in needs.items()}, titles, vectors)
    number = {need: at for at, need in enumerate(needs)}
    facts = {
        need: NeedFacts(id=number[need], title=title, text=text, vector=need_vectors[need])
        for need, (title, text) in needs.items()
    }
    values = np.zeros((len(rows), len(FITTED)))
    for at, (need, achievement, _, _) in enumerate(rows):
        other = AchievementFacts(id=at, title=titles[achievement], vector=title_vectors[achievement])
        pair = pair_of(ranker.ngrams, facts[need], other)
        values[at] = [feature(pair) or 0.0 for feature in FITTED]
    return Labels(
        need=np.array([number[row[0]] for row in rows]),
        level=np.array([float(row[2]) for row in rows]),
        values=values,
        need_titles=[facts[row[0]].title for row in rows],
        achievement_titles=[titles[row[1]] for row in rows],
    )


def _vectors(
    needs: Mapping[str, str], titles: Mapping[str, str], cache: Path | None
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    if cache is not None and cache.exists():
        with np.load(cache) as kept:
            return (
                dict(zip(kept["need_ids"].tolist(), kept["needs"], strict=True)),
                dict(zip(kept["title_ids"].tolist(), kept["titles"], strict=True)),
            )
    embedder = SentenceTransformerEmbedder("e5-small-zh", Path("var"), threads=None)
    encoded_needs = embedder.encode([tighten(title) for title in needs.values()], "query")
    encoded_titles = embedder.encode([tighten(title) for title in titles.values()], "passage")
    if cache is not None:
        np.savez(
            cache, need_ids=list(needs), needs=encoded_needs, title_ids=list(titles), titles=encoded_titles
        )
    return dict(zip(needs, encoded_needs, strict=True)), dict(zip(titles, encoded_titles, strict=True))


def shares(values: np.ndarray, caps: np.ndarray) -> np.ndarray:
    """The curves: straight to SHARE_AT_CAP at the cap, then slowly to 1 at twice the cap."""
    return SHARE_AT_CAP * np.clip(values / caps, 0, 1) + (1 - SHARE_AT_CAP) * np.clip(values / caps - 1, 0, 1)


def fit(
    labels: Labels, rows: np.ndarray, points: float, upper: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray, list[float]]:
    """(caps, points of each fitted feature, three cuts) from the given rows; the two upper cuts are given."""
    values, level, need = labels.values[rows], labels.level[rows], labels.need[rows]
    caps = np.round(np.quantile(values, CAP_QUANTILE, axis=0), 3)
    x = shares(values, caps)
    lists = [np.flatnonzero(need == one) for one in np.unique(need)]
    tried = []
    for a, b in itertools.product(range(1, GRID), repeat=2):
        if a + b < GRID:
            weights = np.array([a, b, GRID - a - b]) / GRID * points
            score = x @ weights
            merit = mean_ndcg(lists, level, score) + evaluation.level_score(
                level, predict(score, best_cuts(score, level))
            )
            tried.append((merit, tuple(weights)))
    tried.sort(reverse=True)
    weights = np.round(np.mean([w for _, w in tried[: max(1, int(len(tried) * PLATEAU))]], axis=0))
    weights[-1] += points - weights.sum()
    return caps, weights, [best_cuts(x @ weights, level)[0], *upper]


def mean_ndcg(lists: Sequence[np.ndarray], level: np.ndarray, score: np.ndarray) -> float:
    """Mean nDCG@10 over the needs with a gain."""
    found = [evaluation.ndcg(level[rows], score[rows]) for rows in lists]
    return float(np.mean([one for one in found if one is not None]))


def predict(score: np.ndarray, cuts: Sequence[float]) -> np.ndarray:
    """Level 1 … 4 of each score."""
    return 1 + np.searchsorted(np.asarray(cuts), score, side="right")


def best_cuts(score: np.ndarray, level: np.ndarray) -> list[float]:
    """The three cuts of least mean |level error|."""
    order = np.argsort(score, kind="stable")
    ranked, true = score[order], level[order]
    count = len(ranked)
    errors = np.stack([np.concatenate([[0.0], np.cumsum(np.abs(true - k))]) for k in (1, 2, 3, 4)])
    best, back = errors[0], []
    for k in (1, 2, 3):
        gap = best - errors[k]
        lowest = np.minimum.accumulate(gap)
        back.append(np.maximum.accumulate(np.where(gap == lowest, np.arange(count + 1), 0)))
        best = lowest + errors[k]
    cuts, at = [], count
    for table in reversed(back):
        at = int(table[at])
        cuts.append(at)
    padded = np.concatenate([[ranked[0] - 1], ranked, [ranked[-1] + 1]])
    return [float((padded[cut] + padded[cut + 1]) / 2) for cut in reversed(cuts)]


def cross_validate(labels: Labels, points: float, upper: tuple[float, float]) -> tuple[float, float, float]:
    """Out-of-fold (nDCG@10, Spearman, level_score), folds split by need, mean of several splits."""
    random = np.random.default_rng(7)
    needs = np.unique(labels.need)
    lists = [np.flatnonzero(labels.need == one) for one in needs]
    results = []
    for _ in range(REPEATS):
        fold = dict(zip(needs, random.permutation(len(needs)) % FOLDS, strict=True))
        of_pair = np.array([fold[need] for need in labels.need])
        score, level = np.zeros(len(of_pair)), np.zeros(len(of_pair))
        for one in range(FOLDS):
            held = of_pair == one
            caps, weights, cuts = fit(labels, np.flatnonzero(~held), points, upper)
            score[held] = shares(labels.values[held], caps) @ weights
            level[held] = predict(score[held], cuts)
        orders = [evaluation.spearman(labels.level[rows], score[rows]) for rows in lists]
        results.append(
            (
                mean_ndcg(lists, labels.level, score),
                float(np.mean([one for one in orders if one is not None])),
                evaluation.level_score(labels.level, level),
            )
        )
    a, b, c = np.mean(results, axis=0)
    return float(a), float(b), float(c)


def render(tables: Mapping[str, Any]) -> str:
    """weights.toml with a word on each part."""
    lines = [
        "# The shipped ranker as data. `python -m benchmarks.fit_ranker` writes this file; docs/ranker-card.md says",
        "# from what. Points of all features add up to 100. Knots are (value, share of the points), straight between.",
        f'name = "{tables["name"]}"',
        "\n[ngrams] # IDF of grams the table lacks; an IDF is -ln of the chance to meet the gram within so many characters",
        *(f"{key} = {value}" for key, value in tables["ngrams"].items()),
        "\n[levels] # least score of 一般 (fitted), of 较强 and 强, and of a recommendation at all (read on full listings)",
        *(f"{key} = {value}" for key, value in tables["levels"].items()),
    ]
    for name, table in tables["features"].items():
        lines += [f"\n[features.{name}]", f"points = {table['points']}", f"knots = {table['knots']}"]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Parse, fit, print, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("labels", type=Path)
    parser.add_argument("titles", type=Path)
    parser.add_argument("--prose", type=Path, nargs="+", default=(), help="jsonl files of long texts")
    parser.add_argument("--vectors", type=Path, help="npz file where title vectors are kept between runs")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()

    idf, unseen = count_idf(options.titles, options.prose)
    with rankers.WEIGHTS.open("rb") as file:
        tables = copy.deepcopy(rankers.tomllib.load(file))
    tables["ngrams"].update(unseen=round(unseen, 3), window=WINDOW)
    upper = (float(tables["levels"]["fairly_strong"]), float(tables["levels"]["strong"]))
    labels = read_labels(options.labels, Ranker.from_data(tables, idf), options.vectors)
    points = sum(tables["features"][feature.__name__]["points"] for feature in FITTED)

    print("baselines (nDCG@10):")
    lists = [np.flatnonzero(labels.need == one) for one in np.unique(labels.need)]
    tfidf = np.array(evaluation.title_tfidf(labels.need_titles, labels.achievement_titles))
    z = np.array(evaluation.z_sum(labels.need.tolist(), tfidf, labels.values[:, 2]))
    for name, score in (("title TF-IDF", tfidf), ("model alone", labels.values[:, 2]), ("z-sum of both", z),
                        ("random", np.zeros(len(tfidf)))):  # fmt: skip
        print(f"  {name:14} {mean_ndcg(lists, labels.level, score):.4f}")
    print(
        "out of fold: nDCG@10 {:.4f}, Spearman {:.4f}, level_score {:.4f}".format(
            *cross_validate(labels, points, upper)
        )
    )

    caps, weights, cuts = fit(labels, np.arange(len(labels.level)), points, upper)
    for feature, cap, weight in zip(FITTED, caps.tolist(), weights.tolist(), strict=True):
        tables["features"][feature.__name__] = {
            "points": weight, "knots": [[0.0, 0.0], [cap, SHARE_AT_CAP], [round(2 * cap, 3), 1.0]],
        }  # fmt: skip
    tables["levels"]["fair"] = round(cuts[0], 1)
    cuts = [tables["levels"]["fair"], *upper]
    score = shares(labels.values, caps) @ weights
    predicted = predict(score, cuts)
    print(f"ships (fitted on all): nDCG@10 {mean_ndcg(lists, labels.level, score):.4f}, "
          f"level_score {evaluation.level_score(labels.level, predicted):.4f}, "
          f"levels 1-4 named {np.bincount(predicted, minlength=5)[1:].tolist()}")  # fmt: skip
    for level in (1, 2, 3, 4):
        if (named := predicted == level).any():
            print(f"  named {level}: mean true level {labels.level[named].mean():.2f}, "
                  f"at least 3: {(labels.level[named] >= 2.5).mean():.0%}")  # fmt: skip
    print(render(tables))
    if options.write:
        rankers.WEIGHTS.write_text(render(tables), encoding="utf-8")
        np.savez_compressed(
            rankers.IDF, grams=np.array(list(idf)), idf=np.array(list(idf.values()), dtype=np.float32)
        )


if __name__ == "__main__":
    main()
