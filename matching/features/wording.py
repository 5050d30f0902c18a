"""The feature of shared words: what one title names, looked for in the whole other listing."""

from __future__ import annotations

from matching.features.pair import Pair
from matching.ngrams import has_letters

SECOND_DIRECTION = 0.5
"""Share of the weaker direction that is added: a second piece of evidence, but of the same agreement."""
DIGITS = 9


def words(pair: Pair) -> float | None:
    """用词

    看一方题目里的字词在另一方的题目和说明里出现得多不多：越少见的字词分量越重，出现在题目里、反复出现的更算数；
    说明长的要按长度折算。两个方向取较高的一个，另一个折半加上。
    """
    found = directions(pair)
    if not found:
        return None
    # Rounded to what counting one by one and many at once agree on, so that a pair has one score wherever it is asked for.
    return round(max(found) + SECOND_DIRECTION * (sum(found) - max(found)), DIGITS)


def directions(pair: Pair) -> tuple[float, ...]:
    """(the achievement's title in the need, the need's title in the achievement); a bare title is only looked for in
    the other side, where there is more to find."""
    need, achievement, ngrams = pair.need, pair.achievement, pair.ngrams
    if not has_letters(need.title) or not has_letters(achievement.title):
        return ()
    found = []
    if need.text or not achievement.text:
        found.append(
            ngrams.spoken_of(ngrams.vector(achievement.title), need.title, need.text)
            if pair.asked is None
            else pair.asked
        )
    if achievement.text:
        found.append(
            ngrams.spoken_of(ngrams.vector(need.title), achievement.title, achievement.text)
            if pair.offered is None
            else pair.offered
        )
    return tuple(found)
