"""Files that are bad, large, many or hostile: an answer with a remedy, and no bytes left behind."""

import io
import time

import pytest

from repositories.imports import ImportRow
from services import accounts
from services.imports import background, steps, unread
from tests.functional.imports.uploading import finished, press, rows, upload
from tests.support import csrf, make_world
from tests.unit.imports.books import csv, xlsx


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
