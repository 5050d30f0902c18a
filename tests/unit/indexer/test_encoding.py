"""A need's two lines become one vector; everything else is encoded as it stands."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.embedder import EmbeddingError
from indexer.encoding import TEXT_SHARE, encode
from repositories.needs import VECTOR_HEAD, asked_text
from tests.hashing import HashEmbedder

TITLE, HEAD = "叶片修复用粉末", "修复后热影响区开裂"


def test_a_need_with_a_text_is_mixed_from_title_and_whole_in_one_batch() -> None:
    model = HashEmbedder()
    bare, told = encode(model, [TITLE, asked_text(TITLE, HEAD)], "query")
    assert model.encoded == [TITLE, TITLE, f"{TITLE}。{HEAD}"]
    alone, whole = HashEmbedder().encode([TITLE, f"{TITLE}。{HEAD}"], "query")
    assert bare == pytest.approx(alone)
    mixed = (1 - TEXT_SHARE) * alone + TEXT_SHARE * whole
    assert told == pytest.approx(mixed / np.linalg.norm(mixed), abs=1e-6)
    assert np.linalg.norm(told) == pytest.approx(1, abs=1e-6)


def test_what_is_offered_is_encoded_as_it_stands() -> None:
    model = HashEmbedder()
    encode(model, ["镍基粉末\n第二行"], "passage")
    assert model.encoded == ["镍基粉末\n第二行"]


def test_the_beginning_of_the_text_is_enough() -> None:
    assert asked_text(TITLE, "") == TITLE
    assert asked_text(TITLE, " \n ") == TITLE
    assert asked_text(TITLE, "一\n二  三") == f"{TITLE}\n一 二 三"
    assert asked_text(TITLE, "长" * 500) == f"{TITLE}\n{'长' * VECTOR_HEAD}"


def test_a_model_that_gives_too_few_vectors_is_refused() -> None:
    class Short(HashEmbedder):
        def encode(self, texts, kind):
            return super().encode(texts, kind)[:1]

    with pytest.raises(EmbeddingError, match="2 texts gave 1"):
        encode(Short(), [asked_text(TITLE, HEAD)], "query")
