"""The managers' first page with many leads: what it costs when nothing has changed, when one lead has come or gone, and
for a manager whose scores nobody has computed yet.

    python -m benchmarks.leads [--leads 10000] [--queries 40]

The leads are rows made here, not by the worker: the page reads the same tables. They stand between copies of the
demonstration listings with perturbed vectors, on the reasons of real pairs.
"""

from __future__ import annotations

import argparse
import tempfile
from itertools import cycle, islice
from typing import Any

import numpy as np
from flask import Flask
from flask.testing import FlaskClient
from rich.console import Console
from rich.table import Table

from app import create_app
from benchmarks.measures import PASSWORD, Line, timed
from benchmarks.world import NOISE
from config import settings as configuration
from indexer.sync import drain
from repositories import schema, vectors
from repositories.accounts import MANAGER, by_email
from repositories.achievements import Achievement
from repositories.database import Session
from repositories.leads import Lead
from repositories.listing import PUBLISHED
from repositories.match_runs import MatchEntry, MatchRun
from repositories.needs import Need
from repositories.talents import Talent
from services import demo
from services.accounts import create
from services.leads import making
from services.platform import Platform
from services.signing import open_session
from web.current import SESSION_KEY

SIDES_PER_LEAD = 4
"""Each need stands in four leads and each achievement too: a publication makes five at most."""
MANAGERS = 20
COLUMNS = {
    Need: ("problem", "indicators", "constraints", "teaser", "budget_min", "budget_max", "industry", "wanted_trl",
           "wanted_modes", "region", "organisation_id"),
    Achievement: ("summary", "abstract", "keywords", "discipline", "industry", "trl", "modes", "ip", "price_min",
                  "price_max", "region", "organisation_id"),
}  # fmt: skip


def run(size: int, queries: int, console: Console) -> list[Line]:
    """The page's times on a throw-away platform with `size` open leads."""
    with tempfile.TemporaryDirectory(prefix="sanku-bench-") as folder:
        env = {"SANKU_DATA": folder, "SANKU_DEMO_PASSWORD": PASSWORD}
        app = create_app(configuration.load(env))
        platform: Platform = app.extensions["sanku"]
        schema.upgrade(platform.database)
        demo.load(platform)
        drain(platform)
        turn = making.make_due(platform, seconds=600)
        console.print(f"  {turn.made} leads made of {turn.looked_at} publications", highlight=False)
        _fill(platform, size)
        clients = [_client(app, email) for email in _managers(platform)]
        return _measured(platform, clients, queries)


def _measured(platform: Platform, clients: list[FlaskClient], queries: int) -> list[Line]:
    first, others = clients[0], iter(clients[1:])
    cold = timed("leads, the first page of a process (facts read, all judged)", lambda: _get(first), 1)
    again = timed("leads, nothing has changed", lambda: _get(first), queries)
    filtered = timed("leads, filtered, page 3", lambda: _get(first, "?industry=C&level=4&page=3"), queries)
    new = timed("leads, a manager's first page", lambda: _get(next(others)), len(clients) - 1)

    def changed() -> None:
        _move_one(platform)
        _get(first)

    return [again, filtered, timed("leads, one has just gone", changed, min(queries, 30)), new, cold]


def _fill(platform: Platform, size: int) -> None:
    """Copies of the demonstration listings, and leads between them, each on the reasons of a real one."""
    with platform.database.write() as session:
        known = [(lead, session.get(MatchEntry, lead.entry_id)) for lead in session.query(Lead).all()]
        rows = size // SIDES_PER_LEAD
        needs, offers = (_copies(session, platform, model, rows) for model in (Need, Achievement))
        run_ = MatchRun(key="bench", library="needs", subject_id=needs[0].id, subject_revision=1, basis="public",
                        ranker=platform.ranker.name, model=platform.embedder.model_id, index_state="bench")  # fmt: skip
        session.add(run_)
        session.flush()
        entries = []
        for n, (lead, entry) in zip(range(size), cycle(known), strict=False):
            assert entry is not None
            need, offer = needs[n % rows], offers[(n + n // rows) % rows]
            entries.append(
                MatchEntry(run_id=run_.id, rank=n + 1, need_id=need.id, achievement_id=offer.id, need_revision=1,
                           achievement_revision=1, score=lead.score, level=lead.level, reasons=entry.reasons,
                           cautions=entry.cautions, contributions=entry.contributions)
            )  # fmt: skip
        session.add_all(entries)
        session.flush()
        session.add_all(
            Lead(need_id=e.need_id, achievement_id=e.achievement_id, entry_id=e.id, score=e.score, level=e.level,
                 made_by="needs", created_at=platform.now())
            for e in entries
        )  # fmt: skip


def _copies(session: Session, platform: Platform, model: Any, wanted: int) -> list[Any]:
    generator = np.random.default_rng(20261122)
    demonstration = session.query(model).filter(model.is_demo, model.organisation_id.is_not(None)).all()
    real = vectors.get_many(session, platform.embedder.model_id, [row.vector_key for row in demonstration])
    known = [row for row in demonstration if row.vector_key in real]
    made, keyed = [], {}
    for n, row in enumerate(islice(cycle(known), wanted)):
        copy = model(title=f"{row.title}（第 {n} 型）"[:200], state=PUBLISHED, leads_revision=1)
        for name in COLUMNS[model]:
            setattr(copy, name, getattr(row, name))
        copy.refresh_vector_key()
        noise: Any = generator.standard_normal(real[row.vector_key].shape[0], dtype=np.float32)
        near = real[row.vector_key] + noise * np.float32(NOISE / np.linalg.norm(noise))
        keyed[copy.vector_key] = near / np.linalg.norm(near)
        made.append(copy)
    session.add_all(made)
    session.flush()
    vectors.put_many(session, platform.embedder.model_id, keyed)
    return made


def _managers(platform: Platform) -> list[str]:
    """Accounts behind the demonstration profiles, one each."""
    emails = [f"bench{n}@example.org" for n in range(MANAGERS)]
    accounts = [create(platform, email, MANAGER, PASSWORD) for email in emails]
    with platform.database.write() as session:
        free = session.query(Talent).filter(Talent.account_id.is_(None)).order_by(Talent.id).limit(MANAGERS)
        for profile, account in zip(free, accounts, strict=True):
            profile.account_id = account.id
    return emails


def _client(app: Flask, email: str) -> FlaskClient:
    platform: Platform = app.extensions["sanku"]
    with platform.database.read() as session:
        account = by_email(session, email)
    assert account is not None
    client = app.test_client()
    with client.session_transaction() as browser:
        browser[SESSION_KEY] = open_session(platform, account, "bench")
    return client


def _move_one(platform: Platform) -> None:
    with platform.database.write() as session:
        lead = session.query(Lead).filter(Lead.closed_at.is_(None)).first()
        assert lead is not None
        lead.closed_at = platform.now()


def _get(client: FlaskClient, query: str = "") -> None:
    assert client.get(f"/leads{query}").status_code == 200


def show(console: Console, size: int, found: list[Line]) -> None:
    """The table."""
    table = Table(title=f"{size:,} open leads", title_justify="left")
    for heading in ("what", "p50", "p99", "processor"):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    for line in found:
        table.add_row(line.what, f"{line.p50:.1f}", f"{line.p99:.1f}", f"{line.cpu:.1f}")
    console.print(table)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.leads")
    parser.add_argument("--leads", type=int, default=10_000, help="open leads")
    parser.add_argument("--queries", type=int, default=40, help="repetitions of each question")
    chosen = parser.parse_args()
    printed = Console(width=110)
    show(printed, chosen.leads, run(chosen.leads, chosen.queries, printed))
