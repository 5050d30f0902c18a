"""The checks of the indicators: that there are some, in figures, with units, saying at least or at most, without empty words."""

from __future__ import annotations

import re

from matching.doctor.reading import GIVEN, MISSING, SILENT, Outcome, Reading, Sentence, Verdict, given
from matching.quantities import Quantity

_UNIT_FIRST = re.compile(r"(?:[A-Za-zμΩ℃°%‰]\)?|[)）])\s?[:：]\s?$")
"""`噪音 dB(A): ≤80` names its unit first."""
BEFORE = 8
"""Characters before a figure in which the word stands that says what it is (`系数 0.3`) or where it goes (`提高 20%`)."""
SHOWN = 4


def stated(reading: Reading) -> Outcome:
    """Is anything said about what is to be reached?"""
    return given(
        reading.draft.indicators.strip() or reading.targets or reading.mentions("target", reading.body)
    )


def figures(reading: Reading) -> Outcome:
    """Is one of the aims a figure?"""
    if reading.targets:
        return GIVEN
    return MISSING if stated(reading) is GIVEN else SILENT


def units(reading: Reading) -> Outcome:
    """Does each figure that is bounded have a unit? Ratios, indices and grades have none."""
    if not reading.targets:
        return SILENT
    naked = [
        (sentence, figure)
        for sentence, figure in reading.targets
        if not figure.unit.symbol
        and ((figure.is_bounded and not figure.is_range) or sentence.field == "indicators")
        and not reading.words["unitless"].search(_before(sentence, figure) + figure.text)
        and not _UNIT_FIRST.search(_before(sentence, figure))
    ]
    return _quoted(naked) if naked else GIVEN


def bounds(reading: Reading) -> Outcome:
    """Is a figure a least, a most, a range or a change? One that is will do."""
    if not reading.targets:
        return SILENT
    if any(
        figure.is_bounded or figure.comparator or reading.words["direction"].search(_before(sentence, figure))
        for sentence, figure in reading.targets
    ):
        return GIVEN
    return _quoted(list(reading.targets))


def concrete(reading: Reading) -> Outcome:
    """Words that promise and measure nothing, in sentences that want something and hold no figure."""
    empty = tuple(
        one
        for one in reading.body
        if not one.figures and (one.field == "indicators" or _wishes(reading, one))
    )
    found = [word for word in reading.says("vague", empty) if word not in _name(reading)]
    if found:
        where = next(one.field for one in empty if found[0] in one.text)
        return Outcome(Verdict.MISSING, tuple(found[:SHOWN]), where)
    return GIVEN if stated(reading) is GIVEN else SILENT


def _name(reading: Reading) -> str:
    """The title where it names a thing (高效PERC电池 promises nothing), not where it is a sentence of the text."""
    title = reading.draft.title.strip()
    return "" if any(one.text == title for one in reading.body) else title


def _wishes(reading: Reading, one: Sentence) -> bool:
    """A sentence that wants something and does not tell how things are elsewhere or today."""
    return bool(reading.words["target"].search(one.text) and not reading.words["current"].search(one.text))


def _before(sentence: Sentence, figure: Quantity) -> str:
    return sentence.text[max(0, figure.start - BEFORE) : figure.start]


def _quoted(found: list[tuple[Sentence, Quantity]]) -> Outcome:
    """The figures with the words before them: `强度 ≥ 400`."""
    words = [f"{_tail(_before(sentence, figure))}{figure.text}" for sentence, figure in found]
    return Outcome(Verdict.MISSING, tuple(dict.fromkeys(words))[:3], found[0][0].field)


def _tail(before: str) -> str:
    """What follows the last mark."""
    word = before.rstrip()
    for mark in "，,、：:（(）) \t\u3000":
        word = word.rpartition(mark)[2]
    return word + before[len(before.rstrip()) :]
