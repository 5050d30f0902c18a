"""The questions that are timed: the bare engine, a recommendation, a list page."""

from __future__ import annotations

import gc
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import numpy as np
from flask import Flask

from benchmarks.engines import CLIENTS, crowd
from indexer.port import Filters
from repositories.needs import Need
from services import recommend, runs, vectors
from services.access import Actor
from services.accounts import create
from services.judging import CANDIDATES, judge
from services.listings import entries
from services.platform import Platform

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "a password for benchmarks"
NEW_NEEDS = 30
"""Questions that are encoded: each costs a model call of some 30 ms, so fewer are enough."""

WARMING = 5
"""Rounds of the bare query before anything is timed: a server that has just started compiles while it answers, and asks
for the frequencies of a text once. A baseline with both in it would flatter whatever is measured against it. As many
lists as are timed are made before, for the same reason."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table, in milliseconds; `cpu` is the median of what the process computed, on all its threads."""

    what: str
    p50: float
    p99: float
    is_baseline: bool = False
    cpu: float = 0.0


@dataclass(frozen=True, slots=True)
class Crowd:
    """One question asked by several clients at the same time, in milliseconds."""

    what: str
    clients: int
    p50: float
    p99: float
    per_second: float


def run(app: Flask, queries: int) -> list[Line]:
    """Every measurement on one platform, with the model warm and settled as in a web worker (config/gunicorn.conf.py)."""
    platform: Platform = app.extensions["sanku"]
    platform.embedder.encode(["预热"], kind="query")
    gc.freeze()
    try:
        return _measured(app, platform, queries)
    finally:
        gc.unfreeze()


def _measured(app: Flask, platform: Platform, queries: int) -> list[Line]:
    operator = _operator(platform)
    needs = _needs(platform, operator, queries)
    told = [
        (need, vectors.of_text(platform, need.embedding_kind, need.embedding_text, keep=True))
        for need in needs
    ]
    texts = cycle(told)
    public = Filters(keywords={"visibility": ("public", "members")})

    def bare() -> None:
        need, vector = next(texts)
        platform.index.candidates(
            "achievements", f"{need.title}\n{need.body_text}", vector, CANDIDATES, public
        )

    for _ in range(WARMING * queries):
        bare()
    for need in _needs(platform, operator, queries, suffix="（预热）"):
        _recommend(platform, operator, need)
    fresh, again = iter(needs), cycle(needs)
    lines = [
        timed(f"bare hybrid engine query ({CANDIDATES} candidates)", bare, queries, is_baseline=True),
        timed(
            "recommendation, vector cached", lambda: _recommend(platform, operator, next(fresh)), len(needs)
        ),
        timed(
            "recommendation, seen before (run reused)",
            lambda: _recommend(platform, operator, next(again)),
            queries,
        ),
    ]
    # A platform that was kept has the vectors of earlier runs.
    new = iter(_needs(platform, operator, NEW_NEEDS, suffix=f"（新 {secrets.token_hex(4)}）"))
    lines.append(
        timed(
            "recommendation, new need (encoded)", lambda: _recommend(platform, operator, next(new)), NEW_NEEDS
        )
    )
    client = app.test_client()
    words = cycle(
        ["激光熔覆", "废水处理", "图像识别 深度学习", "锂电池", "玉米 育种", "传感器", "催化剂", "机器人"]
    )
    lines += [
        timed("home page", lambda: _get(client, "/"), queries),
        timed("list page with facets, browsing", lambda: _get(client, "/achievements"), queries),
        timed("list page with facets, filtered", lambda: _get(client, "/achievements?industry=C26&region=510000"), queries),
        timed("list page with facets, searched", lambda: _get(client, f"/achievements?q={next(words)}"), queries),
    ]  # fmt: skip
    return lines


def crowds(app: Flask, seconds: float = 8.0) -> list[Crowd]:
    """Judged lists and searched list pages by several clients at once, in one process as one web worker has them."""
    platform: Platform = app.extensions["sanku"]
    operator = _operator(platform)
    asked = []
    for need in _needs(platform, operator, 60, suffix="（同时）"):
        vector = vectors.of_text(platform, need.embedding_kind, need.embedding_text, keep=True)
        asked.append((*runs.subject_facts(need, vector, runs.PUBLIC), vector))
    public = Filters(keywords={"visibility": ("public", "members")})

    def judged(number: int) -> None:
        subject, text, vector = asked[number % len(asked)]
        judge(platform, operator, "achievements", subject, vector, public, text)

    def listed(number: int) -> None:
        words = ("激光熔覆", "废水处理", "图像识别", "锂电池", "玉米", "传感器", "催化剂", "机器人")
        _get(app.test_client(), f"/achievements?q={words[number % len(words)]}")

    found = []
    for what, call in (("judged list", judged), ("list page, searched", listed)):
        for clients in CLIENTS:
            taken = crowd(call, clients, seconds)
            p50, p99 = np.percentile(taken, (50, 99))
            found.append(Crowd(what, clients, float(p50), float(p99), len(taken) / seconds))
    return found


def resident_mb() -> float:
    """Memory of this process that is really there."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return float("nan")


def timed(what: str, call: Callable[[], object], times: int, *, is_baseline: bool = False) -> Line:
    """p50 and p99 of `times` calls, the first ones with nothing remembered among them."""
    taken, computed = [], []
    for _ in range(times):
        started, cpu = time.perf_counter(), time.process_time()
        call()
        taken.append((time.perf_counter() - started) * 1000)
        computed.append((time.process_time() - cpu) * 1000)
    p50, p99 = np.percentile(taken, (50, 99))
    return Line(what, float(p50), float(p99), is_baseline, float(np.median(computed)))


def _recommend(platform: Platform, operator: Actor, need: Need) -> None:
    recommend.for_listing(platform, operator, "needs", need.id)


def _get(client: object, path: str) -> None:
    answer = client.get(path)  # type: ignore[attr-defined]
    assert answer.status_code == 200, (path, answer.status_code)


def _operator(platform: Platform) -> Actor:
    """A new one: a platform that was kept may be measured again."""
    account = create(platform, f"bench-{time.time_ns()}@example.org", "operator", PASSWORD)
    return Actor(account_id=account.id, role="operator", name="bench")


def _needs(platform: Platform, operator: Actor, wanted: int, suffix: str = "") -> list[Need]:
    """Drafts made of the demonstration needs, each with a title of its own so that no run is shared."""
    known = []
    for path in sorted((ROOT / "demo").glob("needs_*.jsonl")):
        known += [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    made = []
    for n in range(wanted):
        one = known[n % len(known)]
        raw = {
            key: one.get(key) or "" for key in ("problem", "indicators", "constraints", "industry", "region")
        }
        raw["title"] = f"{one['title']}{n // len(known) or ''}{suffix}"
        made.append(entries.create(platform, operator, "needs", raw))
    return made  # type: ignore[return-value]
