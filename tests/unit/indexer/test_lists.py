"""Pure parts of list making: query terms, required matches, blending, union; and what a document may hold."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.documents import SCHEMAS, content_hash, day, document_of, industries, regions
from indexer.port import Document, Filters, Hit, Tombstone
from indexer.ranking import blended, united
from indexer.terms import MAX_TERMS, query_terms, required_matches
from repositories.achievements import Achievement
from repositories.needs import Need
from repositories.organisations import Organisation
from repositories.projection import Projected


@given(st.integers(0, 200))
def test_required_matches_grow_slowly_and_never_exceed_the_terms(terms: int) -> None:
    assert min(terms, 1) <= required_matches(terms) <= terms
    assert 0 <= required_matches(terms + 1) - required_matches(terms) <= 1


def test_short_texts_keep_every_term() -> None:
    assert query_terms("石墨烯 涂料", lambda term: 0, 100) == ("石墨", "墨烯", "涂料")
    assert query_terms("锂", lambda term: 5, 100) == ("锂",)
    assert query_terms("，。", lambda term: 5, 100) == ()


def test_long_texts_keep_rare_and_repeated_terms_the_index_knows() -> None:
    common = "".join(chr(0x4E00 + n) for n in range(300))
    text = f"{common}。石墨烯涂料，石墨烯涂料"
    frequency = {"石墨": 100, "墨烯": 100, "烯涂": 100, "涂料": 100}
    chosen = query_terms(text, lambda term: frequency.get(term, 50_000), 100_000)
    assert len(chosen) == MAX_TERMS
    assert set(frequency) <= set(chosen)
    assert set(query_terms(text, lambda term: frequency.get(term, 0), 100_000)) == set(frequency)


def test_blending_lets_neither_side_alone_decide() -> None:
    hits = [Hit(1, 1, 10.0, 0.05), Hit(2, 1, 8.0, 0.45), Hit(3, 1, 9.0, None)]
    assert [hit.id for hit in blended(hits)] == [3, 2, 1]
    assert blended([]) == []
    assert [hit.id for hit in blended([Hit(2, 1), Hit(1, 1)])] == [1, 2]


def test_union_prefers_what_both_lists_name_and_keeps_the_newer_version() -> None:
    hits = united([(1, 1, 9.0), (2, 1, 8.0)], [(3, 1, 0.9), (2, 2, 0.8)], {2: 0.8, 3: 0.9}, 3)
    assert [hit.id for hit in hits] == [2, 3, 1]
    assert (hits[0].version, hits[0].text_score, hits[0].nearness) == (2, 8.0, 0.8)
    assert len(united([(1, 1, 9.0)], [(3, 1, 0.9)], {}, 1)) == 1


def test_empty_filters_filter_nothing() -> None:
    filters = Filters({"region": (), "industry": ("C", "C")}, {"price": (None, None), "trl": (5, None)})
    assert filters.narrowed() == Filters({"industry": ("C",)}, {"trl": (5, None)})
    assert filters.without("industry").keywords == {"region": ()}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("330203", ("330000", "330200", "330203")),
        ("330200", ("330000", "330200")),
        ("330000", ("330000",)),
        ("", ()),
        ("33", ()),
    ],
)
def test_a_region_lies_in_its_parents(code: str, expected: tuple[str, ...]) -> None:
    assert regions(code) == expected


def test_an_industry_lies_in_its_section() -> None:
    assert industries("C26") == ("C", "C26")
    assert industries("C") == ("C",)
    assert industries("") == ()


def test_days() -> None:
    assert day(date(1970, 1, 3)) == 2.0
    assert day(datetime(1970, 1, 3, 12, tzinfo=UTC)) == 2.5
    assert day(None) is None


def achievement(**fields: object) -> Achievement:
    row = Achievement(
        id=7, title="石墨烯", summary="", abstract="", keywords=[], industry="C26", region="330203", state="published",
        projection=3, trl=5, modes=["license"], forms=[], ip=[{"type": "invention"}], discipline="430", strategic="",
        team="", visibility="members", price_min=100, pay_later=True, open_license=False,
        published_at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    for name, value in fields.items():
        setattr(row, name, value)
    return row


def test_an_achievement_as_a_document() -> None:
    document = document_of(Projected(achievement(), Organisation(id=4, name="某大学"), None))
    assert isinstance(document, Document)
    assert (document.id, document.version, len(document.content_hash)) == (7, 3, 32)
    assert document.keywords["terms"] == ("pay_later",)
    assert document.keywords["organisation"] == ("4",)
    assert document.keywords["visibility"] == ("members",)
    assert document.keywords["strategic"] == ()
    assert document.numbers["price"] == 100.0
    assert "某大学" in document.body
    assert set(document.keywords) == set(SCHEMAS["achievements"].keywords)
    assert set(document.numbers) <= set(SCHEMAS["achievements"].numbers)


def test_what_is_not_published_is_a_tombstone_of_its_version() -> None:
    assert document_of(Projected(achievement(state="paused"), None, None)) == Tombstone("achievements", 7, 3)


def test_the_hash_follows_content_and_nothing_else() -> None:
    document = document_of(Projected(achievement(), None, None))
    same = document_of(Projected(achievement(projection=9, contact_phone="139"), None, None))
    other = document_of(Projected(achievement(price_min=101), None, None))
    assert isinstance(document, Document)
    assert isinstance(same, Document)
    assert isinstance(other, Document)
    assert document.content_hash == same.content_hash == content_hash(same)
    assert document.content_hash != other.content_hash


@pytest.mark.parametrize("show_name", [True, False])
def test_an_enterprise_is_named_only_where_it_lets_itself_be(show_name: bool) -> None:
    row = Need(
        id=1, title="热失控预警", problem="问题", indicators="", constraints="", teaser="", confidential="机密",
        industry="C38", region="", state="published", projection=1, wanted_trl=6, wanted_modes=["development"],
        is_bounty=True, budget_min=1, budget_max=None, show_name=show_name, contact_phone="13900001111",
    )  # fmt: skip
    document = document_of(Projected(row, Organisation(id=4, name="甲电池公司"), None))
    assert isinstance(document, Document)
    whole = f"{document.title}{document.body}{dict(document.keywords)}"
    assert ("甲电池公司" in whole) is show_name
    assert document.keywords["organisation"] == (("4",) if show_name else ())
    assert "机密" not in whole
    assert "139" not in whole
    assert document.numbers["budget"] == 1.0
    assert set(document.keywords) == set(SCHEMAS["needs"].keywords)
