"""Leads and needs written for enterprises when several people act at the same moment, on both databases."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from sqlalchemy import func, select

from repositories import vectors
from repositories.leads import Lead, LeadAnswer
from repositories.needs import Need
from repositories.notices import Notice
from repositories.organisations import Organisation
from repositories.proposals import CONFIRMED, WAITING, Proposal
from services.errors import Conflict, NotFound
from services.leads import answering as leads
from services.leads import making, reading
from services.proposals import answering, asking, drafting
from tests.integration.test_at_once import together
from tests.support import World

SIZE = 384


def published(world: World, pairs: int) -> None:
    """So many needs, each with an achievement that fits it."""
    enterprise, university = world.enterprise(), world.university()
    vector = np.zeros(SIZE, dtype=np.float32)
    vector[0] = 1.0
    rows = []
    for n in range(pairs):
        rows.append(world.listing(enterprise, "needs", title=f"叶片激光熔覆修复 {n}", industry="C37"))
        rows.append(
            world.listing(university, "achievements", title=f"叶片激光熔覆修复技术 {n}", region="510100")
        )
    with world.platform.database.write() as session:
        keyed = {row.vector_key: vector for row in rows}
        vectors.put_many(session, world.platform.embedder.model_id, keyed)
    world.index()


def count(world: World, model: type) -> int:
    with world.platform.database.read() as session:
        return int(session.scalar(select(func.count()).select_from(model)) or 0)


def test_two_workers_make_each_lead_once(both: World) -> None:
    published(both, 4)
    turns = together(3, lambda _: making.make_due(both.platform, seconds=60))
    assert all(isinstance(turn, making.Turn) for turn in turns), turns
    with both.platform.database.read() as session:
        pairs = [(a, b) for a, b in session.execute(select(Lead.need_id, Lead.achievement_id))]
    assert len(pairs) == len(set(pairs)) == sum(turn.made for turn in turns) > 0
    assert making.make_due(both.platform).looked_at == 0


def test_one_manager_in_many_windows_gives_one_answer(both: World) -> None:
    published(both, 1)
    making.make_due(both.platform)
    manager = both.person("manager@example.org", "manager")
    both.listing(manager, "talents", title="周望川", biography="叶片激光熔覆", industries=["C37"])
    found = reading.listed(
        both.platform, manager, reading.Wish(industries=("C",), regions=("510000",)), 1, 10
    )
    assert (found.total, found.facets["region"]) == (1, {"510000": 1})
    lead = found.items[0].opened.lead.id
    said = together(
        6, lambda n: leads.answer(both.platform, manager, lead, ("interested", "pass")[n % 2], "price")
    )
    assert said == [None] * 6
    leads.mark_viewed(both.platform, manager, lead)
    assert count(both, LeadAnswer) == 1
    with both.platform.database.read() as session:
        (row,) = session.scalars(select(LeadAnswer))
    assert (row.state, row.reason) in {("interested", ""), ("passed", "price")}


def laid_before(world: World) -> tuple[Need, list]:
    """A need a manager wrote, and the two people of the enterprise asked; the manager is the third."""
    first = world.enterprise()
    with world.platform.database.read() as session:
        house = session.get(Organisation, first.organisation_id)
    second = world.person("second@example.org", "enterprise", house)
    manager = world.person("manager@example.org", "manager")
    need = drafting.create(world.platform, manager, {"title": "叶片修复", "confidential": "机密配方"})
    asking.ask(world.platform, manager, need.id, "甲企业")
    return need, [first, second, manager]


def test_two_colleagues_answer_and_one_counts(both: World) -> None:
    need, (first, second, manager) = laid_before(both)
    here = both.platform
    said = together(
        2, lambda n: answering.answer(here, (first, second)[n], need.id, ("confirm", "refuse")[n], "不对")
    )
    lost = [one for one in said if isinstance(one, Exception)]
    assert len(lost) == 1
    assert isinstance(lost[0], Conflict)
    with here.database.read() as session:
        row, (proposal,) = session.get(Need, need.id), session.scalars(select(Proposal)).all()
        told = session.scalar(select(func.count()).where(Notice.account_id == manager.account_id))
    assert row is not None
    confirmed = proposal.state == CONFIRMED
    assert (row.state, row.organisation_id) == (
        ("submitted", first.organisation_id) if confirmed else ("draft", None)
    )  # fmt: skip
    assert told == 1


def test_taking_back_and_confirming_cross(both: World) -> None:
    need, (first, _, manager) = laid_before(both)
    here = both.platform
    calls = (
        lambda: answering.answer(here, first, need.id, "confirm"),
        lambda: asking.recall(here, manager, need.id),
    )
    said = together(2, lambda n: calls[n]())
    lost = [one for one in said if isinstance(one, Exception)]
    assert len(lost) == 1
    assert isinstance(lost[0], (Conflict, NotFound))
    with here.database.read() as session:
        row, states = session.get(Need, need.id), list(session.scalars(select(Proposal.state)))
    assert row is not None
    assert (row.organisation_id is None, states) in [(True, []), (False, [CONFIRMED])]


def test_asking_twice_at_once_asks_once(both: World) -> None:
    need, (_, _, manager) = laid_before(both)
    here = both.platform
    asking.recall(here, manager, need.id)
    both.enterprise("rival@example.org", "丙企业")
    said = together(4, lambda n: asking.ask(here, manager, need.id, ("甲企业", "丙企业")[n % 2]))
    assert sum(isinstance(one, Proposal) for one in said) == 1, said
    assert all(isinstance(one, (Proposal, Conflict)) for one in said), said
    with here.database.read() as session:
        assert list(session.scalars(select(Proposal.state))) == [WAITING]


def test_running_out_and_confirming_cross(both: World) -> None:
    need, (first, _, manager) = laid_before(both)
    here = both.platform
    with here.database.write() as session:
        proposal = session.scalars(select(Proposal)).one()
        proposal.due_on = here.today() - timedelta(days=1)
    said = together(
        2,
        lambda n: (lambda: answering.answer(here, first, need.id, "confirm"), lambda: asking.expire(here))[
            n
        ](),
    )
    assert isinstance(said[0], Conflict)
    assert said[1] == 1
    drafting.discard(here, manager, need.id)
    assert count(both, Need) == count(both, Proposal) == 0
