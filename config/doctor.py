"""Reads the need doctor's data: criteria, checks, words, and what was measured of them. Plain values out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from config import tables

FOLDER = Path(__file__).parent
DOCTOR = FOLDER / "doctor.toml"
MEASURED = FOLDER / "doctor_measured.toml"
"""Written by `python -m benchmarks.doctor LABELS --write`, apart from what people write."""


class BadDoctorTables(ValueError):
    """A file of the doctor is missing or broken; the message names it."""


def load(criteria: Path = DOCTOR, measured: Path = MEASURED) -> dict[str, Any]:
    """The tables of both files, as `Doctor.from_data` takes them; raises BadDoctorTables."""
    return {
        **tables.read(criteria, BadDoctorTables),
        "measured": tables.read(measured, BadDoctorTables),
    }
