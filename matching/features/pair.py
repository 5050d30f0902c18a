"""What a feature looks at: the facts of both sides with the vectors of their titles."""

from __future__ import annotations

from dataclasses import dataclass

from matching.ngrams import Ngrams, TitleVector
from matching.types import AchievementFacts, NeedFacts


@dataclass(frozen=True, slots=True)
class Pair:
    """A need and an achievement, their titles' vectors, and the ranker's n-grams."""

    need: NeedFacts
    achievement: AchievementFacts
    need_title: TitleVector
    achievement_title: TitleVector
    ngrams: Ngrams

    @property
    def bare(self) -> bool:
        """Whether a side gives its title only."""
        return not self.need.text or not self.achievement.text


def pair_of(ngrams: Ngrams, need: NeedFacts, achievement: AchievementFacts) -> Pair:
    """Put a pair together; title vectors come from the cache."""
    return Pair(need, achievement, ngrams.vector(need.title), ngrams.vector(achievement.title), ngrams)
