"""Templates are compiled once for an installation: the next process reads what the first one wrote."""

from __future__ import annotations

from typing import Any

import pytest
from jinja2 import Environment

from tests.support import World
from web.application import build


def test_the_next_process_compiles_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = world.platform.settings.data / "templates"
    folder.unlink()  # tests share what is compiled; this one begins with nothing
    assert build(world.platform).test_client().get("/").status_code == 200
    assert list(folder.iterdir())
    assert folder.stat().st_mode & 0o077 == 0

    def never(*_args: Any, **_more: Any) -> None:
        raise AssertionError("compiled again")

    monkeypatch.setattr(Environment, "compile", never)
    assert build(world.platform).test_client().get("/").status_code == 200
