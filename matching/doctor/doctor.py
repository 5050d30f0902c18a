"""The doctor: checks as data and functions, one need in, marks and findings out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from matching.doctor import commerce, conditions, indicators, problem
from matching.doctor.reading import Draft, Outcome, Reading, Verdict

Rule = Callable[[Reading], Outcome]
RULES: Mapping[str, Rule] = {
    "enough": problem.enough, "firm": problem.firm, "object": problem.object_, "current": problem.current,
    "trouble": problem.trouble, "one": problem.one, "open": problem.open_, "plain": problem.plain,
    "stated": indicators.stated, "figures": indicators.figures, "units": indicators.units, "bounds": indicators.bounds,
    "concrete": indicators.concrete,
    "any": conditions.any_, "site": conditions.site, "acceptance": conditions.acceptance, "scale": conditions.scale,
    "limits": conditions.limits, "tried": conditions.tried,
    "budget": commerce.budget, "deadline": commerce.deadline, "modes": commerce.modes, "maturity": commerce.maturity,
    "place": commerce.place,
}  # fmt: skip
MOST = 5
"""Points of one criterion."""
HELP_AT = 4
"""Points of 20 up to which a manager's help is offered."""
TOLD = 16
"""Characters of a quoted phrase in a finding."""


class BadDoctorFile(ValueError):
    """The doctor's data and its functions do not fit together; the message says where."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is asked for: its points, and its sentences for people."""

    name: str
    criterion: str
    field: str
    points: int
    title: str
    asks: str
    finding: str
    suggestion: str
    example: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What is missing or vague: where, in which words, and what to do about it."""

    check: Check
    field: str
    text: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """The points of one criterion."""

    criterion: str
    name: str
    points: int
    most: int = MOST


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The marks in the order of the criteria, and the findings in the order of the checks."""

    marks: tuple[Mark, ...]
    findings: tuple[Finding, ...]
    is_blank: bool = False
    """Nothing has been written yet."""

    @property
    def points(self) -> int:
        """Of 20."""
        return sum(mark.points for mark in self.marks)

    @property
    def most(self) -> int:
        """20."""
        return sum(mark.most for mark in self.marks)

    @property
    def needs_help(self) -> bool:
        """So little is there that a person helps better than a list."""
        return self.points <= HELP_AT

    def of(self, criterion: str) -> tuple[Finding, ...]:
        """The findings of one criterion."""
        return tuple(one for one in self.findings if one.check.criterion == criterion)


@dataclass(frozen=True)
class Doctor:
    """Criteria, checks and words. `measured`: what leaving things out cost the ranking (`python -m benchmarks.doctor`)."""

    criteria: Mapping[str, str]
    leads: Mapping[str, str]
    checks: tuple[Check, ...]
    words: Mapping[str, re.Pattern[str]]
    measured: Mapping[str, Any]

    @classmethod
    def from_data(cls, tables: Mapping[str, Any]) -> Doctor:
        """From the tables of `config/doctor.toml`; raises BadDoctorFile where checks, functions and points disagree."""
        checks = tuple(Check(**one) for one in tables["checks"])
        if {one.name for one in checks} != set(RULES):
            raise BadDoctorFile(
                f"checks without function or data: {set(RULES) ^ {one.name for one in checks}}"
            )
        for criterion in tables["criteria"]:
            if sum(one.points for one in checks if one.criterion == criterion) != MOST:
                raise BadDoctorFile(f"the checks of {criterion} must give {MOST} points together")
        words = {
            name: re.compile("|".join(sorted(listed, key=len, reverse=True)), re.MULTILINE)
            for name, listed in tables["words"].items()
        }
        return cls(tables["criteria"], tables["leads"], checks, words, tables.get("measured", {}))

    def examine(self, draft: Draft) -> Diagnosis:
        """Marks and findings of one need; a few milliseconds, nothing kept."""
        reading = Reading(draft, self.words)
        outcomes = [(check, RULES[check.name](reading)) for check in self.checks]
        marks = tuple(
            Mark(
                criterion,
                name,
                sum(c.points for c, o in outcomes if c.criterion == criterion and o.verdict is Verdict.GIVEN),
            )
            for criterion, name in self.criteria.items()
        )
        findings = tuple(_finding(c, o) for c, o in outcomes if o.verdict is Verdict.MISSING)
        return Diagnosis(marks, findings, is_blank=draft == Draft())


def _finding(check: Check, outcome: Outcome) -> Finding:
    """Words are set into the sentence: quoted where they are the need's own."""
    quoted = "、".join(f"“{_short(word)}”" for word in outcome.words)
    plain = "和".join(outcome.words)
    text = check.finding.format(words=plain if check.name == "place" else quoted)
    own = () if check.name == "place" else outcome.words
    return Finding(check, outcome.field or check.field, text, own)


def _short(word: str) -> str:
    """A long phrase is told by its beginning; whoever follows the finding sees all of it."""
    return word if len(word) <= TOLD else f"{word[: TOLD - 1]}…"
