"""Both engines side by side, without a database: filling, size, the bare query, equal answers, many clients at once.

    python -m benchmarks.engines [--sizes 10000,100000] [--engines embedded,elasticsearch] [--texts FILE]

Documents are real titles and abstracts (the demonstration papers, or a file of lines {"title", "abstract"}), mixed where
more are wanted; vectors are real ones of the demonstration, perturbed; questions are its needs in full, some 60 terms
each. A server is the one SANKU_ELASTICSEARCH_URL names, else one is started. Run it on a quiet machine.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from config.settings import ElasticsearchSettings
from indexer.engines import open_index
from indexer.engines.elasticsearch import queries
from indexer.engines.elasticsearch.connection import Connection
from indexer.port import Document, Filters, Index, Query, Vector
from indexer.terms import best_terms, grams_of, is_character
from tests.elastic.server import Node, bare_call

ROOT = Path(__file__).resolve().parent.parent
MODEL = "bench-fp32"
LIBRARY = "achievements"
NOISE = 0.35
BATCH = 2000
CLIENTS = (1, 4, 16)
SECONDS = 8.0
"""How long each number of clients asks."""
INDUSTRIES = ("C26", "C27", "C34", "C35", "C36", "C38", "C39", "I65", "N77", "A01", "E48", "M74")
NARROW = Filters({"industry": ("C26", "C35")})


@dataclass(frozen=True, slots=True)
class Question:
    """A need: what is looked up, and how it is near."""

    text: str
    vector: Vector


Call = Callable[[Question], object]


def main() -> None:
    """Fill each engine with each size, ask, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engines")
    parser.add_argument("--sizes", default="10000,100000")
    parser.add_argument("--engines", default="embedded,elasticsearch")
    parser.add_argument("--texts", type=Path, default=ROOT / "demo" / "chinaxiv.jsonl")
    parser.add_argument("--repeats", type=int, default=2)
    chosen = parser.parse_args()
    console = Console(width=110)
    base = real_vectors()
    with tempfile.TemporaryDirectory(prefix="sanku-bench-") as folder, server(chosen.engines) as address:
        for size in (int(part) for part in chosen.sizes.split(",")):
            opened: dict[str, Index] = {}
            for name in chosen.engines.split(","):
                place = Path(folder) / f"{name}-{size}"
                opened[name] = open_index(name, place, MODEL, address)
                fill(console, name, opened[name], documents(chosen.texts, size, base), size)
                console.print(f"  {_size(opened[name], place, address, size)}", highlight=False)
            asked = questions(base) * chosen.repeats
            for name, index in opened.items():
                measure(
                    console,
                    f"{size:,} in {name}",
                    calls(index, address if name == "elasticsearch" else None),
                    asked,
                )
            if len(opened) == 2:
                compare(console, opened, asked[: len(asked) // chosen.repeats])
            for name, index in opened.items():
                if address is not None and name == "elasticsearch":
                    state = index.state(LIBRARY)
                    bare_call(address.urls[0], "DELETE", f"/{state.generation},{state.previous}")
                index.close()


def documents(texts: Path, size: int, base: np.ndarray) -> Iterator[list[Document]]:
    """*size* documents in batches; the first are whole papers, later ones mix a title with another's abstract."""
    papers = [json.loads(line) for line in texts.read_text(encoding="utf-8").splitlines()]
    chance = np.random.default_rng(20260101)
    for first in range(0, size, BATCH):
        count = min(BATCH, size - first)
        vectors = base[chance.integers(0, len(base), count)] + _noise(chance, count, base.shape[1])
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        batch = []
        for n, vector in enumerate(vectors, first + 1):
            title = papers[n % len(papers)]["title"]
            body = papers[(n + n // len(papers) * 7) % len(papers)].get("abstract") or ""
            industry = INDUSTRIES[n % len(INDUSTRIES)]
            keywords = {"industry": (industry[:1], industry), "visibility": ("public",), "trl": (str(n % 9 + 1),),
                        "region": (f"{n % 30 + 11}0000",), "modes": ("license",) if n % 3 else ()}  # fmt: skip
            batch.append(Document(LIBRARY, n, 1, title[:180], body, vector.astype(np.float32), keywords,
                                  {"published": float(n), "price": float(n % 300)}, f"{n:032x}"))  # fmt: skip
        yield batch


def questions(base: np.ndarray) -> list[Question]:
    """The demonstration's needs as they ask."""
    found = []
    chance = np.random.default_rng(7)
    for path in sorted((ROOT / "demo").glob("needs_*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            raw = json.loads(line)
            text = "\n".join(
                str(raw.get(key) or "") for key in ("title", "problem", "indicators", "constraints")
            )
            vector = base[chance.integers(0, len(base))] + _noise(chance, 1, base.shape[1])[0]
            found.append(Question(text, (vector / np.linalg.norm(vector)).astype(np.float32)))
    return found


def fill(console: Console, name: str, index: Index, batches: Iterator[list[Document]], size: int) -> None:
    """A new generation, as a rebuild fills it."""
    generation = index.begin(LIBRARY)
    started = time.perf_counter()
    for batch in batches:
        index.write(LIBRARY, batch, generations=(generation,))
    index.swap(LIBRARY, generation)
    taken = time.perf_counter() - started
    console.print(
        f"{name}: {size:,} documents in {taken:,.1f} s, {size / taken:,.0f} a second", highlight=False
    )


def measure(console: Console, title: str, timed: Mapping[str, Call], asked: Sequence[Question]) -> None:
    """p50, p99 by one client, and throughput by several."""
    table = Table(title=title, title_justify="left")
    heads = ["what", "p50 ms", "p99 ms", *(f"{clients} clients: p50 ms, a second" for clients in CLIENTS[1:])]
    for head in heads:
        table.add_column(head, justify="left" if head == "what" else "right")
    for what, call in timed.items():
        for one in asked[:10]:
            call(one)
        taken = [_timed(call, one) for one in asked]
        row = [what, f"{np.percentile(taken, 50):.1f}", f"{np.percentile(taken, 99):.1f}"]
        for clients in CLIENTS[1:]:
            times = crowd(lambda number, call=call: call(asked[number % len(asked)]), clients)  # type: ignore[misc]
            row.append(f"{np.percentile(times, 50):.1f}, {len(times) / SECONDS:.0f}")
        table.add_row(*row)
    console.print(table)


def calls(index: Index, address: ElasticsearchSettings | None) -> Mapping[str, Call]:
    """What is timed. The plain `_msearch` is what one would write first: nothing spared."""
    facets = ("industry", "region", "trl", "modes")
    found: dict[str, Call] = {
        "200 candidates, open": lambda one: index.candidates(LIBRARY, one.text, one.vector, 200),
        "200 candidates, filtered": lambda one: index.candidates(LIBRARY, one.text, one.vector, 200, NARROW),
        "list page by a title": lambda one: index.search(
            Query(LIBRARY, one.text.split("\n")[0], one.vector, facets=facets)
        ),
        "list page, browsing": lambda one: index.search(Query(LIBRARY, facets=facets)),
    }
    if address is None:
        return found
    bare = Connection(address)
    alias = f"{address.prefix}-{LIBRARY}"
    return {"plain `_msearch`, open": lambda one: plain(bare, alias, one), **found}


def plain(bare: Connection, alias: str, one: Question) -> object:
    """60 terms and 200 nearest of 400 candidates as one `_msearch`."""
    body = {"query": queries.matching(_terms(bare, alias, one.text), 1), "size": 200, **queries.LEAN}
    return bare.ask(alias, [body, queries.nearest(one.vector, 200, Filters(), ())])


@cache
def _terms(bare: Connection, alias: str, text: str) -> tuple[str, ...]:
    wanted = grams_of(text)
    documents, known = bare.frequencies(
        alias, {"grams": " ".join(t for t in wanted.counts if not is_character(t))}
    )
    return best_terms(wanted, lambda term: known.get(term, 0), documents)


def crowd(call: Callable[[int], object], clients: int, seconds: float = SECONDS) -> list[float]:
    """Milliseconds of every call that so many clients made in that time; each is told a number of its own."""
    taken: list[list[float]] = [[] for _ in range(clients)]
    until = time.perf_counter() + seconds

    def ask(client: int) -> None:
        number = client * 7
        while time.perf_counter() < until:
            taken[client].append(_timed(call, number))
            number += 1

    threads = [threading.Thread(target=ask, args=(client,)) for client in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [one for times in taken for one in times]


def compare(console: Console, opened: Mapping[str, Index], asked: Sequence[Question]) -> None:
    """How alike the answers of both engines are."""
    words, near, both, totals = [], [], [], 0
    for one in asked:
        title = one.text.split("\n")[0]
        pages = [index.search(Query(LIBRARY, title, facets=("industry",))) for index in opened.values()]
        totals += (pages[0].total, pages[0].facets) == (pages[1].total, pages[1].facets)
        words.append(_overlap(*([hit.id for hit in page.words[:10]] for page in pages)))
        near.append(
            _overlap(*([h.id for h in i.candidates(LIBRARY, "", one.vector, 100)] for i in opened.values()))
        )
        both.append(
            _overlap(
                *([h.id for h in i.candidates(LIBRARY, one.text, one.vector, 200)] for i in opened.values())
            )
        )
    console.print(
        f"alike: best 10 by words {np.mean(words):.3f} · nearest 100 {np.mean(near):.3f} · 200 candidates "
        f"{np.mean(both):.3f} · totals and facets equal for {totals} of {len(asked)}\n", highlight=False,
    )  # fmt: skip


def _overlap(one: Sequence[int], other: Sequence[int]) -> float:
    return len({*one} & {*other}) / max(len(one), len(other)) if one or other else 1.0


def _noise(chance: np.random.Generator, count: int, width: int) -> np.ndarray:
    noise = chance.standard_normal((count, width)).astype(np.float32)
    return noise * (NOISE / np.linalg.norm(noise, axis=1, keepdims=True))


def _timed(call: Callable[[Any], object], one: Any) -> float:
    started = time.perf_counter()
    call(one)
    return (time.perf_counter() - started) * 1000


def _size(index: Index, place: Path, address: ElasticsearchSettings | None, size: int) -> str:
    if address is None or place.is_dir():
        disk = sum(path.stat().st_size for path in place.rglob("*") if path.is_file())
    else:
        disk = stored_bytes(address, index.state(LIBRARY).generation)
    return f"{disk / 2**20:,.0f} MB on disk, {disk / size:,.0f} bytes a document"


def stored_bytes(address: ElasticsearchSettings, generation: str) -> int:
    """What one copy of an index takes on the server's disk."""
    found = bare_call(address.urls[0], "GET", f"/{generation}/_stats/store")
    return int(found["_all"]["primaries"]["store"]["size_in_bytes"])


@contextmanager
def server(engines: str) -> Iterator[ElasticsearchSettings | None]:
    """The server that is named, else one of our own; None where no engine needs one."""
    if "elasticsearch" not in engines:
        yield None
        return
    given = os.environ.get("SANKU_ELASTICSEARCH_URL")
    node = None if given else Node(quick=False).start()
    try:
        url = given or (node.url if node else "")
        yield ElasticsearchSettings(urls=(url,), prefix=f"bench{uuid.uuid4().hex[:8]}")
    finally:
        if node is not None:
            node.remove()


def real_vectors() -> np.ndarray:
    """The demonstration's, (n, 384) float32, unit length."""
    with np.load(ROOT / "demo" / "vectors.npz", allow_pickle=False) as file:
        found = file["vectors"].astype(np.float32)
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True))


if __name__ == "__main__":
    main()
