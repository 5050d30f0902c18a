"""Small rules of the services, without a database."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest

from repositories.achievements import Achievement
from repositories.listing import PUBLISHED, STATE_NAMES
from repositories.needs import Need
from repositories.talents import Talent
from services import access
from services.access import NOBODY, Actor
from services.errors import Forbidden, Invalid, NotFound, SignInFirst
from services.facts import need_facts
from services.listings.catalogue import NEED
from services.listings.entries import editable, last_day, snapshot
from services.listings.library import LIBRARIES, library_of

TODAY = date(2026, 5, 1)
OWNER = Actor(1, "enterprise", 10)
PEOPLE = {
    "nobody": NOBODY, "owner": OWNER, "colleague": Actor(2, "enterprise", 10), "stranger": Actor(3, "enterprise", 11),
    "homeless": Actor(4, "enterprise", None), "operator": Actor(5, "operator"), "manager": Actor(6, "manager"),
}  # fmt: skip


def need(**fields: Any) -> Need:
    return Need(**{"id": 1, "title": "x", "organisation_id": 10, "account_id": 1, "state": PUBLISHED,
                   "confidential": "", "show_name": False, "teaser": "", "problem": "", "indicators": "",
                   "constraints": ""} | fields)  # fmt: skip


def test_ownership_is_the_organisations_and_a_profile_the_persons() -> None:
    assert [who for who, person in PEOPLE.items() if access.owns(person, need())] == ["owner", "colleague"]
    assert not any(access.owns(person, need(organisation_id=None)) for person in PEOPLE.values())
    profile = Talent(id=1, title="x", account_id=6, organisation_id=10)
    assert [who for who, person in PEOPLE.items() if access.owns(person, profile)] == ["manager"]
    assert not any(
        access.owns(person, Talent(id=1, title="x", account_id=None)) for person in PEOPLE.values()
    )


@pytest.mark.parametrize(("state", "visibility"), list(product(STATE_NAMES, ("public", "members"))))
def test_who_sees_what(state: str, visibility: str) -> None:
    row = Achievement(id=1, title="x", organisation_id=10, state=state, visibility=visibility)
    seen = {who for who, person in PEOPLE.items() if access.sees(person, row)}
    expected = {"owner", "colleague", "operator"}
    if state == PUBLISHED:
        expected = set(PEOPLE) - ({"nobody"} if visibility == "members" else set())
    assert seen == expected


def test_closed_circles() -> None:
    row = need(confidential="密")
    assert [who for who, person in PEOPLE.items() if access.sees_confidential(person, row)] == [
        "owner",
        "colleague",
    ]
    named = [who for who, person in PEOPLE.items() if access.sees_enterprise_name(person, row)]
    assert named == ["owner", "colleague", "operator"]
    assert access.sees_enterprise_name(PEOPLE["stranger"], row, introduced=True)
    assert access.sees_enterprise_name(NOBODY, need(show_name=True))


def test_an_operator_edits_the_open_fields_of_others_only() -> None:
    closed = {f.name for f in NEED if f.circle != "public"}
    assert closed == {"confidential", "contact_name", "contact_phone", "contact_email"}
    assert editable(OWNER, need()) == NEED
    assert {f.name for f in NEED} - {f.name for f in editable(PEOPLE["operator"], need())} == closed
    assert editable(PEOPLE["operator"], need(organisation_id=None)) == NEED


def test_what_must_not_be_known_is_not_found() -> None:
    access.require(True)
    with pytest.raises(Forbidden):
        access.require(False)
    with pytest.raises(NotFound):
        access.require(False, seen=False)
    with pytest.raises(SignInFirst):
        access.require_signed_in(NOBODY)
    with pytest.raises(NotFound):
        library_of("contracts")


def test_dates_in_the_past_are_refused_unless_they_stood_there() -> None:
    library, gone = LIBRARIES["needs"], TODAY - timedelta(days=1)
    library.check({"deadline": TODAY}, TODAY)
    with pytest.raises(Invalid) as refused:
        library.check({"deadline": gone, "expires_on": gone}, TODAY)
    assert [e.field for e in refused.value.errors] == ["deadline", "expires_on"]
    library.check({"deadline": gone}, TODAY, before=need(deadline=gone))
    with pytest.raises(Invalid):
        library.check({"deadline": gone}, TODAY, before=need(deadline=gone - timedelta(days=1)))


def test_amounts_and_awards_fit_together() -> None:
    library = LIBRARIES["needs"]
    library.check({"budget_min": 5, "budget_max": 5, "award": 1, "is_bounty": True}, TODAY)
    for values, field in (
        ({"budget_min": 6, "budget_max": 5}, "budget_max"),
        ({"award": 0, "is_bounty": False}, "award"),
    ):
        with pytest.raises(Invalid) as refused:
            library.check(values, TODAY)
        assert [e.field for e in refused.value.errors] == [field]


def test_a_need_outlives_its_deadline() -> None:
    usual = TODAY + timedelta(days=365)
    assert last_day(need(deadline=None), TODAY) == usual
    assert last_day(need(deadline=TODAY), TODAY) == usual
    assert last_day(need(deadline=date(2030, 1, 1)), TODAY) == date(2030, 1, 1)
    assert last_day(Achievement(title="x"), TODAY) == TODAY + timedelta(days=730)


def test_a_snapshot_holds_nothing_closed() -> None:
    kept = snapshot(LIBRARIES["needs"], need(confidential="密", contact_phone="1", deadline=TODAY))
    assert kept["deadline"] == "2026-05-01"
    assert not {"confidential", "contact_phone", "contact_name", "contact_email"} & set(kept)


def test_facts_of_a_need_are_open_unless_asked_for_its_owner() -> None:
    row = need(problem="问题", confidential="机密", contact_name="王")
    assert "机密" not in need_facts(row, None).text
    assert "机密" in need_facts(row, None, with_confidential=True).text
    assert "王" not in need_facts(row, None, with_confidential=True).text
