"""The list page of any library as a read model: every filter is in the address, every chip takes one away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request, url_for

from services.search import FACETS, SORTS, Found
from web import labels
from web.current import platform

PAGE_WINDOW = 2
FACET_SHOWN = 12

FACET_LABELS: Mapping[str, tuple[str, str]] = {
    "industry": ("应用行业", "industries"),
    "industries": ("熟悉行业", "industries"),
    "region": ("地区", "regions"),
    "regions": ("服务地区", "regions"),
    "trl": ("成熟度", "trl"),
    "wanted_trl": ("期望成熟度", "trl"),
    "modes": ("合作方式", "modes"),
    "wanted_modes": ("期望合作方式", "modes"),
    "forms": ("成果形式", "forms"),
    "discipline": ("学科", "disciplines"),
    "strategic": ("战略性新兴产业", "strategic"),
    "is_bounty": ("揭榜挂帅", ""),
    "posts": ("从事岗位", "talent_posts"),
    "certificate_level": ("能力等级", "certificate_levels"),
    "languages": ("工作语言", "languages"),
    "category": ("类别", "talent_categories"),
}


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a facet."""

    label: str
    count: int
    href: str
    active: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """One filter with the counts it would give."""

    name: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Chip:
    """An active filter and the address without it."""

    label: str
    remove_href: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """Everything a list template needs beside its rows."""

    q: str
    total: int
    page: int
    pages: int
    facets: tuple[Facet, ...]
    chips: tuple[Chip, ...]
    clear_href: str
    sorts: tuple[Option, ...]
    numbers: tuple[tuple[int | None, str], ...]
    prev_href: str = ""
    next_href: str = ""
    keep: Mapping[str, str] = field(default_factory=dict)


def chosen_filters(library: str) -> dict[str, tuple[str, ...]]:
    """The filters in the address, unknown names left out, at most 20 values each."""
    return {
        name: tuple(dict.fromkeys(v for v in request.args.getlist(name) if v and len(v) <= 40))[:20]
        for name in FACETS[library]
        if request.args.get(name)
    }


def page_number() -> int:
    """The page in the address; nonsense is page one."""
    raw = request.args.get("page", "1")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 7 else 1


def pagination(page: int, total: int, per_page: int, endpoint: str, **values: Any) -> dict[str, Any]:
    """The read model of the page numbers under a list."""
    pages = max(1, -(-total // per_page))

    def at(number: int) -> str:
        return url_for(endpoint, **values, page=number if number > 1 else None)

    near = [n for n in range(page - 2, page + 3) if 1 <= n <= pages]
    return {
        "page": page, "pages": pages, "total": total, "numbers": [(n, at(n)) for n in near],
        "prev_href": at(page - 1) if page > 1 else "", "next_href": at(page + 1) if page < pages else "",
    }  # fmt: skip


def list_page(found: Found, endpoint: str, q: str, sort: str, **values: Any) -> ListPage:
    """The read model of one page of results; `values` are fixed parts of the address."""
    filters = found.filters
    here = address(endpoint, q, sort, values)
    chips = tuple(
        Chip(f"{FACET_LABELS[name][0]}：{value_label(name, value)}", here(_without(filters, name, value)))
        for name, chosen in filters.items()
        for value in chosen
    )
    # Without words there is nothing to be relevant to: the engine then gives the newest first.
    shown_sort = sort if q or sort != "relevance" else "newest"
    pages = found.pages
    near = [n for n in range(found.page - PAGE_WINDOW, found.page + PAGE_WINDOW + 1) if 1 <= n <= pages]
    return ListPage(
        q=q,
        total=found.total,
        page=found.page,
        pages=pages,
        facets=tuple(_facets(found, here)),
        chips=chips,
        clear_href=here({}),
        sorts=tuple(
            Option(label, 0, address(endpoint, q, key, values)(filters), key == shown_sort)
            for key, (label, _) in SORTS[found.library].items()
            if q or key != "relevance"
        ),
        numbers=tuple((n, here(filters, n)) for n in near),
        prev_href=here(filters, found.page - 1) if found.page > 1 else "",
        next_href=here(filters, found.page + 1) if found.page < pages else "",
        keep={n: chosen[0] for n, chosen in filters.items()}
        | ({"sort": sort} if sort != "relevance" else {}),
    )


def address(endpoint: str, q: str, sort: str, values: Mapping[str, Any]) -> Callable[..., str]:
    """A function filters, page → address, with everything else of this state kept."""

    def build(filters: Mapping[str, tuple[str, ...]], page: int = 1) -> str:
        query: dict[str, Any] = {**values, **{n: list(v) for n, v in filters.items() if v}}
        if q:
            query["q"] = q
        if sort and sort != "relevance":
            query["sort"] = sort
        if page > 1:
            query["page"] = page
        return url_for(endpoint, **query)

    return build


def value_label(name: str, value: str) -> str:
    """How a facet's value reads."""
    if name in ("region", "regions"):
        return labels.place(value) or value
    if name == "is_bounty":
        return "是" if value == "yes" else "否"
    if name in ("trl", "wanted_trl"):
        return f"TRL {value}"
    vocabulary = FACET_LABELS[name][1]
    return labels.name(vocabulary, value) if vocabulary else value


def _facets(found: Found, here: Callable[..., str]) -> list[Facet]:
    facets = []
    for name, counts in found.facets.items():
        if name not in FACET_LABELS:
            continue
        chosen = found.filters.get(name, ())
        shown = _worth_showing(name, counts, chosen)
        options = tuple(
            Option(
                value_label(name, value), counts.get(value, 0),
                here(_without(found.filters, name, value) if value in chosen else _with(found.filters, name, value)),
                value in chosen,
            )
            for value in shown
        )  # fmt: skip
        if options:
            facets.append(Facet(name, FACET_LABELS[name][0], options))
    return facets


def _worth_showing(name: str, counts: Mapping[str, int], chosen: tuple[str, ...]) -> list[str]:
    """The commonest values; of trees the divisions and provinces only, so that a part is not listed beside its whole."""
    values = list(counts)
    if name in ("region", "regions"):
        values = [v for v in values if v.endswith("0000")]
    elif name in ("industry", "industries"):
        known = platform().vocabularies.industries
        values = [v for v in values if len(v) > 1 or not known.has(v)]
    if name in ("trl", "wanted_trl"):
        return sorted(set(values) | set(chosen), key=lambda v: (len(v), v))
    values.sort(key=lambda v: (-counts[v], v))
    return list(dict.fromkeys([*chosen, *values]))[:FACET_SHOWN]


def _with(filters: Mapping[str, tuple[str, ...]], name: str, value: str) -> dict[str, tuple[str, ...]]:
    return {**filters, name: (*filters.get(name, ()), value)}


def _without(filters: Mapping[str, tuple[str, ...]], name: str, value: str) -> dict[str, tuple[str, ...]]:
    return {**filters, name: tuple(v for v in filters.get(name, ()) if v != value)}
