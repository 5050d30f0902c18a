"""需求体检: what a need leaves out or leaves vague, while it is written and afterwards. It advises; nothing waits for it.

Nothing of what is examined is kept, and the confidential part is never looked at. The checks are in `matching.doctor`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from indexer.port import Filters, IndexUnavailable, Query
from matching.doctor import Diagnosis, Draft
from repositories.needs import Need
from repositories.shown import Shown, gone, load_shown
from services.access import Actor, audience, owns
from services.errors import IndexAway, NotFound
from services.listings import entries
from services.platform import Platform

SIMILAR = 3
LOOKED_AT = 12
"""Word hits among which those of the own house are left out: they say nothing about how others put it."""
READS = ("title", "problem", "indicators", "constraints", "budget_min", "budget_max", "deadline", "wanted_modes", "wanted_trl",
         "industry", "region")  # fmt: skip
"""The fields that are examined; a form sends no others."""


def of_typed(platform: Platform, raw: Mapping[str, Any]) -> Diagnosis:
    """Of what stands in a form or a body, valid or not: texts as typed, the other fields as filled or empty."""
    draft = Draft(
        title=_text(raw.get("title")), problem=_text(raw.get("problem")),
        indicators=_text(raw.get("indicators")), constraints=_text(raw.get("constraints")),
        budget=_filled(raw.get("budget_max")) or _filled(raw.get("budget_min")),
        deadline=_filled(raw.get("deadline")), modes=_filled(raw.get("wanted_modes")),
        maturity=_filled(raw.get("wanted_trl")), industry=_filled(raw.get("industry")), region=_filled(raw.get("region")),
    )  # fmt: skip
    return platform.doctor.examine(draft)


def of_need(platform: Platform, need: Need) -> Diagnosis:
    """Of a stored need."""
    return of_typed(platform, {name: getattr(need, name) for name in READS})


def of_paste(platform: Platform, title: str, text: str) -> Diagnosis:
    """Of a pasted text, the sentence that states it standing for the title."""
    return platform.doctor.examine(Draft(title=title, problem=text))


def similar(platform: Platform, actor: Actor, need_id: int) -> tuple[Shown, ...]:
    """Up to three published needs of others that share words with this one, by its title; for its owner, its writer and
    operators. Raises NotFound, IndexAway."""
    need = entries.get(platform, actor, "needs", need_id)
    if not (owns(actor, need) or actor.is_operator):
        raise NotFound()
    with platform.database.read() as session:
        excluded = gone(session, "needs", audience(actor))
    query = Query(library="needs", text=need.title, filters=Filters(), excluded=(*excluded, need.id),
                  limit=LOOKED_AT, meaning_limit=0)  # fmt: skip
    try:
        hits = platform.index.search(query).words
    except IndexUnavailable as away:
        raise IndexAway() from away
    with platform.database.read() as session:
        rows = load_shown(session, "needs", [hit.id for hit in hits], audience(actor))
    own = need.organisation_id
    others = [
        rows[hit.id]
        for hit in hits
        if hit.id in rows and (own is None or rows[hit.id].row.organisation_id != own)
    ]
    return tuple(others[:SIMILAR])


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _filled(value: object) -> bool:
    return bool(value.strip()) if isinstance(value, str) else bool(value)
