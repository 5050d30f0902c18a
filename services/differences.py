"""What changed between two texts, as pieces a page can show: kept, taken out, put in.

Texts are compared by clauses first and by characters only inside clauses that were replaced: comparing 8,000
characters one by one takes seconds, and a reviewer reads clauses anyway.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import takewhile

KEPT, OUT, IN = "kept", "out", "in"
Piece = tuple[str, str]

_CLAUSES = re.compile(r"[^，。；：、！？,;:!?\n]*[，。；：、！？,;:!?\n]|[^，。；：、！？,;:!?\n]+")
FINE = 240
"""A replaced passage up to this many characters on each side is compared by characters."""
MOST_PAIRS, FINE_PAIRS = 20_000, 5_000
"""Pairs of equal clauses, and of equal characters in a passage, that are weighed against each other. Texts have a few
hundred; a thousand commas have a million, and comparing them takes minutes."""
ALIKE = 0.4
"""Below this likeness a passage was rewritten; showing which characters survived by chance helps nobody."""


def pieces(before: str, after: str) -> list[Piece]:
    """[(kind, text)] with kind `kept`, `out` or `in`; joined without `out` they give `after`."""
    old, new = _CLAUSES.findall(before), _CLAUSES.findall(after)
    found: list[Piece] = []
    if _pairs(old, new) > MOST_PAIRS:
        old, new = [before], [after]
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        was, now = "".join(old[a:b]), "".join(new[c:d])
        if tag == "equal":
            _add(found, KEPT, was)
        elif tag == "replace" and max(len(was), len(now)) <= FINE:
            _compare_finely(found, was, now)
        else:
            _add(found, OUT, was)
            _add(found, IN, now)
    return found


def likeness(one: str, other: str) -> float:
    """How alike two short texts are, 0 to 1 (twice the matching characters over all characters)."""
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.ratio() if _pairs(one, other) <= FINE_PAIRS else matcher.quick_ratio()


def _compare_finely(found: list[Piece], was: str, now: str) -> None:
    same = sum(
        1 for _ in takewhile(lambda two: two[0] == two[1], zip(reversed(was), reversed(now), strict=False))
    )
    ending = was[len(was) - same :]
    was, now = was.removesuffix(ending), now.removesuffix(ending)
    matcher = SequenceMatcher(None, was, now, autojunk=False)
    if _pairs(was, now) > FINE_PAIRS or matcher.ratio() < ALIKE:
        _add(found, OUT, was)
        _add(found, IN, now)
        _add(found, KEPT, ending)
        return
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            _add(found, KEPT, was[a:b])
        else:
            _add(found, OUT, was[a:b])
            _add(found, IN, now[c:d])
    _add(found, KEPT, ending)


def _pairs(one: Sequence[str], other: Sequence[str]) -> int:
    """How many pairs of equal parts two sequences have: what matching them costs."""
    counts = Counter(other)
    return sum(counts[part] * times for part, times in Counter(one).items())


def _add(found: list[Piece], kind: str, text: str) -> None:
    if not text:
        return
    if found and found[-1][0] == kind:
        found[-1] = (kind, found[-1][1] + text)
    else:
        found.append((kind, text))
