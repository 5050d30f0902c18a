"""Normal form, tokens and marking of text."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.text import EVERYDAY, mark, normalise, one_form, search_terms, tokens

# Everything a browser can send, with traditional characters, full-width forms and combining marks made frequent.
TEXTS = st.text(
    alphabet=st.one_of(
        st.characters(), st.sampled_from("石墨烯鋯電池復合Ａｌ₂Ｏ₃ＴＲＬ５Ｇ\u3000\t\n\u200b\u0301İßΣΣ ﬁ㎡①½")
    ),
    max_size=60,
)


# What changes among the everyday characters, made frequent: most Han characters stay as they are.
CHANGED = [chr(code) for code in EVERYDAY if one_form(chr(code)) != chr(code)]
EVERYDAY_TEXTS = st.text(
    alphabet=st.one_of(
        st.sampled_from(CHANGED), st.sampled_from([chr(code) for code in EVERYDAY]), st.just(" ")
    ),
    max_size=60,
)


@given(EVERYDAY_TEXTS)
def test_everyday_text_takes_its_short_way_to_the_same_form(raw: str) -> None:
    assert normalise(raw) == " ".join(one_form(raw).split())


def test_every_everyday_character_has_the_same_form_both_ways() -> None:
    assert [c for c in map(chr, EVERYDAY) if normalise(c) != " ".join(one_form(c).split())] == []


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("石墨烯／Ａｌ₂Ｏ₃", "石墨烯/al2o3"),
        ("鋯電池復合", "锆电池复合"),
        ("  TRL\t７\n级 ", "trl 7 级"),
        ("a\x00b\u200bc\ufeff", "abc"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("Café", "café"),
        ("", ""),
        ("\u3000", ""),
    ],
)
def test_normal_form(raw: str, expected: str) -> None:
    assert normalise(raw) == expected


@given(TEXTS)
def test_normalise_is_idempotent_and_storable(raw: str) -> None:
    once = normalise(raw)
    assert normalise(once) == once
    once.encode("utf-8")
    assert not any(unicodedata.category(character) in ("Cc", "Cf", "Cs") for character in once)


def test_latin_numbers_and_han_are_all_found() -> None:
    found = tokens(normalise("TRL 5G通信 Al2O3 石墨烯 PM2.5"))
    assert found.words == ("trl", "5g", "al2o3", "pm2.5")
    assert found.bigrams == ("通信", "石墨", "墨烯")
    assert found.unigrams == ("通", "信", "石", "墨", "烯")


def test_search_terms_are_distinct_and_keep_lone_characters() -> None:
    assert search_terms("锂 电池电池 5g 5g") == ("锂", "电池", "池电", "5g")
    assert search_terms("。，!") == ()


def test_marks_lie_on_raw_text() -> None:
    raw = "采用Ａｌ₂Ｏ₃涂層與石墨烯復合材料 metal AL"
    assert mark(raw, ["al2o3", "涂层", "石墨", "墨烯", "al"]) == [
        ("采用", False),
        ("Ａｌ₂Ｏ₃涂層", True),
        ("與", False),
        ("石墨烯", True),
        ("復合材料 metal ", False),
        ("AL", True),
    ]


@pytest.mark.parametrize("words", [[], [""], ["不在"], [" "], ["(.*"]])
def test_marks_without_hit(words: list[str]) -> None:
    assert mark("石墨烯", words) == [("石墨烯", False)]
    assert mark("", words) == []


@given(TEXTS, st.lists(TEXTS.map(normalise), max_size=4))
def test_segments_join_to_the_raw_text(raw: str, words: list[str]) -> None:
    segments = mark(raw, words)
    assert "".join(segment for segment, _ in segments) == raw
    assert all(a[1] != b[1] for a, b in pairwise(segments))


@given(st.text(alphabet="石墨烯鋯電池Ａ₂é5 \u3000ＴＲ", min_size=1, max_size=30))
def test_a_term_of_the_text_is_marked_in_it(raw: str) -> None:
    terms = search_terms(normalise(raw))
    assert all(any(hit for _, hit in mark(raw, [term])) for term in terms)
