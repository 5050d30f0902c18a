"""The metrics against figures worked out by hand."""

from __future__ import annotations

import math

import ir_measures
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr
from sklearn.metrics import ndcg_score

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


@given(st.lists(st.tuples(st.sampled_from([1, 2, 3, 4]), st.integers(0, 10**6)), min_size=2, max_size=30,
                unique_by=lambda row: row[1]))  # fmt: skip
def test_ndcg_is_that_of_the_library_of_information_retrieval(rows):
    """It takes whole levels and no ties only; those it must agree on."""
    if all(level == 1 for level, _ in rows):
        return
    measure = ir_measures.nDCG(gains={1: 0, 2: 1, 3: 3, 4: 7}) @ 10
    judged = [ir_measures.Qrel("need", str(at), level) for at, (level, _) in enumerate(rows)]
    ranked = [ir_measures.ScoredDoc("need", str(at), float(score)) for at, (_, score) in enumerate(rows)]
    (theirs,) = ir_measures.iter_calc([measure], judged, ranked)
    assert ndcg([level for level, _ in rows], [score for _, score in rows]) == pytest.approx(theirs.value)


@given(st.lists(st.tuples(st.floats(1, 4), st.integers(0, 5)), min_size=2, max_size=30))
def test_ndcg_with_means_of_several_judges_and_ties_is_that_of_scikit_learn(rows):
    levels, scores = [level for level, _ in rows], [score for _, score in rows]
    ours = ndcg(levels, scores)
    if ours is not None and max(levels) > 1.001:
        gains = [2 ** (level - 1) - 1 for level in levels]
        assert ours == pytest.approx(ndcg_score([gains], [scores], k=10))


@given(st.lists(st.tuples(st.floats(1, 4), st.integers(0, 5)), min_size=3, max_size=30))
def test_spearman_is_that_of_scipy(rows):
    levels, scores = [level for level, _ in rows], [score for _, score in rows]
    if len(set(levels)) > 1 and len(set(scores)) > 1:
        assert spearman(levels, scores) == pytest.approx(spearmanr(levels, scores).statistic)


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
