"""A manager's profile: what is declared stays in its circle, what is typed is checked, nothing typed is lost."""

from __future__ import annotations

import re
from typing import Any

import pytest

from repositories import erasure
from repositories.accounts import Account
from repositories.talents import Talent
from services import exports
from services.errors import Invalid
from services.imports import steps
from services.listings import entries
from services.listings.fields import DECLARED, PUBLIC
from tests.functional.api.calling import ok, problem
from tests.functional.talents.conftest import House
from tests.support import csrf
from tests.unit.imports.books import sheet_of

KINSHIP = "族兄控股的丙公司"
STATED = "来平台前做成三项许可"
RELATION = {"organisation": KINSHIP, "kind": "family", "since": "2022-01-01", "until": ""}


def declared(house: House) -> int:
    """The profile with a declared relation and a stated history, published."""
    actor = house.people["manager"]
    row = entries.edit(
        house.world.platform, actor, "talents", house.profile.id, {"relations": [RELATION], "history": STATED},
        revision=None, partial=True,
    )  # fmt: skip
    entries.act(house.world.platform, house.people["operator"], "talents", row.id, "publish")
    house.world.index()
    return int(row.id)


def test_relations_are_read_by_the_person_and_by_operators_only(house: House) -> None:
    row_id = declared(house)
    for role, sees in (
        ("nobody", False),
        ("enterprise", False),
        ("other", False),
        ("manager", True),
        ("operator", True),
    ):
        page = house.page(role, f"/talents/{row_id}")
        assert (KINSHIP in page) == sees, role
        assert STATED in page, role
        assert KINSHIP not in house.page(role, f"/talents?q={KINSHIP}").replace(f'value="{KINSHIP}"', "")
    assert KINSHIP in house.page("operator", f"/talents/{row_id}/edit")


def test_stated_history_stands_apart_from_what_is_confirmed(house: House) -> None:
    page = house.page("nobody", f"/talents/{declared(house)}")
    confirmed, stated = page.index("平台确认的业绩"), page.index("自述业绩")
    assert confirmed < stated
    assert "平台没有核实" in page[stated:]
    assert "还没有由平台确认的项目" in page[confirmed:stated]


def test_relations_through_the_api(house: House) -> None:
    manager, operator = house.call("manager"), house.call("operator")
    made = ok(house.call("other").post("/talents", {"name": "吴", "relations": [RELATION]}), 201)
    assert made["relations"] == [{**RELATION, "until": None}]
    path = f"/talents/{declared(house)}"
    known = ok(manager.get(path))
    assert known["relations"]
    assert ok(operator.get(path))["relations"] == known["relations"]
    for role in ("nobody", "enterprise", "university", "other"):
        caller = house.call(role)
        assert not ok(caller.get(path)).get("relations"), role
        assert KINSHIP not in caller.get("/talents").get_data(as_text=True)
    changed = ok(manager.patch(path, {"relations": "丙公司，持股或出资，，"}, match=f'"{known["revision"]}"'))
    assert changed["state"] == "published", "a declaration needs no review"


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("relations", [{"organisation": "", "kind": "family"}], "请填写单位"),
        ("relations", [{"organisation": "甲", "kind": ""}], "请填写关系"),
        ("relations", [{"organisation": "甲", "kind": "朋友"}], "里没有“朋友”"),
        ("relations", "甲，持股，2024-01-01，2023-01-01", "里没有“持股”"),
        ("relations", "甲，持股或出资，2024-01-01，2023-01-01", "结束日期早于起始日期"),
        ("affiliations", "甲，乙，2020-01-01，2019-01-01", "结束日期早于起始日期"),
        ("affiliations", [{"title": "主任"}], "请填写单位"),
        ("affiliations", "甲，乙，上周，", "日期"),
        ("certificate_date", "2099-01-01", "今天以后"),
        ("capacity", "51", "0 到 50"),
    ],
)
def test_what_cannot_be_is_refused_by_name(house: House, field: str, value: Any, message: str) -> None:
    with pytest.raises(Invalid) as refused:
        entries.create(
            house.world.platform, house.people["manager"], "talents",
            {"title": "周", "certificate_level": "senior", field: value},
        )  # fmt: skip
    assert [e.field for e in refused.value.errors] == [field]
    assert message in refused.value.errors[0].message


def test_a_certificate_needs_its_level(house: House) -> None:
    told = problem(house.call("operator").post("/talents", {"name": "周", "certificate_number": "川-1"}), 422)
    assert "等级" in told["certificate_level"]


def test_several_affiliations_at_once_are_lawful(house: House) -> None:
    row = entries.create(
        house.world.platform, house.people["other"], "talents",
        {"title": "吴", "affiliations": "甲大学，主任，2020-01-01，\n乙中心，顾问，2021-05-01，\n丙公司，顾问，2018-01-01，2019-12-31"},
    )  # fmt: skip
    page = house.page("other", f"/talents/{row.id}")
    lead = re.search(r'<p class="lead">(.*?)</p>', page)
    assert lead is not None
    assert "甲大学 主任" in lead.group(1)
    assert "乙中心 顾问" in lead.group(1)
    assert "丙公司" not in lead.group(1)


def test_the_form_takes_cells_and_gives_them_back(house: House) -> None:
    client = house.world.client("other@example.org")
    token = csrf(client, "/talents/new")
    cells = {
        "affiliations-0-organisation": "甲大学", "affiliations-0-since": "2020-01-01", "affiliations-2-organisation": "乙中心",
        "affiliations-2-since": "2021-01-01", "affiliations-2-until": "2020-01-01", "relations-0-organisation": "丙公司",
        "relations-0-kind": "shareholding",
    }  # fmt: skip
    answer = client.post("/talents/new", data={"csrf_token": token, "title": "吴", **cells})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "任职第 2 行：结束日期早于起始日期" in page
    for typed in ("甲大学", "乙中心", "丙公司", "2021-01-01"):
        assert f'value="{typed}"' in page
    assert '<option selected value="shareholding">' in page
    assert '<option value="乙大学"></option>' in page, "houses are suggested"
    assert "甲公司" not in page.split("house-suggestions")[1].split("</datalist>")[0], "enterprises are not"
    answer = client.post(
        "/talents/new", data={"csrf_token": token, "title": "吴", **cells, "affiliations-2-until": ""}
    )
    assert answer.status_code == 303
    with house.world.platform.database.read() as session:
        row = session.get(Talent, int(answer.location.rsplit("/", 1)[-1]))
    assert row is not None
    assert [a["organisation"] for a in row.affiliations] == ["甲大学", "乙中心"]
    assert [(r["organisation"], r["kind"]) for r in row.relations] == [("丙公司", "shareholding")]


def test_an_export_for_strangers_leaves_the_declared_out_and_ones_own_comes_back(house: House) -> None:
    declared(house)
    with house.world.platform.database.read() as session:
        row = session.get(Talent, house.profile.id)
    assert row is not None
    here = house.world.platform
    assert KINSHIP not in str(sheet_of(exports.listings_workbook(here, "talents", [row])))
    data = exports.listings_workbook(here, "talents", [row], circles=frozenset({PUBLIC, DECLARED}))
    assert f"{KINSHIP}，近亲属任职或持股，2022-01-01，" in str(sheet_of(data))
    told = steps.run(here, house.people["operator"], "talents", "a.xlsx", data, dry_run=True)
    assert told.problems == ()


def test_being_forgotten_empties_what_was_declared(house: House) -> None:
    declared(house)
    with house.world.platform.database.write() as session:
        account = session.get(Account, house.people["manager"].account_id)
        assert account is not None
        erasure.erase(session, account, house.world.platform.now())
    with house.world.platform.database.read() as session:
        row = session.get(Talent, house.profile.id)
    assert row is not None
    assert (row.relations, row.history, row.affiliations, row.state) == ([], "", [], "withdrawn")
