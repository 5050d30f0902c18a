"""Files dropped on the home page: read when they are need forms, refused in words when they are anything else."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import pytest
from docx import Document
from openpyxl import Workbook
from werkzeug.test import TestResponse

from services.documents import MAX_BYTES, MAX_CHARACTERS, read_need_form
from services.errors import Invalid
from tests.support import World, csrf, make_world

NEED = "高温合金叶片激光熔覆修复后热影响区开裂，想找修复用粉末"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An empty platform with one achievement that fits."""
    world = make_world(tmp_path_factory.mktemp("files"))
    world.listing(world.university(), "achievements", title="高温合金叶片激光熔覆修复粉末")
    world.index()
    yield world
    world.platform.database.close()
    world.platform.index.close()


def drop(world: World, name: str, body: bytes, text: str = "") -> TestResponse:
    """Send a file by the home page's form."""
    client = world.client()
    data = {"csrf_token": csrf(client, "/"), "text": text, "file": (io.BytesIO(body), name)}
    return client.post("/match", data=data, content_type="multipart/form-data")


def docx(*paragraphs: str, table: tuple[tuple[str, str], ...] = ()) -> bytes:
    document, out = Document(), io.BytesIO()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if table:
        made = document.add_table(0, 2)
        for row in table:
            for cell, value in zip(made.add_row().cells, row, strict=True):
                cell.text = value
    document.save(out)
    return out.getvalue()


def xlsx(*rows: tuple[object, ...]) -> bytes:
    workbook, out = Workbook(), io.BytesIO()
    for row in rows:
        workbook.active.append(row)  # type: ignore[union-attr]
    workbook.save(out)
    return out.getvalue()


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), body)
    return out.getvalue()


@pytest.mark.parametrize(("name", "body"), [
    ("需求.docx", docx(NEED)),
    ("需求表.DOCX", docx(table=(("需求名称", NEED), ("预算", "80 万元")))),
    ("需求.xlsx", xlsx(("需求名称", NEED), ("预算（万元）", 80))),
    ("need.txt", NEED.encode()),
    ("need.txt", NEED.encode("utf-8-sig")),
    ("need.txt", NEED.encode("gb18030")),
    ("../../etc/need.txt", NEED.encode()),
])  # fmt: skip
def test_what_people_send_is_read_and_matched(site: World, name: str, body: bytes) -> None:
    answer = drop(site, name, body)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200, page[:500]
    assert "高温合金叶片激光熔覆修复粉末" in page.replace("<mark>", "").replace("</mark>", "")
    assert "来自文件" in page


REFUSED = [
    ("leer.docx", b"", "文件是空的"),
    ("leer.txt", b"", "文件是空的"),
    ("need.pdf", b"%PDF-1.7", "请上传 .docx、.xlsx 或 .txt"),
    ("need.doc", b"\xd0\xcf\x11\xe0", "另存为新格式"),
    ("ohne", b"abcdefgh", "请上传 .docx、.xlsx 或 .txt"),
    ("kaputt.docx", b"PK\x03\x04 nothing behind it", "与扩展名不符"),
    ("text.docx", NEED.encode(), "与扩展名不符"),
    ("leerer_ordner.docx", zipped(), "打不开"),
    ("fremd.docx", zipped(readme_txt=b"nothing of Word"), "打不开"),
    ("kaputt.xlsx", zipped(xl__workbook_xml=b"<workbook", **{"[Content_Types]_xml": b"<Types"}), "打不开"),
    ("bild.docx", docx(""), "没有文字"),
    ("leer.xlsx", xlsx(()), "没有文字"),
    ("krumm.txt", b"\xff\xfe\xff\x81\x00\xff" * 9, "编码无法识别"),
    ("bombe.xlsx", zipped(xl__worksheets__sheet1_xml=b"0" * 80_000_000), "解压后过大"),
    ("bombe.docx", zipped(word__document_xml=b"<w>" + b" " * 30_000_000), "解压后过大"),
]


@pytest.mark.parametrize(("name", "body", "message"), REFUSED, ids=[name for name, _, _ in REFUSED])
def test_anything_else_is_refused_in_words(site: World, name: str, body: bytes, message: str) -> None:
    answer = drop(site, name, body)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert message in page


def test_a_bomb_inside_a_right_document_stays_packed(site: World) -> None:
    """External entities and a billion laughs: the parser must not follow either."""
    evil = (
        b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY b "&a;&a;">]>'
        b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        b"<w:body><w:p><w:r><w:t>&a;&b; root</w:t></w:r></w:p></w:body></w:document>"
    )
    good, out = io.BytesIO(docx(NEED)), io.BytesIO()
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(out, "w") as target:
        for item in source.infolist():
            target.writestr(item, evil if item.filename == "word/document.xml" else source.read(item))
    page = drop(site, "xxe.docx", out.getvalue()).get_data(as_text=True)
    assert "root:x:0" not in page


def test_the_size_is_said(site: World) -> None:
    answer = drop(site, "gross.txt", b"a" * (MAX_BYTES + 1))
    assert answer.status_code == 422
    assert "最大 10 MB" in answer.get_data(as_text=True)


def test_two_hundred_megabytes_are_not_even_read(site: World) -> None:
    """The length alone refuses it: not a byte of the body has to come."""
    client = site.client()
    answer = client.post(
        "/match", input_stream=io.BytesIO(b""), content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(200 * 1024 * 1024)},
    )  # fmt: skip
    assert answer.status_code == 413
    assert "太大" in answer.get_data(as_text=True)


def test_a_long_document_is_cut_and_matched() -> None:
    assert len(read_need_form("lang.txt", ("长" * 50_000).encode())) == MAX_CHARACTERS
    assert len(read_need_form("lang.docx", docx(*["长" * 1000] * 40))) == MAX_CHARACTERS


def test_a_password_or_damage_is_one_message() -> None:
    with pytest.raises(Invalid) as refused:
        read_need_form("x.xlsx", zipped(EncryptedPackage=b"\x00" * 2000))
    assert "加了密码" in refused.value.errors[0].message


@pytest.mark.parametrize(("text", "message"), [
    ("", "至少一句话"), ("好", "至少一句话"), ("长" * 20_001, "20001 字"), (" \n\t ", "至少一句话"),
])  # fmt: skip
def test_pasted_text_has_bounds_and_stays(site: World, text: str, message: str) -> None:
    client = site.client()
    answer = client.post("/match", data={"csrf_token": csrf(client, "/"), "text": text})
    page = answer.get_data(as_text=True)
    assert (answer.status_code, message in page) == (422, True)
    assert text.strip() in page


def test_only_so_often(tmp_path_factory: pytest.TempPathFactory) -> None:
    world = make_world(tmp_path_factory.mktemp("often"), {"SANKU_MATCH_LIMIT": "2 per minute"})
    world.index()
    client = world.client()
    token = csrf(client, "/")
    codes = [client.post("/match", data={"csrf_token": token, "text": NEED}).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    refused = client.post("/match", data={"csrf_token": token, "text": NEED})
    assert "太频繁" in refused.get_data(as_text=True)
    assert int(refused.headers["Retry-After"]) > 0
    world.platform.database.close()
    world.platform.index.close()
