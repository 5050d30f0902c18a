"""The command that measures the ranking: what it reads, what it prints, and that it touches nothing."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from sqlalchemy import func, select

from matching import evaluation
from repositories.achievements import Achievement
from services import evaluate
from tests.support import World

NEEDS = {
    "n1": ("高温合金叶片激光熔覆修复用粉末", "现用粉末修复后热影响区开裂，要求结合强度不低于 400 MPa。"),
    "n2": ("水产养殖尾水脱氮除磷", "尾水总氮超标，求低成本处理工艺。"),
    "n3": ("没有相关成果的需求", "所有候选都不相关。"),
}
TITLES = {
    "a1": "镍基 高温 合金 叶片 激光 熔覆 修复 工艺",
    "a2": "激光 焊接 机器人 焊缝 跟踪",
    "a3": "养殖 尾水 脱氮 人工 湿地",
    "a4": "城市 轨道 交通 客流 预测",
}
PAIRS = [
    ("n1", "a4", "1"), ("n1", "a2", "2.5"), ("n1", "a1", "4"), ("n2", "a4", "1"), ("n2", "a3", "4"),
    ("n2", "a2", "1"), ("n3", "a4", "1"), ("n3", "a2", "1"),
]  # fmt: skip


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    folder = tmp_path / "labels"
    folder.mkdir()
    lines = [json.dumps({"id": k, "title": t, "text": x}, ensure_ascii=False) for k, (t, x) in NEEDS.items()]
    (folder / "needs.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    rows = ["need_id\tachievement_id\tlevel\tachievement_title_words"]
    rows += ["\t".join((*pair, TITLES[pair[1]])) for pair in PAIRS]
    (folder / "pairs.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def test_the_command_prints_a_table_and_one_json_line(world: World, labels: Path, tmp_path: Path) -> None:
    out = tmp_path / "ranking.tsv"
    done = world.app.test_cli_runner().invoke(args=["evaluate", str(labels), "--out", str(out)])
    assert done.exit_code == 0, done.output
    report = json.loads(done.stdout.strip().splitlines()[-1])
    assert {"needs", "ndcg_at_10", "spearman", "level_score", "baselines"} <= set(report)
    assert report["needs"] == 2, "a need without any gain is left out"
    assert report["ndcg_at_10"] > report["baselines"]["random"]["ndcg_at_10"]
    assert {"tfidf_title", "bm25_title", "fixed_sum", "model_alone", "random"} <= set(report["baselines"])
    low, high = report["intervals"]["ndcg_at_10"]
    assert low <= report["ndcg_at_10"] <= high
    assert report["paired"]["tfidf_title"]["low"] <= report["paired"]["tfidf_title"]["mean"]
    assert sum(one["pairs"] for one in report["reliability"]) == len(PAIRS)
    assert report["reasons"]["lines"] > 0
    assert report["reasons"]["falls_without_evidence"] == 1.0
    assert report["reasons"]["points_without_evidence"] > report["reasons"]["points_without_other_words"]
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert len(rows) == len(PAIRS)
    assert {row["level"] for row in rows} <= {"1", "2", "3", "4"}
    for need, best in (("n1", "a1"), ("n2", "a3")):
        own = [row for row in rows if row["need_id"] == need]
        assert own[0]["achievement_id"] == best
        assert [float(row["score"]) for row in own] == sorted((float(r["score"]) for r in own), reverse=True)
    levels = {(need, achievement): float(level) for need, achievement, level in PAIRS}
    own_ndcg = [
        evaluation.ndcg(
            [levels[need, row["achievement_id"]] for row in rows if row["need_id"] == need],
            [float(row["score"]) for row in rows if row["need_id"] == need],
        )
        for need in ("n1", "n2")
    ]
    assert report["ndcg_at_10"] == pytest.approx(sum(own_ndcg) / 2, abs=1e-3)  # type: ignore[arg-type]
    with world.platform.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Achievement)) == 0, "the platform was touched"


def test_what_fits_is_looked_for_in_a_whole_pool(world: World, labels: Path, tmp_path: Path) -> None:
    pool = tmp_path / "titles.txt"
    others = ["水稻 抗病 育种", "桥梁 健康 监测", "", "桥梁 健康 监测", "中药 提取 工艺"]
    pool.write_text("\n".join(others), encoding="utf-8")
    done = world.app.test_cli_runner().invoke(args=["evaluate", str(labels), "--pool", str(pool)])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout.strip().splitlines()[-1])["whole_pool"]
    assert found["pool"] == len(TITLES) + 3, "a line is one achievement, however often it stands there"
    assert found["needs"] == 2, "a need with nothing of level 3 has nothing to find"
    assert found["recall_at_10"] == found["recall_at_200"] == 1.0
    assert 0 < found["ms_median"] <= found["ms_most"]
    assert not (world.platform.settings.index_folder / "achievements").exists() or (
        world.platform.index.state("achievements").documents == 0
    )


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("pairs.tsv", "need_id\tachievement_id\tlevel\ttitle\nn9\ta1\t2\t激光\n", "n9"),
        ("pairs.tsv", "need_id\tachievement_id\tlevel\ttitle\nn1\ta1\thigh\t激光\n", "high"),
        ("pairs.tsv", "a\tb\n", "header"),
        ("pairs.tsv", "need_id\tachievement_id\tlevel\ttitle\n", "no pairs"),
        ("needs.jsonl", '{"id": "n1"}\n', "title"),
        ("needs.jsonl", "not json\n", "line 1"),
    ],
)
def test_bad_labels_name_their_place(world: World, labels: Path, file: str, text: str, said: str) -> None:
    (labels / file).write_text(text, encoding="utf-8")
    with pytest.raises(evaluate.BadLabels, match=said):
        evaluate.read(labels)
    done = world.app.test_cli_runner().invoke(args=["evaluate", str(labels)])
    assert done.exit_code == 1
    assert "Traceback" not in done.output
