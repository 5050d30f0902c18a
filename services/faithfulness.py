"""Do the quoted words carry the score? They are deleted from the achievement, the pair is judged again, model included.

A reason is faithful when the score falls without its evidence. Deleting as many characters elsewhere in the same title
is the control: it should rarely do so, and cost little where it does.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from matching import scoring
from matching.types import AchievementFacts, Judgement, NeedFacts
from services.platform import Platform

SEED = 20261122
TOP = 5
"""Lines of each list that are tried: those people read."""
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Trial:
    """One line whose first reason quotes words: its title without them, and without as many other characters."""

    need: NeedFacts
    achievement: AchievementFacts
    score: float
    without_evidence: AchievementFacts
    without_others: AchievementFacts | None


def trials(
    need: NeedFacts,
    judgements: Sequence[Judgement],
    offered: dict[int, AchievementFacts],
    chance: random.Random,
) -> list[Trial]:
    """What is tried of one list, best lines first."""
    found = []
    for one in judgements[:TOP]:
        if not one.reasons or not one.reasons[0].achievement_words:
            continue
        achievement = offered[one.achievement_id]
        quoted = one.reasons[0].achievement_words
        title, text = _without(achievement.title, quoted), _without(achievement.text, quoted)
        if title != achievement.title or text != achievement.text:
            spared = _spared(achievement.title, quoted, chance)
            found.append(
                Trial(
                    need, achievement, one.score, replace(achievement, title=title, text=text),
                    replace(achievement, title=spared) if spared else None,
                )
            )  # fmt: skip
    return found


def measure(platform: Platform, tried: Sequence[Trial]) -> dict[str, Any]:
    """Share of lines whose score falls without the evidence, and without as many other characters of the title; and how
    many points of 100 either costs on average."""
    changed = [one.without_evidence for one in tried]
    spared = [one.without_others for one in tried if one.without_others is not None]
    texts = sorted({facts.title or " " for facts in (*changed, *spared)})
    vectors = dict(zip(texts, platform.embedder.encode(texts, kind="passage"), strict=True)) if texts else {}
    context = platform.context()

    def lost(one: Trial, facts: AchievementFacts) -> float:
        again = replace(facts, vector=vectors[facts.title or " "])
        return one.score - scoring.judge(platform.ranker, one.need, again, context).score

    evidence = [lost(one, one.without_evidence) for one in tried]
    others = [lost(one, one.without_others) for one in tried if one.without_others is not None]
    return {
        "lines": len(evidence),
        "falls_without_evidence": _share([points > ROUNDING for points in evidence]),
        "falls_without_other_words": _share([points > ROUNDING for points in others]),
        "points_without_evidence": _mean(evidence),
        "points_without_other_words": _mean(others),
    }


def _without(text: str, words: Sequence[str]) -> str:
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, " ")
    return " ".join(text.split())


def _spared(title: str, quoted: Sequence[str], chance: random.Random) -> str:
    """*title* without as many characters as the quoted words have, taken from beside them; empty where too few are left."""
    held = _without(title, quoted)
    count = len(title.replace(" ", "")) - len(held.replace(" ", ""))
    places = [
        at for at, character in enumerate(title) if not character.isspace() and not _inside(title, at, quoted)
    ]
    if count == 0 or len(places) < count + 2:
        return ""
    start = chance.randrange(len(places) - count + 1)
    gone = set(places[start : start + count])
    return "".join(character for at, character in enumerate(title) if at not in gone)


def _inside(title: str, at: int, quoted: Sequence[str]) -> bool:
    return any(
        start <= at < start + len(word)
        for word in quoted
        for start in range(len(title))
        if title.startswith(word, start)
    )


def _share(values: Sequence[bool]) -> float:
    return round(sum(values) / len(values), 4) if values else 0.0


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 2) if values else 0.0
