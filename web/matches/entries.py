"""One recommended pair as a read model, and the list around it, for pages; nothing is judged here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from repositories.deal_lists import PairDeal
from repositories.deals import ENDED
from repositories.deals import STATE_NAMES as STAGE_NAMES
from repositories.introductions import STATE_NAMES, Introduction
from services import access
from services.organisations import public_label
from services.recommend import Item, Narrowing, Recommendations
from web import labels
from web.current import actor, platform
from web.listings.lists import Chip, Facet, Option, value_label
from web.listings.rows import Segments, marked, source_label

LEVEL_LABELS: Mapping[int, str] = {4: "强", 3: "较强", 2: "一般", 1: "弱"}
SORT_LABELS = {"": "匹配程度", "trl": "成熟度", "confirmed": "最近确认"}
SORT_KEYS: Mapping[str, Callable[[Item], Any]] = {
    "": lambda item: item.rank,
    "trl": lambda item: (
        -(getattr(item.row, "trl", None) or getattr(item.row, "wanted_trl", None) or 0),
        item.rank,
    ),
    "confirmed": lambda item: (
        -(item.row.confirmed_on.toordinal() if item.row.confirmed_on else 0),
        item.rank,
    ),
}
TEXT_FEATURES = ("words", "semantic_nearness")
FIRST_SHOWN = 15
"""Entries of a list before `显示其余`: on a phone fifty of them are 23,000 pixels."""
NEAR_SHOWN = 20
"""Entries of 只是相近 beside a list, best first."""
FACET_TITLES = {"industry": "行业", "region": "地区", "modes": "合作方式", "trl": "成熟度不低于"}


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
        urls=urls,
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


def narrowing() -> Narrowing:
    """The filters of a recommendation list in the address; nonsense is left out."""
    known = platform().vocabularies

    def chosen(name: str, vocabulary: Any) -> tuple[str, ...]:
        return tuple(v for v in dict.fromkeys(request.args.getlist(name)) if vocabulary.has(v))[:20]

    trl = request.args.get("trl", "")
    return Narrowing(
        industries=chosen("industry", known.industries),
        regions=chosen("region", known.regions),
        modes=chosen("modes", known.modes),
        trl_min=int(trl) if trl in tuple("123456789") else None,
    )


def filters_view(
    endpoint: str, row_id: int, now: Narrowing, facets: Mapping[str, Mapping[str, int]]
) -> dict[str, Any]:
    """Chips and facets of a recommendation list: {"active", "facets", "clear_href"}."""
    chosen: dict[str, tuple[str, ...]] = {
        "industry": now.industries, "region": now.regions, "modes": now.modes,
        "trl": (str(now.trl_min),) if now.trl_min else (),
    }  # fmt: skip

    def here(state: Mapping[str, tuple[str, ...]]) -> str:
        return _address(endpoint, row_id, **{name: list(state.get(name, ())) for name in FACET_TITLES})

    chips = [
        Chip(_filter_label(name, value), here({**chosen, name: tuple(v for v in values if v != value)}))
        for name, values in chosen.items()
        for value in values
    ]
    groups = []
    for name, counts in facets.items():
        options = []
        running = 0
        ordered = sorted(counts, reverse=True) if name == "trl" else list(counts)
        for value in ordered:
            running = running + counts[value] if name == "trl" else counts[value]
            active = value in chosen[name]
            target = (value,) if name == "trl" else (*chosen[name], value)
            after = {**chosen, name: tuple(v for v in chosen[name] if v != value) if active else target}
            options.append(Option(value_label(name, value), running, here(after), active))
        if options:
            groups.append(Facet(name, FACET_TITLES[name], tuple(options)))
    return {"active": chips, "facets": groups, "clear_href": here({})}


def run_view(found: Recommendations) -> dict[str, Any]:
    """The head of a list: what it is based on, when, how many."""
    return {
        "id": found.run_id,
        "basis_label": "含保密部分，仅本单位可见" if found.basis == "owner" else "按公开内容",
        "algorithm": found.algorithm,
        "created_label": labels.moment(found.created_at),
        "total": len(found.items),
        "levels": [(LEVEL_LABELS[n], found.levels.get(n, 0)) for n in (4, 3, 2)],
    }


def tail_note(found: Recommendations, noun: str) -> str:
    """Why the list ends where it ends."""
    left = found.considered - len(found.items) - len(found.passed)
    if not found.items:
        return f"看过 {found.considered} 项最接近的{noun}，没有一项够得上推荐。"
    return f"没有更合适的了：另外看过的 {left} 项都够不上推荐。" if left > 0 else "以上就是全部相近的内容。"


def index_note(found: Recommendations) -> str | None:
    """What the list could not use right now."""
    return (
        None
        if found.by_meaning
        else "语义模型正在预热，这一次只按文字匹配；一分钟内刷新即可看到按意思匹配的结果。"
    )


def _filter_label(name: str, value: str) -> str:
    return f"成熟度 ≥ {value}" if name == "trl" else value_label(name, value)


def list_context(found: Recommendations | None, library: str, row_id: int, chosen: Narrowing, *, may_act: bool,
                 away: str | None = None) -> dict[str, Any]:  # fmt: skip
    """Everything `needs/_recommendations.html` shows under a listing; `library` is the subject's."""
    endpoint, other = f"{library}.detail", "achievements" if library == "needs" else "needs"
    noun = "成果" if library == "needs" else "需求"
    empty: dict[str, Any] = {
        "run": None, "items": [], "filters": {"active": [], "facets": [], "clear_href": ""}, "sort_options": [],
        "tabs": [], "more": None, "near": None, "tail_note": "", "index_note": away, "noun": noun,
        "pass_reasons": [(t.code, t.name) for t in platform().vocabularies.pass_reasons],
    }  # fmt: skip
    if found is None:
        return empty
    tab = request.args.get("tab", "")
    lists = {"": found.items, "weak": found.weak[:NEAR_SHOWN], "passed": found.passed}
    tab = tab if lists.get(tab) else ""
    sort = request.args.get("sort", "")
    sort = sort if sort in SORT_KEYS else ""
    items = sorted(lists[tab], key=SORT_KEYS[sort])
    first = items if request.args.get("all") == "1" else items[:FIRST_SHOWN]
    titles = {"": f"推荐{noun}", "weak": "只是相近", "passed": "已婉拒"}
    return empty | {
        "run": run_view(found),
        "items": [entry_view(i, other, row_id, may_act=may_act) for i in first],
        "near": {"count": len(lists["weak"]), "href": _address(endpoint, row_id, tab="weak", all="", sort="")}
        if not tab and lists["weak"] else None,
        "more": {"count": len(items) - len(first), "href": _address(endpoint, row_id, all="1")}
        if len(items) > len(first) else None,
        "filters": filters_view(endpoint, row_id, chosen, found.facets),
        "tabs": [
            {"label": titles[key], "count": len(members), "active": key == tab,
             "href": _address(endpoint, row_id, tab=key, all="", sort="")}
            for key, members in lists.items() if members or not key
        ],
        "sort_options": [
            {"label": label, "active": key == sort, "href": _address(endpoint, row_id, sort=key)}
            for key, label in SORT_LABELS.items()
        ] if len(items) > 1 else [],
        "tail_note": tail_note(found, noun) if not tab and len(first) == len(items) else "",
        "index_note": index_note(found),
    }  # fmt: skip


def _address(endpoint: str, row_id: int, **changes: Any) -> str:
    """The present address of a list with some of its parameters changed; an empty value takes one out."""
    kept: dict[str, Any] = {
        name: request.args.getlist(name)
        for name in (*FACET_TITLES, "tab", "sort", "all")
        if name in request.args
    }
    return url_for(endpoint, row_id=row_id, **{k: v for k, v in (kept | changes).items() if v})
