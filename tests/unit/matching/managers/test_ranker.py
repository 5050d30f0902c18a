"""What a manager's score promises: it is the sum of its contributions and depends on the deal and the manager alone."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.rankers import MANAGERS, load_tables
from matching.managers.features import FEATURES
from matching.managers.ranker import SHOWN, Additive, rank
from matching.managers.types import Standing, Tie
from matching.ranker import BadRanker
from tests.unit.matching.managers.world import CONTEXT, TEXT, Asked, deal, past, talent, vector, weights
from tests.unit.matching.world import shipped

VECTORS = st.none() | st.integers(0, 2**16).map(
    lambda seed: vector(*np.random.default_rng(seed).normal(size=3))
)
CODES = st.frozensets(st.sampled_from(["C", "C35", "C26", "A01"]))
PLACES = st.frozensets(st.sampled_from(["510000", "510104", "330200", "110000"]))
PAST = st.lists(
    st.builds(past, st.sampled_from(["completed", "ended", "under_way"]), st.floats(0.1, 1), st.floats(0, 1),
              st.floats(0, 1)), max_size=5,
).map(tuple)  # fmt: skip
PEOPLE = st.builds(
    talent, st.integers(1, 9), text=st.sampled_from(["", TEXT, "小麦育种"]), vector=VECTORS, industries=CODES,
    regions=PLACES, certificate=st.sampled_from(["", "junior", "senior"]), stars=st.integers(0, 5),
    capacity=st.integers(0, 5), disciplines=st.frozensets(st.sampled_from(["430", "110"])),
    posts=st.frozensets(st.sampled_from(["selection", "market"])),
    ties=st.sampled_from([(), (Tie("青岚理工大学"),), (Tie("别处研究院"),)]),
)  # fmt: skip
STANDINGS = st.builds(Standing, load=st.integers(0, 5), past=PAST)
DEALS = st.builds(
    deal, finder_id=st.none() | st.integers(1, 9),
    asked=st.builds(Asked, posts=st.frozensets(st.sampled_from(["selection", "market"])),
                    certificate=st.sampled_from(["", "junior", "senior"])),
)  # fmt: skip


def ranked(one, people):
    candidates = {person.id: (person, standing) for person, standing in people}
    return rank(weights(), shipped().ngrams, one, candidates, CONTEXT)


@given(DEALS, PEOPLE, STANDINGS)
@settings(max_examples=300, deadline=None)
def test_a_score_is_the_sum_of_its_contributions(one, person, standing):
    found = ranked(one, [(person, standing)])
    assert len(found.judged) + len(found.rejections) == 1
    for judged in found.judged:
        assert [name for name, _, _ in judged.contributions] == [feature.__name__ for feature in FEATURES]
        assert judged.score == pytest.approx(sum(points for _, _, points in judged.contributions))
        assert 0 <= judged.score <= 100 + 1e-9
        assert all(points == 0 for _, value, points in judged.contributions if value is None)
        assert all(word in person.text for reason in judged.reasons for word in reason.words)
        assert {reason.contribution for reason in judged.reasons} <= {p for _, _, p in judged.contributions}
        assert len(judged.cautions) <= 3
        assert (judged.load, judged.capacity) == (standing.load, person.capacity)


@given(DEALS, st.lists(st.tuples(PEOPLE, STANDINGS), min_size=1, max_size=6, unique_by=lambda one: one[0].id))
@settings(max_examples=100, deadline=None)
def test_a_score_depends_on_the_deal_and_the_manager_alone(one, people):
    together = ranked(one, people)
    alone = [ranked(one, [each]) for each in people]
    assert {j.talent_id: j for j in together.judged} == {j.talent_id: j for a in alone for j in a.judged}
    assert {r.talent_id: r for r in together.rejections} == {
        r.talent_id: r for a in alone for r in a.rejections
    }
    order = [(-j.score, j.talent_id) for j in together.judged]
    assert order == sorted(order)
    assert ranked(one, reversed(people)) == together


def test_reasons_are_told_in_plain_words_without_anybody_elses_deal():
    person = talent(
        text=TEXT, vector=vector(1, 0.5, 0), industries=frozenset({"C26"}), regions=frozenset({"330000"}),
        certificate="senior", stars=5, disciplines=frozenset({"430"}), posts=frozenset({"selection"}),
    )  # fmt: skip
    one = deal(finder_id=5, asked=Asked(posts=frozenset({"selection"})))
    (judged,) = ranked(one, [(person, Standing(load=1, past=(past(), past(), past("ended"))))]).judged
    assert {reason.text for reason in judged.reasons} == {
        "从业经历与项目整体相近", "从业经历提到 激光熔覆、液压支架、修复", "在平台上承接过多个相近的项目，2 个已结项",
        "熟悉化学原料和化学制品制造业", "熟悉材料科学学科", "服务宁波市", "从事项目要求的技术成果筛选",
        "持高级技术经理人能力等级证书", "备案 5 星", "在平台上办结 2 个项目", "在平台上承接过同行业的项目 3 个", "近期有余力",
        "项目由其跟进的线索而来",
    }  # fmt: skip
    assert [reason.contribution for reason in judged.reasons] == sorted(
        (reason.contribution for reason in judged.reasons), reverse=True
    )


def test_only_those_somebody_will_read_get_reasons():
    people = [(talent(n, stars=5, industries=frozenset({"C35"})), Standing()) for n in range(1, SHOWN + 3)]
    found = ranked(deal(), people)
    assert all(one.reasons for one in found.judged[:SHOWN])
    assert not any(one.reasons or one.cautions for one in found.judged[SHOWN:])


@pytest.mark.parametrize(("spoil", "says"), [
    (lambda d: d["features"].pop("region"), "region"),
    (lambda d: d["features"]["region"].update(points=9.0), "100"),
    (lambda d: d["features"]["region"].update(knots=[[0, 0], [0, 1]]), "region"),
    (lambda d: d.pop("name"), "name"),
])  # fmt: skip
def test_broken_data_are_refused_by_name(spoil, says):
    data = copy.deepcopy(load_tables(MANAGERS))
    spoil(data)
    with pytest.raises(BadRanker, match=says):
        Additive.from_data(data)
