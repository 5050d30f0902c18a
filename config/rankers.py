"""Reads a ranker's data: weights and thresholds (TOML) and the IDF of characters and pairs (NPZ). Plain values out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from config import tables

FOLDER = Path(__file__).parent
WEIGHTS = FOLDER / "weights.toml"
IDF = FOLDER / "idf.npz"
MANAGERS = FOLDER / "managers.toml"
LISTS = FOLDER / "lists.toml"


class BadRankerFile(ValueError):
    """A file of the ranker is missing or broken; the message names it and the remedy."""


def load(weights: Path = WEIGHTS, idf: Path = IDF) -> tuple[dict[str, Any], dict[str, float]]:
    """(tables of weights.toml, gram → IDF), as `Ranker.from_data` takes them; raises :class:`BadRankerFile`."""
    return load_tables(weights), load_idf(idf)


def load_tables(path: Path) -> dict[str, Any]:
    """The tables of a ranker's file, as `Additive.from_data` takes them; raises :class:`BadRankerFile`."""
    return tables.read(path, BadRankerFile)


def load_idf(path: Path = IDF) -> dict[str, float]:
    """gram → IDF. The archive holds `grams` (array of strings of one or two characters) and `idf` (float32)."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            return dict(zip(archive["grams"].tolist(), archive["idf"].astype(float).tolist(), strict=True))
    except (OSError, KeyError, ValueError) as error:
        raise BadRankerFile(f"{path}: {error}; `python -m training.fit_ranker` makes it anew") from error
