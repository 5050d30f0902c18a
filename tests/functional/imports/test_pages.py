"""Importing by page: upload, check, report, confirm; whose file it is."""

import io

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from repositories.accounts import ENTERPRISE, MANAGER, Account
from repositories.achievements import Achievement
from repositories.needs import Need
from services.access import Actor
from services.imports import steps
from tests.functional.imports.uploading import finished, press, rows, upload
from tests.support import csrf
from tests.unit.imports.books import csv, sheet_of, xlsx


def test_upload_check_confirm(world, university):
    actor, client = university
    address, page = finished(
        client, upload(client, "achievements", csv("成果名称,技术成熟度", "甲,6", "乙,"))
    )
    assert "导入 2 条" in page
    assert rows(world, Achievement) == []
    address, page = finished(client, press(client, address, "commit", rows="all"))
    assert "已写入 2 条" in page
    made = rows(world, Achievement)
    assert [(r.title, r.state, r.organisation_id, r.account_id) for r in made] == [
        ("甲", "submitted", actor.organisation_id, actor.account_id),
        ("乙", "submitted", actor.organisation_id, actor.account_id),
    ]
    assert made[0].published_at is None
    assert world.client().get(f"/achievements/{made[0].id}").status_code == 404
    address, page = finished(
        client, upload(client, "achievements", csv("成果名称,技术成熟度", "甲,6", "乙,"))
    )
    assert "没有新的内容" in page
    assert len(rows(world, Achievement)) == 2


def test_report_by_row_and_field_good_rows_only_and_the_refused_ones_as_a_file(world, university):
    _, client = university
    data = csv("成果名称,技术成熟度,学院", "甲,十,信息", "=乙,6,材料", f"{'长' * 300},6,")
    address, page = finished(client, upload(client, "achievements", data))
    assert "技术成熟度应为 1 到 9 的整数" in page
    assert "成果名称最多 200 字" in page
    assert "学院" in page  # a column nobody reads is named
    press(client, address, "commit", rows="all")
    assert rows(world, Achievement) == []
    book = client.get(f"{address}/refused.xlsx")
    table = sheet_of(book.data)
    assert table[0][:3] == ["问题（改好后可删去此列）", "原行号", "成果名称"]
    assert [line[1] for line in table[1:]] == [2, 4]
    _, page = finished(client, press(client, address, "commit", rows="good"))
    assert [r.title for r in rows(world, Achievement)] == ["=乙"]
    assert "已写入 1 条" in page
    # mended in that file, it goes in as it is
    table[1][table[0].index("技术成熟度")] = 5
    table[2][2] = "短"
    address, page = finished(client, upload(client, "achievements", xlsx(*table), "改好.xlsx"))
    finished(client, press(client, address, "commit", rows="all"))
    assert sorted(r.title for r in rows(world, Achievement)) == ["=乙", "甲", "短"]


def test_an_update_of_public_content_goes_back_to_review(world, university):
    actor, client = university
    row = world.listing(actor, "achievements", title="甲", external_id="K1", summary="旧")
    address, _ = finished(client, upload(client, "achievements", csv("编号,成果名称,一句话简介", "K1,甲,新")))
    finished(client, press(client, address, "commit", rows="all"))
    changed = rows(world, Achievement)[0]
    assert (changed.id, changed.summary, changed.state, changed.revision) == (row.id, "新", "submitted", 2)


def test_nobody_else_sees_a_file(world, university):
    _, client = university
    address, _ = finished(client, upload(client, "achievements", csv("成果名称", "甲")))
    world.operator()
    stranger = world.client("operator@example.org")
    for path in (address, f"{address}/progress", f"{address}/refused.xlsx"):
        assert stranger.get(path).status_code == 404
    token = csrf(stranger, "/imports/achievements")
    for verb in ("commit", "discard", "resume"):
        assert stranger.post(f"{address}/{verb}", data={"csrf_token": token}).status_code == 404
    assert world.client().get(address).status_code == 302


def test_who_may_import_what(world, university):
    _, client = university
    assert client.get("/imports/needs").status_code == 403
    assert client.get("/imports/organisations").status_code == 403
    assert client.get("/imports/nothing").status_code == 404
    world.person("manager@example.org", MANAGER)
    assert world.client("manager@example.org").get("/imports").status_code == 403
    world.person("alone@example.org", ENTERPRISE)
    alone = world.client("alone@example.org")
    assert upload(alone, "needs", csv("需求名称", "甲")).status_code == 409


def test_rows_of_another_organisation_are_refused(world, university):
    _, client = university
    world.organisation("丙大学", "university")
    data = csv("成果名称,单位名称", "甲,丙大学", "乙,乙大学", "丁,")
    _, page = finished(client, upload(client, "achievements", data))
    assert "只能导入本单位（乙大学）" in page
    assert "只导入通过的 2 条" in page


def test_an_operator_chooses_the_organisation(world):
    world.operator()
    owner = world.organisation("甲公司")
    client = world.client("operator@example.org")
    lost = upload(client, "needs", csv("需求名称", "甲"), organisation="没有的公司")
    assert lost.status_code == 422
    assert "没有的公司" in lost.get_data(as_text=True)
    address, _ = finished(client, upload(client, "needs", csv("需求名称", "甲"), organisation="甲公司"))
    finished(client, press(client, address, "commit", rows="all"))
    assert [(n.organisation_id, n.state) for n in rows(world, Need)] == [(owner.id, "submitted")]
    _, page = finished(client, upload(client, "needs", csv("需求名称,单位名称", "甲,没有的公司")))
    assert "请先导入单位" in page


def test_an_operator_may_publish_a_file_at_once_and_nobody_else(world, university):
    _, other = university
    world.operator()
    world.organisation("未核验公司", state="pending")
    client = world.client("operator@example.org")
    address, page = finished(client, upload(client, "achievements", csv("成果名称", "甲", "乙")))
    assert "导入并直接发布" in page
    _, page = finished(client, press(client, address, "commit", rows="all", then="publish"))
    assert "已写入 2 条并发布" in page
    assert [r.state for r in rows(world, Achievement)] == ["published", "published"]
    # an organisation that waits for its check has nothing public, and one that is not here is not made
    for owner in ("未核验公司", "没有的公司"):
        address, _ = finished(client, upload(client, "needs", csv("需求名称,单位名称", "丙,", f"丁,{owner}")))
        finished(client, press(client, address, "commit", rows="good", then="publish"))
    assert "丁" not in {n.title for n in rows(world, Need) if n.state == "published"}
    assert rows(world, Need)[0].state == "published"
    address, page = finished(other, upload(other, "achievements", csv("成果名称", "戊")))
    assert "直接发布" not in page
    assert press(other, address, "commit", rows="all", then="publish").status_code == 403
    assert len(rows(world, Achievement)) == 2


@pytest.mark.parametrize("library", ["achievements", "needs", "talents", "organisations"])
def test_the_template_opens_has_drop_downs_and_its_example_can_be_imported(world, library):
    world.operator()
    client = world.client("operator@example.org")
    answer = client.get(f"/imports/{library}/template.xlsx")
    book = load_workbook(io.BytesIO(answer.data))
    assert book.sheetnames == ["填写", "示例", "填写说明", "可选值"]
    sheet = book["填写"]
    assert all(cell.comment is not None for cell in sheet[1])
    assert sheet.data_validations.dataValidation
    head, example = sheet_of(answer.data, "示例")[:2]
    if library == "organisations":
        example[head.index("统一社会信用代码")] = None  # the example's code is nobody's
    told = steps.run(
        world.platform, batches_actor(world), library, "a.xlsx", xlsx(head, example), dry_run=True
    )
    assert told.problems == ()
    assert told.counts == {"new": 1}


def batches_actor(world):
    with world.platform.database.read() as session:
        return Actor(account_id=session.scalar(select(Account.id)), role="operator")
