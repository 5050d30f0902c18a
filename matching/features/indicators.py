"""The feature of figures: indicators with a bound and a unit that both texts name, compared as quantities.

Only the figures right behind a name that both texts write are compared, and texts are never read whole: a list of 200
long texts must not wait for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from matching.features.pair import Pair
from matching.quantities import ABOVE, AT_LEAST, AT_MOST, BELOW, PLAIN, Quantity, quantities

CACHED_TEXTS = 8192
MOST_DEMANDS = 8
BEHIND = 24
"""Characters behind a name in which its figure is looked for: 结合强度（平均）达到 412 MPa."""
NAMED = 12
LONGEST, SHORTEST = 8, 3
SHORT_NAMES = frozenset(
    ["纯度", "精度", "收率", "得率", "产率", "良率", "寿命", "误差", "能耗", "硬度", "效率"]
)
"""Names of two characters that say what is measured. 温度 and 厚度 do not: of what?"""
_BOUND = re.compile(
    r"(?:≥|≤|>=|<=|>|<|不低于|不少于|不小于|不高于|不超过|不大于|大于|小于|高于|低于|超过|至少|最低|最高|达到?)[为到在至]?等?于?\s?\d"
)
_PLACE = re.compile(r"\d[\d.,]*\s?[^\d\s，。；、]{1,6}?\s?(?:以上|以下|以内|之内)")
_NAME = re.compile(r"([\u4e00-\u9fff]{2,12})[\s：:（(为是应需须要可在约]{0,4}$")
_TAIL = re.compile(r"(?:要求|需要|指标|目标|[应须需可能约为是在])+$")
_PARTS = re.compile(r"[的后时中内其且和与及使让将对]")
_END = re.compile(r"[。；;\n]")
_CHANGE = re.compile(r"(?:提高|提升|增加|增长|降低|减少|下降|缩短|节约|节省)(?:了|约|近)?$")
_SIGNS = {AT_LEAST: "≥", AT_MOST: "≤", ABOVE: ">", BELOW: "<"}


@dataclass(frozen=True, slots=True)
class Compared:
    """An indicator both texts name: as asked, as offered, and whether that is enough."""

    name: str
    asked: str
    offered: str
    is_met: bool


def figures(pair: Pair) -> float | None:
    """指标数字

    需求里有名称、界限和单位的指标（如“结合强度不低于 400 MPa”），在成果说明里找到同名、同类单位的数字就比较，
    得分是其中达到要求的比例；成果没写同一指标时不计分。
    """
    found = compared(pair)
    return sum(one.is_met for one in found) / len(found) if found else None


def compared(pair: Pair) -> tuple[Compared, ...]:
    """The indicators that can be compared, each once, in the order of the need."""
    if not pair.need.text or not pair.achievement.text:
        return ()
    return tuple(_compared(pair.need.text, pair.achievement.text))


def _compared(need: str, offered: str) -> Iterator[Compared]:
    told: set[str] = set()
    for name, end, asked in _demands(need):
        if end not in offered:
            continue
        longest = range(min(LONGEST, len(name)), len(end) - 1, -1)
        own = next(name[-length:] for length in longest if name[-length:] in offered)
        given = _given(offered, own, asked) if own not in told else None
        if given is not None:
            told.add(own)
            yield Compared(own, _said(asked), _said(given), _is_met(asked, given))


@lru_cache(maxsize=CACHED_TEXTS)
def _demands(text: str) -> tuple[tuple[str, str, Quantity], ...]:
    """(name, its end that another text must have at least, what is asked) of the bounded figures with a unit."""
    found: dict[str, tuple[str, Quantity]] = {}
    for place in sorted((*_BOUND.finditer(text), *_PLACE.finditer(text)), key=lambda one: one.start()):
        start = place.start()
        before = _NAME.search(text[max(0, start - NAMED) : start])
        asked = next(iter(quantities(text[start : place.end() + BEHIND])), None)
        if before is None or asked is None or not asked.is_bounded or not asked.unit.measure:
            continue
        # 1000次容量保持率: what stands right behind a digit counts it and begins no name.
        counted = text[max(0, start - NAMED) : start][: before.start()][-1:].isdigit()
        name = _PARTS.split(_TAIL.sub("", before[1][counted:]))[-1]
        end = name[-2:] if name[-2:] in SHORT_NAMES else name[-SHORTEST:]
        if (len(end) == SHORTEST or end in SHORT_NAMES) and len(found) < MOST_DEMANDS:
            found.setdefault(name, (end, asked))
    return tuple((name, end, asked) for name, (end, asked) in found.items())


def _given(text: str, name: str, asked: Quantity) -> Quantity | None:
    """The figure of the same measure right behind the name's first place that has one; a change is no value."""
    at = text.find(name)
    while at >= 0:
        behind = _END.split(text[at + len(name) : at + len(name) + BEHIND], maxsplit=1)[0]
        for one in quantities(behind):
            same = one.unit.measure == asked.unit.measure and one.unit.symbol != "成"
            if same and not _against(asked, one) and not _CHANGE.search(behind[: one.start].rstrip()):
                return one
        at = text.find(name, at + 1)
    return None


def _against(asked: Quantity, given: Quantity) -> bool:
    """At least against at most: then one of the two tells of a condition, not of what is reached."""
    ups, downs = (AT_LEAST, ABOVE), (AT_MOST, BELOW)
    return (asked.comparator in ups and given.comparator in downs) or (
        asked.comparator in downs and given.comparator in ups
    )


def _is_met(asked: Quantity, given: Quantity) -> bool:
    """Whether the best that is offered reaches what is asked; within a range, whether they meet."""
    low, high = given.low * given.unit.factor, given.high * given.unit.factor
    least, most = asked.low * asked.unit.factor, asked.high * asked.unit.factor
    if asked.is_range:
        return low <= most and high >= least
    if asked.comparator in (AT_LEAST, ABOVE):
        return high >= least
    return low <= most


def _said(one: Quantity) -> str:
    values = f"{one.low:g}–{one.high:g}" if one.is_range else f"{one.low:g}"
    sign = PLAIN if one.is_range else _SIGNS.get(one.comparator, PLAIN)
    return f"{sign}{values}{'' if one.unit.symbol in ('%', '‰', '℃') else ' '}{one.unit.symbol}"
