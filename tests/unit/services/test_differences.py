"""What changed between two texts: nothing is lost, and a long text is compared quickly."""

from __future__ import annotations

import random
import time

import pytest

from services.differences import IN, KEPT, OUT, likeness, pieces

TEXT = "修复后叶片蠕变寿命达到新品的 92 %。采用激光熔覆与后续热处理，已在两家企业验证。"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""), ("", TEXT), (TEXT, ""), (TEXT, TEXT), (TEXT, TEXT.replace("92", "95")), (TEXT, "全部重写，毫无相同之处。"),
        ("一。二。三。", "三。一。二。"), ("a\nb\n", "a\nc\nb"),
    ],
)  # fmt: skip
def test_both_texts_can_be_read_back(before: str, after: str) -> None:
    found = pieces(before, after)
    assert "".join(text for kind, text in found if kind != IN) == before
    assert "".join(text for kind, text in found if kind != OUT) == after
    assert all(text for _, text in found)


def test_a_changed_figure_is_marked_alone() -> None:
    found = pieces(TEXT, TEXT.replace("92", "95"))
    assert [p for p in found if p[0] != KEPT] == [(OUT, "2"), (IN, "5")]


def test_a_rewritten_clause_is_not_cut_into_chance_characters() -> None:
    found = pieces("结合强度高于四百兆帕。", "产线速度达到八十米每分。")
    assert [kind for kind, _ in found] == [OUT, IN, KEPT]


def test_the_longest_texts_take_no_second() -> None:
    letters = random.Random(7)
    one, other = ("".join(letters.choices("激光熔覆修复粉末叶片热处理，。", k=8000)) for _ in range(2))
    started = time.process_time()
    found = pieces(one, other)
    assert time.process_time() - started < 1.0
    assert "".join(text for kind, text in found if kind != OUT) == other


def test_likeness_orders_titles() -> None:
    title = "高温合金叶片激光熔覆修复用粉末"
    near, far = likeness(title, "高温合金叶片激光熔覆粉末"), likeness(title, "水稻抗旱育种方法")
    assert likeness(title, title) == 1.0
    assert near > 0.8 > 0.3 > far
