"""Managers for a deal with many managers: what it costs the first time, when the list was seen before, and to assign.

Managers and past deals are rows made here: copies of the demonstration profiles with perturbed vectors, industries and
regions, and deals between copies of the demonstration needs. The needs' vectors are known, as they are in service, where
the indexer encodes what is published; encoding a new text costs what the other table says.
"""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import cycle
from typing import Any

import numpy as np
from rich.console import Console

from app import create_app
from benchmarks.measures import PASSWORD, Line, timed
from benchmarks.world import INDUSTRIES, NOISE, REGIONS
from config import settings as configuration
from indexer.rebuild import rebuild
from matching.managers.ranker import rank
from repositories import deals as deal_rows
from repositories import roster as roster_rows
from repositories import schema, vectors
from repositories.achievements import Achievement
from repositories.assignments import Assignment
from repositories.database import Session
from repositories.deals import Deal
from repositories.listing import PUBLISHED
from repositories.match_runs import MatchEntry, MatchRun
from repositories.needs import Need
from repositories.talents import Talent
from services import assignments, demo, manager_facts, managers, proposing, roster
from services.access import Actor
from services.accounts import create
from services.errors import Conflict
from services.platform import Platform
from services.worker import locks

PAST_DEALS = 5_000
"""Half of the managers led one: more than a province has."""
LED_SHARE = 0.5
RECALLED = 5
"""Deals for which everybody is judged one by one."""
PROFILE = (
    "title", "biography", "category", "stars", "certificate_level", "posts", "disciplines", "languages", "affiliations",
    "capacity",
)  # fmt: skip
NEED = ("problem", "indicators", "constraints", "industry", "region", "wants_manager")


def run(size: int, queries: int, console: Console) -> list[Line]:
    """The times on a throw-away platform with `size` managers; the baseline is the bare engine query."""
    with tempfile.TemporaryDirectory(prefix="sanku-bench-") as folder:
        env = {"SANKU_DATA": folder, "SANKU_DEMO_PASSWORD": PASSWORD}
        platform: Platform = create_app(configuration.load(env)).extensions["sanku"]
        schema.upgrade(platform.database)
        demo.load(platform)
        generator = np.random.default_rng(20261122)
        with platform.database.write() as session:
            people = _managers(session, platform, size, generator)
            fresh = _deals(session, platform, people, 2 * queries, generator)
        rebuild(platform.database, platform.index, platform.embedder, "talents", locks(platform))
        gc.freeze()
        console.print(
            f"  {size:,} managers, {PAST_DEALS:,} deals of the past, {len(fresh)} open ones", highlight=False
        )
        try:
            found = _measured(platform, fresh, queries)
            console.print(f"  {_recall(platform, fresh[:RECALLED])}", highlight=False)
        finally:
            gc.unfreeze()
        return found


def _measured(platform: Platform, deals: Sequence[Deal], queries: int) -> list[Line]:
    account = create(platform, "bench@example.org", "operator", PASSWORD)
    operator = Actor(account_id=account.id, role="operator", name="bench")
    asked = []
    with platform.database.read() as session:
        for deal in deals:
            need = session.get(Need, deal.need_id)
            assert need is not None
            asked.append((need, vectors.get_many(session, platform.embedder.model_id, [need.vector_key])))
    texts = cycle(asked)

    def bare() -> None:
        need, known = next(texts)
        platform.index.candidates("talents", need.title, known[need.vector_key], 200)

    def make_table() -> None:
        platform.roster.value = None
        roster.make(platform)

    first, again, chosen = iter(deals), cycle(deals[queries:]), iter(deals[queries:])
    runs: dict[int, managers.ManagersForDeal] = {}

    def rank_next() -> None:
        deal = next(first)
        runs[deal.id] = managers.for_deal(platform, operator, deal.id)

    def assign() -> None:
        found = runs[next(chosen).id]
        for line in found.items:
            try:
                assignments.offer(platform, operator, found.deal.id, found.run_id or 0, line.talent.id)
            except Conflict:
                continue  # full by now: the operator takes the next one
            return

    return [
        timed("bare hybrid engine query (200 managers)", bare, queries, is_baseline=True),
        timed("managers for a deal, a process that just started", rank_next, queries),
        timed("the table of all managers (beside the pages, once a process)", make_table, 3),
        timed("managers for a deal, judged and frozen", rank_next, queries),
        timed(
            "managers for a deal, seen before (list reused)",
            lambda: managers.for_deal(platform, operator, next(again).id),
            queries,
        ),
        timed("assignment, everything asked again", assign, queries),
    ]


def _recall(platform: Platform, deals: Sequence[Deal]) -> str:
    """How many of the ten who fit best, judged one by one, are among those that are judged: with the table, and with the
    index alone, as where managers are too many for memory."""
    operator = Actor(account_id=None, role="operator", name="bench")
    with_index = replace(platform, settings=replace(platform.settings, managers_in_memory=0))
    with platform.database.read() as session:
        everybody = [talent for talent, _ in roster_rows.counters(session)]
    found = {"table": 0, "index": 0}
    candidates: dict[int, Any] = {}
    for at in range(0, len(everybody), 1_000):
        with platform.database.read() as session:
            candidates |= manager_facts.load(session, platform, everybody[at : at + 1_000]).candidates
    for one in deals:
        with platform.database.read() as session:
            deal = deal_rows.find(session, one.id)
            assert deal is not None
            facts = managers.deal_facts(session, platform, deal)
        best = rank(
            platform.manager_ranker, platform.ranker.ngrams, facts, candidates, managers.context_of(platform)
        )
        ten = {judged.talent_id for judged in best.judged[:10]}
        with platform.database.read() as session:
            found["table"] += len(ten & proposing.proposed(session, platform, operator, facts).talent_ids)
            found["index"] += len(ten & proposing.proposed(session, with_index, operator, facts).talent_ids)
    asked = 10 * len(deals)
    return (
        f"of the true ten best of {len(deals)} deals are judged: {found['table'] / asked:.0%} with the table, "
        f"{found['index'] / asked:.0%} with the index alone"
    )


def _managers(session: Session, platform: Platform, size: int, generator: np.random.Generator) -> list[int]:
    known, real = _with_vectors(session, platform, Talent)
    made, keyed = [], {}
    for n in range(size):
        old = known[n % len(known)]
        row = Talent(**{name: getattr(old, name) for name in PROFILE}, state=PUBLISHED, projection=1)
        row.biography = f"{n}号。{old.biography}"  # no two profiles are the same text
        row.industries = list(generator.choice(INDUSTRIES, 3, replace=False))
        row.regions = [str(code)[:2] + "0000" for code in generator.choice(REGIONS, 2, replace=False)]
        row.refresh_vector_key()
        keyed[row.vector_key] = _near(real[old.vector_key], generator)
        made.append(row)
    session.add_all(made)
    session.flush()
    vectors.put_many(session, platform.embedder.model_id, keyed)
    return [row.id for row in made]


def _deals(
    session: Session, platform: Platform, people: Sequence[int], fresh: int, generator: np.random.Generator
) -> list[Deal]:
    """Past deals with their managers, and `fresh` ones in 立项; needs are copies, achievements are shared."""
    known, real = _with_vectors(session, platform, Need)
    offers = (
        session.query(Achievement).filter(Achievement.is_demo, Achievement.organisation_id.is_not(None)).all()
    )
    now, today, total = platform.now(), platform.today(), PAST_DEALS + fresh
    needs, keyed = [], {}
    for n in range(total):
        old = known[n % len(known)]
        values: dict[str, Any] = {name: getattr(old, name) for name in NEED}
        row = Need(
            title=f"{old.title}（第 {n} 型）"[:200],
            organisation_id=old.organisation_id,
            state=PUBLISHED,
            **values,
        )
        row.refresh_vector_key()
        keyed[row.vector_key] = _near(real[old.vector_key], generator)
        needs.append(row)
    run_ = MatchRun(key="bench", library="needs", subject_id=1, subject_revision=1, basis="public",
                    ranker=platform.ranker.name, model=platform.embedder.model_id, index_state="bench")  # fmt: skip
    session.add_all([*needs, run_])
    session.flush()
    vectors.put_many(session, platform.embedder.model_id, keyed)
    entry = MatchEntry(run_id=run_.id, rank=1, need_id=needs[0].id, achievement_id=offers[0].id, need_revision=1,
                       achievement_revision=1, score=50.0, level=3)  # fmt: skip
    session.add(entry)
    session.flush()
    leaders = generator.choice(people, int(len(people) * LED_SHARE), replace=False)
    made = []
    for n, need in enumerate(needs):
        offer = offers[n % len(offers)]
        deal = Deal(
            need_id=need.id, achievement_id=offer.id, entry_id=entry.id, enterprise_id=need.organisation_id,
            university_id=offer.organisation_id, opened_by="operator", answer_due_on=today, created_at=now,
            stage_since=now, updated_at=now,
        )  # fmt: skip
        if n >= fresh:
            deal.state, deal.closed_at = ("completed" if n % 3 else "ended"), now - timedelta(days=n % 900)
        made.append(deal)
    session.add_all(made)
    session.flush()
    session.add_all(
        Assignment(deal_id=deal.id, talent_id=int(leaders[n % len(leaders)]), state="closed", due_on=today, answered_at=now)
        for n, deal in enumerate(made[fresh:])
    )  # fmt: skip
    return made[:fresh]


def _with_vectors(session: Session, platform: Platform, model: Any) -> tuple[list[Any], Mapping[str, Any]]:
    """The demonstration rows whose vector is shipped, and those vectors."""
    rows = session.query(model).filter(model.is_demo).order_by(model.id).all()
    real = vectors.get_many(session, platform.embedder.model_id, [row.vector_key for row in rows])
    return [row for row in rows if row.vector_key in real], real


def _near(vector: Any, generator: np.random.Generator) -> Any:
    """A vector near a real one: neighbours stay neighbours, no two are the same."""
    noise = generator.standard_normal(vector.shape[0]).astype(np.float32)
    moved = vector + noise * np.float32(NOISE / np.linalg.norm(noise))
    return (moved / np.linalg.norm(moved)).astype(np.float32)
