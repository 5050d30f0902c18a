"""One recommended pair as a read model, for pages; nothing is judged here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from repositories.deal_lists import PairDeal
from repositories.deals import ENDED
from repositories.deals import STATE_NAMES as STAGE_NAMES
from repositories.introductions import STATE_NAMES, Introduction
from services import access
from services.organisations import public_label
from services.recommend import Item
from web import labels
from web.current import actor
from web.listings.rows import Segments, marked, source_label

LEVEL_LABELS: Mapping[int, str] = {4: "强", 3: "较强", 2: "一般", 1: "弱"}
TEXT_FEATURES = ("words", "semantic_nearness")


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """A + line: the sentence and the words of both sides that carried it."""

    feature: str
    text: str
    contribution: float
    need_words: Sequence[str]
    achievement_words: Sequence[str]
    segments: Segments | None = None

    @property
    def is_fact(self) -> bool:
        """Whether it compares two stated facts (place, price …): such reasons share one line on a page."""
        return self.feature not in TEXT_FEATURES


@dataclass(frozen=True, slots=True)
class Other:
    """The listing on the other side of the pair."""

    id: int
    href: str
    title_segments: Segments
    institution: str
    institution_href: str
    trl_label: str
    modes_label: str
    price_label: str
    region_label: str
    industry_label: str
    confirmed_label: str
    is_demo: bool
    source_label: str
    summary: str
    sections: list[tuple[str, Segments]]


@dataclass(frozen=True, slots=True)
class EntryView:
    """One line of a recommendation list."""

    rank: int
    score: int
    level: int
    level_label: str
    entry_id: int | None
    achievement: Other
    reasons: list[ReasonLine]
    cautions: Sequence[Mapping[str, Any]]
    introduction: Mapping[str, str] | None
    deal: Mapping[str, str] | None
    passed: Mapping[str, str] | None
    urls: Mapping[str, str]
    folded: list[EntryView]
    like_passed: str
    moved_down: Sequence[int]
    missing: Sequence[str]


def entry_view(item: Item, library: str, subject_id: int | None, *, may_act: bool = True) -> EntryView:
    """The read model of one line; `library` is that of the listing shown (the other side of the subject)."""
    key = "achievement_words" if library == "achievements" else "need_words"
    words = [w for reason in item.reasons for w in reason[key]]
    urls: dict[str, str] = {}
    if subject_id is not None:
        needs_first = library == "achievements"
        pair: dict[str, Any] = {
            "need_id": subject_id if needs_first else item.row.id,
            "achievement_id": item.row.id if needs_first else subject_id,
        }
        back = request.full_path.rstrip("?")
        urls["why"] = url_for("matches.why", **pair)
        urls["unpass"] = url_for("matches.take_back", **pair, back=back)
        if item.entry_id is not None and may_act:
            urls["pass"] = url_for("matches.put_aside", entry_id=item.entry_id, back=back)
            if item.row.organisation_id is not None:
                urls["introduce"] = url_for("introductions.ask", entry_id=item.entry_id)
                urls["deal"] = url_for("deals.open_new", entry_id=item.entry_id)
        if needs_first:
            urls["compare"] = url_for("matches.compare", need_id=subject_id)
    return EntryView(
        rank=item.rank, score=whole(item.score), level=item.shown_level, level_label=LEVEL_LABELS[item.shown_level],
        entry_id=item.entry_id, achievement=_other(item, library, words),
        reasons=[
            ReasonLine(
                r["feature"], r["text"], round(r["contribution"], 1), r["need_words"], r["achievement_words"],
                marked(r["text"], [*r["need_words"], *r["achievement_words"]]),
            )
            for r in item.reasons
        ],
        cautions=item.cautions, introduction=introduction_label(item.introduction, library),
        deal=deal_label(item.deal),
        passed={"reason_label": labels.name("pass_reasons", item.passed.reason)} if item.passed else None,
        urls=urls, folded=[entry_view(one, library, subject_id, may_act=may_act) for one in item.folded],
        like_passed=item.like_passed, moved_down=item.moved_down, missing=item.missing,
    )  # fmt: skip


def whole(score: float) -> int:
    """A score as lists show it, rounded down: 41.8 must not read 42, where 较强 begins."""
    return int(score)


def introduction_label(introduction: Introduction | None, library: str) -> Mapping[str, str] | None:
    """What became of a request: `等待校方答复，还有 3 天` beats a grey badge. `library`: of the other side's listings."""
    if introduction is None:
        return None
    text = STATE_NAMES[introduction.state]
    if introduction.state == "asked":
        asked = "university" if introduction.asked_by == "enterprise" else "enterprise"
        ours = asked == ("enterprise" if library == "achievements" else "university")
        names = {"enterprise": "企业", "university": "校方"}
        waiting_for = "您" if ours and not actor().is_operator else names[asked]
        text = f"等待{waiting_for}答复，{labels.days_left(introduction.due_on)}"
    href = url_for("introductions.detail", introduction_id=introduction.id)
    return {"state_label": text, "href": href, "state": introduction.state}


def deal_label(deal: PairDeal | None) -> Mapping[str, str] | None:
    """The deal of the pair, under way or completed; one that was terminated leaves the way open for another."""
    if deal is None or deal.state == ENDED:
        return None
    return {"label": f"项目：{STAGE_NAMES[deal.state]}", "href": url_for("deals.detail", deal_id=deal.id)}


def _other(item: Item, library: str, words: Sequence[str]) -> Other:
    row, organisation = item.row, item.organisation
    if library == "achievements":
        name = organisation.name if organisation else ""
        trl, modes = labels.trl(row.trl), labels.names("modes", row.modes)
        price = labels.money_range(row.price_min, row.price_max, "价格面议")
        sections = [("一句话简介", row.summary), ("成果详情", row.abstract)]
        href = url_for("achievements.detail", row_id=row.id)
        confirmed = f"最近确认 {labels.since(row.confirmed_on)}" if row.confirmed_on else ""
        summary = row.summary
    else:
        name = public_label(organisation, shown=access.sees_enterprise_name(actor(), row))
        trl = f"期望 TRL ≥ {row.wanted_trl}" if row.wanted_trl else ""
        modes = labels.names("modes", row.wanted_modes)
        price = labels.money_range(row.budget_min, row.budget_max, "预算面议")
        sections = [
            ("要解决的问题", row.problem),
            ("目标指标", row.indicators),
            ("约束条件", row.constraints),
        ]
        href = url_for("needs.detail", row_id=row.id)
        confirmed = f"{labels.day(row.deadline)} 前" if row.deadline else ""
        summary = row.teaser
    return Other(
        id=row.id, href=href, title_segments=marked(row.title, words), institution=name, institution_href="",
        trl_label=trl, modes_label=modes, price_label=price, region_label=labels.place(row.region),
        industry_label=labels.name("industries", row.industry), confirmed_label=confirmed, is_demo=row.is_demo,
        source_label=source_label(row), summary=summary,
        sections=[(label, marked(text, words)) for label, text in sections if text],
    )  # fmt: skip
