"""Who is judged for a deal: the best of all managers, from a table kept in step with the database; or, beyond its size,
those the index names."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sqlalchemy import delete

from matching.managers import at_once
from matching.managers.at_once import AllFit
from matching.managers.types import DealFacts
from repositories import vectors
from repositories.vectors import StoredVector
from services import assignments, managers, proposing, roster
from services.access import Actor
from services.errors import IndexAway
from services.listings import entries
from services.platform import Platform
from tests.functional.deals.conftest import Table


def current(platform: Platform) -> roster.Held | None:
    with platform.database.read() as session:
        return roster.current(session, platform)


def facts_of(platform: Platform, deal: Any) -> DealFacts:
    with platform.database.read() as session:
        return managers.deal_facts(session, platform, deal)


def proposed(platform: Platform, operator: Actor, facts: DealFacts) -> proposing.Proposed:
    with platform.database.read() as session:
        return proposing.proposed(session, platform, operator, facts)


def scored(platform: Platform, held: roster.Held, deal: Any) -> dict[int, float]:
    """Every manager's score by a table."""
    facts, found = facts_of(platform, deal), {}
    for part in held.parts:
        points = at_once.scores(
            platform.manager_ranker, AllFit(facts, part.roster, part.past, platform.ranker.ngrams)
        )
        found |= dict(zip(part.roster.ids[part.alive].tolist(), points[part.alive].tolist(), strict=True))
    return found


def test_the_table_follows_whatever_happens_to_a_manager(table: Table) -> None:
    here, operator = table.world.platform, table.people["operator"]
    deal = table.open()
    managers.for_deal(here, operator, deal.id)
    first = current(here)
    assert first is not None
    assert current(here) is first
    one = table.world.person("zheng@example.org", "manager")

    def in_step() -> dict[int, float]:
        known = current(here)
        assert known is not None
        fresh = scored(here, roster.make(replace(here, roster=type(here.roster)())), deal)
        assert scored(here, known, deal) == pytest.approx(fresh)
        return fresh

    row = table.world.listing(one, "talents", title="郑经理", biography="激光熔覆修复粉末")
    alone = in_step()[row.id]
    entries.edit(here, operator, "talents", row.id, {"stars": "5"}, revision=None, partial=True)
    assert in_step()[row.id] > alone
    found = managers.for_deal(here, operator, deal.id)
    assignments.offer(here, operator, deal.id, found.run_id or 0, row.id)
    busy = in_step()[row.id]
    table.world.index(encode=True)
    with here.database.write() as session:
        session.execute(delete(StoredVector))
    entries.edit(here, operator, "talents", row.id, {"stars": "4"}, revision=None, partial=True)
    assert in_step()[row.id] < busy
    entries.act(here, one, "talents", row.id, "pause")
    assert row.id not in in_step()
    entries.act(here, one, "talents", row.id, "resume")
    in_step()
    last = current(here)
    assert last is not None
    assert last.parts[0].roster is first.parts[0].roster  # only what changed was read


def test_a_vector_that_comes_late_is_seen(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    here = table.world.platform
    with here.database.write() as session:
        session.execute(delete(StoredVector))
    before = current(here)
    assert before is not None
    assert not any(part.roster.known[part.alive].any() for part in before.parts)
    with here.database.write() as session:
        vectors.put_many(session, here.embedder.model_id, {table.profile.vector_key: np.eye(1, 384)[0]})
    monkeypatch.setattr(roster, "LOOK_AGAIN", 0.0)
    after = current(here)
    assert after is not None
    known = [i for part in after.parts for i in part.roster.ids[part.alive & part.roster.known].tolist()]
    assert known == [table.profile.id]


def test_with_more_managers_than_fit_the_index_names_them(table: Table) -> None:
    here = table.world.platform
    operator = table.people["operator"]
    table.world.index()
    small = replace(here, settings=replace(here.settings, managers_in_memory=0))
    deal = table.open()
    facts = facts_of(here, deal)
    assert current(small) is None
    assert table.profile.id in proposed(small, operator, facts).talent_ids
    shutil.rmtree(here.settings.index_folder)
    with pytest.raises(IndexAway, match="重建"):
        proposed(small, operator, facts)
    assert managers.for_deal(here, operator, deal.id).items  # the table needs no index


def test_a_large_table_is_made_beside_the_pages(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    here = table.world.platform
    table.world.index()
    monkeypatch.setattr(roster, "AT_ONCE", 0)
    deal = table.open()
    first = managers.for_deal(here, table.people["operator"], deal.id)
    with here.roster.making:  # whoever makes it has finished when this can be held
        pass
    held = current(here)
    assert held is not None
    again = managers.for_deal(here, table.people["operator"], deal.id)
    assert [line.talent.id for line in again.items] == [line.talent.id for line in first.items]
