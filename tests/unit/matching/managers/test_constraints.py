"""Who may not lead a deal: ties by date and by every way of writing a name, capacity, what the deal asks."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from matching.managers.cautions import cautions
from matching.managers.constraints import belongs, forbidden
from matching.managers.types import Tie
from tests.unit.matching.managers.world import CONTEXT, TODAY, Asked, Standing, deal, talent

DAY = timedelta(days=1)


def code(person, standing=None, of=None):
    found = forbidden(of or deal(), person, standing or Standing(), CONTEXT)
    return found.code if found else None


def tied(organisation: str, since: date | None = None, until: date | None = None, kind: str = "affiliation"):
    return talent(ties=(Tie(organisation, kind, since, until),))


@pytest.mark.parametrize("name", [
    "青岚理工大学", "青岚理工大学 ", "青岚理工大学技术转移中心", "矿安装备股份有限公司", "矿安装备有限公司", "矿安装备",
    "矿安装备股份有限公司（成都分公司）", "矿安集团",
])  # fmt: skip
def test_whoever_works_today_for_a_side_or_a_house_above_it_is_set_aside(name):
    assert code(tied(name)) == "affiliation"


@pytest.mark.parametrize(
    "name", ["", "青岚", "青岚师范大学", "青岚理工", "矿安化工有限公司", "股份有限公司", "四川大学"]
)
def test_other_houses_are_other_houses(name):
    assert code(tied(name)) is None


def test_a_post_counts_from_its_first_day_to_its_last():
    name = "青岚理工大学"
    assert code(tied(name, since=TODAY)) == "affiliation"
    assert code(tied(name, since=TODAY + DAY)) is None
    assert code(tied(name, until=TODAY)) == "affiliation"
    assert code(tied(name, until=TODAY - DAY)) is None


def test_the_reason_names_the_side_and_how_long():
    found = forbidden(deal(), tied("矿安集团", until=date(2027, 1, 1)), Standing(), CONTEXT)
    assert found.text == "现任职于企业方的上级单位“矿安集团”（至 2027-01-01）"


def test_a_declared_relation_counts_as_long_as_it_holds():
    own = tied("矿安装备", kind="own_company")
    assert code(own) == "relation"
    assert "本人设立或控股" in forbidden(deal(), own, Standing(), CONTEXT).text
    assert code(tied("矿安装备", until=TODAY - DAY, kind="own_company")) is None


@pytest.mark.parametrize(
    ("house", "expected"), [(11, "own_house"), (10, "own_house"), (21, "own_house"), (99, None)]
)
def test_the_house_of_the_account_counts_without_any_affiliation_typed(house, expected):
    assert code(talent(), Standing(house_ids=frozenset({house}))) == expected


def test_capacity():
    assert code(talent(capacity=3), Standing(load=2)) is None
    assert code(talent(capacity=3), Standing(load=3)) == "capacity"
    assert code(talent(capacity=0)) == "capacity"


@pytest.mark.parametrize(("asked", "has", "expected"), [
    ("", "", None), ("junior", "", "certificate"), ("middle", "junior", "certificate"), ("middle", "middle", None),
    ("middle", "senior", None), ("senior", "middle", "certificate"),
])  # fmt: skip
def test_certificate(asked, has, expected):
    assert code(talent(certificate=has), of=deal(asked=Asked(certificate=asked))) == expected


def test_languages_asked_must_all_be_spoken_and_a_silent_profile_is_asked_about():
    asked = deal(asked=Asked(languages=frozenset({"en", "de"})))
    assert code(talent(languages=frozenset({"en", "de", "zh"})), of=asked) is None
    assert code(talent(languages=frozenset({"en"})), of=asked) == "language"
    assert code(talent(), of=asked) is None
    assert "unanswered" in warned(talent(), asked)


@pytest.mark.parametrize(("served", "lives", "expected"), [
    ({"510000"}, "", None), ({"510100"}, "", None), ({"330000"}, "", "region"), (set(), "510104", None),
    (set(), "330200", "region"), (set(), "", None),
])  # fmt: skip
def test_region_asked(served, lives, expected):
    asked = deal(asked=Asked(region="510100"))
    assert code(talent(regions=frozenset(served), region=lives), of=asked) == expected


def test_paused_profiles_and_those_who_declined():
    assert code(talent(), Standing(public=False)) == "paused"
    assert code(talent(5), of=deal(declined=frozenset({5}))) == "declined"


def test_every_reason_is_told_and_the_gravest_gives_the_code():
    person = tied("青岚理工大学")
    found = forbidden(deal(), person, Standing(load=9), CONTEXT)
    assert found.code == "affiliation"
    assert "达到承接上限" in found.text


def warned(person, of=None, standing=None):
    points = (("industry", 1.0, 12.0),)
    return [one.code for one in cautions(of or deal(), person, standing or Standing(), points, CONTEXT)]


def test_a_name_in_short_and_a_post_just_left_are_asked_about():
    assert warned(tied("青岚理工")) == ["similar_name"]
    assert warned(tied("青岚理工大学", until=TODAY - DAY)) == ["former_tie"]
    assert warned(tied("青岚理工大学", until=TODAY - 800 * DAY)) == []


def test_what_an_operator_should_know_before_asking():
    assert warned(talent(5), deal(expired=frozenset({5}))) == ["did_not_answer"]
    assert warned(talent(capacity=3), standing=Standing(load=2)) == ["last_place"]
    assert warned(talent(), standing=Standing(has_account=False)) == ["no_account"]
    nothing = (("region", 1.0, 8.0),)
    told = cautions(deal(), talent(), Standing(), nothing, CONTEXT)
    assert [one.code for one in told] == ["little_in_common"]


def test_names_are_compared_without_brackets_width_and_legal_form():
    assert belongs("ＡＢＣ科技（成都）有限责任公司", "abc科技成都股份有限公司")
    assert not belongs("", "")
    assert not belongs("公司", "公司本部")
