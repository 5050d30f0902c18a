"""Points → reasons in plain Chinese, with the words of both sides that carried them. Made with the score, never after.

A reason says only what its feature saw: shared words are quoted, nearness of meaning is called that and claims no
words, structured fields name both values. A feature without a sentence of its own here is named by its title.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from matching.evidence import Shared, shared_words
from matching.features import TITLES
from matching.features.indicators import compared
from matching.features.pair import Pair
from matching.features.terms import budget_of, price_of
from matching.features.wording import directions
from matching.money import amount
from matching.ranker import Curve
from matching.types import Context, Reason

LEAST_POINTS = 1.0
"""Contributions below this are not worth a sentence."""
MOST_FIGURES = 3
"""Figures told in one reason: further ones can be read in the text."""
NEAR, VERY_NEAR = 0.40, 0.75
"""Shares of the semantic points from which a pair is called 有些相近 and 相近 in meaning. On the labels these are cosines of
0.21 and 0.39; the mean level is 1.5 below, 2.1 between and 2.7 above."""

Contribution = tuple[str, float | None, float]
Sentence = tuple[str, tuple[str, ...], tuple[str, ...]]


def explain(
    curves: Mapping[str, Curve], pair: Pair, contributions: Sequence[Contribution], context: Context
) -> tuple[Reason, ...]:
    """The reasons of a judged pair: what can be checked in both texts first, then the weightiest; a contribution
    without honest words gives none.

    A pair that has points but nothing to quote is said to share common words only."""
    reasons = []
    for name, value, points in contributions:
        if value is None or points < LEAST_POINTS:
            continue
        sentence = _SENTENCES[name](pair, points / curves[name].most, context) if name in _SENTENCES else (
            f"{TITLES[name]}相符", (), ())  # fmt: skip
        if sentence is not None:
            reasons.append(Reason(name, sentence[0], points, sentence[1], sentence[2]))
    if not reasons:
        name, _, points = max(contributions, key=lambda one: one[2])
        if points >= LEAST_POINTS:
            reasons.append(Reason(name, "只在常见用词上相近", points))
    reasons.sort(key=lambda reason: (not reason.need_words, -reason.contribution))
    return tuple(reasons)


def _words(pair: Pair, share: float, context: Context) -> Sentence | None:
    """What both titles name, then what one title names and the other side's text speaks of, in the direction that gave
    more points; no word is told twice."""
    need, achievement = pair.need, pair.achievement
    titles = list(shared_words(pair.ngrams, need.title, achievement.title))
    told = [one.left.replace(" ", "") for one in titles]
    if _asked(pair):
        lead = "需求说明中提到"
        found = [
            Shared(one.right, one.left, one.weight)
            for one in shared_words(pair.ngrams, achievement.title, need.text)
        ]
    else:
        lead, found = "成果介绍中提到", list(shared_words(pair.ngrams, need.title, achievement.text))
    fresh = [one for one in found if not any(one.left.replace(" ", "") in word for word in told)]
    parts = [(lead, shared) for lead, shared in (("题目都涉及", titles), (lead, fresh)) if shared]
    if not parts:
        return None
    text = "；".join(f"{lead} {'、'.join(one.left for one in shared)}" for lead, shared in parts)
    quoted = [*titles, *fresh]
    return text, tuple(one.left for one in quoted), tuple(one.right for one in quoted)


def _asked(pair: Pair) -> bool:
    """Whether the points came from the achievement's title in the need, rather than the other way round."""
    if not pair.need.text or not pair.achievement.text:
        return bool(pair.need.text)
    asked, offered = directions(pair)
    return asked >= offered


def _semantic_nearness(pair: Pair, share: float, context: Context) -> Sentence | None:
    if share < NEAR:
        return None
    return ("整体意思相近" if share >= VERY_NEAR else "整体意思有些相近"), (), ()


def _figures(pair: Pair, share: float, context: Context) -> Sentence | None:
    met = [f"{one.name}要求 {one.asked}，成果给出 {one.offered}" for one in compared(pair) if one.is_met]
    return ("；".join(met[:MOST_FIGURES]), (), ()) if met else None


def _similar_needs(pair: Pair, share: float, context: Context) -> Sentence:
    # Never who or how many: what one enterprise does is not another's business.
    return "相似的需求曾选中这类成果", (), ()


def _industry(pair: Pair, share: float, context: Context) -> Sentence | None:
    # That both are 制造业 is worth a few points in a tie and no sentence.
    if pair.need.industry != pair.achievement.industry:
        return None
    return f"同属{context.name(pair.need.industry)}", (), ()


def _region(pair: Pair, share: float, context: Context) -> Sentence:
    a, b = pair.need.region, pair.achievement.region
    if a == b:
        return f"同在{context.place(a)}", (), ()
    city = a[:4] == b[:4] and a[2:4] != "00"
    common = context.name(a[:4] + "00" if city and a[:4] + "00" in context.names else a[:2] + "0000")
    return f"同在{common}（需求：{context.name(a)}；成果：{context.name(b)}）", (), ()


def _maturity(pair: Pair, share: float, context: Context) -> Sentence | None:
    wanted, has = pair.need.wanted_trl, pair.achievement.trl
    assert wanted is not None
    assert has is not None
    # What falls short has points for being near, but is told once, as a caution.
    return (f"成熟度 TRL {has}，达到期望的 TRL {wanted}", (), ()) if has >= wanted else None


def _mode(pair: Pair, share: float, context: Context) -> Sentence:
    common = sorted(pair.need.wanted_modes & pair.achievement.modes)
    return f"合作方式都接受{'、'.join(context.name(code) for code in common)}", (), ()


def _budget(pair: Pair, share: float, context: Context) -> Sentence | None:
    money, price = budget_of(pair), price_of(pair)
    assert money is not None
    assert price is not None
    return (f"报价 {amount(price)}起，在预算 {amount(money)}以内", (), ()) if price <= money else None


_SENTENCES: Mapping[str, Callable[[Pair, float, Context], Sentence | None]] = {
    "words": _words,
    "semantic_nearness": _semantic_nearness,
    "figures": _figures,
    "similar_needs": _similar_needs,
    "industry": _industry,
    "region": _region,
    "maturity": _maturity,
    "mode": _mode,
    "budget": _budget,
}
