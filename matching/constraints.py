"""What forbids a pair before it is scored. A forbidden pair is dropped with its reason kept, never scored low."""

from __future__ import annotations

from matching.types import AchievementFacts, Context, NeedFacts, Rejection

OWN_ORGANISATION = "own_organisation"
NOTHING_TO_JUDGE = "nothing_to_judge"


def forbidden(need: NeedFacts, achievement: AchievementFacts, context: Context) -> Rejection | None:
    """Why this pair must not be recommended, or None. Who may see what is decided before, where access is known."""
    if need.organisation_id is not None and need.organisation_id == achievement.organisation_id:
        return _rejection(need, achievement, OWN_ORGANISATION, "需求和成果属于同一单位")
    if not need.title.strip() and need.vector is None:
        return _rejection(need, achievement, NOTHING_TO_JUDGE, "需求没有题目，无从比较")
    if not achievement.title.strip() and achievement.vector is None:
        return _rejection(need, achievement, NOTHING_TO_JUDGE, "成果没有题目，无从比较")
    return None


def _rejection(need: NeedFacts, achievement: AchievementFacts, code: str, text: str) -> Rejection:
    return Rejection(need.id, achievement.id, code, text)
