"""The command that says what another ranker would change, on what a platform really shows."""

from __future__ import annotations

import json
import re
from pathlib import Path

from config import rankers
from config.rankers import WEIGHTS
from tests.support import World
from training import fit_ranker


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


def test_figures_of_both_rankers_on_labels_are_told(world: World, tmp_path: Path) -> None:
    labels = tmp_path / "labels"
    labels.mkdir()
    need = {"id": "n1", "title": "高温合金叶片激光熔覆修复用粉末", "text": "现用粉末修复后热影响区开裂。"}
    (labels / "needs.jsonl").write_text(json.dumps(need, ensure_ascii=False), encoding="utf-8")
    rows = [
        "n1\ta1\t4\t镍基 合金 叶片 激光 熔覆 修复",
        "n1\ta2\t1\t城市 轨道 交通 客流 预测",
        "n1\ta3\t2\t激光 焊接",
    ]
    (labels / "pairs.tsv").write_text(
        "\n".join(["need_id\tachievement_id\tlevel\ttitle", *rows]), encoding="utf-8"
    )
    silent = tmp_path / "silent.toml"
    tables = rankers.load_tables(WEIGHTS)
    for name in ("words", "semantic_nearness"):
        tables["features"]["industry"]["points"] += tables["features"][name]["points"]
        tables["features"][name]["points"] = 0.0
    silent.write_text(fit_ranker.render(tables), encoding="utf-8")
    run = world.app.test_cli_runner().invoke
    done = run(args=["ranking", "compare", str(WEIGHTS), str(silent), "--labels", str(labels)])
    assert done.exit_code == 0, done.output
    before, after, difference = (
        line for line in done.output.splitlines() if "ndcg" in line or "mean" in line
    )
    assert before.startswith("before: ndcg_at_10 1.0000")
    assert after.startswith("after: ndcg_at_10 0.")
    assert "mean -0." in difference
    (labels / "pairs.tsv").write_text("a\tb\n", encoding="utf-8")
    broken = run(args=["ranking", "compare", str(WEIGHTS), str(silent), "--labels", str(labels)])
    assert broken.exit_code == 1
    assert "header" in broken.output
