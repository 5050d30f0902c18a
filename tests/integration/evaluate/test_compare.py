"""The command that says what another ranker would change, on what a platform really shows."""

from __future__ import annotations

import re
from pathlib import Path

from config.rankers import WEIGHTS
from tests.support import World


def test_what_another_ranker_would_change_is_told(world: World, tmp_path: Path) -> None:
    enterprise, university = world.enterprise(), world.university()
    world.listing(enterprise, "needs", title="高温合金叶片激光熔覆修复用粉末", problem="修复后热影响区开裂")
    world.listing(
        university, "achievements", title="高温合金叶片激光熔覆修复粉末", abstract="叶片激光熔覆修复"
    )
    world.index()
    strict = tmp_path / "strict.toml"
    shipped = WEIGHTS.read_text(encoding="utf-8")
    strict.write_text(re.sub(r"(?m)^recommended = .*", "recommended = 99.5", shipped), encoding="utf-8")
    run = world.app.test_cli_runner().invoke
    same = run(args=["ranking", "compare", str(WEIGHTS), str(WEIGHTS)])
    assert same.exit_code == 0, same.output
    assert "recommended lines 1 → 1" in same.output
    changed = run(args=["ranking", "compare", str(WEIGHTS), str(strict)])
    assert "recommended lines 1 → 0" in changed.output
    assert "- 高温合金叶片激光熔覆修复粉末" in changed.output


def test_a_broken_ranker_is_named(world: World, tmp_path: Path) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("name = 'x'\n", encoding="utf-8")
    done = world.app.test_cli_runner().invoke(args=["ranking", "compare", str(WEIGHTS), str(broken)])
    assert done.exit_code == 1
    assert "features" in done.output
    assert "Traceback" not in done.output
