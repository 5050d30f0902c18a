"""Pages and API of patent lists: whose they are, what they filter, the walk by keys, a fixed number of questions."""

from __future__ import annotations

import re

import pytest

from services.patents import drafting
from tests.functional.api.calling import ok, problem
from tests.functional.counting import queries
from tests.functional.patents.conftest import LIST, Office, number


@pytest.fixture
def filled(office: Office) -> Office:
    """The list, bundled."""
    office.take(*LIST)
    actor = office.people["university"]
    drafting.propose(office.world.platform, actor, actor.organisation_id or 0)
    return office


ACCESS = {
    "/patents/1": (302, 403, 200, 404, 403, 200), "/patents/bundles/1": (302, 403, 200, 404, 403, 200),
    "/patents": (302, 403, 200, 200, 403, 200),
}  # fmt: skip
"""nobody, enterprise, university (whose it is), college, manager, operator."""
ROLES = ("nobody", "enterprise", "university", "college", "manager", "operator")


def test_only_the_house_and_operators_read_it(filled: Office) -> None:
    for path, expected in ACCESS.items():
        assert tuple(filled.client(role).get(path).status_code for role in ROLES) == expected, path
    api = {302: 401}
    for path, expected in (("/patents/1", ACCESS["/patents/1"]), ("/patent-bundles/1", ACCESS["/patents/1"])):
        found = tuple(filled.call(role).get(path).status_code for role in ROLES)
        assert found == tuple(api.get(status, status) for status in expected), path
    for verb in ("confirm", "rename", "split", "release", "merge", "dismiss", "restore"):
        assert filled.call("college").post(f"/patent-bundles/1/{verb}", {"title": "x"}).status_code == 404, (
            verb
        )
    assert filled.call("college").delete("/patents/1").status_code == 404
    assert "叶片" not in filled.client("college").get("/patents").get_data(as_text=True)
    house = filled.people["university"].organisation_id
    assert "叶片" not in filled.client("college").get(f"/patents?organisation={house}").get_data(as_text=True)
    assert filled.call("college").get(f"/patents?organisation={house}").status_code == 404
    for word in ("增材修复", "张望川"):
        for path in (f"/search?q={word}", f"/achievements?q={word}"):
            assert f"一种镍基单晶叶片的激光{word}" not in filled.client("nobody").get(path).get_data(
                as_text=True
            )
    assert len(filled.bundles) == 2


def test_the_list_narrows(filled: Office) -> None:
    for query, count in (
        ("", 6), ("?q=叶片", 3), ("?q=赵清", 2), (f"?q={number(6)}", 1), ("?type=utility_model", 1), ("?status=lapsed", 1),
        ("?status=granted", 4), ("?standing=free", 1), ("?standing=proposed", 5), ("?standing=proposed&q=装置", 1),
        ("?q=zzqx", 0), ("?type=nosuch", 0), ("?page=99", 6), ("?q=%25", 0), ("?status=expired", 0),
    ):  # fmt: skip
        page = filled.client("university").get(f"/patents{query}").get_data(as_text=True)
        total = re.search(r'class="total"[^>]*><b class="num">(\d+)', page)
        assert total is not None
        assert int(total.group(1)) == count, query
        assert page.count('class="row-item patent-row"') == count, query
    assert ok(filled.call("university").get("/patents?q=叶片&per_page=2"))["total"] == 3


def test_one_after_the_other_by_page(filled: Office) -> None:
    blades, water = filled.bundles
    client = filled.client("university")
    page = client.get(f"/patents/bundles/{blades.id}").get_data(as_text=True)
    for key in "ctsxn":
        assert f'data-hotkey="{key}"' in page
    mark = re.search(r'name="mark" value="(\w+)"', page)
    assert mark is not None
    answer = filled.press(
        "university", f"/patents/bundles/{blades.id}/confirm", mark=mark.group(1), title="叶片修复"
    )
    assert answer.status_code == 303
    assert answer.location.endswith(f"/patents/bundles/{water.id}"), "the next one follows"
    answer = filled.press("university", f"/patents/bundles/{water.id}/dismiss")
    assert answer.location.endswith("/patents/bundles")
    assert "看成果" in client.get("/patents/bundles?state=confirmed").get_data(as_text=True)
    assert "恢复" in client.get(f"/patents/bundles/{water.id}").get_data(as_text=True)
    assert "已写进成果" in filled.press_and_follow("university", "/patents/1/remove")


def test_a_refusal_keeps_what_was_typed(filled: Office) -> None:
    answer = filled.press("university", "/patents/bundles/1/rename", title="长" * 201)
    assert answer.status_code == 422
    assert "最多 200 字" in answer.get_data(as_text=True)
    assert "长" * 201 in answer.get_data(as_text=True)
    assert filled.press("university", "/patents/bundles/1/split").status_code == 422
    assert filled.press("university", "/patents/bundles/1/confirm", mark="stale").status_code == 412
    assert filled.press("university", "/patents/bundles/1/nosuch").status_code == 404
    assert filled.press("university", "/patents/bundles/1/split", patent_id="x").status_code == 422
    assert filled.press("university", "/patents/bundles").status_code == 303
    assert len(filled.bundles) == 2


def test_everything_through_the_api(office: Office) -> None:
    office.take(*LIST)
    caller = office.call("university")
    assert ok(caller.post("/patent-bundles/propose"))["waiting"] == 2
    listed = ok(caller.get("/patent-bundles"))
    assert [(one["size"], one["state"]) for one in listed["items"]] == [(3, "proposed"), (2, "proposed")]
    one = ok(caller.get(f"/patent-bundles/{listed['items'][0]['id']}"))
    assert one["patents"][0]["expires_on"] == "2038-02-08"
    new = ok(caller.post(f"/patent-bundles/{one['id']}/split", {"patent_ids": [one["patents"][2]["id"]]}))
    assert new["size"] == 1
    ok(caller.post(f"/patent-bundles/{one['id']}/merge", {"bundle_id": new["id"]}))
    assert caller.post(f"/patent-bundles/{one['id']}/confirm", {"mark": "old"}).status_code == 412
    done = ok(caller.post(f"/patent-bundles/{one['id']}/confirm", {"mark": one["mark"], "title": "叶片修复"}))
    assert (done["state"], ok(caller.get(f"/achievements/{done['achievement_id']}"))["state"]) == (
        "confirmed",
        "draft",
    )
    assert len(ok(caller.get(f"/achievements/{done['achievement_id']}"))["ip"]) == 3
    assert caller.post(f"/patent-bundles/{one['id']}/confirm").status_code == 409
    assert "patent_ids" in problem(caller.post("/patent-bundles", {"patent_ids": "1"}), 422)
    assert "patent_ids" in problem(caller.post("/patent-bundles", {"patent_ids": [True]}), 422)
    assert "state" in problem(caller.get("/patent-bundles?state=nosuch"), 422)
    made = ok(caller.post("/patent-bundles", {"patent_ids": [6], "title": "黑板擦"}), 201)
    assert made["size"] == 1
    assert caller.delete("/patents/6").status_code == 204
    assert caller.get("/patents/6").status_code == 404


def test_operators_work_for_a_house(filled: Office) -> None:
    operator, house = filled.client("operator"), filled.people["university"].organisation_id
    page = operator.get(f"/patents?organisation={house}").get_data(as_text=True)
    assert "乙大学" in page
    assert operator.get("/patents?organisation=999").status_code == 404
    done = ok(filled.call("operator").post("/patent-bundles/1/confirm"))
    owner = ok(filled.call("university").get(f"/achievements/{done['achievement_id']}"))
    assert owner["mine"], "the draft is the house's, whoever confirmed"


def test_questions_do_not_grow(filled: Office) -> None:
    paths = ("/patents", "/patents/bundles", "/patents/bundles/1", "/patents/1")
    client = filled.client("university")

    def asked() -> list[int]:
        client.get("/")
        return [queries(filled.world, client, path) for path in paths]

    few = asked()
    filled.take(*(f"{number(n)},第{n}号方法,,授权,2018-01-02,张{n},乙大学," for n in range(100, 160)))
    assert asked() == few
    assert max(few) <= 24
