"""What should be asked before a manager takes a deal. Cautions cost no points: they are said, and the operator decides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from matching.managers.constraints import SHORTEST, SIDE_NAMES, plain, ties_to, unanswered
from matching.managers.types import DealFacts, Standing, TalentFacts
from matching.types import Caution, Context

MOST_CAUTIONS = 3
FORMER_TIES_MATTER = timedelta(days=730)
"""A post left two years ago is told; an older one is history."""
CONTENT = frozenset(
    {"profile_nearness", "profile_words", "past_nearness", "industry", "discipline", "industry_record"}
)
LEAST_CONTENT = 6.0
"""Points of what a deal is about, under which nothing but place, rank and free time speaks for a manager."""


def cautions(
    deal: DealFacts,
    talent: TalentFacts,
    standing: Standing,
    contributions: Sequence[tuple[str, float | None, float]],
    context: Context,
) -> tuple[Caution, ...]:
    """The weightiest cautions, at most three; those about ties stand first."""
    found = [
        _similar_name(deal, talent, context),
        _former_tie(deal, talent, context),
        _did_not_answer(deal, talent),
        _little_in_common(contributions),
        _unanswered(deal, talent, context),
        _last_place(talent, standing),
        _no_account(standing),
    ]
    return tuple(one for one in found if one is not None)[:MOST_CAUTIONS]


def _similar_name(deal: DealFacts, talent: TalentFacts, context: Context) -> Caution | None:
    """A tie written in short ("渤澄化工") may mean the party: a person has to look."""
    for party in deal.parties:
        for tie in talent.ties:
            own = plain(tie.organisation)
            if len(own) < SHORTEST or not tie.holds_on(context.today):
                continue
            if any(plain(name).startswith(own) and plain(name) != own for _, name in party.houses):
                text = (
                    f"任职或申报的“{tie.organisation}”与{SIDE_NAMES[party.side]}名称相近，请核对是否需要回避"
                )
                return Caution("similar_name", text)
    return None


def _former_tie(deal: DealFacts, talent: TalentFacts, context: Context) -> Caution | None:
    for party in deal.parties:
        for tie, _ in ties_to(talent, party):
            if tie.until is not None and timedelta(0) < context.today - tie.until <= FORMER_TIES_MATTER:
                return Caution(
                    "former_tie", f"{tie.until.isoformat()} 以前与{SIDE_NAMES[party.side]}有任职或申报的关系"
                )
    return None


def _did_not_answer(deal: DealFacts, talent: TalentFacts) -> Caution | None:
    return (
        Caution("did_not_answer", "上次请其承接本项目，逾期没有答复") if talent.id in deal.expired else None
    )


def _little_in_common(contributions: Sequence[tuple[str, float | None, float]]) -> Caution | None:
    content = sum(points for name, _, points in contributions if name in CONTENT)
    return (
        Caution("little_in_common", "从业经历与本项目没有明显的共同点") if content < LEAST_CONTENT else None
    )


def _unanswered(deal: DealFacts, talent: TalentFacts, context: Context) -> Caution | None:
    names = {"languages": "工作语言", "region": "服务地区"}
    open_questions = [names[one] for one in unanswered(deal.asked, talent)]
    return (
        Caution("unanswered", f"档案没有写{'和'.join(open_questions)}，而项目有要求")
        if open_questions
        else None
    )


def _last_place(talent: TalentFacts, standing: Standing) -> Caution | None:
    after = standing.load + 1
    if after < talent.capacity or talent.capacity < 2:
        return None
    return Caution("last_place", f"接手后达到承接上限（{after}/{talent.capacity}）")


def _no_account(standing: Standing) -> Caution | None:
    return None if standing.has_account else Caution("no_account", "没有平台账户，需由运营联系确认")
