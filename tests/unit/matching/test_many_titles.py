"""Many titles in one pass say what each title says alone; lists rest on the first, single judgements on the second."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching import scoring
from matching.features.pair import Pair, pairs_of
from matching.features.wording import directions
from matching.many_titles import spoken_of_each
from matching.plain_words import EMPTY
from tests.unit.matching.world import CONTEXT, achievement, need, shipped

PIECES = [
    "激光",
    "熔覆",
    "废水",
    "处理",
    "后",
    "提高",
    "人人人",
    "5g",
    "pm2.5",
    "3.5",
    "led",
    " ",
    "，",
    "𠀀",
    "的",
    *EMPTY[:20],
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


@given(st.lists(TEXTS, max_size=8), TEXTS, TEXTS)
def test_each_title_is_worth_what_it_is_worth_alone(titles: list[str], title: str, text: str) -> None:
    ngrams = shipped().ngrams
    alone = [ngrams.spoken_of(ngrams.vector(one), title, text) for one in titles]
    assert spoken_of_each(ngrams, titles, title, text) == pytest.approx(alone, abs=1e-9)


@pytest.mark.parametrize("many_needs", [True, False])
def test_pairs_of_a_list_have_the_features_of_single_pairs(many_needs: bool) -> None:
    ngrams = shipped().ngrams
    titles = ("高温合金叶片激光熔覆修复", "含油废水膜分离处理", "……", "led 照明驱动芯片")
    texts = ("叶片磨损，需激光熔覆修复。", "", "废水含油 200mg/l")
    one_title, one_text = "激光熔覆修复工艺与装备", "用于叶片修复，废水零排放"
    needs = [need(id=n, title=t, text=x) for n, (t, x) in enumerate((t, x) for t in titles for x in texts)]
    achievements = [
        achievement(id=n, title=t, text=x) for n, (t, x) in enumerate((t, x) for t in titles for x in texts)
    ]
    for text in (one_text, ""):
        left = needs if many_needs else [need(id=1, title=one_title, text=text)]
        right = [achievement(id=1, title=one_title, text=text)] if many_needs else achievements
        for pair in pairs_of(ngrams, left, right):
            alone = Pair(ngrams, pair.need, pair.achievement)
            assert directions(pair) == pytest.approx(directions(alone), abs=1e-9)


def test_a_list_judges_as_a_single_judgement_does() -> None:
    wanted = need(title="高温合金叶片激光熔覆修复", text="叶片磨损严重，需要激光熔覆修复技术。")
    offered = [
        achievement(id=n, title=t) for n, t in enumerate(("激光熔覆修复叶片", "污水处理", "叶片检测"), 1)
    ]
    for judged in scoring.rank(shipped(), [wanted], offered, CONTEXT):
        alone = scoring.judge(shipped(), wanted, offered[judged.achievement_id - 1], CONTEXT)
        assert judged.score == pytest.approx(alone.score, abs=1e-9)
        assert judged.reasons == alone.reasons
