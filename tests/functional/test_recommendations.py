"""Recommendations as people get them: the same judgement both ways, frozen, narrowed, set aside; and in bad weather."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from sqlalchemy import func, select

from repositories import vectors
from repositories.match_runs import OWNER, PUBLIC, MatchRun
from repositories.vectors import ConfidentialVector, StoredVector
from services import introductions, passing
from services.errors import Conflict, Forbidden, IndexAway, Invalid, NotFound
from services.listings import entries
from services.recommend import Narrowing, for_listing, for_paste
from tests.functional.stage import COMMON, Stage, raise_stage

DIMENSIONS = 384
"""Of the shipped model; asking it would load it."""


@pytest.fixture(scope="module")
def fair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A stage with twelve more achievements and four more needs that differ in facts."""
    generator = raise_stage(tmp_path_factory.mktemp("fair"))
    stage = next(generator)
    regions, industries = ("510100", "330200", "370100"), ("C37", "C26")
    for n in range(12):
        stage.fresh("achievements", "published", title=f"{COMMON}用粉末 {n}", trl=str(n % 9 + 1), region=regions[n % 3],
                    industry=industries[n % 2], modes=["license"] if n % 2 else ["transfer", "equity"],
                    price_min=str(10_000 * n), abstract="高温合金叶片的修复" * (n + 1))  # fmt: skip
    for n in range(4):
        stage.fresh("needs", "published", title=f"{COMMON}求粉末 {n}", wanted_trl=str(n + 4), region=regions[n % 3],
                    budget_max=str(100_000 * (n + 1)), wanted_modes=["license"], problem="叶片修复后开裂" * (n + 1))  # fmt: skip
    stage.world.index()
    yield stage
    next(generator, None)


def lines(found: Any) -> list[Any]:
    return list(found.everything)


def test_a_pair_has_one_score_from_both_sides(fair: Stage) -> None:
    """Needs without a confidential part: the enterprise's list and the university's say the very same."""
    here, compared = fair.world.platform, 0
    with here.database.read() as session:
        needs = session.scalars(select(entries.library_of("needs").model).where(
            entries.library_of("needs").model.state == "published",
            entries.library_of("needs").model.confidential == "",
        )).all()  # fmt: skip
    for need in needs:
        mine = {i.row.id: i for i in lines(for_listing(here, fair.people["enterprise"], "needs", need.id))}
        for achievement_id, seen in list(mine.items())[:8]:
            other = lines(for_listing(here, fair.people["university"], "achievements", achievement_id))
            back = next(i for i in other if i.row.id == need.id)
            assert (back.score, back.level) == (seen.score, seen.level)
            assert list(back.reasons) == list(seen.reasons)
            assert list(back.cautions) == list(seen.cautions)
            assert list(back.contributions) == list(seen.contributions)
            compared += 1
    assert compared >= 20


def test_contributions_sum_to_the_score_and_lists_are_in_order(fair: Stage) -> None:
    need = fair.fresh("needs", "draft", title=f"{COMMON}用粉末", wanted_trl="5", budget_max="60000")
    found = for_listing(fair.world.platform, fair.people["enterprise"], "needs", need)
    assert len(found.recommended) >= 5
    scores = [i.score for i in found.ranked]
    assert scores == sorted(scores, reverse=True)
    assert [i.rank for i in found.ranked] == list(range(1, len(scores) + 1))
    for item in lines(found):
        assert sum(c["points"] for c in item.contributions) == pytest.approx(item.score, abs=0.06)
    assert sum(found.levels.values()) == len(found.recommended)


def runs_of(stage: Stage, need_id: int) -> list[MatchRun]:
    with stage.world.platform.database.read() as session:
        query = select(MatchRun).where(MatchRun.library == "needs", MatchRun.subject_id == need_id)
        return list(session.scalars(query.order_by(MatchRun.id)))


def test_a_run_is_frozen_and_found_again(fair: Stage) -> None:
    here, owner = fair.world.platform, fair.people["enterprise"]
    need = fair.fresh("needs", "draft", title=f"{COMMON}用粉末", problem="原来的问题")
    first = for_listing(here, owner, "needs", need)
    again = for_listing(here, owner, "needs", need)
    assert first.run_id == again.run_id
    assert [(i.entry_id, i.score) for i in first.items] == [(i.entry_id, i.score) for i in again.items]
    (run,) = runs_of(fair, need)
    frozen = [(e.rank, e.achievement_id, e.score, e.level, e.reasons, e.cautions) for e in run.entries]
    assert len(run.entries) <= 50
    assert (run.basis, run.subject_revision, run.ranker) == (PUBLIC, 1, here.ranker.name)
    # another question, another revision, other knowledge: another run each, and the first stays as it was
    entries.edit(here, owner, "needs", need, {"problem": "现在是另一个问题"}, revision=1, partial=True)
    edited = for_listing(here, owner, "needs", need)
    narrowed = for_listing(here, owner, "needs", need, Narrowing(trl_min=5))
    fair.fresh("achievements", "published", title=f"{COMMON}用粉末 新到")
    fair.world.index()
    later = for_listing(here, owner, "needs", need)
    assert len({first.run_id, edited.run_id, narrowed.run_id, later.run_id}) == 4
    assert later.considered == edited.considered + 1
    old = runs_of(fair, need)[0]
    assert [
        (e.rank, e.achievement_id, e.score, e.level, e.reasons, e.cautions) for e in old.entries
    ] == frozen


def test_only_the_owner_and_operators_get_a_list(fair: Stage) -> None:
    need = fair.fresh("needs", "published")
    for role, error in (("rival", Forbidden), ("university", Forbidden), ("nobody", Forbidden)):
        with pytest.raises(error):
            for_listing(fair.world.platform, fair.people[role], "needs", need)
    with pytest.raises(NotFound):
        for_listing(fair.world.platform, fair.people["rival"], "needs", fair.fresh("needs", "draft"))


def test_filters_narrow_inside_the_question(fair: Stage) -> None:
    here, owner = fair.world.platform, fair.people["enterprise"]
    need = fair.fresh("needs", "draft", title=f"{COMMON}用粉末")
    everything = {i.row.id: i for i in lines(for_listing(here, owner, "needs", need))}
    for narrowing, keeps in (
        (Narrowing(industries=("C26",)), lambda row: row.industry == "C26"),
        (Narrowing(industries=("C",)), lambda row: row.industry.startswith("C")),
        (Narrowing(regions=("330000",)), lambda row: row.region.startswith("33")),
        (Narrowing(modes=("equity",)), lambda row: "equity" in row.modes),
        (Narrowing(modes=("equity", "license")), lambda row: {"equity", "license"} & set(row.modes)),
        (Narrowing(trl_min=6), lambda row: row.trl is not None and row.trl >= 6),
        (Narrowing(industries=("C26",), trl_min=9), lambda row: False),
    ):
        found = for_listing(here, owner, "needs", need, narrowing)
        assert {i.row.id for i in lines(found)} == {i for i, item in everything.items() if keeps(item.row)}
        # narrowing changes what is shown, never what a pair is worth
        assert all(item.score == everything[item.row.id].score for item in lines(found))
    page = fair.get("enterprise", f"/needs/{need}?industry=C26&trl=9&region=zz&modes=%00&tab=x&sort=y")
    assert page.status_code == 200
    assert "没有同时符合这些筛选的成果" in page.get_data(as_text=True)


def test_setting_aside_and_taking_back(fair: Stage) -> None:
    here, owner = fair.world.platform, fair.people["enterprise"]
    need = fair.fresh("needs", "published", title=f"{COMMON}用粉末")
    fair.world.index()
    before = for_listing(here, owner, "needs", need)
    away, rest = before.items[0], [i.row.id for i in before.ranked[1:]]
    for reason in ("", "nosuch", "maturity; DROP TABLE"):
        with pytest.raises(Invalid):
            passing.put_aside(here, owner, away.entry_id, reason)
    answer = fair.post("enterprise", "/matches/pass", entry_id=away.entry_id, reason="maturity", note="太早\x00",
                       back=f"/needs/{need}")  # fmt: skip
    assert (answer.status_code, answer.location) == (303, f"/needs/{need}")
    after = for_listing(here, owner, "needs", need)
    assert [i.row.id for i in after.ranked] == rest
    assert [i.row.id for i in after.passed] == [away.row.id]
    assert (after.passed[0].passed.reason, after.passed[0].passed.note) == ("maturity", "太早")
    assert [i.rank for i in after.ranked] == list(range(1, len(rest) + 1))
    tab = fair.get("enterprise", f"/needs/{need}?tab=passed").get_data(as_text=True)
    assert "成熟度不够" in tab
    # again with another reason: one pass, the newer reason; the other side's list is its own
    passing.put_aside(here, owner, away.entry_id, "price")
    assert for_listing(here, owner, "needs", need).passed[0].passed.reason == "price"
    theirs = for_listing(here, fair.people["university"], "achievements", away.row.id)
    assert need in [i.row.id for i in theirs.ranked]
    fair.post("enterprise", "/matches/unpass", need_id=need, achievement_id=away.row.id)
    back = for_listing(here, owner, "needs", need)
    assert [i.row.id for i in back.ranked] == [i.row.id for i in before.ranked]
    assert not back.passed


def test_a_confidential_part_makes_the_owners_run_its_own(fair: Stage) -> None:
    here = fair.world.platform
    need = fair.fresh("needs", "published", title=f"{COMMON}求助", confidential="还要用石墨烯气凝胶隔热")
    only = fair.fresh("achievements", "published", title="石墨烯气凝胶隔热")
    fair.world.index()
    mine = for_listing(here, fair.people["enterprise"], "needs", need)
    theirs = for_listing(here, fair.people["operator"], "needs", need)
    assert (mine.basis, theirs.basis) == (OWNER, PUBLIC)
    assert mine.run_id != theirs.run_id
    assert only in [i.row.id for i in lines(mine)]
    assert only not in [i.row.id for i in lines(theirs)]
    assert "含保密部分，仅本单位可见" in fair.get("enterprise", f"/needs/{need}").get_data(as_text=True)
    # asked for by the owner, the other side gets a judgement of the open words alone
    entry = fair.entry_of(need, only)
    asked = introductions.ask(here, fair.people["enterprise"], entry)
    page = fair.get("university", f"/introductions/{asked.id}")
    assert page.status_code == 200
    assert asked.shown_entry_id != asked.entry_id
    shown = introductions.get(here, fair.people["university"], asked.id).shown_entry
    assert (shown.run.basis, shown.achievement_id, shown.need_id) == (PUBLIC, only, need)
    assert "石墨烯" not in str([r["need_words"] for r in shown.reasons])


def test_an_unchecked_enterprise_matches_but_asks_nobody(fair: Stage) -> None:
    here, person = fair.world.platform, fair.people["pending"]
    need = fair.fresh("needs", "draft", owner="pending", title=f"{COMMON}用粉末")
    found = for_listing(here, person, "needs", need)
    assert found.items
    entry = found.items[0].entry_id
    assert entry is not None
    with pytest.raises(Conflict) as refused:
        introductions.ask(here, person, entry)
    assert "核验" in refused.value.message
    answer = fair.post("pending", "/introductions/ask", entry_id=entry, message="请引荐")
    assert answer.status_code == 409
    assert "贵单位还在核验中" in answer.get_data(as_text=True)


def test_pasting_stores_nothing(fair: Stage) -> None:
    here = fair.world.platform

    def stored() -> list[Any]:
        tables = (MatchRun, StoredVector, ConfidentialVector, entries.library_of("needs").model)
        with here.database.read() as session:
            return [session.scalar(select(func.count()).select_from(table)) for table in tables]

    before = stored()
    found = for_paste(here, f"{COMMON}用粉末，叶片修复后开裂")
    assert found.items
    assert found.run_id is None
    assert all(i.entry_id is None for i in lines(found))
    assert fair.post("nobody", "/match", text=f"{COMMON}用粉末").status_code == 200
    assert stored() == before


def test_a_known_vector_is_used_and_counts_the_same_both_ways(fair: Stage) -> None:
    """The model is not warm here; vectors that are in the cache are used all the same."""
    here = fair.world.platform
    need = fair.fresh("needs", "published", title=f"{COMMON}向量")
    offer = fair.fresh("achievements", "published", title=f"{COMMON}向量")
    one = np.zeros(DIMENSIONS, np.float32)
    one[0] = 1.0
    with here.database.write() as session:
        keys = [fair.load("needs", need).vector_key, fair.load("achievements", offer).vector_key]
        vectors.put_many(session, here.embedder.model_id, dict.fromkeys(keys, one))
    fair.world.index()
    mine = for_listing(here, fair.people["enterprise"], "needs", need)
    theirs = for_listing(here, fair.people["university"], "achievements", offer)
    assert mine.by_meaning
    assert theirs.by_meaning
    pair = next(i for i in lines(mine) if i.row.id == offer)
    back = next(i for i in lines(theirs) if i.row.id == need)
    assert pair.score == back.score
    assert any(
        c["feature"] == "semantic_nearness" and c["value"] == pytest.approx(1.0) for c in pair.contributions
    )
    unknown = for_listing(
        here, fair.people["enterprise"], "needs", fair.fresh("needs", "draft", title="没有向量的需求")
    )
    assert not unknown.by_meaning


@contextmanager
def written_elsewhere(stage: Stage) -> Iterator[None]:
    """Another process holds the write lock."""
    other = sqlite3.connect(str(stage.world.platform.database.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def test_a_page_answers_while_another_process_writes(fair: Stage) -> None:
    need = fair.fresh("needs", "published", title=f"{COMMON}用粉末 忙")
    with written_elsewhere(fair):
        began = time.monotonic()
        page = fair.get("enterprise", f"/needs/{need}")
        took = time.monotonic() - began
        text = page.get_data(as_text=True)
        document = fair.callers["enterprise"].get(f"/needs/{need}/recommendations").get_json()
        others = [
            fair.get("enterprise", path).status_code
            for path in ("/", "/needs", "/needs/mine", "/inbox", "/introductions")
        ]
    assert page.status_code == 200
    assert 'class="entry"' in text
    assert took < 4
    assert runs_of(fair, need) == []
    assert document["run_id"] is None
    assert document["items"]
    assert "/matches/pass" not in text  # nothing to hang a pass on yet
    assert others == [200] * 5
    assert for_listing(fair.world.platform, fair.people["enterprise"], "needs", need).run_id


@contextmanager
def without_index(stage: Stage) -> Iterator[None]:
    """What says which generation is live cannot be read, as after a broken disk; then it can again."""
    kept = {p: p.read_bytes() for p in stage.world.platform.settings.index_folder.glob("*.json")}
    assert kept
    for pointer in kept:
        pointer.write_bytes(b"{")
    try:
        yield
    finally:
        for pointer, content in kept.items():
            pointer.write_bytes(content)


def test_without_the_index_what_is_saved_still_works(fair: Stage) -> None:
    here = fair.world.platform
    need = fair.fresh("needs", "published", title=f"{COMMON}用粉末 停")
    offer = fair.fresh("achievements", "published", title=f"{COMMON}用粉末 停")
    with without_index(fair):
        with pytest.raises(IndexAway):
            for_listing(here, fair.people["enterprise"], "needs", need)
        for role, path in (("enterprise", f"/needs/{need}"), ("university", f"/achievements/{offer}")):
            page = fair.get(role, path)
            assert page.status_code == 200
            assert "匹配服务暂时不可用" in page.get_data(as_text=True)
            assert page.get_data(as_text=True).count(f"{COMMON}用粉末 停") >= 2
        for path in (f"/needs/{need}/recommendations", "/needs?q=粉末", "/achievements"):
            answer = fair.callers["enterprise"].get(path)
            assert answer.status_code == 503
            assert int(answer.headers["Retry-After"]) > 0
            assert answer.content_type == "application/problem+json"
        for path in ("/needs", "/achievements?q=粉末", "/search?q=粉末"):
            assert fair.get("enterprise", path).status_code == 503
        assert fair.post("nobody", "/match", text=f"{COMMON}用粉末").status_code == 503
        assert fair.get("nobody", "/").status_code == 200
        made = fair.post("enterprise", "/needs/new", title="没有索引也能存", then="submit")
        assert made.status_code == 303
        assert fair.get("enterprise", made.location).status_code == 200
        assert fair.world.client().get("/readyz").status_code == 503
    assert for_listing(here, fair.people["enterprise"], "needs", need).items
    assert fair.world.client().get("/readyz").status_code == 200
