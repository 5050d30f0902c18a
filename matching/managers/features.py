"""The reasons for choosing a manager: one pure function each, fit → value or None where a side says nothing.

A function's docstring is what people read about it: its first line is the name, the rest one or two plain sentences. To
add a reason: write the function, list it here, give it a table in `config/managers.toml`, test it. Leads, which ask the
other way round, are made of the same functions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from matching.features import Description, describe
from matching.managers.types import (
    CERTIFICATES,
    COMPLETED,
    ENDED,
    DealFacts,
    Fit,
    LeadFacts,
    PastDeal,
    TalentFacts,
)
from matching.types import Vector

Feature = Callable[[Fit], float | None]
Pair = Fit | DealFacts | LeadFacts
"""Whatever holds the facts of a need and an achievement."""

SAME_SECTION = 0.4
SAME_PROVINCE = 0.5
NEAREST_DEALS = 3
"""So many of the nearest deals are looked at: with all of them, a long record of other things would dilute the near."""
OUTCOME_SHARE = {COMPLETED: 1.0, ENDED: 0.6}
"""What was brought to its end proves more than what broke off; deals under way stand between."""
UNDER_WAY_SHARE = 0.8
SECOND_TEXT = 0.5
NOT_COMPLETED = 0.5
"""What a deal that broke off or is still going on counts where completed ones count one."""
CERTIFICATE_VALUES = dict(zip(CERTIFICATES, (0.4, 0.7, 1.0), strict=True))
MOST_STARS = 5
REMEMBERED = 65_536
"""Pairs of a code and a profile's list whose comparison is remembered: lists are short and repeat."""


def profile_nearness(fit: Fit) -> float | None:
    """经历相近

    由语言模型把从业经历和项目两边的题目变成向量再量远近，取两边的平均；模型还没有算出向量时不计分。
    """
    near = [
        _nearness(fit.talent.vector, fit.need.vector),
        _nearness(fit.talent.vector, fit.achievement.vector),
    ]
    known = [one for one in near if one is not None]
    return sum(known) / len(known) if known else None


def profile_words(fit: Fit) -> float | None:
    """经历用词

    看项目两边题目里的字词在从业经历里出现了多少，越少见的字词分量越重；两边取较高的一个，另一个折半加上。
    """
    text = fit.talent.text
    if not text:
        return None
    titles = (fit.need.title, fit.achievement.title)
    found = sorted(fit.ngrams.presence(fit.ngrams.vector(title), text) for title in titles if title)
    return found[-1] + SECOND_TEXT * sum(found[:-1]) if found else None


def past_nearness(fit: Fit) -> float | None:
    """办过相近的项目

    把本项目的需求与经理人在平台上承接过的项目逐个比较，取最相近的三个；办结的全算，在办的和终止的折算。
    """
    near = nearest_deals(fit)
    return sum(value for value, _ in near) / NEAREST_DEALS if near else None


def industry(fit: Fit) -> float | None:
    """熟悉行业

    经理人熟悉的行业里有需求或成果所在的大类得满分，只有同一门类得一部分分；有一方没填不计分。
    """
    known, asked = fit.talent.industries, asked_industries(fit)
    if not known or not asked:
        return None
    return sum(same_field(code, known) for code in asked) / len(asked)


def discipline(fit: Fit) -> float | None:
    """熟悉学科

    成果所属学科正是经理人熟悉的学科就得分；有一方没填不计分。
    """
    known, asked = fit.talent.disciplines, fit.achievement.discipline
    if not known or not asked:
        return None
    return 1.0 if asked in known else 0.0


def region(fit: Fit) -> float | None:
    """服务地区

    经理人的服务地区（没填时取常驻地）包含需求方和成果方所在地得满分，同省不同市得一半，取两边的平均。
    """
    served, asked = served_regions(fit), asked_regions(fit)
    if not served or not asked:
        return None
    return sum(place_worth(code, served) for code in asked) / len(asked)


def posts(fit: Fit) -> float | None:
    """岗位对口

    项目要求的岗位（成果筛选、市场对接、金融服务、知识产权咨询）里，经理人从事的占多少；项目没有要求不计分。
    """
    asked = fit.asked.posts
    if not asked or not fit.talent.posts:
        return None
    return len(asked & fit.talent.posts) / len(asked)


def certificate(fit: Fit) -> float | None:
    """能力等级

    国家技术转移专业人员能力等级：高级、中级、初级依次递减；没有填写证书不计分。
    """
    return CERTIFICATE_VALUES.get(fit.talent.certificate)


def stars(fit: Fit) -> float | None:
    """备案星级

    备案星级越高得分越多；未备案不计分。
    """
    return min(fit.talent.stars, MOST_STARS) / MOST_STARS if fit.talent.stars > 0 else None


def record(fit: Fit) -> float | None:
    """办结项目

    平台上由他主导并办结的项目数，越多得分越高，但每多一个增加得越少；还没有承接过项目不计分。
    """
    return float(fit.standing.completed) if fit.standing.past else None


def industry_record(fit: Fit) -> float | None:
    """同行业项目

    平台上由他主导的、与本项目同一行业大类的项目数，办结的全算，在办的和终止的折半；还没有承接过项目或项目没填行业不计分。
    """
    asked = asked_industries(fit)
    if not asked or not fit.standing.past:
        return None
    same = [deal for deal in fit.standing.past if deal.industry in asked]
    return sum(1.0 if deal.outcome == COMPLETED else NOT_COMPLETED for deal in same)


def free_capacity(fit: Fit) -> float | None:
    """余力

    还能同时承接的项目数占他承接上限的份额；没有填写上限不计分。
    """
    capacity = fit.talent.capacity
    return max(0.0, (capacity - fit.standing.load) / capacity) if capacity > 0 else None


def finder(fit: Fit) -> float | None:
    """发现线索

    项目来自他跟进的线索就得分；不是由线索而来的项目不计分。
    """
    if fit.finder_id is None:
        return None
    return 1.0 if fit.finder_id == fit.talent.id else 0.0


FEATURES: tuple[Feature, ...] = (
    profile_nearness, profile_words, past_nearness, industry, discipline, region, posts, certificate, stars,
    record, industry_record, free_capacity, finder,
)  # fmt: skip


def described(features: Sequence[Feature] = FEATURES) -> tuple[Description, ...]:
    """Name and plain explanation of each feature, from its docstring, in the order of the ranking."""
    return describe(features)


def nearest_deals(fit: Fit) -> list[tuple[float, PastDeal]]:
    """The nearest deals of the past with their nearness (discounted by outcome), nearest first, at most three."""
    found = []
    for deal in fit.standing.past:
        near = _nearness(deal.vector, fit.need.vector)
        if near is not None:
            found.append((max(0.0, near) * OUTCOME_SHARE.get(deal.outcome, UNDER_WAY_SHARE), deal))
    found.sort(key=lambda one: -one[0])
    return found[:NEAREST_DEALS]


def served_regions(fit: Fit) -> frozenset[str]:
    """Where a manager works: the regions served, else the one he or she lives in."""
    return served_places(fit.talent)


def served_places(talent: TalentFacts) -> frozenset[str]:
    """The regions a profile says it serves, else the place it names as home."""
    return talent.regions or (frozenset({talent.region}) if talent.region else frozenset())


def serves(code: str, served: frozenset[str]) -> bool:
    """Whether a place lies in one of the regions served, or one of them lies in it."""
    return place_worth(code, served) == 1.0


def _nearness(a: Vector | None, b: Vector | None) -> float | None:
    # Vectors of different length come from two models; comparing them would mean nothing.
    return float(a @ b) if a is not None and b is not None and a.shape == b.shape else None


def asked_industries(fit: Pair) -> frozenset[str]:
    """The industries of both sides."""
    return frozenset(code for code in (fit.need.industry, fit.achievement.industry) if code)


def asked_regions(fit: Pair) -> frozenset[str]:
    """The places of both sides."""
    return frozenset(code for code in (fit.need.region, fit.achievement.region) if code)


@lru_cache(maxsize=REMEMBERED)
def same_field(code: str, known: frozenset[str]) -> float:
    """What knowing these industries is worth for one of `code`: the best of what each of them is worth alone."""
    # A section alone ("C") names every division in it.
    if code in known or code[0] in known or (len(code) == 1 and any(one[0] == code for one in known)):
        return 1.0
    return SAME_SECTION if any(one[0] == code[0] for one in known) else 0.0


@lru_cache(maxsize=REMEMBERED)
def place_worth(code: str, served: frozenset[str]) -> float:
    """What serving these places is worth for one at `code`: the best of what each of them is worth alone."""
    best = 0.0
    for one in served:
        if _within(code, one) or _within(one, code):
            return 1.0
        if code[:2] == one[:2]:
            best = SAME_PROVINCE
    return best


def _within(inner: str, outer: str) -> bool:
    """`510104` lies in `510100` and in `510000`."""
    return inner.startswith(outer[:2] if outer[2:] == "0000" else outer[:4] if outer[4:] == "00" else outer)
