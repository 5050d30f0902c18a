"""Does a manager's past tell who should lead the next deal? A simulation, because nobody has labelled managers.

    python -m benchmarks.careers [--texts FILE.jsonl] [--managers 200] [--seeds 5] [--first-seed 0]

Careers are drawn from fields that have real texts; the last deal of each is held out, and all managers are ranked for
it by the very features and weights that rank them in service. Reported is how often the one who led it stands among
the first k (hit@k): with everything, with the profile alone, with past deals alone, and by chance. The same is asked the
other way round: all held-out deals are leads, and each manager's own is looked for among them by the weights of leads.
Weights are chosen on some seeds and reported on others (`--first-seed`).

What is assumed, and therefore not proved by the figures:

* A manager works in one main field (of every four deals three) and now and then anywhere else; fields are the
  disciplines of the texts, or the industries of the demonstration listings.
* The profile names three titles of the main field and, four times in five, its industry; what it says is true.
* Three to eight deals lie in the past. Those in the main field end well seven times in ten, others three times in ten.
* Six deals in ten are in the manager's own province. Everybody has the same free capacity and no certificate.
* Whoever led the held-out deal was the right choice, though others of the same field might have done as well: the line
  `field known` ranks at random among managers of that main field, and is what a list that knew the field alone reaches.
* No text stands in two careers as a held-out deal, and none of them in anybody's past.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from app import build_platform
from config import settings as configuration
from indexer.text import normalise
from matching.managers.lead_table import LeadTable
from matching.managers.ranker import score_of
from matching.managers.types import COMPLETED, ENDED, Fit, LeadFacts, PastDeal, Standing, TalentFacts
from matching.types import AchievementFacts, NeedFacts
from services.platform import Platform

ROOT = Path(__file__).resolve().parent.parent
LEAST_TITLES = 12
"""A field with fewer titles is left out: profile, past and the held-out deal need different ones."""
IN_FIELD, SAYS_INDUSTRY, AT_HOME = 0.75, 0.8, 0.6
GOES_WELL = {True: 0.7, False: 0.3}
PROVINCES = (
    "510000",
    "370000",
    "330000",
    "440000",
    "320000",
    "210000",
    "420000",
    "610000",
    "110000",
    "310000",
)
CUTS = (1, 5, 10)
TODAY = date(2026, 1, 1)
NOTHING = AchievementFacts(id=1, title="")
RANKINGS = (
    "profile and past deals (as in service)", "profile only", "past deals only", "field known", "by chance",
)  # fmt: skip
LEADS, LEADS_BY_PROFILE = "leads: a manager's own deal", "leads: by the profile only"
PAST_FEATURES = frozenset({"past_nearness", "record", "industry_record"})


@dataclass(frozen=True, slots=True)
class Deal:
    """One deal of a career: its title, its field, where it was, how it ended."""

    title: str
    field: int
    region: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Career:
    """A manager's main field and home, the titles of the profile, past deals, and the one that is held out."""

    field: int
    home: str
    says_industry: bool
    profile: tuple[str, ...]
    past: tuple[Deal, ...]
    held_out: Deal


def main() -> None:
    """Draw careers for each seed, rank, print the table with its assumptions."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.careers")
    parser.add_argument(
        "--texts", type=Path, help="jsonl with `title` and `discipline` (default: demonstration)"
    )
    parser.add_argument("--managers", type=int, default=200)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument(
        "--first-seed", type=int, default=0, help="seeds that chose no weight begin elsewhere"
    )
    chosen = parser.parse_args()
    console = Console(width=118)
    fields = read_fields(chosen.texts)
    platform = build_platform(configuration.load({}))
    found: dict[str, list[float]] = defaultdict(list)
    vectors = _Vectors(platform)
    for seed in range(chosen.first_seed, chosen.first_seed + chosen.seeds):
        careers = draw(fields, chosen.managers, np.random.default_rng(seed))
        for name, ranks in ranked(platform, careers, vectors, seed).items():
            found[name] += ranks
    console.print((__doc__ or "").strip(), highlight=False, markup=False)
    console.print()
    title = (
        f"{chosen.managers} managers, {len(fields)} fields, seeds {chosen.first_seed} to "
        f"{chosen.first_seed + chosen.seeds - 1}: the held-out deal's manager is found"
    )
    table = Table(title=title, title_justify="left")
    for heading in ("ranking", *(f"hit@{k}" for k in CUTS), "mean reciprocal rank"):
        table.add_column(heading, justify="left" if heading == "ranking" else "right")
    for name, ranks in found.items():
        places = np.asarray(ranks)
        table.add_row(name, *(f"{np.mean(places <= k):.2f}" for k in CUTS), f"{np.mean(1 / places):.2f}")
    console.print(table)
    console.print(
        f"ranker {platform.manager_ranker.name}, leads {platform.lead_ranker.name}, model {platform.embedder.model_id}"
    )


def read_fields(path: Path | None) -> list[list[str]]:
    """Titles by field; fields with too few are left out."""
    titles: dict[str, list[str]] = defaultdict(list)
    files = [path] if path else sorted((ROOT / "demo").glob("achievements_*.jsonl")) + sorted(
        (ROOT / "demo").glob("needs_*.jsonl"))  # fmt: skip
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            one: Mapping[str, Any] = json.loads(line)
            field = one.get("discipline") if path else (one.get("industry") or "")[:3]
            if field and one.get("title"):
                titles[str(field)].append(str(one["title"]).strip()[:180])
    known = [list(dict.fromkeys(found)) for _, found in sorted(titles.items())]
    return [found for found in known if len(found) >= LEAST_TITLES]


def draw(fields: Sequence[Sequence[str]], count: int, generator: np.random.Generator) -> list[Career]:
    """Careers as the docstring says. Held-out titles are taken first, so that nobody else has them."""
    pools = [[str(title) for title in generator.permutation(list(titles))] for titles in fields]
    mains = [int(field) for field in generator.integers(0, len(fields), count)]
    homes = [PROVINCES[n] for n in generator.integers(0, len(PROVINCES), count)]
    held = []
    for main_field, home in zip(mains, homes, strict=True):
        field = _field(main_field, pools, generator)
        held.append(Deal(pools[field].pop(), field, _region(home, generator), ""))
    careers = []
    for main_field, home, last in zip(mains, homes, held, strict=True):
        own = [str(title) for title in generator.permutation(pools[main_field])]
        past = []
        for _ in range(int(generator.integers(3, 9))):
            field = _field(main_field, pools, generator)
            title = own.pop() if field == main_field and len(own) > 3 else str(generator.choice(pools[field]))
            well = generator.random() < GOES_WELL[field == main_field]
            past.append(Deal(title, field, _region(home, generator), COMPLETED if well else ENDED))
        careers.append(
            Career(
                main_field, home, bool(generator.random() < SAYS_INDUSTRY), tuple(own[:3]), tuple(past), last
            )
        )
    return careers


def ranked(
    platform: Platform, careers: Sequence[Career], vectors: _Vectors, seed: int
) -> dict[str, list[float]]:  # fmt: skip
    """Ranking → the place of the right manager for each held-out deal; ties share their mean place."""
    profiles = [_profile(n, career) for n, career in enumerate(careers)]
    vectors.learn("query", [deal.title for career in careers for deal in (*career.past, career.held_out)])
    vectors.learn("passage", [text for _, text in profiles])
    talents = [_talent(n, text, careers[n], vectors) for n, text in profiles]
    standings = [Standing(past=tuple(_past(deal, vectors) for deal in career.past)) for career in careers]
    generator = np.random.default_rng(seed)
    places: dict[str, list[float]] = {name: [] for name in (*RANKINGS, LEADS, LEADS_BY_PROFILE)}
    leads = LeadTable(
        platform.ranker.ngrams, [LeadFacts(n, _need(one.held_out, vectors), NOTHING) for n, one in enumerate(careers)]
    )  # fmt: skip
    for own, (talent, standing) in enumerate(zip(talents, standings, strict=True)):
        whole = leads.scores(platform.lead_ranker, talent, standing, TODAY)
        bare = leads.scores(platform.lead_ranker, talent, Standing(), TODAY)
        places[LEADS].append(_place(whole, own))
        places[LEADS_BY_PROFILE].append(_place(bare, own))
    for right, career in enumerate(careers):
        deal = career.held_out
        need = _need(deal, vectors)
        scores = np.zeros((3, len(careers)))
        for n, (talent, standing) in enumerate(zip(talents, standings, strict=True)):
            fit = Fit(need, NOTHING, talent, standing, platform.ranker.ngrams)
            points = platform.manager_ranker.points(fit)
            past = sum(gained for name, _, gained in points if name in PAST_FEATURES)
            scores[:, n] = score_of(points), score_of(points) - past, past
        same = np.asarray([one.field == deal.field for one in careers])
        by_field = same * 1.0 if same[right] else np.zeros(len(careers))
        chance = generator.random(len(careers))
        for name, row in zip(RANKINGS, (*scores, by_field, chance), strict=True):
            places[name].append(_place(row, right))
    return places


class _Vectors:
    """Vectors by kind and text, each encoded once."""

    def __init__(self, platform: Platform) -> None:
        self._embedder, self._known = platform.embedder, {}  # type: ignore[var-annotated]

    def learn(self, kind: Any, texts: Sequence[str]) -> None:
        """Encode what is not known yet."""
        new = [text for text in dict.fromkeys(texts) if (kind, text) not in self._known]
        if new:
            for text, vector in zip(new, self._embedder.encode(new, kind=kind), strict=True):
                self._known[(kind, text)] = vector

    def of(self, kind: str, text: str) -> Any:
        """The vector of a text that was learned."""
        return self._known[(kind, text)]


def _profile(n: int, career: Career) -> tuple[int, str]:
    return n, f"长期从事技术转移，熟悉{'、'.join(career.profile)}等方向。"


def _talent(n: int, text: str, career: Career, vectors: _Vectors) -> TalentFacts:
    known = frozenset({_industry(career.field)}) if career.says_industry else frozenset()
    return TalentFacts(
        id=n, name=str(n), text=normalise(text), vector=vectors.of("passage", text), industries=known,
        regions=frozenset({career.home}), capacity=5,
    )  # fmt: skip


def _need(deal: Deal, vectors: _Vectors) -> NeedFacts:
    return NeedFacts(
        id=1, title=normalise(deal.title), vector=vectors.of("query", deal.title), industry=_industry(deal.field),
        region=deal.region,
    )  # fmt: skip


def _past(deal: Deal, vectors: _Vectors) -> PastDeal:
    return PastDeal(deal.outcome, _industry(deal.field), deal.region, vectors.of("query", deal.title), TODAY)


def _industry(field: int) -> str:
    """A code of its own for each field, in sections of twenty, so that neighbours share a section as industries do."""
    return f"{'CDEFGHIJKLMN'[field // 20]}{field % 20 + 10}"


def _field(main_field: int, pools: Sequence[Sequence[str]], generator: np.random.Generator) -> int:
    """The main field three times in four, else any; never one that has no text left to give."""
    field = main_field if generator.random() < IN_FIELD else int(generator.integers(0, len(pools)))
    if len(pools[field]) > LEAST_TITLES // 2:
        return field
    return max(range(len(pools)), key=lambda n: len(pools[n]))


def _region(home: str, generator: np.random.Generator) -> str:
    return home if generator.random() < AT_HOME else str(generator.choice(PROVINCES))


def _place(scores: Any, right: int) -> float:
    """The place of one among all, 1 the best; equal scores share the mean of theirs."""
    better, equal = np.sum(scores > scores[right]), np.sum(scores == scores[right])
    return float(better + (equal + 1) / 2)


if __name__ == "__main__":
    main()
