"""An index somebody deleted: lists and recommendations say that it is being rebuilt, not that nothing was found."""

from __future__ import annotations

import shutil

import pytest

from indexer.rebuild import rebuild
from services import recommend, search
from services.access import NOBODY
from services.errors import IndexAway
from tests.support import World, post

LIBRARIES = ("achievements", "needs")


def test_it_is_said_until_it_is_built_again(world: World) -> None:
    enterprise, uni = world.enterprise(), world.university()
    need = world.listing(enterprise, "needs", title="高温合金叶片激光熔覆修复")
    offer = world.listing(uni, "achievements", title="激光熔覆修复镍基高温合金叶片")
    world.index()
    shutil.rmtree(world.platform.settings.index_folder)
    here, client = world.platform, world.client("enterprise@example.org")
    for library in LIBRARIES:
        with pytest.raises(IndexAway, match="重建"):
            search.search(here, NOBODY, library)
        page = world.client().get(f"/{library}?q=熔覆")
        assert (page.status_code, "检索正在重建" in page.get_data(as_text=True)) == (503, True)
        answer = world.client().get(f"/api/v1/{library}")
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert "重建" in answer.get_json()["title"]
    with pytest.raises(IndexAway, match="重建"):
        recommend.for_listing(here, enterprise, "needs", need.id)
    with pytest.raises(IndexAway, match="重建"):
        recommend.for_listing(here, uni, "achievements", offer.id)
    own = client.get(f"/needs/{need.id}")
    assert (own.status_code, "检索正在重建" in own.get_data(as_text=True)) == (200, True)
    pasted = post(world.client(), "/match", {"text": "叶片激光熔覆修复，求成熟工艺"})
    assert (pasted.status_code, "检索正在重建" in pasted.get_data(as_text=True)) == (503, True)
    for library in (*LIBRARIES, "talents"):
        rebuild(here.database, here.index, here.embedder, library, here.settings.data)
    assert [s.row.id for s in search.search(here, NOBODY, "achievements").items] == [offer.id]
    found = recommend.for_listing(here, enterprise, "needs", need.id)
    assert [i.row.id for i in found.ranked] == [offer.id]


def test_a_platform_without_listings_is_simply_empty(world: World) -> None:
    for library in (*LIBRARIES, "talents"):
        assert search.search(world.platform, NOBODY, library).total == 0
        assert world.client().get(f"/{library}").status_code == 200
