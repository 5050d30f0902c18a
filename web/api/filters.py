"""Lists of the three libraries in an address: which filters there are, and what they mean to the index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import marshmallow as ma

from services import search
from services.errors import FieldError, Invalid
from services.listings.catalogue import FIELDS
from web.api.schemas import SINGULAR, Paging
from web.api.values import Codes, Text, Whole, absent
from web.current import platform

TRL_FIELD = {"achievements": "trl", "needs": "wanted_trl"}
FLAGS = {
    "yes": "yes",
    "true": "yes",
    "1": "yes",
    "是": "yes",
    "no": "no",
    "false": "no",
    "0": "no",
    "否": "no",
}
"""How a flag is filtered by; the index knows yes and no."""


def _fields(library: str) -> dict[str, Any]:
    fields = {f.name: f for f in FIELDS[library]}
    made: dict[str, Any] = {
        name: Codes(metadata={"description": f"{fields[name].label}：代码或名称，可重复，也可用逗号隔开"})
        for name in search.FACETS[library]
    }
    if library in TRL_FIELD:
        made["trl_min"] = Whole(
            1, 9, load_default=absent, metadata={"description": f"{fields[TRL_FIELD[library]].label}不低于"}
        )
    return made


def known_codes(
    values: Iterable[str], name: str, vocabulary: str, errors: list[FieldError]
) -> tuple[str, ...]:
    """Codes or names as codes; what the vocabulary does not have is added to `errors`."""
    found = []
    for value in values:
        code = getattr(platform().vocabularies, vocabulary).find(value)
        if code is None:
            errors.append(FieldError(name, f"没有“{value[:20]}”，代码与名称见 /vocabularies/{vocabulary}。"))
        else:
            found.append(str(code))
    return tuple(dict.fromkeys(found))


def list_query(library: str) -> type[ma.Schema]:
    """The schema of a list's address: question, filters, order, page."""
    sorts = "、".join(f"{key}（{label}）" for key, (label, _) in search.SORTS[library].items())
    return type(
        f"{SINGULAR[library]}Query",
        (Paging,),
        {
            "q": Text(
                100_000,
                load_default="",
                metadata={"description": "检索词，或整段需求文字", "maxLength": 2000},
            ),
            "sort": Text(20, load_default="relevance", metadata={"description": sorts}),
            **_fields(library),
        },
    )


def chosen_filters(library: str, query: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Filters as codes; raises Invalid for a value its vocabulary does not have."""
    fields = {f.name: f for f in FIELDS[library]}
    errors: list[FieldError] = []
    chosen: dict[str, tuple[str, ...]] = {}
    for name in search.FACETS[library]:
        codes = []
        for value in query.get(name, ()):
            code = _code(fields[name].kind, fields[name].vocabulary, value)
            if code is None:
                errors.append(FieldError(name, f"{fields[name].label}里没有“{value[:20]}”。"))
            else:
                codes.append(code)
        if codes:
            chosen[name] = tuple(dict.fromkeys(codes))
    if query.get("trl_min"):
        name = TRL_FIELD[library]
        wanted = {str(level) for level in range(query["trl_min"], 10)}
        narrowed = wanted & set(chosen[name]) if name in chosen else wanted
        # nothing can be both: a level that does not exist finds nothing, as it should
        chosen[name] = tuple(sorted(narrowed)) or ("none",)
    if query["sort"] not in search.SORTS[library]:
        errors.append(FieldError("sort", f"只能按 {'、'.join(search.SORTS[library])} 排序。"))
    if errors:
        raise Invalid(errors)
    return chosen


def _code(kind: str, vocabulary: str, value: str) -> str | None:
    if kind == "flag":
        return FLAGS.get(value.lower())
    found = getattr(platform().vocabularies, vocabulary).find(value)
    return None if found is None else str(found)
