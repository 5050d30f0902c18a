"""Lists, single listings, entering, editing and moving them through the API."""

from __future__ import annotations

import pytest

from tests.functional.api.calling import Cast, Counted, ok, problem


def test_a_need_goes_in_and_comes_out_as_it_was_meant(cast: Cast) -> None:
    typed = {
        "title": "高温合金叶片激光熔覆修复用粉末",
        "problem": "开裂",
        "budget_min": "500000.00",
        "budget_max": "800000.5",
        "industry": "铁路、船舶、航空航天和其他运输设备制造业",
        "region": "浙江省宁波市",
        "wanted_trl": 6,
        "wanted_modes": ["许可", "development"],
        "deadline": "2099-06-30",
        "is_bounty": True,
        "award": 100000,
        "contact_phone": "028-00000000",
        "confidential": "镍基粉末配比",
    }
    response = cast.enterprise.post("/needs", typed)
    need = ok(response, 201)
    assert response.headers["Location"] == f"/api/v1/needs/{need['id']}"
    assert need["budget_min"] == "500000.00"
    assert need["budget_max"] == "800000.50"
    assert need["award"] == "100000.00"
    assert need["industry"] == "C37"
    assert need["region"] == "330200"
    assert need["wanted_modes"] == ["license", "development"]
    assert need["deadline"] == "2099-06-30"
    assert need["state"] == "draft"
    assert need["created_at"].endswith("Z")
    assert need["confidential"] == "镍基粉末配比"
    assert need["wants_manager"] is True
    assert ok(cast.enterprise.get(f"/needs/{need['id']}")) == need


def test_every_faulty_field_is_named_at_once(cast: Cast) -> None:
    faults = problem(
        cast.enterprise.post(
            "/needs",
            {"budget_max": "-1", "industry": "没有的行业", "deadline": "2001-13-01", "wanted_trl": 12},
        ),
        422,
    )
    assert set(faults) == {"title", "budget_max", "industry", "deadline", "wanted_trl"}
    faults = problem(cast.enterprise.post("/needs", {"title": "有", "budgets": 1, "Title": "x"}), 422)
    assert set(faults) == {"budgets", "Title"}
    faults = problem(
        cast.enterprise.post("/needs", {"title": ["一", "二"], "is_bounty": {}, "wanted_modes": 7.5}), 422
    )
    assert set(faults) == {"title", "is_bounty"}


def test_a_person_has_a_name(cast: Cast) -> None:
    made = ok(cast.manager.post("/talents", {"name": "周望川", "stars": 3, "industries": ["C26"]}), 201)
    assert (made["name"], made["title"]) == ("周望川", "周望川")
    assert problem(cast.manager.post("/talents", {"stars": 3}), 422) == {"name": "请填写姓名。"}
    changed = ok(cast.manager.patch(f"/talents/{made['id']}", {"name": "周望"}, match="1"))
    assert changed["title"] == "周望"
    own = ok(cast.manager.get("/me/talents"))
    assert [row["id"] for row in own["items"]] == [made["id"]]


def test_edits_need_the_revision_they_started_from(cast: Cast) -> None:
    response = cast.enterprise.post("/needs", {"title": "轴承早期点蚀"})
    need, tag = ok(response, 201), response.headers["ETag"]
    path = f"/needs/{need['id']}"
    blind = cast.enterprise.patch(path, {"problem": "低速重载"})
    assert "If-Match" in problem(blind, 428)
    assert "版本" in blind.get_json()["title"]
    changed = cast.enterprise.patch(path, {"problem": "低速重载"}, match=tag)
    assert ok(changed)["problem"] == "低速重载"
    assert ok(changed)["revision"] == 2
    problem(cast.enterprise.patch(path, {"problem": "又改"}, match=tag), 412)
    problem(cast.enterprise.patch(path, {"problem": "又改"}, match='"nonsense"'), 412)
    assert ok(cast.enterprise.patch(path, {"indicators": "1"}, match="2"))["title"] == "轴承早期点蚀"
    assert ok(cast.enterprise.patch(path, {"indicators": "2"}, match="*"))["indicators"] == "2"


def test_unchanged_listings_are_not_sent_twice(cast: Cast) -> None:
    need = cast.need(published=False)
    first = cast.enterprise.get(f"/needs/{need['id']}")
    tag = first.headers["ETag"]
    again = cast.enterprise.get(f"/needs/{need['id']}", headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert again.get_data() == b""
    ok(cast.enterprise.post(f"/needs/{need['id']}/publish"))
    moved = cast.enterprise.get(f"/needs/{need['id']}", headers={"If-None-Match": tag})
    assert ok(moved)["state"] == "submitted"


def test_publishing_is_asking_for_review_unless_one_is_the_operator(cast: Cast) -> None:
    need = cast.need(published=False)
    path = f"/needs/{need['id']}"
    assert ok(cast.enterprise.post(f"{path}/publish"))["state"] == "submitted"
    problem(cast.enterprise.post(f"{path}/publish"), 409)
    problem(cast.enterprise.post(f"{path}/return", {"reason": "不行"}), 403)
    queue = ok(cast.operator.get("/reviews/needs"))["items"]
    assert [one["id"] for one in queue] == [need["id"]]
    assert queue[0]["organisation"]["name"] == "甲企业"
    assert problem(cast.operator.post(f"{path}/return"), 422) == {
        "reason": "请写明退回的原因，提交人要据此修改。"
    }
    returned = ok(cast.operator.post(f"{path}/return", {"reason": "请补充指标"}))
    assert (returned["state"], returned["return_reason"]) == ("returned", "请补充指标")
    ok(cast.enterprise.post(f"{path}/submit"))
    assert ok(cast.operator.post(f"{path}/publish"))["state"] == "published"
    assert ok(cast.enterprise.post(f"{path}/pause"))["state"] == "paused"
    assert ok(cast.enterprise.post(f"{path}/resume"))["state"] == "published"
    assert ok(cast.enterprise.post(f"{path}/withdraw"))["state"] == "withdrawn"
    problem(cast.enterprise.post(f"{path}/burn"), 404)


def test_lists_filter_page_and_count(cast: Cast) -> None:
    for number, (trl, modes) in enumerate(((3, ["license"]), (6, ["license", "transfer"]), (8, ["equity"]))):
        cast.achievement(
            title=f"激光熔覆修复技术之{number}", trl=trl, modes=modes, industry="C37", region="510100"
        )
    everything = ok(cast.nobody.get("/achievements?q=激光熔覆"))
    assert everything["total"] == 3
    assert everything["facets"]["trl"] == {"3": 1, "6": 1, "8": 1}
    assert ok(cast.nobody.get("/achievements?trl_min=6"))["total"] == 2
    assert ok(cast.nobody.get("/achievements?trl_min=6&trl=3"))["total"] == 0
    assert ok(cast.nobody.get("/achievements?modes=transfer,equity"))["total"] == 2
    assert ok(cast.nobody.get("/achievements?modes=转让&modes=作价入股"))["total"] == 2
    assert ok(cast.nobody.get("/achievements?region=四川省&industry=C"))["total"] == 3
    page = ok(cast.nobody.get("/achievements?per_page=2&page=2"))
    assert (page["page"], page["per_page"], len(page["items"]), page["total"]) == (2, 2, 1, 3)
    newest = ok(cast.nobody.get("/achievements?sort=trl"))
    assert [row["trl"] for row in newest["items"]] == [8, 6, 3]


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("page=-1", (1, 20)),
        ("page=abc&per_page=0", (1, 1)),
        ("per_page=99999", (1, 100)),
        ("page=9" + "9" * 5000, (500, 20)),
    ],
)
def test_pages_are_clamped_never_refused(cast: Cast, asked: str, given: tuple[int, int]) -> None:
    page = ok(cast.nobody.get(f"/needs?{asked}"))
    assert (page["page"], page["per_page"]) == given


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("industry=没有", "industry"),
        ("sort=luck", "sort"),
        ("trl_min=0", "trl_min"),
        ("colour=red", "colour"),
        ("trl=十", "trl"),
    ],
)
def test_filters_that_cannot_be_are_named(cast: Cast, query: str, field: str) -> None:
    assert field in problem(cast.nobody.get(f"/achievements?{query}"), 422)


def test_bounties_are_filtered(cast: Cast) -> None:
    cast.need(is_bounty=True, award="10000.00", title="揭榜的需求")
    cast.need(title="平常的需求")
    assert ok(cast.nobody.get("/needs?is_bounty=true"))["total"] == 1
    assert ok(cast.nobody.get("/needs?is_bounty=否"))["total"] == 1
    assert "is_bounty" in problem(cast.nobody.get("/needs?is_bounty=maybe"), 422)


def test_one_s_own_listings_in_every_state(cast: Cast) -> None:
    cast.need(published=False)
    cast.need(title="第二条")
    own = ok(cast.enterprise.get("/me/needs"))
    assert (own["total"], own["states"]) == (2, {"draft": 1, "published": 1})
    assert ok(cast.enterprise.get("/me/needs?state=draft"))["total"] == 1
    assert ok(cast.rival.get("/me/needs"))["items"] == []
    assert "state" in problem(cast.enterprise.get("/me/needs?state=lost"), 422)
    problem(cast.nobody.get("/me/needs"), 401)


def test_lists_cost_the_same_queries_whatever_they_hold(cast: Cast) -> None:
    costs = []
    assert cast.enterprise
    for count in (1, 4):
        while ok(cast.nobody.get("/achievements"))["total"] < count:
            cast.achievement()
        with Counted(cast.world) as counted:
            ok(cast.enterprise.get("/achievements?q=激光"))
        costs.append(counted.count)
    assert costs[0] == costs[1] <= 10
