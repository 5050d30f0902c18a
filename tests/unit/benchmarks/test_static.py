"""A model distilled to a bag of token vectors: how its rows are made, and that the platform can use it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from benchmarks.quality import own_gains
from indexer.embedder import SentenceTransformerEmbedder
from tests.unit.benchmarks.conftest import lines
from training import static
from training.texts import Source


def test_tokens_are_read_as_they_stand_in_texts(tokenizer: Tokenizer) -> None:
    pieces = static.readable(tokenizer)
    assert [pieces[tokenizer.token_to_id(mark)] for mark in ("[CLS]", "[UNK]")] == ["", ""]
    assert pieces[tokenizer.token_to_id("##a")] == "a"
    assert pieces[tokenizer.token_to_id("的")] == "的"


def test_what_all_tokens_share_is_taken_away_and_frequent_ones_weigh_less() -> None:
    generator = np.random.default_rng(1)
    rows = generator.standard_normal((200, 8)).astype(np.float32)
    rows[0] = 0
    counts = np.full(200, 10.0)
    counts[7] = 5_000
    found = static.shaped(rows, counts, 6)
    moved = np.where(np.arange(200)[:, None] == 0, 0, rows + 3).astype(np.float32)
    assert found.shape == (200, 6)
    assert np.allclose(np.abs(found), np.abs(static.shaped(moved, counts, 6)), atol=1e-3)
    lengths = np.linalg.norm(found, axis=1)
    assert lengths[0] == 0
    assert lengths[7] < 0.1 * lengths[8]


def test_leading_directions_are_damped() -> None:
    rows = np.random.default_rng(2).standard_normal((500, 8)).astype(np.float32)
    rows[:, 0] *= 10
    found = static.shaped(rows, np.ones(500), 8)
    before, after = (np.linalg.svd(each - each.mean(axis=0), compute_uv=False) for each in (rows, found))
    assert after[0] / after[1] < 0.7 * before[0] / before[1]


def test_the_platform_loads_it_and_even_nothing_has_a_direction(model: Path, tmp_path: Path) -> None:
    embedder = SentenceTransformerEmbedder(str(model), tmp_path)
    assert embedder.dimensions == 16
    one, turned, none = embedder.encode(["激光熔覆", "熔覆激光", ""], "passage")
    assert np.allclose(one, turned, atol=1e-3)
    assert np.isclose(np.linalg.norm(none), 1, atol=1e-5)
    assert not np.allclose(one, none, atol=0.1)


def test_teaching_brings_titles_to_their_abstracts(tokenizer: Tokenizer) -> None:
    sources = [Source(one["title"], one["abstract"]) for one in lines("chinaxiv.jsonl")[:200]]
    rows = np.random.default_rng(3).standard_normal((tokenizer.get_vocab_size(), 16)).astype(np.float32)

    def gains(rows: np.ndarray) -> float:
        titles, abstracts = (
            np.stack([rows[one.ids].mean(axis=0) for one in tokenizer.encode_batch(texts)])
            for texts in ([one.title for one in sources], [one.text for one in sources])
        )
        titles, abstracts = (
            each / np.linalg.norm(each, axis=1, keepdims=True) for each in (titles, abstracts)
        )
        return float(own_gains(titles, abstracts).mean())

    told: list[tuple[str, int, int]] = []
    after = static.taught(rows, tokenizer, sources, 15, lambda *one: told.append(one), rate=0.02)
    assert gains(after) > gains(rows) + 0.05
    assert told[-1] == ("Teaching", 15, 15)


def test_a_model_is_distilled_by_one_command(model: Path, data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "small"
    static.main([str(model), str(data), str(folder), "--dimensions", "8", "--steps", "2"])
    embedder = SentenceTransformerEmbedder(str(folder), tmp_path)
    assert embedder.dimensions == 8
    near, far = (
        embedder.encode(["激光熔覆修复", "水稻育种"], "passage") @ embedder.encode(["激光熔覆"], "query")[0]
    )
    assert near > far
