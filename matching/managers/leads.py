"""Leads for a manager: of all open pairs of need and achievement, those worth this person's time come first.

Made of the functions that rank managers for a deal, asked the other way round, and two that look at the lead alone. A
score is a sum of points and depends on this lead, this manager and the day, never on the other leads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from matching.features import Description
from matching.managers import features as shared
from matching.managers.explanation import LEAST_POINTS, explain
from matching.managers.features import described
from matching.managers.ranker import Additive, Points, score_of
from matching.managers.types import Asked, Fit, LeadFacts, Reason, Standing, TalentFacts
from matching.ngrams import Ngrams
from matching.types import AchievementFacts, Context, NeedFacts

FRESH_DAYS = 30
"""So many days after it was made a lead is as stale as it gets."""
SELECTION, MARKET, FINANCE, RIGHTS = "selection", "market", "finance", "ip_consulting"
EQUITY = "equity"
RIGHTS_MODES = frozenset({"transfer", "license"})


@dataclass(frozen=True, slots=True, eq=False)
class LeadFit(Fit):
    """A fit of a manager and a lead on a day."""

    lead: LeadFacts | None = None
    today: date | None = None


@dataclass(frozen=True, slots=True)
class LeadReasons:
    """Why a lead is shown: the arithmetic of its score and the sentences, the weightiest first."""

    score: float
    contributions: Points
    reasons: tuple[Reason, ...]


def pair_strength(fit: LeadFit) -> float | None:
    """匹配程度

    需求和成果之间的匹配分：这一对越合适，越值得去谈。
    """
    return fit.lead.score if fit.lead is not None else None


def freshness(fit: LeadFit) -> float | None:
    """新鲜程度

    线索出现得越近得分越高，三十天以后不再加分。
    """
    if fit.lead is None or fit.lead.made_on is None or fit.today is None:
        return None
    return float(max(0, FRESH_DAYS - max(0, (fit.today - fit.lead.made_on).days)))


FEATURES: tuple[Callable[[Any], float | None], ...] = (
    shared.profile_nearness, shared.profile_words, shared.past_nearness, shared.industry, shared.discipline,
    shared.region, shared.posts, pair_strength, freshness,
)  # fmt: skip


def describe_leads() -> tuple[Description, ...]:
    """Name and plain explanation of each feature, in the order of the ranking."""
    return described(FEATURES)


def useful_posts(need: NeedFacts, achievement: AchievementFacts) -> frozenset[str]:
    """What work a pair brings: always 市场对接; 成果筛选 where the maturity is open or too low, 金融服务 where shares are
    offered or wanted, 知识产权咨询 where rights are sold or licensed."""
    posts = {MARKET}
    if achievement.trl is None or (need.wanted_trl is not None and achievement.trl < need.wanted_trl):
        posts.add(SELECTION)
    if EQUITY in need.wanted_modes | achievement.modes:
        posts.add(FINANCE)
    if achievement.ip and RIGHTS_MODES & achievement.modes:
        posts.add(RIGHTS)
    return frozenset(posts)


def fit_of(ngrams: Ngrams, lead: LeadFacts, talent: TalentFacts, standing: Standing, today: date) -> LeadFit:
    """A lead and a manager put together."""
    asked = Asked(posts=useful_posts(lead.need, lead.achievement))
    return LeadFit(lead.need, lead.achievement, talent, standing, ngrams, asked, None, lead, today)


def explained(
    ranker: Additive, ngrams: Ngrams, lead: LeadFacts, talent: TalentFacts, standing: Standing, context: Context
) -> LeadReasons:  # fmt: skip
    """为什么给我看: score, contributions and sentences of one lead for one manager."""
    fit = fit_of(ngrams, lead, talent, standing, context.today)
    points = ranker.points(fit)
    reasons = list(explain(ranker.curves, fit, [p for p in points if p[0] not in _SENTENCES], context))
    for name, value, gained in points:
        if name in _SENTENCES and value is not None and gained >= LEAST_POINTS:
            sentence = _SENTENCES[name](fit, context)
            if sentence:
                reasons.append(Reason(name, sentence, gained))
    reasons.sort(key=lambda reason: -reason.contribution)
    return LeadReasons(score_of(points), points, tuple(reasons))


def _posts(fit: LeadFit, context: Context) -> str:
    return f"用得上您从事的{'、'.join(context.name(c) for c in sorted(fit.asked.posts & fit.talent.posts))}"


def _pair_strength(fit: LeadFit, context: Context) -> str:
    assert fit.lead is not None
    return f"需求和成果匹配 {int(fit.lead.score)} 分"


def _freshness(fit: LeadFit, context: Context) -> str:
    assert fit.lead is not None
    assert fit.lead.made_on is not None
    age = (context.today - fit.lead.made_on).days
    return "今天出现的线索" if age <= 0 else f"{age} 天前出现的线索"


_SENTENCES: Mapping[str, Callable[[LeadFit, Context], str]] = {
    "posts": _posts,
    "pair_strength": _pair_strength,
    "freshness": _freshness,
}
