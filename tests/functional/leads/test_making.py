"""Leads are made after publication in both directions, once a pair, and go the moment a side leaves the public."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from repositories import lead_making
from services import introductions, passing, recommend
from services.deals import opening
from services.leads import making, reading
from services.listings import entries
from services.scheduler import TASKS, run_task
from tests.functional.leads.conftest import SUBJECTS, Market


def test_a_need_finds_what_is_there_and_an_achievement_finds_it_too(market: Market) -> None:
    offer = market.achievement()
    assert market.make().made == 0
    need = market.need()
    assert market.make().made == 1
    later = market.achievement(title=f"{SUBJECTS[0]}新工艺")
    turn = market.make()
    assert (turn.looked_at, turn.made) == (1, 1)
    assert market.pairs() == {(need.id, offer.id), (need.id, later.id)}
    assert [lead.made_by for lead in market.leads()] == ["needs", "achievements"]


def test_two_published_at_the_same_moment_find_each_other_once(market: Market) -> None:
    market.need(), market.achievement()
    assert making.make_due(market.here).looked_at == 0, "the index has not seen them yet"
    assert market.make().made == 1
    assert market.make().looked_at == 0, "nothing is done twice"
    assert len(market.leads()) == 1


def test_publishing_makes_no_lead_itself(market: Market) -> None:
    market.achievement(), market.need()
    market.world.index()
    assert market.leads() == []


def test_at_most_five_and_only_what_fits(market: Market) -> None:
    for n in range(8):
        market.achievement(title=f"{SUBJECTS[0]}技术 {n}")
    market.achievement(1)
    market.make()
    need = market.need()
    assert market.make().made == 5
    found = market.leads()
    assert {lead.need_id for lead in found} == {need.id}
    assert all(lead.level >= 3 and lead.score >= market.here.ranker.recommended for lead in found)


def test_a_lead_hangs_on_a_public_run_that_quotes_nothing_confidential(market: Market) -> None:
    market.achievement(abstract="用于某型发动机大修厂的单晶叶片")
    market.need(confidential="某型发动机大修厂的单晶叶片")
    market.make()
    (lead,) = market.leads()
    one = reading.open_one(market.here, market.people["operator"], lead.id)
    assert "大修厂" not in str(one.line.opened.entry.reasons)


@pytest.mark.parametrize("why", ["no_manager", "passed", "introduced", "same_house", "nobody's"])
def test_pairs_that_are_nobodys_business(market: Market, why: str) -> None:
    if why == "nobody's":
        market.achievement(who="operator")  # an operator's entry has no house behind it
        market.need()
        assert market.make().made == 0
        return
    offer = market.achievement()
    if why == "same_house":
        market.people["enterprise"] = replace(market.people["university"], role="enterprise")
    need = market.need(wants_manager="否" if why == "no_manager" else "是")
    market.world.index()
    if why in ("passed", "introduced"):
        found = recommend.for_listing(market.here, market.people["enterprise"], "needs", need.id)
        entry = next(i.entry_id for i in found.ranked if i.row.id == offer.id)
        if why == "passed":
            passing.put_aside(market.here, market.people["enterprise"], entry, "direction")
        else:
            introductions.ask(market.here, market.people["enterprise"], entry)
    assert market.make().made == 0


def test_who_changes_the_mind_about_managers_is_taken_at_the_word(market: Market) -> None:
    market.achievement()
    need = market.need(wants_manager="否")
    market.make()
    edit(market, need, wants_manager="是")
    assert market.make().made == 1
    market.profile()
    assert shown(market) == 1
    edit(market, need, wants_manager="否")
    assert shown(market) == 0


def edit(market: Market, need: Any, **fields: Any) -> None:
    entries.edit(
        market.here, market.people["enterprise"], "needs", need.id, fields, revision=None, partial=True
    )


def shown(market: Market, who: str = "manager") -> int:
    found = reading.listed(market.here, market.people[who], reading.Wish(), 1, 50)
    assert found.total == len(found.items) == found.counts["new"] == sum(found.facets["level"].values())
    return found.total


@pytest.mark.parametrize("library", ["needs", "achievements"])
@pytest.mark.parametrize("verb", ["withdraw", "pause", "return", "expire"])
def test_what_leaves_the_public_is_gone_at_once(market: Market, library: str, verb: str) -> None:
    """Before any worker has looked: from the list, its counts and by number."""
    rows = {"achievements": market.achievement(), "needs": market.need()}
    market.profile(), market.make()
    assert shown(market) == 1
    who = "operator" if verb == "return" else "enterprise" if library == "needs" else "university"
    if verb == "expire":
        with market.here.database.write() as session:
            session.get(type(rows[library]), rows[library].id).move(session, "expire", market.here.now())
    else:
        entries.act(market.here, market.people[who], library, rows[library].id, verb, "原因")
    assert shown(market) == 0
    client = market.world.client("manager@example.org")
    assert client.get(f"/leads/{market.leads()[0].id}").status_code == 404
    assert making.make_due(market.here).closed == (0 if verb == "pause" else 1)
    if verb == "pause":
        entries.act(market.here, market.people[who], library, rows[library].id, "resume")
        assert shown(market) == 1


def gone_and_back(market: Market, offer: Any) -> None:
    for verb in ("withdraw", "submit"):
        entries.act(market.here, market.people["university"], "achievements", offer.id, verb)
        making.make_due(market.here)
        assert making.reopen(market.here) == 0
    assert market.pairs() == set()
    entries.act(market.here, market.people["operator"], "achievements", offer.id, "publish")
    market.make()


def test_a_lead_comes_back_with_both_its_sides(market: Market) -> None:
    offer, need = market.achievement(), market.need()
    market.make()
    (before,) = market.leads()
    gone_and_back(market, offer)
    assert making.reopen(market.here) == 1
    assert making.reopen(market.here) == 0
    assert market.pairs() == {(need.id, offer.id)}
    assert market.leads()[0].entry_id == before.entry_id


def test_a_lead_whose_side_was_rewritten_meanwhile_comes_back_with_new_reasons(market: Market) -> None:
    offer, need = market.achievement(), market.need()
    market.make()
    (before,) = market.leads()
    entries.act(market.here, market.people["university"], "achievements", offer.id, "withdraw")
    making.make_due(market.here)
    market.revise(need, problem="叶片修复后热影响区开裂")
    for verb, who in (("submit", "university"), ("publish", "operator")):
        entries.act(market.here, market.people[who], "achievements", offer.id, verb)
    assert making.reopen(market.here) == 0, "it was judged on another text"
    assert market.make().made == 1
    (after,) = market.leads()
    assert (after.id, after.closed_at) == (before.id, None)
    assert after.entry_id != before.entry_id


@pytest.mark.parametrize("since", ["deal", "fits no longer"])
def test_a_lead_that_was_taken_or_fits_no_longer_stays_closed(market: Market, since: str) -> None:
    offer, need = market.achievement(), market.need()
    market.make()
    (lead,) = market.leads()
    if since == "deal":
        opening.open_deal(market.here, market.people["enterprise"], entry_id=lead.entry_id)
        gone_and_back(market, offer)
    else:
        market.revise(need, 2, title="海上风电场选址与测风", problem="")
        market.make()
    assert making.reopen(market.here) == 0
    assert market.pairs() == set()


def test_an_edited_listing_keeps_its_leads_with_new_reasons_or_loses_them(market: Market) -> None:
    market.achievement(), market.achievement(1)
    need = market.need()
    market.make()
    (before,) = market.leads()
    market.revise(need, problem="叶片修复后热影响区开裂")
    assert market.make().made == 0
    (after,) = market.leads()
    assert after.id == before.id
    assert after.entry_id != before.entry_id
    assert after.closed_at is None
    market.revise(need, 2, title="海上风电场选址与测风", problem="")
    market.make()
    assert market.pairs() == set()


def test_what_an_outage_left_over_is_caught_up(market: Market) -> None:
    """Published while no worker ran and the index was away: nothing is lost, nothing is done twice."""
    for n in range(3):
        market.achievement(n), market.need(n)
    market.world.index()
    stopped = making.make_due(market.here, seconds=-1.0)
    assert stopped.looked_at == 1, "one a turn is always done"
    turns = [market.make().looked_at, market.make().looked_at]
    assert turns == [5, 0]
    assert len(market.pairs()) == 3


def test_a_kill_between_run_and_leads_loses_nothing(market: Market) -> None:
    market.achievement()
    market.make()
    market.need()
    market.world.index()
    calls = iter(range(100))

    def clock() -> Any:
        # The clock is read for the run, then for the rows of the leads: the process dies there.
        if next(calls) == 2:
            raise KeyboardInterrupt
        return market.here.clock()

    with pytest.raises(KeyboardInterrupt):
        making.make_due(replace(market.here, clock=clock))
    assert market.leads() == []
    assert market.make().made == 1


def test_the_scheduler_does_it(market: Market) -> None:
    market.achievement(), market.need()
    market.world.index()
    task = next(task for task in TASKS if task.name == "leads")
    assert run_task(market.here, task)
    assert len(market.leads()) == 1
    with market.here.database.read() as session:
        assert lead_making.due(session, "needs", 10) == []
