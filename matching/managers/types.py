"""The plain values of judging managers. All text is in the normal form of the index; empty means unknown, never no.

A manager is two values: the profile, which changes with an edit only and may be cached by its projection counter, and
the standing, which changes with every deal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from matching.ngrams import Ngrams
from matching.types import AchievementFacts, Caution, NeedFacts, Vector

COMPLETED, ENDED, UNDER_WAY = "completed", "ended", "under_way"

CERTIFICATES: tuple[str, ...] = ("junior", "middle", "senior")
"""国家技术转移专业人员能力等级 from low to high."""


@dataclass(frozen=True, slots=True)
class Tie:
    """What ties a person to an organisation, from `since` to `until` (both included, None open).

    `kind` is `affiliation` for a post held, else the declared relation (own company, shares, family). `organisation` is
    raw, as it was written.
    """

    organisation: str
    kind: str = "affiliation"
    since: date | None = None
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether it holds on this day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True, eq=False)
class TalentFacts:
    """A manager's profile as it is judged. Codes as in the vocabularies; `name` is raw, `text` normalised."""

    id: int
    name: str
    text: str = ""
    vector: Vector | None = None
    category: str = ""
    stars: int = 0
    certificate: str = ""
    posts: frozenset[str] = frozenset()
    disciplines: frozenset[str] = frozenset()
    industries: frozenset[str] = frozenset()
    region: str = ""
    regions: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    ties: tuple[Tie, ...] = ()
    capacity: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class PastDeal:
    """A deal the manager led or leads: codes and the vector of its need; `outcome` one of the three above."""

    outcome: str
    industry: str = ""
    region: str = ""
    vector: Vector | None = None
    closed_on: date | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Where a manager stands today: deals asked for or under way, deals led, the houses the account acts for."""

    load: int = 0
    past: tuple[PastDeal, ...] = ()
    house_ids: frozenset[int] = frozenset()
    """The organisation of the manager's account and those above it."""
    has_account: bool = True
    public: bool = True
    """False while the profile is paused."""

    @property
    def completed(self) -> int:
        """Deals brought to an end well."""
        return sum(1 for deal in self.past if deal.outcome == COMPLETED)


@dataclass(frozen=True, slots=True)
class Party:
    """One side of a deal with the organisations above it: (id, name) from the house itself upwards, names raw."""

    side: str
    houses: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a deal asks of its manager beyond fitting; empty asks nothing."""

    posts: frozenset[str] = frozenset()
    certificate: str = ""
    languages: frozenset[str] = frozenset()
    region: str = ""


NOTHING_ASKED = Asked()


@dataclass(frozen=True, slots=True, eq=False)
class DealFacts:
    """A deal as managers are judged for it; `need` and `achievement` are the facts of its public match."""

    id: int
    need: NeedFacts
    achievement: AchievementFacts
    parties: tuple[Party, ...] = ()
    asked: Asked = NOTHING_ASKED
    finder_id: int | None = None
    declined: frozenset[int] = frozenset()
    """Managers who were asked to lead it and declined."""
    expired: frozenset[int] = frozenset()
    """Managers who were asked and did not answer in time."""


@dataclass(frozen=True, slots=True, eq=False)
class LeadFacts:
    """A lead as it is judged for a manager: the pair, how well it fits (0–100), when it was made."""

    id: int
    need: NeedFacts
    achievement: AchievementFacts
    score: float = 0.0
    made_on: date | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """What a feature looks at: a pair of need and achievement, and one manager."""

    need: NeedFacts
    achievement: AchievementFacts
    talent: TalentFacts
    standing: Standing
    ngrams: Ngrams
    asked: Asked = NOTHING_ASKED
    finder_id: int | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why this manager, in words for people."""

    feature: str
    text: str
    contribution: float
    words: tuple[str, ...] = ()
    """What the profile shares with the pair, as the profile writes it."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a manager is not ranked at all; for operators only, it may name a side."""

    talent_id: int
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Judged:
    """One ranked manager. `score` is the sum of the points in `contributions`: (feature, value | None, points)."""

    talent_id: int
    score: float
    contributions: tuple[tuple[str, float | None, float], ...]
    load: int
    capacity: int
    reasons: tuple[Reason, ...] = ()
    cautions: tuple[Caution, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranking:
    """Managers for one deal, best first, and who was set aside before."""

    judged: tuple[Judged, ...]
    rejections: tuple[Rejection, ...] = field(default=())


Candidates = Mapping[int, tuple[TalentFacts, Standing]]
"""Talent id → profile and standing."""
