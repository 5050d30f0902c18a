"""Importing by page: upload, check, report, confirm; whose file it is; what bad input does."""

import io
import time

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from repositories.accounts import ENTERPRISE, MANAGER
from repositories.achievements import Achievement
from repositories.imports import CHECKING, COMMITTING, ImportBatch, ImportRow
from repositories.needs import Need
from services import accounts
from services.imports import background, batches, steps, unread
from tests.support import csrf, make_world
from tests.unit.imports.books import csv, sheet_of, xlsx


def upload(client, library, data, name="成果.csv", **form):
    token = csrf(client, f"/imports/{library}")
    return client.post(
        f"/imports/{library}", data={"file": (io.BytesIO(data), name), "csrf_token": token, **form},
        content_type="multipart/form-data",
    )  # fmt: skip


def finished(client, answer):
    """The address of the batch, once nobody is at work on it, and its page."""
    assert answer.status_code == 303, answer.get_data(as_text=True)[:800]
    address = answer.headers["Location"]
    for _ in range(200):
        if client.get(f"{address}/progress").headers.get("HX-Refresh"):
            return address, client.get(address).get_data(as_text=True)
        time.sleep(0.05)
    raise AssertionError("the import never ended")


def press(client, address, verb, **form):
    return client.post(f"{address}/{verb}", data={"csrf_token": csrf(client, address), **form})


def rows(world, model):
    with world.platform.database.read() as session:
        return list(session.scalars(select(model).order_by(model.id)))


@pytest.fixture
def university(world):
    actor = world.university()
    return actor, world.client("university@example.org")


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


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.xlsx", b""), ("a.csv", b"\xff\xff\x81\x20"), ("a.xlsx", b"PK\x03\x04"), ("a.csv", b"x\ny")],
)
def test_bad_files_answer_422_with_a_remedy(university, name, data):
    _, client = university
    answer = upload(client, "achievements", data, name)
    assert answer.status_code == 422
    assert "这个文件还不能导入" in answer.get_data(as_text=True)


def large(*lines, head=("成果名称", "一句话简介")):
    """A workbook that is too large to be read within the request."""
    filler = [(f"第{i}号装置", "说明" * 40) for i in range(6_000)]
    return xlsx(head, *lines, *filler)


def test_a_large_workbook_is_read_beside_the_request(world, university, monkeypatch):
    actor, client = university
    monkeypatch.setattr(background, "start", lambda *_: None)  # as if the process died right after the answer
    data = large(("甲", "一"))
    answer = upload(client, "achievements", data, "大.xlsx")
    assert answer.status_code == 303
    batch_id = int(answer.headers["Location"].rsplit("/", 1)[1])
    page = client.get(answer.headers["Location"]).get_data(as_text=True)
    assert "正在读取文件" in page
    assert rows(world, ImportRow) == []
    (kept,) = (world.platform.settings.data / unread.FOLDER).iterdir()
    assert kept.stat().st_mode & 0o077 == 0
    steps.check(world.platform, actor, batch_id)
    page = client.get(answer.headers["Location"]).get_data(as_text=True)
    assert "导入 6,001 条" in page
    assert len(rows(world, ImportRow)) == 6_001
    assert list((world.platform.settings.data / unread.FOLDER).iterdir()) == []


def test_what_is_wrong_with_a_large_workbook_is_said_on_its_page(world, university):
    _, client = university
    _, page = finished(client, upload(client, "achievements", large(head=("甲列", "乙列")), "大.xlsx"))
    assert "没有找到“成果名称”这一列" in page
    assert "重新上传" in page
    assert list((world.platform.settings.data / unread.FOLDER).iterdir()) == []


def test_a_large_file_that_is_dropped_leaves_no_bytes(world, university, monkeypatch):
    _, client = university
    monkeypatch.setattr(background, "start", lambda *_: None)
    address = upload(client, "achievements", large(), "大.xlsx").headers["Location"]
    assert press(client, address, "discard").status_code == 303
    assert list((world.platform.settings.data / unread.FOLDER).iterdir()) == []


def test_uploads_are_limited_by_account(tmp_path):
    world = make_world(tmp_path / "limited", {"SANKU_UPLOAD_LIMIT": "2 per minute"})
    world.university()
    world.university("other@example.org", "丙大学")
    client = world.client("university@example.org")
    data = csv("成果名称", "甲")
    assert [upload(client, "achievements", data).status_code for _ in range(3)] == [303, 303, 429]
    assert upload(world.client("other@example.org"), "achievements", data).status_code == 303
    token = {"Authorization": f"Bearer {accounts.issue_token(world.platform, 'university@example.org')}"}
    by_api = world.app.test_client().post(
        "/api/v1/imports/achievements", data={"file": (io.BytesIO(data), "a.csv")}, headers=token
    )
    assert by_api.status_code == 429
    assert by_api.headers["Retry-After"]


def test_no_file_a_huge_file_and_a_missing_token(world, university):
    _, client = university
    token = csrf(client, "/imports/achievements")
    assert client.post("/imports/achievements", data={"csrf_token": token}).status_code == 422
    assert client.post("/imports/achievements", data={}).status_code == 400
    big = bytes(world.platform.settings.max_upload_bytes + 1)
    assert upload(client, "achievements", big, "a.xlsx").status_code == 413


def test_scripts_in_cells_and_file_names_are_text(university):
    _, client = university
    data = csv("成果名称,技术成熟度", "<script>alert(1)</script>,x")
    _, page = finished(client, upload(client, "achievements", data, "<img src=x onerror=alert(1)>.csv"))
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_an_interrupted_step_is_taken_up_again(world, university):
    actor, client = university
    here = world.platform
    batch_id = batches.upload(here, actor, "achievements", "a.csv", csv("成果名称", "甲", "乙"))
    address = f"/imports/batches/{batch_id}"
    for state in (CHECKING, COMMITTING):
        assert "接着处理" not in client.get(address).get_data(as_text=True)  # somebody seems to be at it
        with here.database.write() as session:
            session.get(ImportBatch, batch_id).beat_at = here.now() - 2 * steps.report.STALE
        page = client.get(address).get_data(as_text=True)
        assert "处理到一半停下了" in page
        assert rows(world, Achievement) == []
        finished(client, press(client, address, "resume"))
        if state == CHECKING:
            batches.confirm(here, actor, batch_id, good_only=False)
    assert [r.title for r in rows(world, Achievement)] == ["甲", "乙"]
    steps.commit(here, actor, batch_id)  # a late second process finds nothing to do
    assert len(rows(world, Achievement)) == 2


def test_a_failure_in_the_middle_leaves_nothing(world, university, monkeypatch):
    actor, _ = university
    here = world.platform
    batch_id = batches.upload(here, actor, "achievements", "a.csv", csv("成果名称", *map(str, range(50))))
    steps.check(here, actor, batch_id)
    batches.confirm(here, actor, batch_id, good_only=False)

    def breaks(*_args, **_kwargs):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(steps.audit, "write", breaks)
    steps.commit(here, actor, batch_id)
    assert rows(world, Achievement) == []
    told = batches.get(here, actor, batch_id)
    assert told.state == "failed"
    assert "没有改动" in told.message


def test_what_changed_between_check_and_confirmation_is_seen(world, university):
    actor, _ = university
    here = world.platform
    batch_id = batches.upload(here, actor, "achievements", "a.csv", csv("成果名称,一句话简介", "甲,新"))
    steps.check(here, actor, batch_id)
    for number in "12":
        world.listing(actor, "achievements", title="甲", external_id=f"K{number}", published=False)
    batches.confirm(here, actor, batch_id, good_only=False)
    steps.commit(here, actor, batch_id)
    told = batches.get(here, actor, batch_id)
    assert (told.state, told.bad) == ("checked", 1)
    assert "库里有了变化" in told.message
    assert {r.summary for r in rows(world, Achievement)} == {""}


def test_discarding_and_forgetting(world, university):
    actor, client = university
    address, _ = finished(client, upload(client, "achievements", csv("成果名称", "甲")))
    assert press(client, address, "discard").status_code == 303
    assert client.get(address).status_code == 404
    batches.upload(world.platform, actor, "achievements", "a.csv", csv("成果名称", "甲"))
    with world.platform.database.write() as session:
        for batch in session.scalars(select(ImportBatch)):
            batch.created_at -= 2 * batches.KEPT
    assert batches.prune(world.platform) == 1
    with world.platform.database.read() as session:
        assert session.scalar(select(func.count()).select_from(ImportRow)) == 0


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
    from services.access import Actor

    with world.platform.database.read() as session:
        from repositories.accounts import Account

        return Actor(account_id=session.scalar(select(Account.id)), role="operator")


def test_ten_thousand_rows_are_imported_in_well_under_a_minute(world, university):
    actor, _ = university
    data = csv(
        "成果名称,一句话简介,技术成熟度,所在地区,应用行业",
        *(f"第{i}号装置,用途{i},{i % 9 + 1},浙江省宁波市,C37" for i in range(10_000)),
    )
    begun = time.monotonic()
    told = steps.run(world.platform, actor, "achievements", "a.csv", data)
    assert told.state == "done"
    assert told.counts == {"new": 10_000}
    assert time.monotonic() - begun < 45
