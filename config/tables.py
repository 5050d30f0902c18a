"""Reads one file of tables (TOML), with the error of whoever asks for it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any


def read(path: Path, bad: type[ValueError]) -> dict[str, Any]:
    """The tables of a file; raises *bad*, naming the file, where it is missing or broken."""
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise bad(f"{path}: {error}") from error
