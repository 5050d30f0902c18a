"""Carrying words: what two texts share, cut so that a person would call it a word. No dictionary.

Maximal common substrings, taken apart at function words, trimmed where the cut goes through a word (seen from how
strongly the characters on both sides of the cut belong together), without words that any listing contains.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from matching.ngrams import HAN, IDLE_SPACE, Ngrams
from matching.plain_words import DIRECTIONS, EDGE, EMPTY, GLUE, PLAIN, PLAIN_PAIRS, QUANTITIES, TIMES, WISHES

_ENDS = (*EDGE, *(word for word in EMPTY if len(word) > 1))
# Units and abbreviations of quantities: two texts that both give lengths in mm have nothing in common.
_UNITS_TEXT = """
    mm cm km nm um μm dm kg mg μg ug ml mol mmol kw mw gw kwh mwh kv mv ma ah mah hz khz mhz ghz pa kpa mpa gpa db ppm ppb
    min max rpm bar lux wt vol ph id no rmb usd tj ev kev mev ra ntu cod bod ≥ ≤ h/d m/s r/min m3 m2 mm2
"""
_UNITS = frozenset(_UNITS_TEXT.split())
_CUT = re.compile("|".join(sorted(map(re.escape, (*GLUE, *WISHES)), key=len, reverse=True)))
_LEFT_EDGE = re.compile(f"^(?:{'|'.join(sorted(_ENDS, key=len, reverse=True))})+")
_RIGHT_EDGE = re.compile(f"(?:{'|'.join(sorted(_ENDS, key=len, reverse=True))})+$")
_ALL_PLAIN = re.compile(rf"(?:{'|'.join(sorted(set(PLAIN), key=len, reverse=True))}|[\d.%\s])+")
# What is left of a word before a plain one, of 柔轮 and 太阳轮 in "轮早期", or a bare verb: 降下来.
_LEFTOVER = re.compile(rf"[{HAN}](?:{'|'.join((*TIMES, *QUANTITIES, *DIRECTIONS))})+")
_WORD_CHARACTER = re.compile(r"\w")
_RARE_HAN = re.compile(f"[{HAN}]")
_HAN_PAIR = re.compile(f"[{HAN}]{{2}}")
_LATIN = re.compile(r"[^\W\d_\u3400-\u9fff][0-9a-z]*")
_NUMBER = re.compile(r"[\d.%/年月日项台套吨件米度级倍层零一二两三四五六七八九十百千万几第下]+")

SHORTEST = 2
MOST_WORDS = 4
LONG = 300
"""Characters from which a text is prose: its spaces are where its author put them."""
WHOLE = 4
"""Characters from which a run that one of the two texts ends cleanly is taken for a word."""
BOUND = -1.0
"""Cohesion from which a cut between two neighbours goes through a word: 空气 1.0, 固体 0.0, 硝化 -0.4, 料制 -1.4."""
LOOSE = 0.2
"""Cohesion under which a generic character is taken off the end of a word: 饱和 2.4 and 在线 0.4 keep it, 泵和 does not."""
TELLING = 4.3
"""IDF that one pair of a carrying word must have at least: 电池 4.9 and 废水 4.5 tell something, 生产 2.3 and 检测 3.6 do not."""
REMEMBERED = 256
"""Texts whose cutting is remembered: one side of a list is the same in all its pairs."""
TOO_LONG = 16
"""A shared run longer than this is a whole phrase; it is shown, but weighs no more than a word of this length."""


@dataclass(frozen=True, slots=True)
class Shared:
    """One carrying word as each side writes it ("激光熔覆", "激光 熔覆"), with its weight (sum of IDF)."""

    left: str
    right: str
    weight: float


def shared_words(ngrams: Ngrams, left: str, right: str) -> tuple[Shared, ...]:
    """The carrying words of two normalised texts, heaviest first, at most four, none inside another.

    *left* should be the shorter text: the time grows with its length times the search in *right*.
    """
    tight_left, at_left = _tight(left)
    tight_right, at_right = _tight(right)
    found: dict[str, Shared] = {}
    for start, end in _common_runs(tight_left, tight_right):
        place = tight_right.find(tight_left[start:end])
        for a, b in _pieces(tight_left, start, end):
            a, b = _trim(ngrams, tight_left, a, b, tight_right, place + a - start)
            word = tight_left[a:b]
            if word in found or not _carries(ngrams, word):
                continue
            there = place + a - start
            found[word] = Shared(
                left[at_left[a] : at_left[b - 1] + 1],
                right[at_right[there] : at_right[there + b - a - 1] + 1],
                sum(ngrams.idf(c) for c in word[:TOO_LONG] if _is_han(c)) or ngrams.idf(word),
            )
    ordered = sorted(found.items(), key=lambda item: (-item[1].weight, item[0]))
    kept: list[tuple[str, Shared]] = []
    for word, shared in ordered:
        if not any(word in longer for longer, _ in kept):
            kept.append((word, shared))
    return tuple(shared for _, shared in kept[:MOST_WORDS])


@lru_cache(maxsize=REMEMBERED)
def _tight(text: str) -> tuple[str, range | list[int]]:
    """A title without idle spaces, and for each character its place in *text*; a long text is taken as it is."""
    if len(text) > LONG or " " not in text:
        return text, range(len(text))
    idle = {match.start() for match in IDLE_SPACE.finditer(text)}
    places = [at for at in range(len(text)) if at not in idle]
    return "".join(text[at] for at in places), places


def _common_runs(left: str, right: str) -> list[tuple[int, int]]:
    """(start, end) in *left* of substrings of at least two characters that *right* holds too, each as long as can be."""
    runs: list[tuple[int, int]] = []
    pairs = _pairs(right) if len(right) > LONG else right
    length, end = len(left), 0
    for start in range(length - 1):
        if left[start : start + SHORTEST] not in pairs:
            continue
        # What is common from one start is common from the next one too, so the end never moves back.
        reached = end
        end = max(end, start + SHORTEST)
        while end < length and left[start : end + 1] in right:
            end += 1
        if end > reached:
            runs.append((start, end))
    return runs


@lru_cache(maxsize=REMEMBERED)
def _pairs(text: str) -> frozenset[str]:
    """Every two neighbours in *text*; asking for them is quicker than searching a long text again and again."""
    return frozenset(map("".join, pairwise(text)))


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cut text[start:end] at punctuation and function words; spans in *text*."""
    spans: list[tuple[int, int]] = []
    begin = start
    at = start
    while at < end:
        glue = _CUT.match(text, at, end)
        step = len(glue.group()) if glue else 0 if _WORD_CHARACTER.match(text[at]) or text[at] in ".-+" else 1
        if step:
            spans.append((begin, at))
            begin = at = at + step
        else:
            at += 1
    spans.append((begin, end))
    return [(a, b) for a, b in spans if b - a >= SHORTEST]


def _trim(ngrams: Ngrams, left: str, a: int, b: int, right: str, there: int) -> tuple[int, int]:
    """Take half words and generic words off both ends of left[a:b], which stands in *right* at *there*."""
    shift = there - a
    while b - a >= SHORTEST:
        torn = _torn(ngrams, left, b, inner=b - 2) + _torn(ngrams, right, b + shift, inner=b + shift - 2)
        if not _cut_there(torn, b - a):
            break
        b -= 1
    while b - a >= SHORTEST:
        torn = _torn(ngrams, left, a, inner=a + 1) + _torn(ngrams, right, a + shift, inner=a + shift + 1)
        if not _cut_there(torn, b - a):
            break
        a += 1
    # "高效" goes, "新" of "新能源" and "处理" of "热处理" stay: a generic word is taken off only where it is loose, and only
    # where a word is left.
    word = left[a:b]
    head = _LEFT_EDGE.match(word)
    if (
        head
        and len(word) - head.end() >= SHORTEST
        and ngrams.cohesion(*word[head.end() - 1 : head.end() + 1]) < LOOSE
    ):
        a += head.end()
    word = left[a:b]
    tail = _RIGHT_EDGE.search(word)
    if (
        tail
        and tail.start() >= SHORTEST
        and ngrams.cohesion(*word[tail.start() - 1 : tail.start() + 1]) < LOOSE
    ):
        b -= len(word) - tail.start()
    return a, b


def _cut_there(torn: int, length: int) -> bool:
    """Whether an end that *torn* of the two texts go on from is taken off. Where one of them ends its word there and
    the run is long, the run is that word: 磷酸铁锂 of 磷酸铁锂电池 and 磷酸铁锂正极 stays whole."""
    return torn == 2 or (torn == 1 and length < WHOLE)


def _torn(ngrams: Ngrams, text: str, cut: int, *, inner: int) -> bool:
    """Whether the boundary before text[cut] goes through a word: the character inside it (next to the cut) holds more
    to its neighbour outside than to the one at *inner*. Latin words must not be cut at all."""
    if not 0 < cut < len(text):
        return False
    before, after = text[cut - 1], text[cut]
    han_before, han_after = _is_han(before), _is_han(after)
    if not han_before and not han_after:
        return before.isalnum() and after.isalnum()
    if not (han_before and han_after) or not 0 <= inner < len(text) or not _is_han(text[inner]):
        return False
    if before + after in PLAIN_PAIRS:
        return True
    outside = ngrams.cohesion(before, after)
    inside = ngrams.cohesion(text[inner], before) if inner < cut else ngrams.cohesion(after, text[inner])
    return outside > max(BOUND, inside)


def _is_han(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff" or bool(_RARE_HAN.match(character))


def _carries(ngrams: Ngrams, word: str) -> bool:
    """Whether a person would take *word* for a reason."""
    if (
        len(word) < SHORTEST
        or _ALL_PLAIN.fullmatch(word)
        or _LEFTOVER.fullmatch(word)
        or _NUMBER.fullmatch(word)
        or word in _UNITS
    ):
        return False
    if word[0] in ".-+" or word[-1] in ".-":
        return False
    if any(len(latin) > 1 and latin not in _UNITS for latin in _LATIN.findall(word)):
        return True
    pairs = [pair for pair in map("".join, pairwise(word)) if _HAN_PAIR.fullmatch(pair)]
    return any(ngrams.idf(pair) >= TELLING for pair in pairs if pair not in PLAIN_PAIRS)
