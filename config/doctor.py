"""Reads the need doctor's data: criteria, checks, words, and what was measured of them. Plain values out."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
DOCTOR = FOLDER / "doctor.toml"
MEASURED = FOLDER / "doctor_measured.toml"
"""Written by `python -m benchmarks.doctor LABELS --write`, apart from what people write."""


class BadDoctorTables(ValueError):
    """A file of the doctor is missing or broken; the message names it."""


def load(criteria: Path = DOCTOR, measured: Path = MEASURED) -> dict[str, Any]:
    """The tables of both files, as `Doctor.from_data` takes them; raises BadDoctorTables."""
    return {**_read(criteria), "measured": _read(measured)}


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise BadDoctorTables(f"{path}: {error}") from error
