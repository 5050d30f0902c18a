"""The rooms and the one way imports run; every top-level module is listed somewhere."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOT_ROOMS = {"tests", "benchmarks", "training", "static", "templates", "demo", "docs", "models", "var"}


def _settings() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]


def test_import_contracts_hold() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_top_level_package_is_a_room_of_the_contract() -> None:
    rooms = {p.parent.name for p in ROOT.glob("*/__init__.py")} - NOT_ROOMS
    assert rooms == set(_settings()["root_packages"])


def test_app_is_the_only_top_level_module() -> None:
    assert {p.name for p in ROOT.glob("*.py")} == {"app.py"}


@pytest.mark.parametrize("room", _settings()["root_packages"])
def test_nobody_imports_the_composition_root(room: str) -> None:
    for path in (ROOT / room).rglob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert not line.startswith(("import app", "from app import")), path


def test_only_config_reads_the_environment() -> None:
    readers = ("os.environ", "os.getenv")
    for room in set(_settings()["root_packages"]) - {"config"}:
        for path in (ROOT / room).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            allowed = path.parts[-2:] == ("indexer", "embedder.py") or "commands" in path.parts
            assert allowed or not any(reader in text for reader in readers), path


def test_the_pure_rooms_read_no_clock_and_no_file() -> None:
    for room in ("matching",):
        for path in (ROOT / room).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            for word in ("open(", "datetime.now", "date.today", "time.time(", "Path("):
                assert word not in text, (path, word)


def test_files_stay_small_enough_to_read() -> None:
    for room in _settings()["root_packages"]:
        for path in (ROOT / room).rglob("*.py"):
            if "migrations" not in path.parts:
                assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, path
