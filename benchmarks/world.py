"""A throw-away platform with many listings, filled through the platform's own import and rebuild."""

from __future__ import annotations

import csv
import io
import json
import math
import time
from dataclasses import asdict, dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path

import numpy as np
from flask import Flask
from rich.console import Console

from app import create_app
from benchmarks.engines import stored_bytes
from config import settings as configuration
from config.settings import ElasticsearchSettings
from indexer.rebuild import rebuild
from repositories import outbox, projection, schema, vectors
from services.access import COMMAND
from services.demonstration import vectors as shipped
from services.imports import steps
from services.platform import Platform
from services.worker import locks

ROOT = Path(__file__).resolve().parent.parent
ROWS_PER_FILE = 10_000
NOISE = 0.35
"""Length of the perturbation beside a unit vector: neighbours stay neighbours, no two vectors are the same."""
INDUSTRIES = ("C26", "C27", "C34", "C35", "C36", "C38", "C39", "I65", "N77", "A01", "E48", "M74")
REGIONS = ("510100", "370100", "330200", "440100", "320500", "210100", "420100", "610100", "110000", "310000")
MODES = ("转让", "许可", "开发", "咨询", "服务", "作价入股")


@dataclass(frozen=True, slots=True)
class Built:
    """What building cost."""

    imported_per_second: float
    rebuilt_per_second: float
    index_mb: float
    database_mb: float


def titles(path: Path | None) -> list[str]:
    """Real titles: the lines of a file, or those of the demonstration papers."""
    if path is not None:
        return [line.strip()[:180] for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    lines = (ROOT / "demo" / "chinaxiv.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["title"][:180] for line in lines]


def build(
    folder: Path, size: int, known: list[str], console: Console, server: ElasticsearchSettings | None = None
) -> tuple[Flask, Built]:
    """A platform with `size` published achievements, indexed with vectors; the application and what it cost.

    What stands in the folder is not made again: a filled platform is taken as it is, one whose filling was stopped is
    filled on, and for a server only the index is made anew.
    """
    env = {"SANKU_DATA": str(folder), "SANKU_MATCH_LIMIT": "1000000 per minute"}
    if server is not None:
        env |= {"SANKU_INDEX": "elasticsearch", "SANKU_ELASTICSEARCH_URL": server.urls[0],
                "SANKU_ELASTICSEARCH_PREFIX": f"{server.prefix}_{size}"}  # fmt: skip
    app = create_app(configuration.load(env))
    platform: Platform = app.extensions["sanku"]
    schema.upgrade(platform.database)
    notes = folder / "built.json"
    stood = Built(**json.loads(notes.read_text(encoding="utf-8"))) if notes.exists() else None
    if stood is not None and server is None:
        return app, stood
    imported = stood.imported_per_second if stood else _filled(platform, size, known, console)
    started = time.perf_counter()
    for library in ("achievements", "needs", "talents"):
        rebuild(platform.database, platform.index, platform.embedder, library, locks(platform))
    rebuilt = time.perf_counter() - started
    _empty_outbox(platform)
    if server is None:
        index_mb = _mb(folder / "index")
    else:
        generation = platform.index.state("achievements").generation
        index_mb = stored_bytes(server, generation) / 2**20
    built = Built(imported, size / rebuilt, index_mb, _mb(folder / "sanku.db"))
    if server is None:
        notes.write_text(json.dumps(asdict(built)), encoding="utf-8")
    return app, built


def _filled(platform: Platform, size: int, known: list[str], console: Console) -> float:
    """Import what is not there yet and give every listing its vector; rows a second, or NaN where all were there."""
    with platform.database.read() as session:
        there = projection.count_public(session, "achievements")
    numbers, started = count(there + 1), time.perf_counter()
    for first in range(there, size, ROWS_PER_FILE):
        rows = min(ROWS_PER_FILE, size - first)
        steps.run(platform, COMMAND, "achievements", "bench.csv", _csv(known, numbers, rows), publish=True)
        console.print(f"  imported {first + rows:,} of {size:,}", highlight=False)
    imported = time.perf_counter() - started
    _give_vectors(platform)
    return (size - there) / imported if there < size else math.nan


def _empty_outbox(platform: Platform) -> None:
    """What the import left to an indexer is in the rebuilt index: pages must not be timed with it waiting."""
    while jobs := outbox.claim(platform.database, "bench", 5000, timedelta(minutes=15), platform.now()):
        outbox.finish(platform.database, [job.id for job in jobs])


def _csv(known: list[str], numbers: count[int], rows: int) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(
        ["成果名称", "外部编号", "应用行业", "所在地区", "技术成熟度", "合作方式", "意向价格下限（万元）"]
    )
    for _ in range(rows):
        n = next(numbers)
        title = (
            known[n % len(known)] if n < len(known) else f"{known[n % len(known)]}（第 {n // len(known)} 型）"
        )
        writer.writerow([
            title, f"B{n}", INDUSTRIES[n % len(INDUSTRIES)], REGIONS[n * 7 % len(REGIONS)], n % 9 + 1,
            MODES[n % len(MODES)], n % 300 + 10,
        ])  # fmt: skip
    return text.getvalue().encode()


def _give_vectors(platform: Platform) -> None:
    """Put a perturbed real vector into the cache for every listing."""
    real = np.stack(list(shipped.load(platform.embedder.model_id).values()))
    generator = np.random.default_rng(20260101)
    last = 0
    while True:
        with platform.database.read() as session:
            rows = projection.public_after(session, "achievements", last, 5000, platform.embedder.model_id)
        if not rows:
            return
        last = rows[-1].row.id
        noise = generator.standard_normal((len(rows), real.shape[1])).astype(np.float32)
        noise *= NOISE / np.linalg.norm(noise, axis=1, keepdims=True)
        made = real[generator.integers(0, len(real), len(rows))] + noise
        made /= np.linalg.norm(made, axis=1, keepdims=True)
        with platform.database.write() as session:
            keyed = {item.row.vector_key: vector for item, vector in zip(rows, made, strict=True)}
            vectors.put_many(session, platform.embedder.model_id, keyed)


def _mb(path: Path) -> float:
    files = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
    return sum(p.stat().st_size for p in files) / 2**20
