"""A university's list comes in as intellectual property: one row a right, doubles by number, states and terms."""

from __future__ import annotations

import io
from datetime import date

import pytest
from sqlalchemy import func, select

from repositories.achievements import Achievement
from repositories.outbox import Job
from services.imports import template
from tests.functional.patents.conftest import HEAD, LIST, Office, number
from tests.support import csrf
from tests.unit.imports.books import csv, sheet_of


def test_rows_become_rights_and_no_listings(office: Office) -> None:
    told = office.take(*LIST)
    assert (told.state, told.counts) == ("done", {"new": 6})
    rows = office.patents
    assert [r.number for r in rows[:3]] == [number(1), number(2), number(3, kind="2")]
    assert [(r.type, r.status, r.expires_on) for r in rows[:3]] == [
        ("invention_patent", "granted", date(2038, 2, 8)), ("invention_patent", "granted", date(2038, 3, 8)),
        ("utility_model", "granted", date(2028, 4, 8)),
    ]  # fmt: skip
    assert rows[0].inventors == ["张望川", "李素心"]
    assert {r.organisation_id for r in rows} == {office.people["university"].organisation_id}
    with office.world.platform.database.read() as session:
        assert session.scalar(select(func.count(Achievement.id))) == 0
        assert session.scalar(select(func.count(Job.id))) == 0, "nothing of it reaches the index"


def test_the_same_list_again_makes_no_doubles_however_numbers_are_written(office: Office) -> None:
    office.take(*LIST)
    again = [
        f"CN {line.split(',', 1)[0].lstrip('CNZL').replace('.', '')},{line.split(',', 1)[1]}" for line in LIST
    ]
    assert office.take(*again).counts == {"unchanged": 6}
    changed = office.take(f"{number(4)},一种高盐废水的正渗透浓缩系统,,授权,,,,")
    assert changed.counts == {"updated": 1}
    assert office.patents[3].status == "granted"
    assert office.patents[3].inventors == ["赵清", "钱渡"], "an empty cell changes nothing"
    assert len(office.patents) == 6


def test_a_publication_and_its_application_are_one_right(office: Office) -> None:
    head = "申请号,公开（公告）号,发明名称"
    office.take(",CN108123456A,叶片修复方法", head=head)
    assert [(r.number, r.publication_number) for r in office.patents] == [("CN108123456", "CN108123456A")]
    told = office.take(f"{number(7)},CN108123456B,叶片修复方法", head=head)
    assert told.counts == {"updated": 1}
    assert [(r.number, r.publication_number) for r in office.patents] == [(number(7), "CN108123456B")]
    assert office.take("CN108123456B,,叶片修复方法", head=head).counts == {"unchanged": 1}
    assert [r.number for r in office.patents] == [number(7)]


def test_two_universities_may_hold_the_same_right(office: Office) -> None:
    office.take(LIST[0])
    assert office.take(LIST[0], role="college").counts == {"new": 1}


@pytest.mark.parametrize(
    ("line", "field", "told"),
    [
        ("201810123456.7,甲,,,,,,", "number", "校验位"), ("待补,甲,,,,,,", "number", "不像申请号"), (",甲,,,,,,", "number", "请填写申请号"),
        (f"{number(9)},,,,,,,", "title", "请填写专利名称"), (f"{number(9)},甲,实用新型,,,,,", "type", "发明专利"),
        (f"{number(9)},甲,,,2019-01-01,,,", "filed_on", "晚于申请号里的年份 2018"), (f"{number(9)},甲,,活着,,,,", "status", "里没有“活着”"),
        (f"{number(9)},甲,,,很久以前,,,", "filed_on", "日期"), (f"{number(9)},{'长' * 201},,,,,,", "title", "最多 200 字"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_row_and_field(office: Office, line: str, field: str, told: str) -> None:
    report = office.take(LIST[0], line)
    assert [(p.row, p.field) for p in report.problems] == [(3, field)]
    assert told in report.problems[0].message
    assert office.patents == [], "all or nothing"


def test_the_same_right_twice_in_one_file(office: Office) -> None:
    other = LIST[0].replace("单晶", "定向")
    report = office.take(LIST[0], LIST[0], other, dry_run=True)
    assert report.counts == {"new": 1, "repeated": 1, "refused": 1}
    assert "第 2 行是同一件专利" in report.problems[0].message


def test_a_term_that_is_over_is_told(office: Office) -> None:
    report = office.take(f"{number(8, 2004)},旧方法,,授权,2004-01-05,,,")
    assert "届满" in report.hints[0][1]
    assert "已到期" in office.client("university").get("/patents").get_data(as_text=True)


def test_headings_as_universities_write_them(office: Office) -> None:
    head = "序号,申请（专利）号,发明创造名称,专利种类,当前法律状态,申请日期,授权公告日,发明（设计）人,专利权人,所属单位"
    told = office.take(f"1,{number(1)},甲,发明,有权,2018/2/8,2020.6.9,张三；李四,乙大学,材料学院", head=head)
    assert told.counts == {"new": 1}
    row = office.patents[0]
    assert (row.status, row.granted_on, row.inventors) == ("granted", date(2020, 6, 9), ["张三", "李四"])


def test_operators_say_whose_they_are(office: Office) -> None:
    refused = office.take(LIST[0], role="operator", dry_run=True)
    assert "归到一个单位" in refused.problems[0].message
    assert office.take(LIST[0], role="operator", organisation="丁学院").counts == {"new": 1}
    assert office.patents[0].organisation_id == office.people["college"].organisation_id


def test_by_page_with_its_own_template(office: Office) -> None:
    client = office.client("university")
    page = client.get("/imports/patents").get_data(as_text=True)
    assert "申请号" in page
    assert "不会公开" in page
    book = client.get("/imports/patents/template.xlsx")
    assert sheet_of(book.data)[0][:2] == ["申请号", "专利名称"]
    assert (
        sheet_of(template.build("patents", office.world.platform.vocabularies), "示例")[1][0]
        == "201810123456.5"
    )
    for role in ("enterprise", "manager"):
        assert office.client(role).get("/imports/patents").status_code == 403
    assert csrf(client, "/imports/patents")


def test_through_the_api(office: Office) -> None:
    answer = office.call("university").send(
        "POST", "/imports/patents", data={"file": (io.BytesIO(csv(HEAD, *LIST)), "p.csv")},
        content_type="multipart/form-data",
    )  # fmt: skip
    assert answer.status_code == 200
    assert answer.get_json()["created"] == 6


def test_three_thousand_rows(office: Office) -> None:
    lines = [
        f"{number(n)},第{n}号叶片修复方法,,授权,2018-01-0{n % 9 + 1},张{n % 50},乙大学,"
        for n in range(1, 3001)
    ]
    assert office.take(*lines).counts == {"new": 3000}
    assert office.take(*lines).counts == {"unchanged": 3000}
