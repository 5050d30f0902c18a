"""Proposing with one model and judging with another, through a real index."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from benchmarks import two_stage
from benchmarks.kept import Kept, opened
from benchmarks.quality import LABELS
from services import evaluate
from services.whole_pool import read_titles
from tests.support import make_world
from training import static


def test_each_way_of_proposing_is_a_line(
    data: Path, model: Path, tokenizer: Tokenizer, tmp_path: Path
) -> None:
    rows = np.random.default_rng(4).standard_normal((tokenizer.get_vocab_size(), 16))
    static.write(rows.astype(np.float32), tokenizer, tmp_path / "quick")
    judging, proposing = (
        Kept(opened(str(folder), tmp_path, 1), tmp_path / "vectors") for folder in (model, tmp_path / "quick")
    )
    whole = evaluate.read(data / LABELS)
    few = list(whole.needs)[:20]
    labels = replace(whole, pairs=tuple(pair for pair in whole.pairs if pair.need in few))
    world = make_world(tmp_path / "world")
    told: list[str] = []
    lines = two_stage.measure(
        world.platform, labels, read_titles(data / two_stage.TITLES), judging, [proposing],
        lambda step, _done, _total: told.append(step),
    )  # fmt: skip
    world.platform.database.close()
    world.platform.index.close()
    names = ["words alone", f"words, {judging.model_id}", f"words, {proposing.model_id}"]
    assert [line.proposing for line in lines] == names
    words, *meaning = lines
    for line in lines:
        for shares in (line.proposed, line.judged):
            assert list(shares.values()) == sorted(shares.values())
            assert all(0 < share <= 1 for share in shares.values())
    # The pool is smaller than the widest question: whatever has a vector is proposed.
    assert all(line.proposed[two_stage.WIDE] == 1 for line in meaning)
    assert words.proposed[50] != meaning[0].proposed[50]
    assert meaning[0].judged == meaning[1].judged, "the same proposals are judged by the same model"
    assert meaning[0].proposed[50] != meaning[1].proposed[50]
    assert "Asking (words alone)" in told
