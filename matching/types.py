"""The plain values the matching room takes and gives. Nothing here knows a database, a page or a file.

All text is already in the one normal form of the index (NFKC, lower case, simplified), so that a word that carried a
score can be found again and highlighted. An empty string, None or an empty set means "unknown", never "no".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
"""(d,) float32 of length 1."""

STRONG, FAIRLY_STRONG, FAIR, WEAK = 4, 3, 2, 1
LEVEL_NAMES: Mapping[int, str] = {STRONG: "强", FAIRLY_STRONG: "较强", FAIR: "一般", WEAK: "弱"}


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """What similar needs said: vectors (m, d) of the achievements they spoke of, and how much each word weighs (m,)."""

    achievements: NDArray[np.float32]
    weights: NDArray[np.float32]


# Facts hold arrays, which have no single truth value: they are compared by identity, not field by field.
@dataclass(frozen=True, slots=True, eq=False)
class NeedFacts:
    """A need as it is judged. Money in fen; `industry` GB/T 4754 (`C` or `C26`), `region` GB/T 2260 (six digits)."""

    id: int
    title: str
    text: str = ""
    vector: Vector | None = None
    industry: str = ""
    region: str = ""
    wanted_trl: int | None = None
    wanted_modes: frozenset[str] = frozenset()
    budget_min: int | None = None
    budget_max: int | None = None
    deadline: date | None = None
    organisation_id: int | None = None
    heard: Heard | None = None


@dataclass(frozen=True, slots=True)
class IpRight:
    """One right an achievement rests on; codes of the vocabularies ip_types and ip_statuses."""

    type: str = ""
    number: str = ""
    status: str = ""
    expiry: date | None = None


@dataclass(frozen=True, slots=True, eq=False)
class AchievementFacts:
    """An achievement as it is judged; `confirmed_on` is the day its owner last said that it still stands."""

    id: int
    title: str
    text: str = ""
    vector: Vector | None = None
    industry: str = ""
    discipline: str = ""
    region: str = ""
    trl: int | None = None
    modes: frozenset[str] = frozenset()
    price_min: int | None = None
    price_max: int | None = None
    ip: tuple[IpRight, ...] = ()
    organisation_id: int | None = None
    confirmed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What judging needs beside the pair: the day, and code → Chinese name of regions, industries, modes and kinds of
    rights."""

    today: date
    names: Mapping[str, str] = field(default_factory=dict)

    def name(self, code: str) -> str:
        """The Chinese name of a code, or the code itself where none is known."""
        return self.names.get(code, code)

    def place(self, code: str) -> str:
        """A region as one says it: a county with its city before it, or with its province where there is none."""
        own = self.name(code)
        if code.endswith("00"):
            return own
        return (self.names.get(f"{code[:4]}00") or self.names.get(f"{code[:2]}0000", "")) + own


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the pair fits, in words for people. The words are substrings of the need's and the achievement's text."""

    feature: str
    text: str
    contribution: float
    need_words: tuple[str, ...] = ()
    achievement_words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Caution:
    """What speaks against the pair, or should be asked before a meeting."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a pair is not scored at all."""

    need_id: int
    achievement_id: int
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """One judged pair. `score` (0–100) is the sum of the points in `contributions`: (feature, value | None, points)."""

    need_id: int
    achievement_id: int
    score: float
    level: int
    contributions: tuple[tuple[str, float | None, float], ...]
    reasons: tuple[Reason, ...]
    cautions: tuple[Caution, ...]
