"""How much of what fits a need is found at all, when the engine has to find it among everything there is.

`services.evaluate` ranks given pairs; here each need asks as people's needs do: the index proposes, everything proposed
is judged. Unjudged achievements may fit too, so recall of the judged ones is all that can be told.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean, median
from typing import Any

from repositories.listing import ListingColumns, find
from repositories.needs import Need
from services import runs
from services.access import NOBODY
from services.evaluate import Labels, Progress, judged_listings
from services.judging import CANDIDATES, judge
from services.platform import Platform
from services.throw_away import fill_index

FITS = 3
"""Least level that counts as found."""
DEPTHS = (10, 50, 200)
WIDE = 400
"""Proposals judged to tell what is found at all, and what asking for no more than a list does loses of its head."""
HEAD = 10


def read_titles(path: Path) -> list[str]:
    """The lines of a file that are not empty, each once."""
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return list(dict.fromkeys(line for line in lines if line))


def fitting_ids(labels: Labels, achievements: Mapping[str, ListingColumns]) -> dict[str, set[int]]:
    """For each need with something that fits, the ids of what does."""
    found: dict[str, set[int]] = {}
    for pair in labels.pairs:
        if pair.level >= FITS:
            found.setdefault(pair.need, set()).add(achievements[pair.achievement].id)
    return found


def measure(
    platform: Platform, labels: Labels, others: Sequence[str], progress: Progress = lambda *_: None
) -> Mapping[str, Any]:
    """`pool` (achievements to choose from), `needs` with something that fits, recall at each of DEPTHS after judging
    `WIDE` proposals, `head_kept`: the share of their first ten that a list's own proposals give too, and milliseconds a
    list takes with the need's vector known; levels are `labels`', titles beside them *others*."""
    with judged_listings(platform, labels, progress, others) as (bench, needs, achievements):
        with tempfile.TemporaryDirectory(prefix="sanku-locks-") as locks:
            fill_index(bench, "achievements", Path(locks), progress)
        fitting = fitting_ids(labels, achievements)
        orders, took, kept = {}, [], []
        for done, key in enumerate(fitting, 1):
            orders[key], _ = _asked(bench, needs[key].id, WIDE)
            own, seconds = _asked(bench, needs[key].id, CANDIDATES)
            took.append(1000 * seconds)
            head = orders[key][:HEAD]
            kept.append(len(set(own[:HEAD]).intersection(head)) / max(1, len(head)))
            progress("Asking", done, len(fitting))
    recall = {
        depth: [len(own.intersection(orders[key][:depth])) / len(own) for key, own in fitting.items()]
        for depth in DEPTHS
    }
    return {
        "pool": len(achievements) + len(others),
        "needs": len(fitting),
        **{f"recall_at_{depth}": round(mean(each), 4) if each else 0.0 for depth, each in recall.items()},
        "head_kept": round(mean(kept), 4) if kept else 0.0,
        "ms_median": round(median(took), 1) if took else 0.0,
        "ms_most": round(max(took), 1) if took else 0.0,
    }


def _asked(bench: Platform, need_id: int, proposals: int) -> tuple[list[int], float]:
    """(ids as judged of so many proposals, best first, seconds from question to judged list)."""
    with bench.database.read() as session:
        need = find(session, Need, need_id)
    assert need is not None
    vector = runs.subject_vector(bench, need, runs.PUBLIC)
    subject, text = runs.subject_facts(need, vector, runs.PUBLIC)
    filters = runs.OPEN.to_filters(NOBODY, "achievements")
    started = time.perf_counter()
    found = judge(bench, NOBODY, "achievements", subject, vector, filters, text, proposals)
    return [one.achievement_id for one in found.judgements], time.perf_counter() - started
