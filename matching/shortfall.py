"""What a near miss lacks: why a pair that came close is not recommended, said of its own texts and facts.

Made when a list is shown, for the few entries behind 没有更合适的了. It names what the need's title asks for and the
achievement never mentions, figures that were not given, and those cautions that are something missing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from matching.evidence import TELLING
from matching.ngrams import HAN, Ngrams, tighten
from matching.plain_words import GLUE, PLAIN, PLAIN_PAIRS, WISHES
from matching.quantities import quantities
from matching.types import AchievementFacts, NeedFacts

MOST = 3
"""What is told of one near miss; the rest is on its page."""
MOST_WORDS = 2
LONGEST = 8
"""Characters of a word that is told as missing: a longer run is half a sentence."""
HELD = 0.5
"""Cohesion from which a character belongs to the word beside it: 铝 of 铝合金, whose last two are in any alloy's text."""
LACKING = frozenset(
    {
        "trl_below_wanted",
        "trl_unknown",
        "over_budget",
        "modes_differ",
        "ip_dead",
        "ip_unsettled",
        "only_industry",
    }
)
"""Cautions that say what is missing; a far place or an old confirmation keeps nobody from a list."""
_SMALL = tuple("和在对为等把将由到求从改中")
_CUTS = sorted((*GLUE, *WISHES, *_SMALL), key=len, reverse=True)
_CUT = re.compile("|".join(map(re.escape, _CUTS)))
_ASIDE = re.compile(r"\([^)]*\)")
_EDGES = "|".join(sorted(map(re.escape, {w for w in PLAIN if len(w) > 1}), key=len, reverse=True))
_LOOSE_ENDS = re.compile(f"^(?:{_EDGES})+|(?:{_EDGES})+$")
_RUN = re.compile(rf"[{HAN}]+|[^\W_{HAN}]{{2,}}")
_LATIN = re.compile(r"[a-z]")
_SENTENCE = re.compile(r"[。;；\n]")
_DIGIT = re.compile(r"[\d一二三四五六七八九十百千万]")


def shortfalls(
    ngrams: Ngrams,
    need: NeedFacts,
    achievement: AchievementFacts,
    cautions: Sequence[Mapping[str, Any]],
) -> tuple[str, ...]:
    """At most three sentences, what keeps the pair apart first. `cautions` as a frozen entry holds them."""
    found: list[str] = []
    words = unmentioned(ngrams, need.title, f"{achievement.title}\n{achievement.text}")
    if words:
        found.append("没有提到需求里的" + "、".join(f"“{word}”" for word in words))
    found += [one["text"] for one in cautions if one["code"] in LACKING]
    if not achievement.text:
        found.append("只有名称，没有说明做法和指标")
    elif _has_figures(need.text) and not _has_figures(achievement.text):
        found.append("指标没有给出数值")
    if need.budget_max is not None and achievement.price_min is None and achievement.price_max is None:
        found.append("报价未说明")
    return tuple(found[:MOST]) or ("用词和意思都只是部分相近",)


def unmentioned(ngrams: Ngrams, title: str, text: str) -> tuple[str, ...]:
    """The words of a need's title that *text* lacks, the two that tell most in their order. All in normal form."""
    title = tighten(_ASIDE.sub(" ", title))
    found: list[str] = []
    for match in _RUN.finditer(title):
        run = match.group()
        if _LATIN.search(run):
            found += [run] if run not in text else []
            continue
        for piece in _CUT.split(run):
            found += _missing_words(ngrams, piece, text)
    telling = sorted(dict.fromkeys(found), key=lambda word: -_weight(ngrams, word))[:MOST_WORDS]
    return tuple(sorted(telling, key=found.index))


def _missing_words(ngrams: Ngrams, piece: str, text: str) -> list[str]:
    there = [False] * len(piece)
    for at in range(len(piece) - 1):
        if piece[at : at + 2] in text:
            there[at] = there[at + 1] = True
    words = []
    for start, end in _gaps(there):
        start, end = _whole(ngrams, piece, start, end)
        word = _LOOSE_ENDS.sub("", piece[start:end])
        if 2 <= len(word) <= LONGEST and word not in text and _tells(ngrams, word):
            words.append(word)
    return words


def _gaps(there: Sequence[bool]) -> list[tuple[int, int]]:
    """Runs of places that are not there."""
    gaps: list[tuple[int, int]] = []
    for at, known in enumerate(there):
        if known:
            continue
        if gaps and gaps[-1][1] == at:
            gaps[-1] = (gaps[-1][0], at + 1)
        else:
            gaps.append((at, at + 1))
    return gaps


def _whole(ngrams: Ngrams, piece: str, start: int, end: int) -> tuple[int, int]:
    """The gap as a word: one character alone is widened to the word it was torn from, and of a longer gap the ends are
    left out that belong to what stands beside it (池 of 盐渍池 before 高盐废水)."""
    held = ngrams.cohesion
    if end - start == 1:
        while start > 0 and held(piece[start - 1], piece[start]) > HELD:
            start -= 1
        while end < len(piece) and held(piece[end - 1], piece[end]) > HELD:
            end += 1
        return start, end
    while (
        end - start > 2
        and start > 0
        and held(*piece[start - 1 : start + 1]) > held(*piece[start : start + 2])
    ):
        start += 1
    while (
        end - start > 2 and end < len(piece) and held(*piece[end - 1 : end + 1]) > held(*piece[end - 2 : end])
    ):
        end -= 1
    return start, end


def _tells(ngrams: Ngrams, word: str) -> bool:
    return any(ngrams.idf(pair) >= TELLING for pair in _pairs(word) if pair not in PLAIN_PAIRS)


def _weight(ngrams: Ngrams, word: str) -> float:
    return sum(ngrams.idf(pair) for pair in _pairs(word) if pair not in PLAIN_PAIRS)


def _pairs(word: str) -> list[str]:
    return [word] if word.isascii() else [word[at : at + 2] for at in range(len(word) - 1)]


@lru_cache(maxsize=4096)
def _has_figures(text: str) -> bool:
    """Sentence by sentence, because the first figure settles it; remembered, because a list is opened again and again."""
    return any(quantities(sentence) for sentence in _SENTENCE.split(text) if _DIGIT.search(sentence))
