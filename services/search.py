"""Looking through the three repositories: word matches are counted, what only meaning finds stands apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from indexer.port import Filters, IndexUnavailable, Query, Sort
from repositories import shown
from repositories.shown import Shown, count_public, load_shown, newest_public
from services import vectors
from services.access import Actor, audience
from services.errors import IndexAway
from services.indexed import refuse_unbuilt
from services.platform import Platform

MAX_QUERY = 2000
"""Characters of a question that are looked at; a whole pasted need fits."""
MAX_PAGE = 500
COUNTED_AGAIN = timedelta(seconds=10)
"""Counting 10^6 listings takes 50 ms, and every visitor begins at the home page, which tells the moment."""
FACETS: Mapping[str, tuple[str, ...]] = {
    "achievements": ("industry", "region", "trl", "modes", "forms", "discipline", "strategic"),
    "needs": ("industry", "region", "wanted_trl", "wanted_modes", "is_bounty"),
    "talents": ("industries", "regions", "posts", "certificate_level", "languages", "category"),
}
SORTS: Mapping[str, Mapping[str, tuple[str, Sort | None]]] = {
    "achievements": {
        "relevance": ("相关", None),
        "newest": ("最新发布", Sort("published")),
        "trl": ("成熟度高", Sort("trl")),
        "price": ("价格低", Sort("price", descending=False)),
    },
    "needs": {
        "relevance": ("相关", None),
        "newest": ("最新发布", Sort("published")),
        "deadline": ("期限近", Sort("deadline", descending=False)),
        "budget": ("预算高", Sort("budget")),
    },
    "talents": {
        "relevance": ("相关", None),
        "newest": ("最新发布", Sort("published")),
        "stars": ("星级高", Sort("stars")),
    },
}


@dataclass(frozen=True, slots=True)
class Found:
    """One page of one library. `total` and `facets` count word matches; `meaning` is a block beside them."""

    library: str
    items: tuple[Shown, ...]
    meaning: tuple[Shown, ...]
    total: int
    facets: Mapping[str, Mapping[str, int]]
    page: int
    per_page: int
    by_meaning: bool = True
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def pages(self) -> int:
        """How many pages there are (at least one)."""
        return max(1, -(-self.total // self.per_page))


def search(
    platform: Platform, actor: Actor, library: str, text: str = "",
    chosen: Mapping[str, tuple[str, ...]] | None = None, sort: str = "relevance", page: int = 1,
    per_page: int = 20, with_meaning: bool = True,
) -> Found:  # fmt: skip
    """One page of what this person may see; page and per_page are clamped, unknown filters left out.

    Raises IndexAway when the index does not answer.
    """
    page, per_page = min(max(page, 1), MAX_PAGE), min(max(per_page, 1), 100)
    text = text.strip()[:MAX_QUERY]
    wanted = {k: v for k, v in (chosen or {}).items() if k in FACETS[library] and v}
    keywords: dict[str, tuple[str, ...]] = dict(wanted)
    if library == "achievements":
        keywords["visibility"] = audience(actor)
    vector = vectors.of_question(platform, text) if text and with_meaning else None
    with platform.database.read() as session:
        gone = shown.gone(session, library, audience(actor))
    query = Query(
        library=library, text=text, vector=vector, filters=Filters(keywords=keywords), excluded=gone,
        facets=FACETS[library], sort=SORTS[library].get(sort, SORTS[library]["relevance"])[1],
        offset=(page - 1) * per_page, limit=per_page,
    )  # fmt: skip
    try:
        answer = platform.index.search(query)
    except IndexUnavailable as away:
        raise IndexAway() from away
    if not answer.total and not answer.meaning:
        refuse_unbuilt(platform, library)
    with platform.database.read() as session:
        meaning_ids = [hit.id for hit in answer.meaning] if page == 1 else []
        ids = [hit.id for hit in answer.words]
        rows = load_shown(session, library, ids + meaning_ids, audience(actor))
    return Found(
        library=library,
        items=tuple(rows[i] for i in ids if i in rows),
        meaning=tuple(rows[i] for i in meaning_ids if i in rows),
        total=answer.total, facets=answer.facets, page=page, per_page=per_page,
        by_meaning=vector is not None or not text, filters=wanted,
    )  # fmt: skip


def counts(platform: Platform) -> tuple[Mapping[str, int], datetime]:
    """How many public listings each library has, from the database, which says what is true; and when they were counted,
    at most `COUNTED_AGAIN` ago."""
    kept = platform.counted.value
    if kept is not None and platform.now() - kept[1] < COUNTED_AGAIN:
        return kept
    with platform.database.read() as session:
        made = {name: count_public(session, name) for name in FACETS}, platform.now()
    platform.counted.value = made
    return made


def newest(platform: Platform, actor: Actor, library: str, limit: int) -> list[Any]:
    """The latest public listings of a library."""
    with platform.database.read() as session:
        return newest_public(session, library, limit, audience(actor))
