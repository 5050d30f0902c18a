"""Which leads of a board a manager wishes to see, and how many each other choice would leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from repositories.leads import INTERESTED, PASSED
from services.leads.board import Board, Places

NEW, TAKEN = "new", "taken"
STATES = (NEW, INTERESTED, PASSED, TAKEN)
FACET_SHOWN = 12

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Wish:
    """The filters of a list; empty means open. `days`: not older than so many days; `level`: at least."""

    state: str = NEW
    industries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    level: int | None = None
    days: int | None = None
    newest: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """The leads of a wish by place; counts of the answer states and of the other filters, each under all the others."""

    mask: Mask
    counts: Mapping[str, int]
    facets: Mapping[str, Mapping[str, int]]


def choose(now: Board, answers: Mapping[int, str], wish: Wish, today: date) -> Chosen:
    """Apply the filters: what fails one of them alone counts for that one's other values."""
    states = _states(now, answers)
    fits = {
        "state": states == STATES.index(wish.state),
        "industry": _any(now, [now.industries[code] for code in now.industries if _is_in(code, wish.industries)])
        if wish.industries else _all(now),
        "region": _any(now, [now.regions[code] for code in now.regions if _lies_in(code, wish.regions)])
        if wish.regions else _all(now),
        "level": now.levels >= wish.level if wish.level is not None else _all(now),
        "days": now.made_on >= (today - timedelta(days=wish.days)).toordinal() if wish.days else _all(now),
    }  # fmt: skip

    def all_but(left_out: str) -> Mask:
        mask = _all(now)
        for name, fit in fits.items():
            if name != left_out:
                mask &= fit
        return mask

    seen = np.bincount(states[all_but("state")], minlength=len(STATES))
    levels = now.levels[all_but("level")]
    return Chosen(
        all_but(""),
        {state: int(seen[at]) for at, state in enumerate(STATES)},
        {
            "industry": _counted(now.industries, all_but("industry")),
            "region": _counted(now.provinces, all_but("region")),
            "level": {str(level): int(n) for level in (4, 3) if (n := np.count_nonzero(levels == level))},
        },
    )


def _states(now: Board, answers: Mapping[int, str]) -> NDArray[np.int8]:
    """What each lead is for this manager: what was passed stays passed, what others took is nobody's to take."""
    states = np.zeros(len(now.ids), dtype=np.int8)
    states[[now.place[i] for i in now.taken if i in now.place]] = STATES.index(TAKEN)
    for state in (INTERESTED, PASSED):
        said = [now.place[i] for i, one in answers.items() if one == state and i in now.place]
        states[said] = STATES.index(state)
    return states


def _counted(places: Mapping[str, Places], mask: Mask) -> dict[str, int]:
    """The commonest values among the leads of a mask."""
    counts = {code: int(np.count_nonzero(mask[at])) for code, at in places.items()}
    ordered = sorted((code for code, n in counts.items() if n), key=lambda code: (-counts[code], code))
    return {code: counts[code] for code in ordered[:FACET_SHOWN]}


def _any(now: Board, places: Sequence[Places]) -> Mask:
    mask = np.zeros(len(now.ids), dtype=np.bool_)
    for at in places:
        mask[at] = True
    return mask


def _all(now: Board) -> Mask:
    return np.ones(len(now.ids), dtype=np.bool_)


def _is_in(code: str, wanted: Sequence[str]) -> bool:
    """Whether a division is wanted itself or by its section."""
    return code in wanted or code[:1] in wanted


def _lies_in(region: str, wanted: Sequence[str]) -> bool:
    """Whether a place lies in a province, city or county that is wanted."""
    parts = (code[:2] if code[2:] == "0000" else code[:4] if code[4:] == "00" else code for code in wanted)
    return any(region.startswith(part) for part in parts)
