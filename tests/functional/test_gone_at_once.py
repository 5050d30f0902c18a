"""What leaves the public is gone with the commit: the index has not heard of it yet, and nobody must notice.

`stage` stands on its own here, because nothing may be indexed between the act and the look.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from indexer.port import Query
from repositories.shown import gone
from services import organisations
from services.listings import entries
from services.recommend import for_listing, for_paste
from tests.functional.stage import COMMON, ROLES, Stage, raise_stage

WORD = "quicksilverx"


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A stage of this module's own."""
    yield from raise_stage(tmp_path_factory.mktemp("gone"))


def waiting(stage: Stage, library: str, row_id: int) -> bool:
    """Whether the index still shows the row, so that looking proves something."""
    with stage.world.platform.database.read() as session:
        jobs = gone(session, library, ("public",))
    shown = stage.world.platform.index.search(Query(library=library, text=WORD))
    return row_id in jobs and row_id in [hit.id for hit in shown.words]


def seen(stage: Stage, role: str, library: str, row_id: int) -> list[str]:
    """Where a role still meets the row."""
    found = []
    listed = stage.callers[role].get(f"/{library}?q={WORD}").get_json()
    if listed["total"] or listed["items"] or listed["also_by_meaning"]:
        found.append("search")
    if any(listed["facets"].values()):
        found.append("facets")
    everything = stage.callers[role].get(f"/{library}?per_page=100").get_json()
    if row_id in [item["id"] for item in everything["items"]]:
        found.append("list")
    if everything["total"] != len(everything["items"]):
        found.append("total")
    if stage.callers[role].get(f"/{library}/{row_id}").status_code != 404:
        found.append("document")
    if stage.get(role, f"/{library}/{row_id}").status_code != 404:
        found.append("page")
    for path in (f"/{library}?q={WORD}", f"/search?q={WORD}", "/"):
        if f'href="/{library}/{row_id}"' in stage.get(role, path).get_data(as_text=True):
            found.append(path)
    return found


@pytest.mark.parametrize(("library", "verb"), [
    ("achievements", "withdraw"), ("achievements", "return"), ("achievements", "pause"), ("needs", "withdraw"),
    ("needs", "return"), ("talents", "withdraw"),
])  # fmt: skip
def test_withdrawn_paused_and_returned(alone: Stage, library: str, verb: str) -> None:
    owner = {"needs": "enterprise", "achievements": "university", "talents": "manager"}[library]
    row_id = alone.fresh(library, "published", title=f"{COMMON} {WORD} {verb}")
    alone.world.index()
    assert "search" in seen(alone, "rival", library, row_id)
    assert "page" in seen(alone, "rival", library, row_id)
    who = alone.people["operator" if verb == "return" else owner]
    entries.act(alone.world.platform, who, library, row_id, verb, "请核实")
    assert waiting(alone, library, row_id)
    for role in ROLES:
        if role == owner or role == "operator":
            assert set(seen(alone, role, library, row_id)) == {"document", "page"}
        else:
            assert seen(alone, role, library, row_id) == [], role
    alone.world.index()
    assert seen(alone, "rival", library, row_id) == []


def test_a_changed_listing_waits_for_review_unseen(alone: Stage) -> None:
    row_id = alone.fresh("achievements", "published", title=f"{COMMON} {WORD} 改")
    alone.world.index()
    row = alone.load("achievements", row_id)
    entries.edit(alone.world.platform, alone.people["university"], "achievements", row_id,
                 {"abstract": "换了内容"}, revision=row.revision, partial=True)  # fmt: skip
    assert alone.load("achievements", row_id).state == "submitted"
    assert waiting(alone, "achievements", row_id)
    assert seen(alone, "enterprise", "achievements", row_id) == []
    entries.act(alone.world.platform, alone.people["operator"], "achievements", row_id, "publish")
    alone.world.index()
    assert "search" in seen(alone, "enterprise", "achievements", row_id)
    entries.act(alone.world.platform, alone.people["university"], "achievements", row_id, "withdraw")
    alone.world.index()


def test_closed_to_members_is_gone_for_visitors_only(alone: Stage) -> None:
    row_id = alone.fresh("achievements", "published", title=f"{COMMON} {WORD} 会员")
    alone.world.index()
    assert "search" in seen(alone, "nobody", "achievements", row_id)
    row = alone.load("achievements", row_id)
    entries.edit(alone.world.platform, alone.people["university"], "achievements", row_id,
                 {"visibility": "members"}, revision=row.revision, partial=True)  # fmt: skip
    assert alone.load("achievements", row_id).state == "published"
    assert waiting(alone, "achievements", row_id)
    assert seen(alone, "nobody", "achievements", row_id) == []
    assert all(i.row.id != row_id for i in for_paste(alone.world.platform, f"{COMMON} {WORD}").items)
    assert {"search", "page", "list"} <= set(seen(alone, "rival", "achievements", row_id))
    alone.world.index()
    assert seen(alone, "nobody", "achievements", row_id) == []
    entries.act(alone.world.platform, alone.people["university"], "achievements", row_id, "withdraw")
    alone.world.index()


@pytest.mark.parametrize(("library", "owner"), [("achievements", "college"), ("needs", "rival")])
def test_an_organisation_that_loses_its_approval_takes_its_listings_along(
    alone: Stage, library: str, owner: str
) -> None:
    row_id = alone.fresh(library, "published", owner=owner, title=f"{COMMON} {WORD} 撤销")
    alone.world.index()
    assert {"search", "page", "list"} <= set(seen(alone, "manager", library, row_id))
    here, operator = alone.world.platform, alone.people["operator"]
    house = alone.people[owner].organisation_id or 0
    organisations.decide(here, operator, house, approve=False, reason="代码与名称不符")
    assert waiting(alone, library, row_id)
    for role in ("nobody", "manager", "enterprise", "university"):
        assert seen(alone, role, library, row_id) == [], role
    assert "单位没有通过核验，已暂停展示" in alone.get(owner, f"/{library}/{row_id}").get_data(as_text=True)
    alone.world.index()
    organisations.decide(here, operator, house, approve=True)
    alone.world.index()
    assert {"search", "page", "list"} <= set(seen(alone, "manager", library, row_id))
    entries.act(here, alone.people[owner], library, row_id, "withdraw")
    alone.world.index()


def test_recommendations_forget_it_too(alone: Stage) -> None:
    """In a frozen run that is reused, in a new one, and for a pasted text; both ways."""
    here = alone.world.platform
    offer = alone.fresh("achievements", "published", title=f"{COMMON} {WORD} 荐")
    need = alone.fresh("needs", "published", title=f"{COMMON} {WORD} 求")
    alone.world.index()

    def recommended() -> tuple[bool, bool, bool]:
        mine = for_listing(here, alone.people["enterprise"], "needs", need)
        other = for_listing(here, alone.people["university"], "achievements", offer)
        pasted = for_paste(here, f"{COMMON} {WORD}")
        return (
            any(i.row.id == offer for i in mine.ranked),
            any(i.row.id == need for i in other.ranked),
            any(i.row.id == offer for i in pasted.ranked),
        )

    assert recommended() == (True, True, True)
    entries.act(here, alone.people["university"], "achievements", offer, "withdraw")
    entries.act(here, alone.people["enterprise"], "needs", need, "pause")
    assert waiting(alone, "achievements", offer)
    assert recommended() == (False, False, False)
    path = f"/matches/why?need_id={need}&achievement_id={offer}"
    assert alone.get("enterprise", path).status_code == 404
    assert alone.get("university", path).status_code == 404
    compared = alone.get("enterprise", f"/matches/compare/{need}?with={offer}").get_data(as_text=True)
    assert f"/achievements/{offer}" not in compared
    alone.world.index()
    assert recommended() == (False, False, False)
