"""证明材料: who may hand in, who may download and when, and what a handed-in file can never do."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from repositories import audit, files
from services import accounts, demo, evidence, vault
from services.access import Actor
from services.errors import Conflict, Invalid
from services.listings import entries
from services.scheduler import prune
from tests.functional.api.calling import Caller
from tests.support import World, csrf, post
from tests.unit.imports.books import xlsx

PDF_BYTES = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
PNG_BYTES = b"\x89PNG\r\n\x1a\n" + bytes(40)


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name in names:
            package.writestr(name, "<x/>")
    return buffer.getvalue()


DOCX_BYTES = zipped("[Content_Types].xml", "word/document.xml")


@pytest.fixture
def uni(world: World) -> Actor:
    world.operator()
    world.enterprise()
    return world.university()


def hand_in(world: World, actor: Actor, row: Any, data: bytes = PDF_BYTES, name: str = "检测报告.pdf") -> Any:
    return evidence.add(world.platform, actor, "achievements", row.id, name, data)


def state(world: World, row: Any) -> str:
    return str(entries.get(world.platform, Actor(role="operator"), "achievements", row.id).state)


def publish(world: World, row: Any) -> None:
    entries.act(world.platform, Actor(role="operator"), "achievements", row.id, "publish")


def blobs(world: World) -> list[Path]:
    return [p for p in vault.folder(world.platform).glob("??/*") if p.is_file()]


def fetch(world: World, email: str | None, row: Any, stored: Any) -> TestResponse:
    return world.client(email).get(f"/achievements/{row.id}/files/{stored.id}")


def test_a_file_is_shown_once_an_operator_let_the_listing_through_with_it(world: World, uni: Actor) -> None:
    row = world.listing(uni, "achievements", title="激光熔覆修复")
    assert state(world, row) == "published"
    stored = hand_in(world, uni, row)
    assert state(world, row) == "submitted"  # like any other change of what is public
    everybody = (None, "enterprise@example.org", "university@example.org", "operator@example.org")
    assert [fetch(world, who, row, stored).status_code for who in everybody] == [404, 404, 200, 200]
    desk = world.client("operator@example.org").get(f"/operator/review?library=achievements&at={row.id}")
    assert "检测报告.pdf" in desk.get_data(as_text=True)
    publish(world, row)
    assert [fetch(world, who, row, stored).status_code for who in everybody] == [200] * 4
    assert "检测报告.pdf" in world.client().get(f"/achievements/{row.id}").get_data(as_text=True)
    entries.act(world.platform, uni, "achievements", row.id, "withdraw")
    assert [fetch(world, who, row, stored).status_code for who in everybody] == [404, 404, 200, 200]


def test_what_is_for_members_is_for_members(world: World, uni: Actor) -> None:
    row = world.listing(uni, "achievements", published=False, title="仅注册用户", visibility="members")
    stored = hand_in(world, uni, row)
    entries.act(world.platform, uni, "achievements", row.id, "submit")
    publish(world, row)
    assert fetch(world, None, row, stored).status_code == 404
    assert fetch(world, "enterprise@example.org", row, stored).status_code == 200


def test_renewing_does_not_carry_an_unseen_file_into_the_open(world: World, uni: Actor) -> None:
    row = world.listing(uni, "achievements", title="过期的")
    with world.platform.database.write() as session:
        kept = session.merge(row, load=True)
        kept.move(session, "expire", world.platform.now())
    hand_in(world, uni, row)
    with pytest.raises(Conflict, match="提交审核"):
        entries.act(world.platform, uni, "achievements", row.id, "renew")


def test_a_download_is_a_download(world: World, uni: Actor) -> None:
    row = world.listing(uni, "achievements", published=False, title="草稿")
    stored = hand_in(world, uni, row, name="../../报告\r\nX-Evil: 1\u202efdp.html")
    assert stored.name == "报告X-Evil 1fdp.html.pdf".replace(" 1", ": 1")
    answer = fetch(world, "university@example.org", row, stored)
    assert answer.data == PDF_BYTES
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "X-Evil" not in answer.headers


@pytest.mark.parametrize(("data", "word"), [
    (b"", "空"), (b"<html><script>alert(1)</script>", "认不出"), (b"MZ" + bytes(50), "认不出"), (b"PK\x03\x04 broken", "打不开"),
    (zipped("a.txt"), "压缩包"), (zipped("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "宏"),
    (b"\xd0\xcf\x11\xe0" + bytes(50), "旧版"), (b"%PDF-" + bytes(evidence.MAX_BYTES), "最大 10 MB"),
])  # fmt: skip
def test_what_is_no_evidence_is_refused_with_a_remedy(
    world: World, uni: Actor, data: bytes, word: str
) -> None:
    row = world.listing(uni, "achievements", published=False, title="草稿")
    with pytest.raises(Invalid) as refused:
        hand_in(world, uni, row, data, "报告.pdf")
    assert [e.field for e in refused.value.errors] == ["file"]
    assert word in refused.value.errors[0].message
    assert blobs(world) == []


def test_every_kind_is_known_by_its_content(world: World, uni: Actor) -> None:
    row = world.listing(uni, "achievements", published=False, title="草稿")
    kinds = {PDF_BYTES: "pdf", PNG_BYTES: "png", b"\xff\xd8\xff\xe0" + bytes(9): "jpg", DOCX_BYTES: "docx",
             xlsx(["甲"]): "xlsx"}  # fmt: skip
    for data, ending in kinds.items():
        assert hand_in(world, uni, row, data, "材料.bin").name == f"材料.bin.{ending}"


def test_few_a_listing_and_none_twice(world: World, uni: Actor) -> None:
    row = world.listing(uni, "achievements", published=False, title="草稿")
    for n in range(evidence.MAX_FILES):
        hand_in(world, uni, row, PDF_BYTES + bytes([n + 65]))
    with pytest.raises(Invalid) as refused:
        hand_in(world, uni, row, PDF_BYTES + b"Z")
    assert "最多 10 份" in refused.value.errors[0].message
    other = world.listing(uni, "achievements", published=False, title="另一条")
    hand_in(world, uni, other, PDF_BYTES)
    with pytest.raises(Invalid):
        hand_in(world, uni, other, PDF_BYTES)
    assert len(blobs(world)) == evidence.MAX_FILES + 1


def test_removing_takes_the_bytes_unless_somebody_else_needs_them(world: World, uni: Actor) -> None:
    one, two = (world.listing(uni, "achievements", published=False, title=t) for t in ("甲", "乙"))
    first, second = hand_in(world, uni, one), hand_in(world, uni, two)
    assert len(blobs(world)) == 1
    evidence.remove(world.platform, uni, "achievements", one.id, first.id)
    assert len(blobs(world)) == 1
    assert fetch(world, "university@example.org", two, second).status_code == 200
    evidence.remove(world.platform, uni, "achievements", two.id, second.id)
    assert blobs(world) == []
    with world.platform.database.read() as session:
        actions = [row.action for row in audit.of_object(session, "achievements", two.id)]
    assert actions[:2] == ["file.removed", "file.added"]


def test_other_houses_neither_add_nor_remove_nor_guess(world: World, uni: Actor) -> None:
    row = world.listing(uni, "achievements", title="公开的")
    stored = hand_in(world, uni, row)
    publish(world, row)
    other = world.listing(world.university("other@example.org", "丁学院"), "achievements", title="别人的")
    client = world.client("other@example.org")
    token = csrf(client, "/")
    for path, code in (
        (f"/achievements/{row.id}/files", 403),
        (f"/achievements/{row.id}/files/{stored.id}/remove", 403),
        (f"/achievements/{other.id}/files/{stored.id}/remove", 404),
    ):
        data = {"csrf_token": token, "file": (io.BytesIO(PNG_BYTES), "a.png")}
        assert client.post(path, data=data).status_code == code, path
    assert client.get(f"/achievements/{other.id}/files/{stored.id}").status_code == 404
    assert len(blobs(world)) == 1


def test_by_page(world: World, uni: Actor) -> None:
    row = world.listing(uni, "achievements", published=False, title="草稿")
    client, here = world.client("university@example.org"), f"/achievements/{row.id}/files"
    page = f"/achievements/{row.id}/edit"
    refused = post(client, here, {"file": (io.BytesIO(b"MZ123"), "a.exe")}, page)
    assert refused.status_code == 422
    assert "认不出这是什么文件" in refused.get_data(as_text=True)
    assert 'value="草稿"' in refused.get_data(as_text=True)
    assert post(client, here, {}, page).status_code == 422
    done = post(client, here, {"file": (io.BytesIO(DOCX_BYTES), "报告.docx")}, page)
    assert (done.status_code, done.location) == (303, f"{page}#files")
    shown = client.get(page).get_data(as_text=True)
    assert "报告.docx" in shown
    (stored,) = evidence.listed(world.platform, uni, "achievements", row.id)
    assert post(client, f"{here}/{stored.id}/remove", {}, page).status_code == 303
    assert evidence.listed(world.platform, uni, "achievements", row.id) == []


def test_by_api(world: World, uni: Actor) -> None:
    row = world.listing(uni, "achievements", published=False, title="草稿")
    token = {"Authorization": f"Bearer {accounts.issue_token(world.platform, 'university@example.org')}"}
    caller, path = Caller(world.app.test_client(), token, uni), f"/achievements/{row.id}/files"
    made = caller.send("POST", path, data={"file": (io.BytesIO(PNG_BYTES), "照片.png")})
    assert made.status_code == 201, made.get_json()
    assert made.get_json()["name"] == "照片.png"
    assert made.get_json()["public"] is False
    assert [one["id"] for one in caller.get(path).get_json()["items"]] == [made.get_json()["id"]]
    assert caller.get(f"{path}/{made.get_json()['id']}").data == PNG_BYTES
    bad = caller.send("POST", path, data={"file": (io.BytesIO(b"MZ"), "a.exe")})
    assert bad.status_code == 422
    assert bad.get_json()["errors"][0]["field"] == "file"
    assert caller.delete(f"{path}/{made.get_json()['id']}").status_code == 204
    assert caller.get(path).get_json()["items"] == []


def test_bytes_without_a_row_are_swept_up_and_others_stay(world: World, uni: Actor) -> None:
    row = world.listing(uni, "achievements", published=False, title="草稿")
    hand_in(world, uni, row)
    with vault.held(world.platform):
        lost = vault.path_of(world.platform, vault.keep(world.platform, b"left by a killed process"))
    prune(world.platform)
    assert lost.exists()  # it may be on its way to a row
    for path in blobs(world):
        os.utime(path, (1, 1))
    prune(world.platform)
    assert not lost.exists()
    assert len(blobs(world)) == 1
    assert all(path.stat().st_mode & 0o077 == 0 for path in blobs(world))


def test_files_of_the_demonstration_go_with_it(world: World) -> None:
    demo.load(world.platform)
    operator = world.operator()
    world.index()
    shown = world.client().get("/api/v1/achievements?per_page=1").get_json()
    row_id = shown["items"][0]["id"]
    evidence.add(world.platform, operator, "achievements", row_id, "a.pdf", PDF_BYTES)
    demo.remove(world.platform)
    with world.platform.database.read() as session:
        assert files.of_owner(session, "achievements", row_id) == []
