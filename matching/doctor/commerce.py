"""The checks of the commercial frame: budget, date, way of working together, maturity, place. A field or a sentence will do."""

from __future__ import annotations

from matching.doctor.reading import GIVEN, Outcome, Reading, Verdict, given


def budget(reading: Reading) -> Outcome:
    """Is a sum named?"""
    return given(reading.draft.budget or reading.mentions("budget", reading.sentences))


def deadline(reading: Reading) -> Outcome:
    """Is a day or a span named?"""
    return given(reading.draft.deadline or reading.mentions("deadline", reading.body))


def modes(reading: Reading) -> Outcome:
    """Is it said how one would work together?"""
    return given(reading.draft.modes or reading.mentions("modes"))


def maturity(reading: Reading) -> Outcome:
    """Is it said how ready it must be?"""
    return given(reading.draft.maturity or reading.mentions("maturity"))


def place(reading: Reading) -> Outcome:
    """Are trade and place filled in?"""
    draft = reading.draft
    left = [
        (name, label)
        for name, label, there in (
            ("industry", "所属行业", draft.industry),
            ("region", "所在地区", draft.region),
        )
        if not there
    ]
    return Outcome(Verdict.MISSING, tuple(label for _, label in left), left[0][0]) if left else GIVEN
