"""Does a list of recommendations read right on full listings? python -m benchmarks.demo_pairs [--lists] [--floor F].

Ranks all demonstration achievements for each demonstration need with the shipped ranker and the shipped vectors, and
compares with demo/intended_pairs.tsv, where the authors of the content wrote down what was meant to fit. The content
is our own and easier than life: this is a check, nothing is fitted on it.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, cast

import numpy as np

from config import rankers
from config.vocabularies import Vocabularies
from matching.ranker import Ranker
from matching.scoring import rank
from matching.types import LEVEL_NAMES, AchievementFacts, Context, Judgement, NeedFacts
from services.demonstration import content, vectors
from services.facts import achievement_facts, need_facts
from services.platform import Platform

PAIRS = content.FOLDER / "intended_pairs.tsv"
INTENDED, PARTLY, NOTHING, OTHER = "intended", "partly", "nothing", "other"


@dataclass(frozen=True, slots=True)
class _Reading:
    """What reading the content asks of a platform."""

    vocabularies: Vocabularies

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self) -> date:
        return self.now().date()


@dataclass(frozen=True, slots=True)
class World:
    """The demonstration content as facts; `names` are the external ids of needs and achievements by number."""

    needs: list[NeedFacts]
    achievements: list[AchievementFacts]
    need_names: list[str]
    achievement_names: list[str]


def load_world(vocabularies: Vocabularies) -> World:
    """Read the files and the shipped vectors."""
    with np.load(vectors.FILE) as file:
        known = vectors.load(str(file["model_id"]))
    found = content.read(cast(Platform, _Reading(vocabularies)))
    offered: Sequence[Any] = [*found.achievements, *found.papers]
    for rows in (offered, found.needs):
        for number, row in enumerate(rows):
            row.id = number
    return World(
        [need_facts(row, known.get(row.vector_key)) for row in found.needs],
        [achievement_facts(row, known.get(row.vector_key)) for row in offered],
        [str(row.external_id) for row in found.needs],
        [str(row.external_id) for row in offered],
    )


def read_pairs() -> dict[str, dict[str, str]]:
    """Need → achievement → relation; an empty inner table for a need that nothing fits."""
    pairs: dict[str, dict[str, str]] = {}
    for line in PAIRS.read_text(encoding="utf-8").splitlines()[1:]:
        need, achievement, relation = line.split("\t")
        own = pairs.setdefault(need, {})
        if relation != NOTHING:
            own[achievement] = relation
    return pairs


def summarise(
    lists: Mapping[str, Sequence[Judgement]],
    pairs: Mapping[str, Mapping[str, str]],
    names: Sequence[str],
    floor: float,
) -> str:
    """The figures as lines of text."""
    ranks, kept, levels = [], Counter[str](), {kind: Counter[int]() for kind in (INTENDED, PARTLY, OTHER)}
    shown, nothing = Counter[str](), {}
    for need, judged in lists.items():
        own = pairs[need]
        order = [own.get(names[one.achievement_id], OTHER) for one in judged]
        if INTENDED in order:
            ranks.append(order.index(INTENDED) + 1)
        for kind, one in zip(order, judged, strict=True):
            levels[kind][one.level] += 1
            kept[kind] += one.score >= floor
        shown[need] = sum(one.score >= floor for one in judged)
        if not own:
            nothing[need] = f"{shown[need]} (best {judged[0].score:.0f})"
    places = np.array(ranks)
    total = {kind: sum(count.values()) for kind, count in levels.items()}
    lines = [
        f"needs with intended achievements: {len(places)}  hit@1 {np.mean(places == 1):.3f}  "
        f"hit@3 {np.mean(places <= 3):.3f}  MRR {np.mean(1 / places):.3f}",
        f"recommended from {floor:g}: {kept[INTENDED]} of {total[INTENDED]} intended, {kept[PARTLY]} of {total[PARTLY]} "
        f"partly fitting, {kept[OTHER] / len(lists):.2f} others a need; lines a need: "
        f"median {np.median(list(shown.values())):g}, most {max(shown.values())}",
        *(
            f"  {kind:9}" + "  ".join(f"{LEVEL_NAMES[n]} {counted[n]}" for n in (4, 3, 2, 1))
            for kind, counted in levels.items()
        ),
        "lines where nothing fits: " + ", ".join(f"{need} {count}" for need, count in nothing.items()),
    ]
    return "\n".join(lines)


def show(
    need: NeedFacts, judged: Sequence[Judgement], world: World, own: Mapping[str, str], floor: float
) -> str:
    """One list as a page would show it, with one line more."""
    lines = [f"\n## {need.title}"]
    for one in judged[: 1 + sum(judgement.score >= floor for judgement in judged)]:
        name = world.achievement_names[one.achievement_id]
        mark = own.get(name, "") if one.score >= floor else "(below the floor)"
        lines.append(
            f"  {one.score:5.1f} {LEVEL_NAMES[one.level]} {world.achievements[one.achievement_id].title} {mark}"
        )
        lines += [f"          + {reason.text} ({reason.contribution:.1f})" for reason in one.reasons]
        lines += [f"          - {caution.text}" for caution in one.cautions]
    return "\n".join(lines)


def main() -> None:
    """Parse, rank, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lists", action="store_true", help="print every list with reasons and cautions")
    parser.add_argument("--floor", type=float, help="try another floor than the ranker's")
    options = parser.parse_args()
    ranker = Ranker.from_data(*rankers.load())
    floor = ranker.recommended if options.floor is None else options.floor
    vocabularies = Vocabularies.load()
    world, pairs = load_world(vocabularies), read_pairs()
    names = {
        **vocabularies.regions.names,
        **vocabularies.industries.names,
        **vocabularies.modes.names,
        **vocabularies.ip_types.names,
    }
    context = Context(today=datetime.now(UTC).date(), names=names)
    lists = {
        name: rank(ranker, [need], world.achievements, context)
        for name, need in zip(world.need_names, world.needs, strict=True)
    }
    if options.lists:
        for name, need in zip(world.need_names, world.needs, strict=True):
            print(show(need, lists[name], world, pairs[name], floor))
    print(f"{ranker.name}: {len(world.needs)} needs, {len(world.achievements)} achievements")
    print(summarise(lists, pairs, world.achievement_names, floor))


if __name__ == "__main__":
    main()
