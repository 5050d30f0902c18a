"""The checks of the problem: what it is, how it is today, where it sticks, one thing at a time, and no ready answer."""

from __future__ import annotations

import re

from matching.doctor.reading import GIVEN, MISSING, SILENT, Outcome, Reading, Sentence, Verdict

ENOUGH = 40
"""Characters about the problem itself, from which one can search: `解决开裂问题` has six."""
LEFT_OF_TITLE = 2
"""Characters that must be left of a title: 喷漆工艺智能化改造 keeps 喷漆, 新材料研发 keeps nothing."""
MANY_ABBREVIATIONS = 2
_NUMBERED = re.compile(
    r"(?:需求|难题|课题|项目|子题|问题)\s?([一二三四五六七八九十\d①-⑨])\s?(?:[：:、，,.．为是]|$)"
)
_ITEM = re.compile(
    r"(?:^|[\n。；;：:])\s*[（(]?(?:\d{1,2}|[一二三四五六七八九十])[)）、.．]\s?([^。；;\n]{4,60})"
)
_ABBREVIATION = re.compile(r"(?<![A-Za-z0-9\-/.])[A-Z]{3,6}(?![A-Za-z0-9\-/.])")
_EXPLAINED = re.compile(r"[（(][^）)]{0,60}?([A-Z]{3,6})[^）)]{0,10}[）)]|([A-Z]{3,6})\s?[（(]")


def enough(reading: Reading) -> Outcome:
    """Is more than a line said about the problem? Silent where the firm is introduced instead, which `firm` says."""
    if reading.written >= ENOUGH:
        return GIVEN
    return SILENT if _firm_only(reading) else MISSING


def firm(reading: Reading) -> Outcome:
    """Is the problem's field spent on the firm? Only where little else is said: an introduction beside it does no harm."""
    if reading.written >= ENOUGH or not _firm_only(reading):
        return GIVEN
    return Outcome(Verdict.MISSING, tuple(reading.says("firm", _firm(reading))[:3]))


def object_(reading: Reading) -> Outcome:
    """Does the title name a thing? What every title says is taken off first."""
    title = reading.draft.title.strip()
    left = reading.words["general"].sub("", title)
    if len(left) >= LEFT_OF_TITLE:
        return GIVEN
    return Outcome(Verdict.MISSING, (title,)) if title else SILENT


def current(reading: Reading) -> Outcome:
    """Is the present way named, or is there a figure beside what is wrong with it?"""
    if reading.mentions("current", reading.body):
        return GIVEN
    measured = any(one.figures and reading.words["trouble"].search(one.text) for one in reading.body)
    return GIVEN if measured else _unless_empty(reading, MISSING)


def trouble(reading: Reading) -> Outcome:
    """Is it said what goes wrong? A title may say it: 鼓风机低频脉动噪声大."""
    return GIVEN if reading.mentions("trouble") else _unless_empty(reading, MISSING)


def one(reading: Reading) -> Outcome:
    """One need, not several: needs that are numbered as such, or three things to develop in one list."""
    text = f"{reading.draft.title}\n{reading.draft.problem}"
    numbered = {found[1]: found[0] for found in _NUMBERED.finditer(text)}
    if len(numbered) > 1:
        return Outcome(
            Verdict.MISSING, tuple(name.strip("：:、，,.． 为是\n") for name in numbered.values())[:3]
        )
    tasks = [found[1].strip() for found in _ITEM.finditer(reading.draft.problem)]
    tasks = [name for name in tasks if re.search(rf"(?:{reading.words['task'].pattern})[）)]?$", name)]
    if len(tasks) >= 3:
        return Outcome(Verdict.MISSING, tuple(tasks[:3]))
    return _unless_empty(reading, GIVEN)


def open_(reading: Reading) -> Outcome:
    """A problem, not a purchase, a person or a fixed way of solving it."""
    wanted = reading.says("solution")
    if wanted:
        return Outcome(Verdict.MISSING, tuple(wanted[:3]), _field_of(reading))
    return _unless_empty(reading, GIVEN)


def plain(reading: Reading) -> Outcome:
    """Abbreviations that nobody outside the trade knows, once there are several without their full name."""
    said = " ".join(one.text for one in reading.about)
    wanted = " ".join(one.text for one in reading.about if one.field != "problem" or _wants(reading, one))
    explained = {name for found in _EXPLAINED.finditer(said) for name in found.groups() if name}
    strange = [
        name
        for name in dict.fromkeys(_ABBREVIATION.findall(wanted))
        if name not in explained and not reading.words["known"].fullmatch(name)
    ]
    return Outcome(Verdict.MISSING, tuple(strange[:4])) if len(strange) >= MANY_ABBREVIATIONS else GIVEN


def _wants(reading: Reading, one: Sentence) -> bool:
    """A sentence about what is wanted or wrong; elsewhere abbreviations are names of products and brands."""
    return any(reading.words[name].search(one.text) for name in ("need", "target"))


def _firm(reading: Reading) -> tuple[Sentence, ...]:
    return tuple(one for one in reading.sentences if one.is_firm)


def _firm_only(reading: Reading) -> bool:
    return sum(len(one.text) for one in _firm(reading)) > reading.written


def _unless_empty(reading: Reading, outcome: Outcome) -> Outcome:
    """The outcome; where hardly anything is written nothing is earned, and `enough` or `firm` asks for all at once."""
    return outcome if reading.written >= ENOUGH else SILENT


def _field_of(reading: Reading) -> str:
    return next((s.field for s in reading.about if reading.words["solution"].search(s.text)), "problem")
