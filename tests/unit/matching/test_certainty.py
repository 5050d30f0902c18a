"""Intervals and paired differences on figures one can see through."""

from __future__ import annotations

import pytest

from matching.baselines import bm25, fixed_sum, text_tfidf
from matching.certainty import interval, paired


def test_an_interval_holds_the_mean_and_leaves_out_what_is_unknown():
    low, high = interval([0.2, None, 0.4, 0.6, 0.8])
    assert low < 0.5 < high
    assert interval([0.5, 0.5, None]) == (0.5, 0.5)
    with pytest.raises(ValueError, match="no need"):
        interval([None])


def test_a_difference_on_every_need_is_no_chance_and_none_is():
    better = paired([0.5 + 0.01 * n for n in range(20)], [0.4 + 0.01 * n for n in range(20)])
    assert (better.mean, better.low, better.high) == pytest.approx((0.1, 0.1, 0.1))
    assert better.chance < 0.01
    same = paired([0.5, 0.6, None], [0.5, 0.6, 0.9])
    assert (same.mean, same.chance) == (0.0, 1.0)


def test_baselines_prefer_what_shares_rare_words():
    needs, titles = ["激光熔覆修复"] * 3, ["激光熔覆粉末", "激光打标", "小麦育种"]
    for scores in (
        bm25(needs, titles),
        text_tfidf([(title, "") for title in needs], titles, 2),
        fixed_sum([(title, "") for title in needs], titles, [0.9, 0.5, 0.1]),
    ):
        assert scores[0] > scores[1] > scores[2]
    assert bm25(needs, titles)[2] == 0.0
