"""Training pairs from public texts: titles with pieces of their abstracts, keywords, sentences of one abstract.

Two texts of one pair speak of one thing in different words, which is what a need and its achievement do. The pieces
are short because the texts the platform compares by meaning are titles and one-sentence summaries. Held-out titles
never enter training: the checkpoint is chosen on them.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from indexer.text import normalise

HELD_OUT = 600
"""Titles of papers, and of patents, with their abstracts that are kept for choosing a checkpoint."""
PIECE = 48
"""Characters of a piece of an abstract: about 30 tokens, a fifth of the time of a whole abstract."""
LEAST = 16
SEED = 20261122
_SENTENCE = re.compile(r"[^。；;!！?？]+[。；;!！?？]?")


@dataclass(frozen=True, slots=True)
class Source:
    """One thing: its title (may be empty), its long text, its keywords joined (may be empty)."""

    title: str
    text: str
    keywords: str = ""


def read(folder: Path) -> tuple[list[Source], dict[str, list[Source]]]:
    """(sources for training, name → held-out sources) from the data folder."""
    shuffled = random.Random(SEED)
    papers = _sources(folder / "texts/csl.jsonl", "abstract")
    patents = _sources(folder / "achievements/patents.jsonl", "abstract")
    shuffled.shuffle(papers)
    shuffled.shuffle(patents)
    rest = [
        *papers[HELD_OUT:],
        *patents[HELD_OUT:],
        *_sources(folder / "texts/chinaxiv.jsonl", "abstract"),
        *_sources(folder / "texts/csldcp.jsonl", "content"),
        *_sources(folder / "enterprise_needs/needs.jsonl", "text"),
    ]
    held = {"papers": papers[:HELD_OUT], "patents": patents[:HELD_OUT]}
    banned = {source.text[:40] for sources in held.values() for source in sources}
    return [source for source in rest if source.text[:40] not in banned], held


def pair_of(source: Source, chance: random.Random) -> tuple[str, str] | None:
    """(short text, piece of the long text) drawn from one source, or None where it has too little text."""
    text = piece(source.text, chance)
    if not text:
        return None
    if not source.title:
        other = piece(source.text, chance)
        return (other, text) if other and other[:12] not in text and text[:12] not in other else None
    drawn = chance.random()
    if source.keywords and drawn < 0.3:
        return (source.keywords, source.title) if drawn < 0.2 else (source.keywords, text)
    return source.title, text


def piece(text: str, chance: random.Random) -> str:
    """Whole sentences from somewhere in *text*, about PIECE characters; empty where it is too short."""
    sentences = [one.strip() for one in _SENTENCE.findall(text) if len(one.strip()) >= 6]
    if not sentences:
        return ""
    at = chance.randrange(len(sentences))
    found = sentences[at]
    while len(found) < LEAST and at + 1 < len(sentences):
        at += 1
        found += sentences[at]
    return found[:PIECE] if len(found) >= 10 else ""


def neighbourhoods(sources: list[Source], size: int, seed: int) -> list[np.ndarray]:
    """Groups of *size* sources with like words: in one batch each is a hard negative of the others."""
    texts = [f"{source.title} {source.text[:160]}" for source in sources]
    words = TfidfVectorizer(
        analyzer="char", ngram_range=(2, 2), min_df=3, max_df=0.1, sublinear_tf=True, dtype=np.float32
    )
    dense = TruncatedSVD(64, random_state=seed, n_iter=3).fit_transform(words.fit_transform(texts))
    dense /= np.linalg.norm(dense, axis=1, keepdims=True) + 1e-9
    free = np.ones(len(sources), dtype=bool)
    order = np.random.default_rng(seed).permutation(len(sources))
    groups = []
    for seat in order:
        if not free[seat]:
            continue
        near = dense @ dense[seat]
        near[~free] = -9
        group = np.argpartition(-near, min(size, int(free.sum()) - 1))[:size]
        group = group[free[group]]
        free[group] = False
        if len(group) == size:
            groups.append(group)
    return groups


def _sources(path: Path, field: str) -> list[Source]:
    found, seen = [], set()
    for line in path.read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        text = normalise(str(one.get(field) or ""))
        keywords = one.get("keywords") or []
        joined = " ".join(
            normalise(str(word)) for word in (keywords if isinstance(keywords, list) else [keywords])
        )
        if len(text) >= 40 and text[:40] not in seen:
            seen.add(text[:40])
            found.append(
                Source(normalise(str(one.get("title") or "")), text, joined if 4 <= len(joined) <= 60 else "")
            )
    return found
