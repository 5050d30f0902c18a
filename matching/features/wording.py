"""Features of shared words: title against title, title against the other side's long text."""

from __future__ import annotations

from matching.features.pair import Pair
from matching.ngrams import cosine


def title_words(pair: Pair) -> float | None:
    """题目用词

    比较两边题目里的字和相邻两字，越少见的字词分量越重；字词重合得越多，得分越高。
    """
    if not pair.need_title.unit or not pair.achievement_title.unit:
        return None
    return cosine(pair.need_title, pair.achievement_title)


SECOND_DIRECTION = 0.5
"""Share of the weaker direction that is added: a second piece of evidence, but of the same agreement."""


def body_words(pair: Pair) -> float | None:
    """正文用词

    看一方题目里的字词在另一方的详细说明里出现了多少：越少见的字词分量越重，说明越长、碰巧出现的常用词越不算数。
    两个方向取较高的一个，另一个折半加上；没有说明的一方不扣分。
    """
    need_text, achievement_text = pair.need.text, pair.achievement.text
    found: list[float] = []
    if need_text and pair.achievement_title.unit:
        found.append(pair.ngrams.presence(pair.achievement_title, need_text))
    if achievement_text and pair.need_title.unit:
        found.append(pair.ngrams.presence(pair.need_title, achievement_text))
    if not found:
        return None
    return max(found) + SECOND_DIRECTION * (sum(found) - max(found))
