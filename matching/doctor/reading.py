"""A need as the checks look at it: sentences with their field and figures, those that introduce the firm set apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

from matching.quantities import Quantity, quantities

TEXTS = ("title", "problem", "indicators", "constraints")
READ = 8_000
"""Characters of a field that are looked at: as many as a form takes. More would cost more than a pause in typing."""
_SENTENCE = re.compile(r"[^。；;!！?？\n]+")


@dataclass(frozen=True, slots=True)
class Draft:
    """What has been written so far; empty means not yet. The flags: whether the field beside the texts is filled."""

    title: str = ""
    problem: str = ""
    indicators: str = ""
    constraints: str = ""
    budget: bool = False
    deadline: bool = False
    modes: bool = False
    maturity: bool = False
    industry: bool = False
    region: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of one field, with its figures."""

    field: str
    text: str
    figures: tuple[Quantity, ...]
    is_firm: bool


class Verdict(Enum):
    """SILENT: it earns nothing, and another finding says already why."""

    GIVEN = "given"
    MISSING = "missing"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check says; `words` are the very words it found, `field` overrides the check's own."""

    verdict: Verdict
    words: tuple[str, ...] = ()
    field: str = ""


GIVEN, MISSING, SILENT = Outcome(Verdict.GIVEN), Outcome(Verdict.MISSING), Outcome(Verdict.SILENT)


def given(is_there: object) -> Outcome:
    """GIVEN or MISSING."""
    return GIVEN if is_there else MISSING


def _clause(text: str, end: int) -> str:
    """What stands before a figure, from the last comma on."""
    return re.split("[，,；;]", text[:end])[-1]


@dataclass(frozen=True)
class Reading:
    """One need, read once for all checks."""

    draft: Draft
    words: Mapping[str, re.Pattern[str]] = field(repr=False)

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """Every sentence, in the order of the form."""
        return tuple(self._read())

    def _read(self) -> Iterator[Sentence]:
        was_firm = False
        for name in TEXTS:
            for found in _SENTENCE.finditer(getattr(self.draft, name)[:READ]):
                text = found[0].strip()
                if text:
                    was_firm = name == "problem" and self._is_firm(text, was_firm)
                    yield Sentence(name, text, quantities(text), was_firm)

    def _is_firm(self, text: str, after_firm: bool) -> bool:
        """More is said of the firm than of a need; right after a sentence about the firm, as much or nothing of either."""
        firm, need = (len(set(self.words[name].findall(text))) for name in ("firm", "need"))
        if firm > need or not after_firm:
            return firm > need
        goes_on = bool(self.words["about_firm"].search(text)) and not self.words["direction"].search(text)
        return firm >= need and goes_on

    @cached_property
    def body(self) -> tuple[Sentence, ...]:
        """The sentences beside the title that are about the need."""
        return tuple(one for one in self.sentences if one.field != "title" and not one.is_firm)

    @cached_property
    def written(self) -> int:
        """Characters about the need beside the title."""
        return sum(len(one.text) for one in self.body)

    @cached_property
    def about(self) -> tuple[Sentence, ...]:
        """The same with the title."""
        return tuple(one for one in self.sentences if not one.is_firm)

    @cached_property
    def targets(self) -> tuple[tuple[Sentence, Quantity], ...]:
        """Figures that say what is wanted: those among the indicators, and elsewhere those beside a word of aim."""
        return tuple(
            (one, figure)
            for one in self.about
            for figure in one.figures
            if one.field == "indicators" or self._aims(one, figure)
        )

    def _aims(self, one: Sentence, figure: Quantity) -> bool:
        """A figure in running text: no money, no mere number of things, and bounded or beside a word of aim."""
        if figure.unit.measure == "money":
            return False
        clause = _clause(one.text, figure.start)
        if not figure.is_bounded and (not figure.unit.symbol or figure.unit.measure.startswith("count")):
            return False
        return figure.is_bounded or self.words["aim"].search(clause) is not None

    def mentions(self, name: str, sentences: tuple[Sentence, ...] | None = None) -> bool:
        """Whether a word of a list stands in these sentences (default: all about the need)."""
        pattern = self.words[name]
        return any(pattern.search(one.text) for one in (self.about if sentences is None else sentences))

    def says(self, name: str, sentences: tuple[Sentence, ...] | None = None) -> list[str]:
        """The words of a list that stand in these sentences (default: all about the need), each once."""
        looked_at = self.about if sentences is None else sentences
        pattern = self.words[name]
        return list(dict.fromkeys(found[0] for one in looked_at for found in pattern.finditer(one.text)))
