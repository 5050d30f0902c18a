"""How well the platform ranks, measured on judged pairs by the very code that recommends.

The pairs go into a throw-away platform (own database, nothing of the running one is touched), through the same
services that take in what people enter; then each need's judged achievements are ranked by `runs.judge_pairs`.
"""

from __future__ import annotations

import csv
import json
import random
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from matching import certainty, evaluation
from matching.baselines import bm25, fixed_sum
from matching.evaluation import Scored
from repositories import schema, vectors
from repositories.database import Database
from repositories.listing import ListingColumns, find
from repositories.needs import Need
from services import faithfulness, runs
from services.access import COMMAND
from services.demonstration.vectors import encode
from services.errors import Invalid
from services.judging import facts_of
from services.listings import entries
from services.listings.library import library_of
from services.listings.reading import read_fields
from services.platform import Platform

CHUNK = 500
MAX_TITLE = 200
MAX_TEXT = 8000
Progress = Callable[[str, int, int], None]


class BadLabels(Exception):
    """The folder cannot be evaluated; says which file and line."""


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
    with _throw_away(platform, labels, progress) as (bench, needs, achievements):
        ranking, tried = _rank(bench, labels, needs, achievements, progress)
        report = _report(bench, labels, needs, achievements, ranking)
        return Result({**report, "reasons": faithfulness.measure(bench, tried)}, tuple(ranking))


def rank(
    platform: Platform, labels: Labels, progress: Progress = lambda *_: None
) -> tuple[tuple[str, str, float, int], ...]:
    """Only the ranking, (need, achievement, score, level), for experiments that measure something else with it."""
    with _throw_away(platform, labels, progress) as (bench, needs, achievements):
        return tuple(_rank(bench, labels, needs, achievements, progress)[0])


@contextmanager
def _throw_away(
    platform: Platform, labels: Labels, progress: Progress
) -> Iterator[tuple[Platform, dict[str, ListingColumns], dict[str, ListingColumns]]]:
    """(platform with a database of its own, judged needs, judged achievements by the files' ids), encoded."""
    with tempfile.TemporaryDirectory(prefix="sanku-evaluate-") as folder:
        database = Database(f"sqlite:///{folder}/evaluate.db")
        bench = replace(platform, database=database)
        try:
            schema.upgrade(database)
            judged = {pair.need for pair in labels.pairs}
            needs = _take_in(
                bench, "needs", "Taking in needs",
                {key: {"title": title[:MAX_TITLE], "problem": text[:MAX_TEXT]}
                 for key, (title, text) in labels.needs.items() if key in judged},
                progress,
            )  # fmt: skip
            achievements = _take_in(
                bench, "achievements", "Taking in achievements",
                {key: {"title": title[:MAX_TITLE]} for key, title in labels.achievements.items()}, progress,
            )  # fmt: skip
            _encode(bench, [*needs.values(), *achievements.values()], progress)
            yield bench, needs, achievements
        finally:
            database.close()


def write_ranking(result: Result, path: Path) -> None:
    """The ranking as TSV, one line a pair, each need's best first."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(("need_id", "achievement_id", "score", "level"))
        writer.writerows(
            (need, achievement, f"{score:.6f}", level) for need, achievement, score, level in result.ranking
        )


def _take_in(
    bench: Platform, name: str, step: str, raws: Mapping[str, Mapping[str, Any]], progress: Progress
) -> dict[str, ListingColumns]:
    """Enter and publish listings as an import by command does; gives the rows by the files' ids."""
    library, rows = library_of(name), {}
    keys = list(raws)
    for start in range(0, len(keys), CHUNK):
        with bench.database.write() as session:
            for key in keys[start : start + CHUNK]:
                try:
                    values = read_fields(library.fields, raws[key], bench.vocabularies)
                except Invalid as invalid:
                    raise BadLabels(f"{key}: {invalid.errors[0].message}") from invalid
                row = entries.insert(session, COMMAND, library, values, bench)
                entries.move(session, bench, COMMAND, library, row, "publish")
                rows[key] = row
        progress(step, min(start + CHUNK, len(keys)), len(keys))
    return rows


def _encode(bench: Platform, rows: Iterable[ListingColumns], progress: Progress) -> None:
    """Every vector once, in batches; the code that recommends then finds them in the cache."""
    found = encode(bench.embedder, rows, lambda done, total: progress("Encoding", done, total))
    with bench.database.write() as session:
        vectors.put_many(session, bench.embedder.model_id, found)


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
        "model_title": nearness,
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
