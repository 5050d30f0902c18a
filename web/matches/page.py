"""The list around recommended pairs as a read model: its filters, tabs and order (its end: `web.matches.ending`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import request, url_for

from services.recommend import Item, Narrowing, Recommendations
from web import labels
from web.current import platform
from web.listings.lists import Chip, Facet, Option, value_label
from web.matches.ending import index_note, near_misses, tail_note
from web.matches.entries import LEVEL_LABELS, entry_view
from web.matches.teams import teams_view

SORT_LABELS = {"": "匹配程度", "trl": "成熟度", "confirmed": "最近确认"}
SORT_KEYS: Mapping[str, Callable[[Item], Any]] = {
    "": lambda item: item.place,
    "trl": lambda item: (
        -(getattr(item.row, "trl", None) or getattr(item.row, "wanted_trl", None) or 0),
        item.place,
    ),
    "confirmed": lambda item: (
        -(item.row.confirmed_on.toordinal() if item.row.confirmed_on else 0),
        item.place,
    ),
}
FIRST_SHOWN = 15
"""Entries of a list before `显示其余`: on a phone fifty of them are 23,000 pixels."""
NEAR_SHOWN = 20
"""Entries of 只是相近 beside a list, best first."""
FACET_TITLES = {"industry": "行业", "region": "地区", "modes": "合作方式", "trl": "成熟度不低于"}


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
        "total": len(found.recommended),
        "levels": [(LEVEL_LABELS[n], found.levels.get(n, 0)) for n in (4, 3, 2)],
    }


def _filter_label(name: str, value: str) -> str:
    return f"成熟度 ≥ {value}" if name == "trl" else value_label(name, value)


def list_context(found: Recommendations | None, library: str, row_id: int, chosen: Narrowing, *, may_act: bool,
                 away: str | None = None) -> dict[str, Any]:  # fmt: skip
    """Everything `needs/_recommendations.html` shows under a listing; `library` is the subject's."""
    endpoint, other = f"{library}.detail", "achievements" if library == "needs" else "needs"
    noun = "成果" if library == "needs" else "需求"
    empty: dict[str, Any] = {
        "run": None, "items": [], "filters": {"active": [], "facets": [], "clear_href": ""}, "sort_options": [],
        "tabs": [], "more": None, "near": None, "near_misses": [], "teams": [], "tail_note": "", "index_note": away,
        "noun": noun,
        "pass_reasons": [(t.code, t.name) for t in platform().vocabularies.pass_reasons],
    }  # fmt: skip
    if found is None:
        return empty
    lists = {"": found.items, "weak": found.weak[:NEAR_SHOWN], "passed": found.passed}
    teams = teams_view(platform(), found, may_act=may_act) if library == "needs" else []
    tab = request.args.get("tab", "")
    tab = tab if lists.get(tab) or (tab == "teams" and teams) else ""
    sort = request.args.get("sort", "")
    sort = sort if sort in SORT_KEYS else ""
    items = sorted(lists.get(tab, ()), key=SORT_KEYS[sort])
    first = items if request.args.get("all") == "1" else items[:FIRST_SHOWN]
    whole = not tab and len(first) == len(items)
    tabs = [("", f"推荐{noun}", len(found.recommended)), ("teams", "能做的团队", len(teams)),
            ("weak", "只是相近", len(lists["weak"])), ("passed", "已婉拒", len(found.passed))]  # fmt: skip
    return empty | {
        "run": run_view(found),
        "items": [entry_view(i, other, row_id, may_act=may_act) for i in first],
        "teams": teams if tab == "teams" else [],
        "near": {"count": len(lists["weak"]), "href": _address(endpoint, row_id, tab="weak", all="", sort="")}
        if not tab and lists["weak"] else None,
        "near_misses": near_misses(found, row_id, may_act=may_act) if whole else [],
        "more": {"count": len(items) - len(first), "href": _address(endpoint, row_id, all="1")}
        if len(items) > len(first) else None,
        "filters": filters_view(endpoint, row_id, chosen, found.facets),
        "tabs": [
            {"label": label, "count": count, "active": key == tab,
             "href": _address(endpoint, row_id, tab=key, all="", sort="")}
            for key, label, count in tabs if count or not key
        ],
        "sort_options": [
            {"label": label, "active": key == sort, "href": _address(endpoint, row_id, sort=key)}
            for key, label in SORT_LABELS.items()
        ] if len(items) > 1 else [],
        "tail_note": tail_note(found, noun) if whole else "",
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
