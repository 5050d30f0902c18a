"""The metrics against figures worked out by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.evaluation import Scored, level_score, ndcg, report, spearman, title_tfidf, z_sum


def test_ndcg_by_hand():
    # Gains 7, 0, 1; ranked 0, 7, 1 by the scores.
    got = ndcg([4, 1, 2], [2, 3, 1])
    ideal = 7 + 1 / math.log2(3)
    assert got == pytest.approx((7 / math.log2(3) + 1 / math.log2(4)) / ideal)


def test_a_perfect_order_is_one_and_no_gain_is_left_out():
    assert ndcg([4, 3, 2, 1], [4, 3, 2, 1]) == pytest.approx(1.0)
    assert ndcg([1, 1, 1], [1, 2, 3]) is None
    assert ndcg([], []) is None


def test_equal_scores_share_their_gains_so_file_order_cannot_help():
    assert ndcg([4, 1], [1, 1]) == pytest.approx(ndcg([1, 4], [1, 1]))
    assert ndcg([4, 1], [1, 1]) == pytest.approx(3.5 * (1 + 1 / math.log2(3)) / 7)


def test_only_ten_count():
    levels = [1] * 10 + [4]
    assert ndcg(levels, list(range(11, 0, -1))) == 0.0


@given(st.lists(st.tuples(st.floats(1, 4), st.integers(0, 5)), min_size=1, max_size=20))
def test_ndcg_stays_between_zero_and_one(rows):
    got = ndcg([level for level, _ in rows], [score for _, score in rows])
    assert got is None or 0 <= got <= 1 + 1e-9


def test_spearman():
    assert spearman([1, 2, 3], [10, 20, 30]) == pytest.approx(1.0)
    assert spearman([1, 2, 3], [3, 2, 1]) == pytest.approx(-1.0)
    assert spearman([1, 1, 2], [1, 2, 3]) == pytest.approx(0.8660254)
    assert spearman([2, 2], [1, 2]) is None
    assert spearman([1, 2], [5, 5]) == 0.0


def test_level_score():
    assert level_score([1, 2, 3, 4], [1, 2, 3, 4]) == 1.0
    assert level_score([1, 4], [2, 2]) == pytest.approx(1 / 2.5)


def test_report():
    rows = [Scored("a", 4, 2.0, 4), Scored("a", 1, 1.0, 1), Scored("b", 1, 1.0, 1), Scored("b", 1, 2.0, 2)]
    got = report(rows, {"reversed": [1, 2, 1, 2]})
    assert (got["needs"], got["pairs"]) == (1, 4)
    assert got["ndcg_at_10"] == 1.0
    assert got["level_score"] == pytest.approx(0.8)
    assert got["baselines"]["reversed"]["ndcg_at_10"] == pytest.approx(0.6309)
    assert 0.6309 < got["baselines"]["random"]["ndcg_at_10"] < 1
    assert got["baselines"]["always_2"]["level_score"] == pytest.approx(1 / (1 + 5 / 4), abs=1e-4)
    with pytest.raises(ValueError, match="no judged pairs"):
        report([])


def test_baselines():
    a, b = title_tfidf(["激光熔覆", "激光熔覆"], ["激光 熔覆", "小麦"])
    assert (a, b) == (pytest.approx(1.0), 0.0)
    assert z_sum(["n", "n", "m"], [1.0, 3.0, 9.0], [5.0, 5.0, 5.0]) == [-1.0, 1.0, 0.0]
