"""The feature of meaning: nearness of the embedding model's vectors."""

from __future__ import annotations

from matching.features.pair import Pair


def semantic_nearness(pair: Pair) -> float | None:
    """意思相近

    由语言模型把两边的题目（成果含一句话简介）变成向量再量远近，字面不同而意思相通的也能找到。
    模型还没有算出向量时不计分。
    """
    a, b = pair.need.vector, pair.achievement.vector
    # Vectors of different length come from two models; comparing them would mean nothing.
    if a is None or b is None or a.shape != b.shape:
        return None
    return float(a @ b)
