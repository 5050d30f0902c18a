"""How well the platform ranks, measured on judged pairs by the very code that recommends.

The pairs go into a throw-away platform (own database, nothing of the running one is touched), through the same
services that take in what people enter; then each need's judged achievements are ranked by `runs.judge_pairs`.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from matching import certainty, evaluation
from matching.baselines import bm25, fixed_sum
from matching.evaluation import Scored
from repositories import vectors
from repositories.listing import ListingColumns, find
from repositories.needs import Need
from services import faithfulness, runs
from services.judging import facts_of
from services.platform import Platform
from services.throw_away import BadLabels, Progress, give_vectors, take_in, throw_away

__all__ = [
    "BadLabels",
    "Labels",
    "Pair",
    "Progress",
    "Result",
    "evaluate",
    "judged_listings",
    "rank",
    "read",
    "write_ranking",
]

MAX_TITLE = 200
MAX_TEXT = 8000


@dataclass(frozen=True, slots=True)
class Pair:
    """One judged pair, by the ids of the files."""

    need: str
    achievement: str
    level: float


@dataclass(frozen=True, slots=True)
class Labels:
    """Judged pairs with the texts of both sides, by the ids of the files."""

    needs: Mapping[str, tuple[str, str]]
    achievements: Mapping[str, str]
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """`report` is what the command prints as JSON; `ranking` holds (need, achievement, score, level), best first."""

    report: Mapping[str, Any]
    ranking: tuple[tuple[str, str, float, int], ...]


def read(folder: Path) -> Labels:
    """Labels from `needs.jsonl` (id, title, text) and `pairs.tsv` (need_id, achievement_id, level, title);
    raises BadLabels."""
    number = 0
    try:
        needs = {}
        for line in (folder / "needs.jsonl").read_text(encoding="utf-8").splitlines():
            number += 1
            if line.strip():
                raw = json.loads(line)
                needs[str(raw["id"])] = (str(raw["title"]), str(raw.get("text") or ""))
        pairs, achievements, number = [], {}, 1
        with (folder / "pairs.tsv").open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            if [name.strip() for name in next(rows)[:3]] != ["need_id", "achievement_id", "level"]:
                raise BadLabels(
                    f"{folder / 'pairs.tsv'}: the header must begin with need_id, achievement_id, level"
                )
            for number, (need, achievement, level, title, *_) in enumerate(rows, 2):
                if need not in needs:
                    raise BadLabels(f"{folder / 'pairs.tsv'}:{number}: need {need} is not in needs.jsonl")
                achievements[achievement] = title
                pairs.append(Pair(need, achievement, float(level)))
    except OSError as error:
        raise BadLabels(f"{error.filename}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, StopIteration) as error:
        raise BadLabels(f"{folder}, near line {number}: {error!r}") from error
    if not pairs:
        raise BadLabels(f"{folder / 'pairs.tsv'} holds no pairs")
    return Labels(needs, achievements, tuple(pairs))


def evaluate(platform: Platform, labels: Labels, progress: Progress = lambda *_: None) -> Result:
    """Rank and measure; takes model, ranker and vocabularies of `platform` and nothing else of it."""
    with judged_listings(platform, labels, progress) as (bench, needs, achievements):
        ranking, tried = _rank(bench, labels, needs, achievements, progress)
        report = _report(bench, labels, needs, achievements, ranking)
        return Result({**report, "reasons": faithfulness.measure(bench, tried)}, tuple(ranking))


@contextmanager
def judged_listings(
    platform: Platform, labels: Labels, progress: Progress, others: Sequence[str] = ()
) -> Iterator[tuple[Platform, dict[str, ListingColumns], dict[str, ListingColumns]]]:
    """(platform with a database of its own, judged needs, judged achievements by the files' ids), encoded; achievements
    with the titles *others* stand beside them."""
    judged = {pair.need for pair in labels.pairs}
    with throw_away(platform) as bench:
        needs = take_in(
            bench, "needs", "Taking in needs",
            {key: {"title": title[:MAX_TITLE], "problem": text[:MAX_TEXT]}
             for key, (title, text) in labels.needs.items() if key in judged},
            progress,
        )  # fmt: skip
        titles = {key: {"title": title[:MAX_TITLE]} for key, title in labels.achievements.items()}
        achievements = take_in(bench, "achievements", "Taking in achievements", titles, progress)
        beside = take_in(
            bench, "achievements", "Taking in the pool",
            {f"{n}": {"title": title[:MAX_TITLE]} for n, title in enumerate(others)}, progress,
        )  # fmt: skip
        give_vectors(bench, [*needs.values(), *achievements.values(), *beside.values()], progress)
        yield bench, needs, achievements


def rank(
    platform: Platform, labels: Labels, progress: Progress = lambda *_: None
) -> tuple[tuple[str, str, float, int], ...]:
    """Only the ranking, (need, achievement, score, level), for experiments that measure something else with it."""
    with judged_listings(platform, labels, progress) as (bench, needs, achievements):
        return tuple(_rank(bench, labels, needs, achievements, progress)[0])


def write_ranking(result: Result, path: Path) -> None:
    """The ranking as TSV, one line a pair, each need's best first."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(("need_id", "achievement_id", "score", "level"))
        writer.writerows(
            (need, achievement, f"{score:.6f}", level) for need, achievement, score, level in result.ranking
        )


def _rank(
    bench: Platform,
    labels: Labels,
    needs: Mapping[str, ListingColumns],
    achievements: Mapping[str, ListingColumns],
    progress: Progress,
) -> tuple[list[tuple[str, str, float, int]], list[faithfulness.Trial]]:
    """(need, achievement, score, level), each need's best first; and the lines whose reasons are tried."""
    names = {row.id: key for key, row in achievements.items()}
    lists: dict[str, list[int]] = {}
    for pair in labels.pairs:
        lists.setdefault(pair.need, []).append(achievements[pair.achievement].id)
    ranking, tried = [], []
    chance = random.Random(faithfulness.SEED)  # noqa: S311 (the same trials every time)
    for done, (key, ids) in enumerate(lists.items(), 1):
        with bench.database.read() as session:
            need = find(session, Need, needs[key].id)
        assert need is not None
        judged = runs.judge_pairs(bench, need, ids)
        for one in judged:
            ranking.append((key, names[one.achievement_id], one.score, one.level))
        top = dict.fromkeys((one.achievement_id for one in judged[: faithfulness.TOP]), 0)
        offered = {facts.id: facts for facts in facts_of(bench, "achievements", top)}
        subject, _ = runs.subject_facts(need, runs.subject_vector(bench, need, runs.PUBLIC), runs.PUBLIC)
        tried += faithfulness.trials(subject, judged, offered, chance)  # type: ignore[arg-type]
        progress("Ranking", done, len(lists))
    return ranking, tried


def _report(
    bench: Platform,
    labels: Labels,
    needs: Mapping[str, ListingColumns],
    achievements: Mapping[str, ListingColumns],
    ranking: Sequence[tuple[str, str, float, int]],
) -> Mapping[str, Any]:
    given = {(need, achievement): (score, level) for need, achievement, score, level in ranking}
    scored = [Scored(p.need, p.level, *given[p.need, p.achievement]) for p in labels.pairs]
    words = evaluation.title_tfidf(
        [needs[p.need].title for p in labels.pairs], [achievements[p.achievement].title for p in labels.pairs]
    )
    with bench.database.read() as session:
        keys = [row.vector_key for row in (*needs.values(), *achievements.values())]
        known = vectors.get_many(session, bench.embedder.model_id, keys)
    nearness = [
        float(np.dot(known[needs[p.need].vector_key], known[achievements[p.achievement].vector_key]))
        for p in labels.pairs
    ]
    own = [p.need for p in labels.pairs]
    texts = [labels.needs[p.need] for p in labels.pairs]
    titles = [achievements[p.achievement].title for p in labels.pairs]
    baselines = {
        "tfidf_title": words,
        "bm25_title": bm25([needs[p.need].title for p in labels.pairs], titles),
        "model_alone": nearness,
        "fixed_sum": fixed_sum(texts, titles, nearness),
        "z_sum": evaluation.z_sum(own, words, nearness),
    }
    return {
        **evaluation.report(scored, baselines),
        **_certainty(scored, baselines),
        "reliability": evaluation.reliability(scored),
        "ranker": bench.ranker.name,
        "model": bench.embedder.model_id,
    }


def _certainty(scored: Sequence[Scored], baselines: Mapping[str, Sequence[float]]) -> Mapping[str, Any]:
    """95 % intervals over needs, and the paired difference to each baseline in nDCG@10."""
    ours = evaluation.per_need(scored, [one.score for one in scored])
    key = f"ndcg_at_{evaluation.CUT}"
    if not any(value is not None for value in ours[key]):
        return {}
    return {
        "intervals": {
            name: certainty.interval(v) for name, v in ours.items() if any(one is not None for one in v)
        },
        "paired": {
            name: asdict(certainty.paired(ours[key], evaluation.per_need(scored, scores)[key]))
            for name, scores in baselines.items()
        },
    }
