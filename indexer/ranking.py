"""How lists of an engine are put together: pure functions, the same for every engine.

This orders list pages and cuts candidate lists. It is not the ranking of matches: that is ``matching``'s, on stored
vectors and text, and knows nothing of engines.
"""

from collections.abc import Mapping, Sequence

from indexer.port import Hit

_RANK_CONSTANT = 60
_MEANING_WEIGHT = 2.0
"""So 150 proposals serve as well as 200 of both in equal parts: `evaluate --pool` tells what they keep of a top ten."""
_WORDS_SHARE = 0.5
_NEAR_LOW, _NEAR_HIGH = 0.0, 0.5
"""Cosines of titles of unrelated and of the same narrow subject under the shipped model."""


def blended(hits: Sequence[Hit]) -> list[Hit]:
    """Word hits reordered: half by the word score as a share of the best one, half by nearness; ties by id.

    A hit without a vector yet is taken to be as near as its word score says, so that it neither leads nor sinks.
    """
    best = max((hit.text_score for hit in hits), default=0.0) or 1.0

    def worth(hit: Hit) -> float:
        words = hit.text_score / best
        if hit.nearness is None:
            return words
        near = min(1.0, max(0.0, (hit.nearness - _NEAR_LOW) / (_NEAR_HIGH - _NEAR_LOW)))
        return _WORDS_SHARE * words + (1 - _WORDS_SHARE) * near

    return sorted(hits, key=lambda hit: (-worth(hit), hit.id))


def united(
    by_words: Sequence[tuple[int, int, float]],
    by_meaning: Sequence[tuple[int, int, float]],
    nearness: Mapping[int, float],
    limit: int,
) -> list[Hit]:
    """Two ranked lists of (id, version, score) as one of at most *limit* hits, by reciprocal ranks, those of meaning counting twice."""
    worth: dict[int, float] = {}
    versions: dict[int, int] = {}
    text_scores = {at: score for at, _, score in by_words}
    for ranked, weight in ((by_words, 1.0), (by_meaning, _MEANING_WEIGHT)):
        for rank, (at, version, _) in enumerate(ranked):
            worth[at] = worth.get(at, 0.0) + weight / (_RANK_CONSTANT + rank)
            versions[at] = max(version, versions.get(at, version))
    order = sorted(worth, key=lambda at: (-worth[at], at))[:limit]
    return [Hit(at, versions[at], text_scores.get(at, 0.0), nearness.get(at)) for at in order]
