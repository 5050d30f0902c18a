"""The shipped model: unpacking, the expanded folder, vectors of it."""

from pathlib import Path

import numpy as np
import pytest

from indexer import model
from indexer.embedder import EmbeddingError, SentenceTransformerEmbedder


def test_unpack_follows_the_block_layout() -> None:
    weights = (np.arange(64) % 16).reshape(2, 32)
    packed = (weights[:, :16] | (weights[:, 16:] << 4)).astype(np.uint8)
    scales = np.array([[0.5], [2.0]], dtype=np.float16)
    expected = (weights - 8) * np.array([[0.5], [2.0]])
    assert np.array_equal(model.unpack(packed, scales), expected.astype(np.float16))


def test_eight_bits_are_whole_numbers_times_the_scale_of_their_block() -> None:
    whole = np.array([[1] * 32 + [-2] * 32], dtype=np.int8)
    found = model.scaled(whole, np.array([[0.5, 0.25]], dtype=np.float16))
    assert found.dtype == np.float16
    assert found[0].tolist() == [0.5] * 32 + [-0.5] * 32


def test_names_that_are_no_shipped_model() -> None:
    assert model.shipped("BAAI/bge-base-zh-v1.5") is None
    assert model.shipped("") is None
    assert model.shipped("../e5-small-zh") is None


def test_damaged_model_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    packed = tmp_path / "broken"
    packed.mkdir()
    for name in (model.PACKED_NAME, "tokenizer.json", "config.json"):
        (packed / name).write_bytes(b"not a tensor file")
    with pytest.raises(model.BadModel):
        model.expand(packed, tmp_path / "data")
    assert list((tmp_path / "data").iterdir()) == []


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder("e5-small-zh", tmp_path_factory.mktemp("models"))


def test_expanding_twice_writes_once(tmp_path: Path) -> None:
    packed = model.shipped("e5-small-zh")
    assert packed is not None
    folder = model.expand(packed, tmp_path)
    written = (folder / "model.safetensors").stat().st_mtime_ns
    assert model.expand(packed, tmp_path) == folder
    assert (folder / "model.safetensors").stat().st_mtime_ns == written
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


def test_vectors_are_of_unit_length_and_know_what_is_near(embedder: SentenceTransformerEmbedder) -> None:
    embedder.warm()
    query = embedder.encode(["锂电池正极材料"], "query")
    found = embedder.encode(["磷酸铁锂正极的制备方法", "水稻抗病育种", ""], "passage")
    assert embedder.ready
    assert query.shape == (1, 384)
    assert query.dtype == found.dtype == np.float32
    assert np.allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-6)
    near = found @ query[0]
    assert near[0] > near[1] + 0.1
    assert embedder.model_id.endswith("-fp32")


def test_unknown_model_names_itself(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    with pytest.raises(EmbeddingError, match="empty"):
        SentenceTransformerEmbedder(str(folder), tmp_path).encode(["x"], "query")
    with pytest.raises(EmbeddingError, match="float8"):
        SentenceTransformerEmbedder("e5-small-zh", tmp_path, dtype="float8")


def test_titles_cut_into_words_have_the_vector_of_the_joined_title(
    embedder: SentenceTransformerEmbedder,
) -> None:
    cut, joined, latin = embedder.encode(["激光 熔覆 粉末", "激光熔覆粉末", "激光熔覆 led 粉末"], "passage")
    assert np.allclose(cut, joined, atol=1e-5)
    assert not np.allclose(latin, joined, atol=1e-3)
