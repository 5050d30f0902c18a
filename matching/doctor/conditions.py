"""The checks of the conditions: where it is used, how it is tested, how much of it, within which limits, on what ground."""

from __future__ import annotations

from matching.doctor.reading import GIVEN, MISSING, SILENT, Outcome, Reading

RATES = ("/天", "/h", "/年", "/min", "/月", "/班", "/a")
WORKING = ("temperature", "kelvin", "pressure")


def any_(reading: Reading) -> Outcome:
    """Is any condition there at all? Where none is, one sentence asks for all five."""
    return GIVEN if any(_has(reading, name) for name in _LISTS) else MISSING


def site(reading: Reading) -> Outcome:
    """Where and under what it works."""
    return _one(reading, "site")


def acceptance(reading: Reading) -> Outcome:
    """How it will be tested."""
    return _one(reading, "acceptance")


def scale(reading: Reading) -> Outcome:
    """How much, how many, how large."""
    return _one(reading, "scale")


def limits(reading: Reading) -> Outcome:
    """What it may cost and what must stay as it is."""
    return _one(reading, "limits")


def tried(reading: Reading) -> Outcome:
    """What is there already, and what has been tried."""
    return _one(reading, "tried")


_LISTS = ("site", "acceptance", "scale", "limits", "tried")


def _one(reading: Reading, name: str) -> Outcome:
    if _has(reading, name):
        return GIVEN
    return MISSING if any_(reading) is GIVEN else SILENT


def _has(reading: Reading, name: str) -> bool:
    if reading.mentions(name, reading.body):
        return True
    measures = [figure.unit.measure for one in reading.body for figure in one.figures]
    if name == "scale":
        return any(measure.endswith(RATES) or measure.startswith("count") for measure in measures)
    return name == "site" and any(measure in WORKING for measure in measures)
