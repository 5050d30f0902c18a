"""What leaving something out of a need costs: judged needs are degraded and ranked again beside themselves.

    python -m benchmarks.doctor LABELS [--write]       what each gap costs in nDCG@10 and Spearman
    python -m benchmarks.doctor --needs FILE           what the need doctor says of real needs
    python -m benchmarks.doctor --needs FILE --firings concrete --show 20

LABELS is a folder as `evaluate` takes it. All versions of a need are ranked in one throw-away platform by the code that
recommends; a difference is counted only over the needs a version really changes, with a bootstrap interval over needs.
`--write` keeps the figures in `config/doctor_measured.toml`, from which the pages make their sentence.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app import build_platform
from config import settings as configuration
from config.doctor import MEASURED
from config.doctor import load as load_doctor
from matching import certainty, evaluation
from matching.doctor import Diagnosis, Doctor, Draft
from matching.doctor.reading import Reading, Sentence
from matching.evaluation import CUT, Scored
from matching.quantities import quantities
from services import evaluate
from services.evaluate import Labels, Pair
from services.platform import Platform
from web.commands.progress import bars

SEED = 20261122
WHOLE = "whole"
FIRM = (
    "公司成立于2009年，注册资本5000万元，占地面积80亩，现有员工320人，其中工程师60人，是集研发、生产、销售于一体的高新技术企业。"
    "公司拥有发明专利12项、实用新型专利45项，设有省级企业技术中心，产品畅销国内外，连续多年被评为守合同重信用企业。"
)
Texts = tuple[str, str]
Degrade = Callable[[str, str, Doctor, Texts], Texts]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a version costs: mean differences (degraded minus whole) over the `needs` it changed."""

    name: str
    label: str
    needs: int
    ndcg: certainty.Difference
    spearman: certainty.Difference


def _title_only(title: str, _text: str, _doctor: Doctor, _other: Texts) -> Texts:
    return title, ""


def _vague_title(_title: str, text: str, _doctor: Doctor, _other: Texts) -> Texts:
    return "技术研发需求", text


def _no_figures(title: str, text: str, _doctor: Doctor, _other: Texts) -> Texts:
    return _without_figures(title), _without_figures(text)


def _without(*lists: str) -> Degrade:
    """The text without the sentences in which a word of one of the doctor's lists stands."""

    def degrade(title: str, text: str, doctor: Doctor, _other: Texts) -> Texts:
        said = [
            s
            for s in _sentences(doctor, text)
            if not any(doctor.words[name].search(s.text) for name in lists)
        ]
        return title, _joined(said)

    return degrade


def _no_first(title: str, text: str, doctor: Doctor, _other: Texts) -> Texts:
    return title, _joined(_sentences(doctor, text)[1:])


def _first_only(title: str, text: str, doctor: Doctor, _other: Texts) -> Texts:
    return title, _joined(_sentences(doctor, text)[:1])


def _half(title: str, text: str, doctor: Doctor, _other: Texts) -> Texts:
    """A random half: what leaving out anything costs, beside which the others are read."""
    said = _sentences(doctor, text)
    chance = random.Random(f"{SEED} {title}")
    kept = sorted(chance.sample(range(len(said)), (len(said) + 1) // 2))
    return title, _joined([said[at] for at in kept])


def _merged(title: str, text: str, _doctor: Doctor, other: Texts) -> Texts:
    return f"{title}；{other[0]}", f"{text}\n{other[1]}"


def _firm_first(title: str, text: str, _doctor: Doctor, _other: Texts) -> Texts:
    return title, f"{FIRM}\n{text}"


VERSIONS: tuple[tuple[str, str, Degrade], ...] = (
    ("vague_title", "名称写得笼统（“技术研发需求”）", _vague_title),
    ("merged", "两个需求写在一起", _merged),
    ("title_only", "只写名称，不写正文", _title_only),
    ("first_only", "正文只写第一句", _first_only),
    ("half", "正文随便少写一半", _half),
    ("no_first", "不写正文第一句", _no_first),
    ("no_current", "不写现状", _without("current")),
    ("no_trouble", "不写卡在哪里", _without("trouble")),
    ("no_aims", "不写目标", _without("target")),
    ("no_conditions", "不写条件", _without("site", "acceptance", "scale", "limits", "tried")),
    ("no_figures", "不写数字", _no_figures),
    ("firm_first", "正文前面加一段单位介绍", _firm_first),
)


def _sentences(doctor: Doctor, text: str) -> list[Sentence]:
    return list(Reading(Draft(problem=text), doctor.words).sentences)


def _joined(sentences: Sequence[Sentence]) -> str:
    return "".join(f"{one.text}。" for one in sentences)


def _without_figures(text: str) -> str:
    kept, at = [], 0
    for one in quantities(text):
        kept.append(text[at : one.start])
        at = max(at, one.end)
    return re.sub(r"[ \t]{2,}", " ", "".join(kept) + text[at:])


def degraded(labels: Labels, doctor: Doctor) -> Labels:
    """Every judged need whole and in every version it is changed by, under `version/need`, with the same judgements."""
    judged = list(dict.fromkeys(pair.need for pair in labels.pairs))
    other = dict(zip(judged, _strangers(labels, judged), strict=True))
    needs = {f"{WHOLE}/{key}": labels.needs[key] for key in judged}
    for name, _, change in VERSIONS:
        for key in judged:
            made = change(*labels.needs[key], doctor, labels.needs[other[key]])
            if made != labels.needs[key] and _tight(made) != _tight(labels.needs[key]):
                needs[f"{name}/{key}"] = made
    own: dict[str, list[Pair]] = {}
    for pair in labels.pairs:
        own.setdefault(pair.need, []).append(pair)
    pairs = tuple(
        Pair(key, pair.achievement, pair.level) for key in needs for pair in own[key.partition("/")[2]]
    )
    return Labels(needs, labels.achievements, pairs)


def _tight(texts: Texts) -> str:
    return re.sub(r"[\s。；;！!？?]", "", "".join(texts))


def _strangers(labels: Labels, judged: list[str]) -> Iterator[str]:
    """For each need another one of a different title."""
    chance = random.Random(SEED)
    for key in judged:
        yield chance.choice([one for one in judged if labels.needs[one][0] != labels.needs[key][0]])


def measure(platform: Platform, labels: Labels) -> tuple[list[Effect], int]:
    """(the effects in the order of the versions, needs with a gain)."""
    doctor = platform.doctor
    made = degraded(labels, doctor)
    with bars() as told:
        ranking = evaluate.rank(platform, made, told)
    given = {(need, achievement): (score, level) for need, achievement, score, level in ranking}
    scored = [Scored(p.need, p.level, *given[p.need, p.achievement]) for p in made.pairs]
    found = evaluation.per_need(scored, [one.score for one in scored])
    order = list(dict.fromkeys(pair.need for pair in made.pairs))
    ndcg = dict(zip(order, found[f"ndcg_at_{CUT}"], strict=True))
    ranks = dict(zip(order, found["spearman"], strict=True))
    effects = []
    for name, label, _ in VERSIONS:
        keys = [key.partition("/")[2] for key in order if key.startswith(f"{name}/")]
        changed = [key for key in keys if ndcg[f"{WHOLE}/{key}"] is not None]
        one, two = (
            certainty.paired(
                [of[f"{name}/{key}"] for key in changed], [of[f"{WHOLE}/{key}"] for key in changed]
            )
            for of in (ndcg, ranks)
        )
        effects.append(Effect(name, label, len(changed), one, two))
    return effects, sum(ndcg[key] is not None for key in order if key.startswith(f"{WHOLE}/"))


def toml(effects: list[Effect], needs: int, platform: Platform) -> str:
    """What `config/doctor_measured.toml` holds."""
    lines = [
        "# What leaving something out of a need cost the ranking; written by `python -m benchmarks.doctor LABELS --write`.",
        f'ranker = "{platform.ranker.name}"',
        f'model = "{platform.embedder.model_id}"',
        f'day = "{datetime.now(UTC).date().isoformat()}"',
        f"needs = {needs}",
    ]
    for one in effects:
        lines += [
            "", "[[effects]]", f'name = "{one.name}"', f'label = "{one.label}"', f"needs = {one.needs}",
            f"ndcg = {one.ndcg.mean}", f"low = {one.ndcg.low}", f"high = {one.ndcg.high}", f"chance = {one.ndcg.chance}",
            f"spearman = {one.spearman.mean}", f"spearman_low = {one.spearman.low}", f"spearman_high = {one.spearman.high}",
        ]  # fmt: skip
    return "\n".join(lines) + "\n"


def examined(path: Path, doctor: Doctor) -> list[tuple[str, str, Diagnosis]]:
    """(title, text, diagnosis) of each line of a file of needs; a budget that the file names counts as filled in."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        raw = json.loads(line)
        draft = Draft(title=raw["title"], problem=raw.get("text") or "", budget=bool(raw.get("budget")),
                      industry=bool(raw.get("category")))  # fmt: skip
        found.append((draft.title, draft.problem, doctor.examine(draft)))
    return found


def _show_effects(console: Console, effects: list[Effect], needs: int, name: str) -> None:
    table = Table(title=f"{needs} judged needs, {name}: degraded minus whole", title_justify="left")
    for heading in ("version", "needs changed", "nDCG@10", "95 %", "by chance", "Spearman", "95 %"):
        table.add_column(heading, justify="left" if heading == "version" else "right")
    for one in effects:
        table.add_row(
            one.label, str(one.needs), f"{one.ndcg.mean:+.4f}", f"{one.ndcg.low:+.4f} … {one.ndcg.high:+.4f}",
            f"{one.ndcg.chance:.4f}", f"{one.spearman.mean:+.4f}", f"{one.spearman.low:+.4f} … {one.spearman.high:+.4f}",
        )  # fmt: skip
    console.print(table)


def _show_needs(console: Console, found: list[tuple[str, str, Diagnosis]], doctor: Doctor) -> None:
    points = Counter(one.points for _, _, one in found)
    console.print(
        f"{len(found)} needs; points of 20: " + ", ".join(f"{p}: {points[p]}" for p in sorted(points))
    )
    console.print(f"a manager's help offered: {sum(one.needs_help for _, _, one in found)}")
    fired = Counter(f.check.name for _, _, one in found for f in one.findings)
    for check in doctor.checks:
        console.print(f"  {check.criterion:<11}{check.name:<12}{fired[check.name]:>5}  {check.title}")


def _show_firings(console: Console, found: list[tuple[str, str, Diagnosis]], name: str, most: int) -> None:
    firing = [(t, x, f) for t, x, one in found for f in one.findings if f.check.name == name]
    for title, text, finding in random.Random(SEED).sample(firing, min(most, len(firing))):
        console.print(f"[bold]{finding.text}[/]\n  {title}\n  {text[:500]}\n", highlight=False, markup=True)


def main() -> None:
    """Measure or read, as asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.doctor")
    parser.add_argument("labels", type=Path, nargs="?", help="folder with needs.jsonl and pairs.tsv")
    parser.add_argument("--write", action="store_true", help=f"keep the figures in {MEASURED.name}")
    parser.add_argument("--needs", type=Path, help="a file of needs, one JSON object a line (title, text)")
    parser.add_argument("--firings", help="print needs in which this check fired")
    parser.add_argument("--show", type=int, default=20, help="how many of them")
    chosen = parser.parse_args()
    console = Console(width=130)
    if chosen.needs:
        doctor = Doctor.from_data(load_doctor())
        found = examined(chosen.needs, doctor)
        if chosen.firings:
            _show_firings(console, found, chosen.firings, chosen.show)
        else:
            _show_needs(console, found, doctor)
    if chosen.labels:
        platform = build_platform(configuration.load(os.environ), threads=os.cpu_count())
        effects, needs = measure(platform, evaluate.read(chosen.labels))
        _show_effects(console, effects, needs, platform.ranker.name)
        if chosen.write:
            MEASURED.write_text(toml(effects, needs, platform), encoding="utf-8")


if __name__ == "__main__":
    main()
