"""Who may not lead a deal, before anybody is scored. Each rejection keeps its reasons; operators read them.

跨机构任职 is lawful: what counts is a tie that holds today, to one of the two sides or to a house above it. Names are
compared in a plain form, because affiliations are typed by people: brackets, spaces and legal forms do not matter, and a
department of a house belongs to it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache

from matching.managers.features import served_places, serves
from matching.managers.types import (
    CERTIFICATES,
    Asked,
    DealFacts,
    Party,
    Rejection,
    Standing,
    TalentFacts,
    Tie,
)
from matching.types import Context

SIDE_NAMES = {"enterprise": "企业方", "university": "成果方"}
SHORTEST = 4
"""Characters a plain name must have to stand for the departments that begin with it: 四川 alone is no house."""
_BRACKETS = re.compile(r"[()\[\]{}〔〕【】《》“”\"'·\s]")
_LEGAL_FORM = re.compile(r"(?:股份|有限责任|有限|责任|公司)+$")


def forbidden(deal: DealFacts, talent: TalentFacts, standing: Standing, context: Context) -> Rejection | None:
    """Why this manager must not lead the deal, or None. The gravest reason gives the code, all are told."""
    found = [
        reason
        for rule in _RULES
        if (reason := rule(deal, talent, standing, context)) is not None
    ]  # fmt: skip
    if not found:
        return None
    return Rejection(talent.id, found[0][0], "；".join(text for _, text in found))


def plain(name: str) -> str:
    """The form in which names of houses are compared. ``"青岚材料（成都）股份有限公司"`` → ``"青岚材料成都"``."""
    return _plain(name)


def belongs(tie: str, house: str) -> bool:
    """Whether a house that somebody wrote down is this one or a department of it."""
    return is_part(_plain(tie), _plain(house))


def ties_to(talent: TalentFacts, party: Party) -> Iterator[tuple[Tie, int]]:
    """(tie, how far above the party the house stands) for every tie to a party, whenever it held."""
    for tie in talent.ties:
        own = _plain(tie.organisation)
        for above, house in enumerate(_plain_houses(party)):
            if is_part(own, house):
                yield tie, above
                break


_Found = tuple[str, str] | None


def _conflict_of_affiliation(deal: DealFacts, talent: TalentFacts, standing: Standing, context: Context) -> _Found:  # fmt: skip
    return _tied(deal, talent, context, declared=False)


def _conflict_of_relation(deal: DealFacts, talent: TalentFacts, standing: Standing, context: Context) -> _Found:  # fmt: skip
    return _tied(deal, talent, context, declared=True)


def _tied(deal: DealFacts, talent: TalentFacts, context: Context, *, declared: bool) -> _Found:
    for party in deal.parties:
        for tie, above in ties_to(talent, party):
            if (tie.kind != "affiliation") != declared or not tie.holds_on(context.today):
                continue
            who = SIDE_NAMES[party.side] + ("的上级单位" if above else "")
            if declared:
                return "relation", f"申报了与{who}“{tie.organisation}”的关系：{context.name(tie.kind)}"
            return "affiliation", f"现任职于{who}“{tie.organisation}”{_until(tie.until)}"
    return None


def _own_house(deal: DealFacts, talent: TalentFacts, standing: Standing, context: Context) -> _Found:
    for party in deal.parties:
        for above, (house_id, name) in enumerate(party.houses):
            if house_id in standing.house_ids:
                who = SIDE_NAMES[party.side] + ("的上级单位" if above else "")
                return "own_house", f"平台账户属于{who}“{name}”"
    return None


def _declined(deal: DealFacts, talent: TalentFacts, standing: Standing, context: Context) -> _Found:
    return ("declined", "已婉拒过本项目") if talent.id in deal.declined else None


def _paused(deal: DealFacts, talent: TalentFacts, standing: Standing, context: Context) -> _Found:
    return None if standing.public else ("paused", "档案已暂停或下架")


def _capacity(deal: DealFacts, talent: TalentFacts, standing: Standing, context: Context) -> _Found:
    if standing.load < talent.capacity:
        return None
    return "capacity", f"手上已有 {standing.load} 个项目，达到承接上限 {talent.capacity} 个"


def _certificate(deal: DealFacts, talent: TalentFacts, standing: Standing, context: Context) -> _Found:
    asked = deal.asked.certificate
    if asked not in CERTIFICATES or level(talent.certificate) >= level(asked):
        return None
    has = f"只有{context.name(talent.certificate)}" if talent.certificate else "没有证书"
    return "certificate", f"项目要求{context.name(asked)}及以上能力等级，{has}"


def _languages(deal: DealFacts, talent: TalentFacts, standing: Standing, context: Context) -> _Found:
    # A profile without languages says nothing; a caution asks for it.
    missing = deal.asked.languages - talent.languages if talent.languages else frozenset()
    if not missing:
        return None
    return "language", f"项目要求的{'、'.join(context.name(code) for code in sorted(missing))}不在工作语言里"


def _region(deal: DealFacts, talent: TalentFacts, standing: Standing, context: Context) -> _Found:
    served = served_places(talent)
    if not deal.asked.region or not served or serves(deal.asked.region, served):
        return None
    return "region", f"服务地区不含项目要求的{context.place(deal.asked.region)}"


_RULES: tuple[Callable[[DealFacts, TalentFacts, Standing, Context], _Found], ...] = (
    _conflict_of_affiliation, _conflict_of_relation, _own_house, _paused, _declined, _capacity, _certificate,
    _languages, _region,
)  # fmt: skip


def unanswered(asked: Asked, talent: TalentFacts) -> tuple[str, ...]:
    """What a deal asks and a profile leaves open: `languages`, `region`."""
    found = []
    if asked.languages and not talent.languages:
        found.append("languages")
    if asked.region and not talent.regions and not talent.region:
        found.append("region")
    return tuple(found)


def level(certificate: str) -> int:
    """The place of a certificate from low to high; -1 for none."""
    return CERTIFICATES.index(certificate) if certificate in CERTIFICATES else -1


def _until(day: date | None) -> str:
    return f"（至 {day.isoformat()}）" if day is not None else ""


def is_part(own: str, house: str) -> bool:
    """Whether a plain name is that of the house or of a department of it."""
    return bool(own) and (own == house or (len(house) >= SHORTEST and own.startswith(house)))


@lru_cache(maxsize=1_024)
def _plain_houses(party: Party) -> tuple[str, ...]:
    return tuple(_plain(name) for _, name in party.houses)


@lru_cache(maxsize=65_536)
def _plain(name: str) -> str:
    bare = _BRACKETS.sub("", unicodedata.normalize("NFKC", name).lower())
    return _LEGAL_FORM.sub("", bare) or bare
