"""Lists of codes (industries served, posts, languages) of many profiles, by code: what one code is worth, for all at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]


class CodeLists:
    """Code → the places whose list holds it. Never changed once it is made."""

    def __init__(self, lists: Sequence[Collection[str]]) -> None:
        """Turn the lists round."""
        self.empty: Mask = np.fromiter((not one for one in lists), dtype=np.bool_, count=len(lists))
        """Where a list says nothing."""
        found: dict[str, list[int]] = {}
        for at, codes in enumerate(lists):
            for code in codes:
                found.setdefault(code, []).append(at)
        self._places = {code: np.array(places, dtype=np.int32) for code, places in found.items()}

    def best(self, worth: Callable[[str], float]) -> Values:
        """The highest worth among the codes of each list, at least 0."""
        highest = np.zeros(len(self.empty))
        for code, places in self._places.items():
            value = worth(code)
            if value > 0:
                highest[places] = np.maximum(highest[places], value)
        return highest

    def holding(self, code: str) -> Mask:
        """Which lists hold a code."""
        found = np.zeros(len(self.empty), dtype=np.bool_)
        if code in self._places:
            found[self._places[code]] = True
        return found
