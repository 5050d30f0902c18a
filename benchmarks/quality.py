"""What a model's vectors are good for: judged needs, by nearness alone and inside the ranker, and titles that look for
their own abstract.

`training` shows a model most of the same abstracts, so they are also told for the titles that it never shows
(`training.texts`): only these compare a taught model with one from elsewhere.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from config import rankers
from indexer.embedder import Embedder
from indexer.encoding import encode
from indexer.text import normalise
from matching.features import semantic_nearness
from matching.ngrams import tighten
from matching.ranker import Ranker
from repositories.needs import asked_text
from services import evaluate
from training import texts
from training.fit_ranker import cross_validate
from training.labels import FITTED, Vectors, judged, mean_ndcg, mean_spearman

CUT = 10
BEGINNING = 160
"""Characters of an abstract that a title is compared with, as in `training.choose`: whole ones take three times as long
and cost every title the same rivals."""
LABELS = "need_achievement"
ABSTRACTS = {"papers": "texts/csl.jsonl", "patents": "achievements/patents.jsonl"}
"""Kind, as `training.texts` names it, → file of titles and abstracts under the data folder."""


@dataclass(frozen=True, slots=True)
class Needs:
    """On the judged needs: nearness alone, and the ranker fitted anew on it, out of fold."""

    alone_ndcg: float
    alone_spearman: float
    ndcg: float
    spearman: float
    level_score: float


@dataclass(frozen=True, slots=True)
class Abstracts:
    """Titles and their abstracts, row by row; `is_held` (n,) marks those that training never shows."""

    titles: list[str]
    abstracts: list[str]
    is_held: np.ndarray


@dataclass(frozen=True, slots=True)
class Found:
    """nDCG@10 of a title's own abstract among all: every title, and the held-out ones."""

    every: float
    held: float


def on_needs(data: Path, embedder: Embedder, repeats: int) -> Needs:
    """The judged needs with the vectors of *embedder*; *repeats* splits into folds."""
    vectors = vectors_of(data / LABELS, embedder)
    labels = judged(data / LABELS, Ranker.from_data(*rankers.load()), vectors)
    nearness = labels.values[:, FITTED.index(semantic_nearness)]
    ndcg, _, spearman, level = cross_validate(labels, repeats=repeats).mean(axis=0)
    return Needs(
        mean_ndcg(labels.lists, labels.level, nearness),
        mean_spearman(labels.lists, labels.level, nearness),
        float(ndcg),
        float(spearman),
        float(level),
    )


def vectors_of(folder: Path, embedder: Embedder) -> Vectors:
    """Vectors of judged needs and titles as the platform makes them (`training.labels.vectors_of` for any model)."""
    labels = evaluate.read(folder)
    wanted = dict.fromkeys(pair.need for pair in labels.pairs)
    needs = [asked_text(*labels.needs[key]) for key in wanted]
    titles = [tighten(normalise(title)) for title in labels.achievements.values()]
    return Vectors(
        dict(zip(wanted, encode(embedder, needs, "query"), strict=True)),
        dict(zip(labels.achievements, encode(embedder, titles, "passage"), strict=True)),
    )


def abstracts_of(data: Path) -> dict[str, Abstracts]:
    """Titles and abstracts by kind."""
    _, held = texts.read(data)
    found = {}
    for kind, name in ABSTRACTS.items():
        lines = [json.loads(line) for line in (data / name).read_text(encoding="utf-8").splitlines()]
        both = [(normalise(one["title"]), normalise(one["abstract"])) for one in lines]
        kept = {source.text for source in held[kind]}
        found[kind] = Abstracts(
            [title for title, _ in both], [text for _, text in both], np.array([text in kept for _, text in both])
        )  # fmt: skip
    return found


def on_abstracts(them: Abstracts, embedder: Embedder) -> Found:
    """How well titles find the beginning of their own abstract."""
    beginnings = [text[:BEGINNING] for text in them.abstracts]
    gains = own_gains(embedder.encode(them.titles, "query"), embedder.encode(beginnings, "passage"))
    return Found(float(gains.mean()), float(gains[them.is_held].mean()))


def own_gains(titles: np.ndarray, abstracts: np.ndarray) -> np.ndarray:
    """(n,) nDCG@10 of each title (n, d) with its row of *abstracts* (n, d) as the one right answer; of equally near
    abstracts the own one comes last."""
    gains = np.zeros(len(titles))
    for at, title in enumerate(titles):
        like = abstracts @ title
        place = int((like >= like[at]).sum())
        gains[at] = 1 / np.log2(1 + place) if place <= CUT else 0.0
    return gains
