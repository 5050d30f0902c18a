"""The leads of the demonstration that managers have answered: `demo/leads.jsonl`. The worker makes the others.

The reasons of each pair are judged at loading by the code that recommends; a pair that would make no lead is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from matching.types import FAIRLY_STRONG
from repositories import match_runs
from repositories.leads import Lead, LeadAnswer
from services.demonstration.deals import INDEX_STATE
from services.platform import Platform
from services.runs import pair_run

MADE_BEFORE = timedelta(days=2)
"""A lead was there so long before the first answer."""


def store(platform: Platform, lines: Iterable[Mapping[str, Any]], rows: Mapping[str, Any]) -> int:
    """Put the leads in with their answers, in one transaction; `rows` are the stored listings by external id. Gives how
    many."""
    judged = []
    for raw in lines:
        run = pair_run(platform, rows[raw["need"]], rows[raw["achievement"]], INDEX_STATE)
        if run.entries[0].level >= FAIRLY_STRONG:
            judged.append((raw, run))
    with platform.database.write() as session:
        for raw, run in judged:
            known = match_runs.by_key(session, run.key)
            if known is None:
                session.add(run)
                session.flush()
                known = run
            entry = known.entries[0]
            first = timedelta(days=max(answer["days_ago"] for answer in raw["answers"]))
            lead = Lead(
                need_id=entry.need_id, achievement_id=entry.achievement_id, entry_id=entry.id, score=entry.score,
                level=entry.level, made_by="needs", created_at=platform.now() - first - MADE_BEFORE,
            )  # fmt: skip
            session.add(lead)
            session.flush()
            session.add_all(_answer(platform, lead, answer, rows) for answer in raw["answers"])
    return len(judged)


def _answer(platform: Platform, lead: Lead, raw: Mapping[str, Any], rows: Mapping[str, Any]) -> LeadAnswer:
    at = platform.now() - timedelta(days=raw["days_ago"])
    return LeadAnswer(
        lead_id=lead.id, talent_id=rows[raw["manager"]].id, state=raw["state"], reason=raw["reason"], note=raw["note"],
        viewed_at=at, answered_at=at,
    )  # fmt: skip
