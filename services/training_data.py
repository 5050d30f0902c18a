"""What people did with recommended pairs, as training data: public words and feature values, no person and no secret.

A pair is judged again on what is public, whatever run it was seen in: an owner's run may have used the confidential part.
Notes are left out, numbers of rows are replaced by running ones, and what is not public now is not in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from repositories import feedback
from repositories.achievements import Achievement
from repositories.feedback import Outcome
from repositories.listing import find
from repositories.needs import Need
from services import runs
from services.platform import Platform

LEVELS: Mapping[str, float] = {"completed": 4, "deal": 4, "introduced": 3}
"""What an outcome says about fitting, on the scale of the labels."""
LEVELS_OF_REASONS: Mapping[str, float] = {"direction": 1, "maturity": 2, "indicators": 2}
"""And what a reason says that ended or prevented it. The others (price, place, rights, timing …) say nothing about it."""


def level_of(outcome: Outcome) -> float | None:
    """The level an outcome stands for, None where it says nothing about fitting."""
    if outcome.kind in ("passed", "declined", "ended"):
        return LEVELS_OF_REASONS.get(outcome.reason)
    return LEVELS[outcome.kind]


def lines(platform: Platform) -> Iterator[dict[str, Any]]:
    """One record an outcome: running numbers of both sides, their public words, what came of it, the feature values."""
    with platform.database.read() as session:
        found = feedback.outcomes(session)
    needs: dict[int, list[Outcome]] = {}
    for one in found:
        needs.setdefault(one.need_id, []).append(one)
    offered: dict[int, int] = {}
    for number, (need_id, own) in enumerate(needs.items(), 1):
        yield from _of_need(platform, number, need_id, own, offered)


def write(platform: Platform, path: Path) -> int:
    """The lines as jsonl; gives how many there are."""
    found = [json.dumps(line, ensure_ascii=False) for line in lines(platform)]
    path.write_text("".join(f"{line}\n" for line in found), encoding="utf-8")
    return len(found)


def _of_need(
    platform: Platform, number: int, need_id: int, own: Sequence[Outcome], offered: dict[int, int]
) -> Iterator[dict[str, Any]]:
    with platform.database.read() as session:
        need = find(session, Need, need_id)
        rows = {one.achievement_id: find(session, Achievement, one.achievement_id) for one in own}
    assert need is not None
    judged = {one.achievement_id: one for one in runs.judge_pairs(platform, need, list(rows))}
    for one in own:
        row, pair = rows[one.achievement_id], judged.get(one.achievement_id)
        if row is None or pair is None:
            continue
        yield {
            "need": f"n{number}",
            "achievement": f"a{offered.setdefault(row.id, len(offered) + 1)}",
            "need_title": need.title,
            "need_text": need.body_text,
            "achievement_title": row.title,
            "achievement_text": row.body_text,
            "outcome": one.kind,
            "side": one.side,
            "reason": one.reason,
            "level": level_of(one),
            "ranker": platform.ranker.name,
            "score": round(pair.score, 2),
            "features": {name: value for name, value, _ in pair.contributions},
        }
