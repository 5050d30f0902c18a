"""The profiles of all managers as arrays, so that a deal is scored against ten thousand of them in milliseconds
(`matching.managers.at_once`)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matching.managers.code_lists import CodeLists, Mask, Values
from matching.managers.constraints import is_part, level, plain
from matching.managers.features import CERTIFICATE_VALUES, MOST_STARS, served_places
from matching.managers.gram_table import GramTable
from matching.managers.past_table import stacked
from matching.managers.types import TalentFacts, Tie


@dataclass(frozen=True, slots=True, eq=False)
class TieTable:
    """Whom managers are tied to, in the order of the plain names of houses."""

    names: tuple[str, ...]
    """Each plain name once."""
    starts: NDArray[np.int64]
    """Name n has the lines starts[n] … starts[n + 1]."""
    places: NDArray[np.int64]
    since: NDArray[np.int64]
    until: NDArray[np.int64]
    """Ordinals of days, both included."""

    @classmethod
    def of(cls, ties: Sequence[tuple[int, Tie]]) -> TieTable:
        """From (place of the manager, tie)."""
        lines = sorted(
            (name, at, (tie.since or date.min).toordinal(), (tie.until or date.max).toordinal())
            for at, tie in ties if (name := plain(tie.organisation))
        )  # fmt: skip
        names = [name for name, *_ in lines]
        first = [n for n, name in enumerate(names) if n == 0 or names[n - 1] != name]
        places, since, until = (np.array([line[n] for line in lines], dtype=np.int64) for n in (1, 2, 3))
        return cls(
            tuple(names[n] for n in first), np.array([*first, len(lines)], dtype=np.int64), places, since, until
        )  # fmt: skip

    def held_on(self, house: str, day: date) -> NDArray[np.int64]:
        """The places of those tied to a house (or to a department of it) on a day: names that begin with the house's
        stand behind it in the order."""
        name, today, found = plain(house), day.toordinal(), [np.empty(0, dtype=np.int64)]
        at = bisect_left(self.names, name)
        while at < len(self.names) and self.names[at].startswith(name):
            if is_part(self.names[at], name):
                lines = slice(self.starts[at], self.starts[at + 1])
                found.append(self.places[lines][(self.since[lines] <= today) & (today <= self.until[lines])])
            at += 1
        return np.concatenate(found)


@dataclass(frozen=True, slots=True, eq=False)
class Roster:
    """Profiles by place, in the order of their ids. Never changed once it is made."""

    ids: NDArray[np.int64]
    vectors: NDArray[np.float32]
    known: Mask
    """Who has a vector yet."""
    texts: GramTable
    silent: Mask
    """Whose profile has no text."""
    industries: CodeLists
    disciplines: CodeLists
    served: CodeLists
    posts: CodeLists
    languages: CodeLists
    certificates: Values
    levels: NDArray[np.int64]
    stars: Values
    capacities: NDArray[np.int64]
    ties: TieTable

    @classmethod
    def of(cls, profiles: Sequence[TalentFacts]) -> Roster:
        """The profiles as arrays; half a second for ten thousand."""
        people = sorted(profiles, key=lambda one: one.id)
        vectors, known = stacked([one.vector for one in people])
        return cls(
            ids=np.array([one.id for one in people], dtype=np.int64),
            vectors=vectors,
            known=known,
            texts=GramTable([one.text for one in people]),
            silent=np.array([not one.text for one in people], dtype=np.bool_),
            industries=CodeLists([one.industries for one in people]),
            disciplines=CodeLists([one.disciplines for one in people]),
            served=CodeLists([served_places(one) for one in people]),
            posts=CodeLists([one.posts for one in people]),
            languages=CodeLists([one.languages for one in people]),
            certificates=np.array([CERTIFICATE_VALUES.get(one.certificate, np.nan) for one in people]),
            levels=np.array([level(one.certificate) for one in people], dtype=np.int64),
            stars=np.array([min(one.stars, MOST_STARS) / MOST_STARS if one.stars > 0 else np.nan for one in people]),
            capacities=np.array([one.capacity for one in people], dtype=np.int64),
            ties=TieTable.of([(at, tie) for at, one in enumerate(people) for tie in one.ties]),
        )  # fmt: skip

    def __len__(self) -> int:
        """How many."""
        return len(self.ids)
