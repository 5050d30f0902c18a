"""What another ranker would change: on judged pairs, and on the lists of this platform's own published needs.

Both sides run the code that recommends, on the same candidates; nothing is stored and no run is frozen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from matching import certainty, evaluation
from matching.evaluation import Scored
from matching.scoring import Ranker
from matching.types import Judgement
from repositories import shown
from services import evaluate, runs
from services.access import NOBODY, audience
from services.evaluate import Labels, Progress
from services.judging import judge
from services.platform import Platform

LISTS = 60
"""Published needs whose lists are compared, the newest first."""
READ = 10
"""Lines of a list that count: those people read."""


@dataclass(frozen=True, slots=True)
class Changed:
    """One need whose first lines differ; titles of what enters and leaves its recommended first ten."""

    need: str
    entered: tuple[str, ...]
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OnContent:
    """`same_first` and `kept` are shares: of lists with the same first line, and of lines that stay in the first ten."""

    lists: int
    recommended_before: int
    recommended_after: int
    same_first: float
    kept: float
    changed: tuple[Changed, ...]


def on_content(platform: Platform, before: Ranker, after: Ranker, lists: int = LISTS) -> OnContent:
    """The lists of the newest published needs under both rankers; raises IndexAway."""
    with platform.database.read() as session:
        needs = [one.row for one in shown.newest_public(session, "needs", lists, audience(NOBODY))]
    pairs = [(need, _list(platform, before, need), _list(platform, after, need)) for need in needs]
    wanted = {one.achievement_id for _, a, b in pairs for one in (*a, *b)}
    with platform.database.read() as session:
        found = shown.load_shown(session, "achievements", sorted(wanted), audience(NOBODY))
    titles = {key: value.row.title for key, value in found.items()}
    changed, same_first, kept, lines = [], 0, 0, 0
    for need, a, b in pairs:
        old, new = [one.achievement_id for one in a], [one.achievement_id for one in b]
        same_first += old[:1] == new[:1]
        kept, lines = kept + len(set(old) & set(new)), lines + len(old)
        if set(old) != set(new):
            changed.append(
                Changed(need.title, _named(titles, new, old), _named(titles, old, new))
            )  # fmt: skip
    return OnContent(
        len(pairs), sum(len(a) for _, a, _ in pairs), sum(len(b) for _, _, b in pairs),
        round(same_first / len(pairs), 4) if pairs else 1.0, round(kept / lines, 4) if lines else 1.0, tuple(changed),
    )  # fmt: skip


def on_labels(
    platform: Platform, before: Ranker, after: Ranker, labels: Labels, progress: Progress
) -> dict[str, dict[str, float]]:
    """Figures of both rankers on judged pairs, and the paired difference of nDCG@10 (after minus before)."""
    found = [evaluate.evaluate(replace(platform, ranker=one), labels, progress) for one in (before, after)]
    key = f"ndcg_at_{evaluation.CUT}"
    each = []
    for result in found:
        given = {(need, other): (score, level) for need, other, score, level in result.ranking}
        scored = [Scored(p.need, p.level, *given[p.need, p.achievement]) for p in labels.pairs]
        each.append(evaluation.per_need(scored, [one.score for one in scored])[key])
    names = (key, "spearman", "level_score")
    return {
        "before": {name: found[0].report[name] for name in names},
        "after": {name: found[1].report[name] for name in names},
        "difference": asdict(certainty.paired(each[1], each[0])),
    }


def _list(platform: Platform, ranker: Ranker, need: object) -> Sequence[Judgement]:
    """The recommended first lines of one need."""
    other = replace(platform, ranker=ranker)
    vector = runs.subject_vector(other, need, runs.PUBLIC)  # type: ignore[arg-type]
    subject, text = runs.subject_facts(need, vector, runs.PUBLIC)
    filters = runs.OPEN.to_filters(NOBODY, "achievements")
    judged = judge(other, NOBODY, "achievements", subject, vector, filters, text).judgements
    return [one for one in judged if one.score >= ranker.recommended][:READ]


def _named(titles: dict[int, str], these: Sequence[int], without: Sequence[int]) -> tuple[str, ...]:
    return tuple(titles[one] for one in these if one not in without and one in titles)
