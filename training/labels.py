"""Judged pairs as columns: features by the shipped functions, levels, and folds that keep needs of one title together."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from indexer.embedder import SentenceTransformerEmbedder
from indexer.encoding import encode
from indexer.text import normalise
from matching import evaluation
from matching.features import semantic_nearness, words
from matching.features.pair import Pair
from matching.ngrams import tighten
from matching.ranker import Ranker
from matching.types import AchievementFacts, NeedFacts
from repositories.needs import asked_text
from services.evaluate import read

SHIPPED = "e5-small-zh"
FITTED = (words, semantic_nearness)
"""What labels teach: all other features compare fields that no label has."""


@dataclass(frozen=True, slots=True)
class Judged:
    """P pairs of N needs. `need` (P,) numbers them, `group` (P,) is equal for needs of one title, `values` (P, FITTED)."""

    need: np.ndarray
    group: np.ndarray
    level: np.ndarray
    values: np.ndarray
    need_titles: list[str]
    achievement_titles: list[str]
    lists: list[np.ndarray] = field(default_factory=list)

    def folds(self, seed: int, count: int) -> np.ndarray:
        """(P,) the fold of each pair; all pairs of needs with one title share it."""
        groups = np.unique(self.group)
        of_group = np.zeros(groups.max() + 1, dtype=int)
        of_group[np.random.default_rng(seed).permutation(groups)] = np.arange(len(groups)) % count
        folds: np.ndarray = of_group[self.group]
        return folds


@dataclass(frozen=True, slots=True)
class Vectors:
    """Unit vectors by the ids of the files."""

    needs: dict[str, np.ndarray]
    achievements: dict[str, np.ndarray]


def vectors_of(folder: Path, kept: Path) -> Vectors:
    """The vectors of all needs and titles of *folder* by the shipped model, encoded once and kept in the npz file *kept*."""
    if not kept.exists():
        labels = read(folder)
        embedder = SentenceTransformerEmbedder(SHIPPED, kept.parent, threads=None)
        needs = {key: asked_text(title, text) for key, (title, text) in labels.needs.items()}
        titles = {key: tighten(normalise(title)) for key, title in labels.achievements.items()}
        np.savez(
            kept,
            need_ids=list(needs),
            needs=encode(embedder, list(needs.values()), "query"),
            title_ids=list(titles),
            titles=encode(embedder, list(titles.values()), "passage"),
        )
    with np.load(kept, allow_pickle=False) as file:
        return Vectors(
            dict(zip(file["need_ids"].tolist(), file["needs"], strict=True)),
            dict(zip(file["title_ids"].tolist(), file["titles"], strict=True)),
        )


def judged(folder: Path, ranker: Ranker, vectors: Vectors) -> Judged:
    """The labels of *folder* with the features of FITTED; unknown counts as 0."""
    labels = read(folder)
    needs: dict[str, NeedFacts] = {}
    groups: dict[str, str] = {}
    for key in dict.fromkeys(pair.need for pair in labels.pairs):
        title, text = (normalise(part) for part in labels.needs[key])
        needs[key] = NeedFacts(id=len(needs), title=title, text=text, vector=vectors.needs[key])
        groups[key] = tighten(title)
    number = {title: at for at, title in enumerate(dict.fromkeys(groups.values()))}
    titles = {key: normalise(title) for key, title in labels.achievements.items()}
    values = np.zeros((len(labels.pairs), len(FITTED)))
    for at, pair in enumerate(labels.pairs):
        facts = AchievementFacts(
            id=at, title=titles[pair.achievement], vector=vectors.achievements[pair.achievement]
        )
        both = Pair(ranker.ngrams, needs[pair.need], facts)
        values[at] = [feature(both) or 0.0 for feature in FITTED]
    need = np.array([needs[pair.need].id for pair in labels.pairs])
    return Judged(
        need=need,
        group=np.array([number[groups[pair.need]] for pair in labels.pairs]),
        level=np.array([pair.level for pair in labels.pairs]),
        values=values,
        need_titles=[needs[pair.need].title for pair in labels.pairs],
        achievement_titles=[titles[pair.achievement] for pair in labels.pairs],
        lists=[np.flatnonzero(need == one) for one in np.unique(need)],
    )


def mean_ndcg(lists: list[np.ndarray], level: np.ndarray, score: np.ndarray) -> float:
    """Mean nDCG@10 over the needs with a gain."""
    found = [evaluation.ndcg(level[rows], score[rows]) for rows in lists]
    return float(np.mean([one for one in found if one is not None]))


def mean_spearman(lists: list[np.ndarray], level: np.ndarray, score: np.ndarray) -> float:
    """Mean rank correlation over the needs where it is defined."""
    found = [evaluation.spearman(level[rows], score[rows]) for rows in lists]
    return float(np.mean([one for one in found if one is not None]))
