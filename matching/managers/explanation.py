"""Points → reasons in plain Chinese. A reason says what its feature saw, and never names anybody else's deal.

The enterprise of a deal reads them too: no figure here tells how busy a manager is or for whom he worked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from matching.evidence import shared_words
from matching.managers.features import described, nearest_deals, served_regions, serves
from matching.managers.types import COMPLETED, Fit, Reason
from matching.ranker import Curve
from matching.types import Context

LEAST_POINTS = 1.0
"""Contributions below this are not worth a sentence."""
NEAR, VERY_NEAR = 0.35, 0.7
"""Shares of the points from which experience is called 有些相近 and 相近."""
NEAR_DEAL = 0.3
"""Cosine of two needs' titles (discounted by outcome) from which a past deal is called similar: of random pairs one in a
hundred is above it."""
TELLING_WORDS = 0.2
"""Share of the points from which shared words are quoted: below it they are words like 软件, which prove nothing."""
TITLES = {one.feature: one.title for one in described()}

Contribution = tuple[str, float | None, float]
Sentence = tuple[str, tuple[str, ...]]


def explain(
    curves: Mapping[str, Curve], fit: Fit, contributions: Sequence[Contribution], context: Context
) -> tuple[Reason, ...]:
    """The reasons for a manager, the weightiest first; a contribution without honest words gives none."""
    reasons = []
    for name, value, points in contributions:
        if value is None or points < LEAST_POINTS:
            continue
        speak = _SENTENCES.get(name)
        share = points / curves[name].most
        sentence = speak(fit, share, context) if speak else (f"{TITLES.get(name, name)}相符", ())
        if sentence is not None:
            reasons.append(Reason(name, sentence[0], points, sentence[1]))
    reasons.sort(key=lambda reason: -reason.contribution)
    return tuple(reasons)


def _profile_nearness(fit: Fit, share: float, context: Context) -> Sentence | None:
    if share < NEAR:
        return None
    return ("从业经历与项目整体相近" if share >= VERY_NEAR else "从业经历与项目有些相近"), ()


def _profile_words(fit: Fit, share: float, context: Context) -> Sentence | None:
    if share < TELLING_WORDS:
        return None
    words: list[str] = []
    for title in (fit.need.title, fit.achievement.title):
        for one in shared_words(fit.ngrams, title, fit.talent.text):
            if not any(one.right in known or known in one.right for known in words):
                words.append(one.right)
    return (f"从业经历提到 {'、'.join(words[:4])}", tuple(words[:4])) if words else None


def _past_nearness(fit: Fit, share: float, context: Context) -> Sentence | None:
    near = [deal for value, deal in nearest_deals(fit) if value >= NEAR_DEAL]
    if not near:
        return None
    done = sum(1 for deal in near if deal.outcome == COMPLETED)
    how_many = "多个" if len(near) > 2 else f" {len(near)} 个"
    return f"在平台上承接过{how_many}相近的项目" + (f"，{done} 个已结项" if done else ""), ()


def _industry(fit: Fit, share: float, context: Context) -> Sentence | None:
    both = sorted({fit.need.industry, fit.achievement.industry} & fit.talent.industries)
    # That a manager knows some other industry of the section is worth a few points and no sentence.
    return (f"熟悉{'、'.join(context.name(code) for code in both)}", ()) if both else None


def _discipline(fit: Fit, share: float, context: Context) -> Sentence:
    return f"熟悉{context.name(fit.achievement.discipline)}学科", ()


def _region(fit: Fit, share: float, context: Context) -> Sentence | None:
    places = dict.fromkeys(code for code in (fit.need.region, fit.achievement.region) if code)
    inside = [context.place(code) for code in places if serves(code, served_regions(fit))]
    return (f"服务{'和'.join(inside)}", ()) if inside else None


def _posts(fit: Fit, share: float, context: Context) -> Sentence:
    return (
        f"从事项目要求的{'、'.join(context.name(c) for c in sorted(fit.asked.posts & fit.talent.posts))}",
        (),
    )


def _certificate(fit: Fit, share: float, context: Context) -> Sentence:
    return f"持{context.name(fit.talent.certificate)}技术经理人能力等级证书", ()


def _stars(fit: Fit, share: float, context: Context) -> Sentence:
    return f"备案 {fit.talent.stars} 星", ()


def _record(fit: Fit, share: float, context: Context) -> Sentence:
    # Only completed deals have points, so the figure is at least one.
    return f"在平台上办结 {fit.standing.completed} 个项目", ()


def _industry_record(fit: Fit, share: float, context: Context) -> Sentence:
    asked = (fit.need.industry, fit.achievement.industry)
    led = sum(1 for deal in fit.standing.past if deal.industry in asked)
    return f"在平台上承接过同行业的项目 {led} 个", ()


def _free_capacity(fit: Fit, share: float, context: Context) -> Sentence | None:
    return ("近期有余力", ()) if share >= 0.5 else None


def _finder(fit: Fit, share: float, context: Context) -> Sentence:
    return "项目由其跟进的线索而来", ()


_SENTENCES: Mapping[str, Callable[[Fit, float, Context], Sentence | None]] = {
    "profile_nearness": _profile_nearness,
    "profile_words": _profile_words,
    "past_nearness": _past_nearness,
    "industry": _industry,
    "discipline": _discipline,
    "region": _region,
    "posts": _posts,
    "certificate": _certificate,
    "stars": _stars,
    "record": _record,
    "industry_record": _industry_record,
    "free_capacity": _free_capacity,
    "finder": _finder,
}
