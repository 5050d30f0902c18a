"""How judged pairs become a list for people: the rules of config/lists.toml as one value.

A score never depends on them: they decide what stands together, in which order near equals come, and what is told where
a list ends.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from matching.folding import FoldingRules
from matching.spreading import SpreadRules


class BadListRules(ValueError):
    """The data do not make rules; the message names the entry."""


@dataclass(frozen=True, slots=True)
class ListRules:
    """`name` ends in a digest of the data. `near_misses`: entries told where a list ends; `near_works`: works that only
    came close which make a team worth naming."""

    name: str
    folding: FoldingRules
    spread: SpreadRules
    near_misses: int
    near_works: int

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> ListRules:
        """From the tables of lists.toml; raises :class:`BadListRules` naming what is wrong."""
        digest = hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:8]
        try:
            rules = cls(
                f"{data['name']}-{digest}",
                FoldingRules.from_data(data["folding"]),
                SpreadRules.from_data(data["spread"]),
                int(data["near_misses"]["shown"]),
                int(data["teams"]["near_works"]),
            )
        except KeyError as missing:
            raise BadListRules(f"the list rules lack {missing}") from missing
        shares = [getattr(rules.folding, name) for name in ("closer_look", "same_text", "related_text")]
        if not all(0 < share <= 1 for share in shares):
            raise BadListRules("folding: closer_look, same_text and related_text lie between 0 and 1")
        if not 0 < rules.spread.most <= rules.spread.first:
            raise BadListRules("spread.most lies between 1 and spread.first")
        return rules
