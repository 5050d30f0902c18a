"""The table of models: its measures by hand, vectors that are kept, and the command on the demonstration content."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import frontier, kept, quality, speeds
from tests.hashing import HashEmbedder
from training.labels import SHIPPED


def test_the_gain_of_a_title_is_that_of_the_place_of_its_own_abstract() -> None:
    titles = np.eye(3, dtype=np.float32)
    abstracts = np.array([[1, 0, 0], [0.9, 0.5, 0], [0, 0.8, 0.1]], dtype=np.float32)
    assert np.allclose(quality.own_gains(titles, abstracts), [1, 1 / np.log2(3), 1])
    same = np.ones((12, 1), dtype=np.float32)
    assert quality.own_gains(same, same).tolist() == [0.0] * 12


def test_no_text_is_encoded_twice_and_none_is_written(tmp_path: Path) -> None:
    texts = ["激光熔覆", "水稻抗病育种", "激光熔覆"]
    first = HashEmbedder()
    found = kept.Kept(first, tmp_path).encode(texts, "passage")
    assert sorted(first.encoded) == sorted(set(texts))
    again = HashEmbedder()
    store = kept.Kept(again, tmp_path)
    assert np.array_equal(store.encode(texts[::-1], "passage"), found[::-1])
    assert again.encoded == []
    assert store.dimensions == found.shape[1]
    store.encode(texts[:1], "query")
    assert again.encoded == texts[:1], "a text as a question has a vector of its own"
    other = HashEmbedder("other-fp32")
    kept.Kept(other, tmp_path).encode(texts[:1], "passage")
    assert other.encoded == texts[:1], "each model has its own"
    for path in tmp_path.iterdir():
        assert "激光".encode() not in path.read_bytes()


def test_rounds_are_counted_and_the_best_one_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speeds, "AT_LEAST", 0.0)
    calls: list[int] = []
    assert speeds.per_second(lambda: calls.append(1), 10) > 0
    assert len(calls) == speeds.ROUNDS


def test_a_folder_is_weighed_and_a_hub_name_is_not(model: Path) -> None:
    whole = sum(path.stat().st_size for path in model.rglob("*") if path.is_file())
    assert speeds.megabytes(str(model)) == whole / 1e6
    assert speeds.megabytes("somebody/some-model") is None
    packed = speeds.megabytes(SHIPPED)
    assert packed is not None
    assert 1 < packed < 100


def test_the_table_is_put_between_its_marks() -> None:
    document = f"before\n{frontier.BEGIN}\nold\n{frontier.END}\nafter"
    assert frontier.replaced(document, "new") == f"before\n{frontier.BEGIN}\nnew\n{frontier.END}\nafter"
    with pytest.raises(ValueError, match="frontier"):
        frontier.replaced("nothing here", "new")
    assert frontier.replaced(frontier.DOCUMENT.read_text(encoding="utf-8"), "new").count("new\n<!-- end") == 1


def test_the_command_tells_quality_and_speed_and_keeps_no_text(
    data: Path,
    model: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(speeds, "AT_LEAST", 0.0)
    work, out = tmp_path / "work", tmp_path / "rows.json"
    arguments = [str(data), "--models", str(model), "--work", str(work), "--json", str(out), "--repeats", "1"]
    frontier.main([*arguments, "--threads", "1"])
    printed = capsys.readouterr().out
    assert "characters" in printed
    (row,) = json.loads(out.read_text(encoding="utf-8"))["rows"]
    assert row["model_id"].startswith("characters-")
    needs, speed = row["needs"], row["speed"]
    assert 0.3 < needs["alone_ndcg"] <= 1
    assert needs["ndcg"] > needs["alone_ndcg"], "words help vectors of characters"
    assert -1 <= needs["alone_spearman"] <= 1
    assert 0.5 < needs["level_score"] <= 1
    assert 0.2 < row["abstracts"]["papers"]["every"] <= 1
    assert row["abstracts"]["papers"]["every"] == row["abstracts"]["papers"]["held"], (
        "so few are all held out"
    )
    assert min(speed["titles"], speed["abstracts"], speed["needs"], speed["load"]) > 0
    assert speed["dimensions"] == 16
    (vectors,) = (work / "vectors").iterdir()
    before = vectors.stat().st_mtime_ns
    arguments[2] = f"letters={model}"
    frontier.main([*arguments, "--threads", "1"])
    assert "letters" in capsys.readouterr().out
    assert vectors.stat().st_mtime_ns == before, "nothing was new the second time"
    title = json.loads((data / "texts/csl.jsonl").read_text(encoding="utf-8").splitlines()[0])["title"]
    assert title not in out.read_text(encoding="utf-8") + printed
