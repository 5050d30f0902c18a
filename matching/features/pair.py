"""What a feature looks at: the facts of both sides, and what was found out about many pairs at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matching.many_titles import spoken_of_each
from matching.ngrams import Ngrams
from matching.types import AchievementFacts, NeedFacts


@dataclass(frozen=True, slots=True)
class Pair:
    """A need and an achievement, and the ranker's n-grams. `asked` is how much the need speaks of the achievement's
    title, `offered` how much the achievement speaks of the need's, where it is known already."""

    ngrams: Ngrams
    need: NeedFacts
    achievement: AchievementFacts
    asked: float | None = None
    offered: float | None = None

    @property
    def bare(self) -> bool:
        """Whether a side gives its title only."""
        return not self.need.text or not self.achievement.text


def pairs_of(
    ngrams: Ngrams, needs: Sequence[NeedFacts], achievements: Sequence[AchievementFacts]
) -> Iterator[Pair]:
    """Each need with each achievement; the titles of the side that has more are looked for in one pass."""
    if len(needs) > len(achievements):
        titles = [need.title for need in needs]
        for one in achievements:
            told = spoken_of_each(ngrams, titles, one.title, one.text)
            yield from (Pair(ngrams, need, one, offered=n) for need, n in zip(needs, told, strict=True))
    else:
        titles = [achievement.title for achievement in achievements]
        for need in needs:
            told = spoken_of_each(ngrams, titles, need.title, need.text)
            yield from (Pair(ngrams, need, one, asked=n) for one, n in zip(achievements, told, strict=True))
