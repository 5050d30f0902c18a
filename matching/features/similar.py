"""The feature of feedback: what similar needs chose before."""

from __future__ import annotations

from matching.features.pair import Pair
from matching.feedback import agreement


def similar_needs(pair: Pair) -> float | None:
    """相似需求的选择

    平台上意思相近的公开需求曾同意引荐或开始对接这项成果或与它相近的成果时，加少量分；同类需求认为不合适的会抵消。
    不说明是谁、有多少；没有人选过时不计分。
    """
    heard, vector = pair.need.heard, pair.achievement.vector
    if heard is None or vector is None or vector.shape != heard.achievements.shape[1:]:
        return None
    # No agreement is not a fault: the achievement may be the first of its kind here.
    return agreement(heard, vector) or None
