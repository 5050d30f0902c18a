"""What an attacker tried, and what the platform answers: each test is one way that once worked.

Time limits are generous; what they guard against took minutes or all memory.
"""

from __future__ import annotations

import io
import logging
import os
import time
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from docx import Document
from openpyxl import Workbook
from sqlalchemy import text as sql
from sqlalchemy.exc import SQLAlchemyError

from indexer.port import Query
from repositories.accounts import Account
from repositories.introductions import Introduction
from repositories.notices import Notice
from services import accounts, credentials, introductions, invitations, organisations
from services.access import Actor, actor_of
from services.differences import IN, OUT, likeness, pieces
from services.documents import read_need_form
from services.errors import Conflict, Invalid, NotFound
from services.listings import entries
from services.scheduler import expire_listings
from tests.functional.stage import COMMON, Stage, raise_stage
from tests.support import PASSWORD, csrf, make_world

SECONDS = 10.0
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A stage of this module's own."""
    yield from raise_stage(tmp_path_factory.mktemp("attacks"))


def packed(kind: str, replaced: dict[str, str], padding: int = 0) -> bytes:
    """A right .docx or .xlsx with some of its parts replaced; `padding` bytes that do not pack."""
    plain, out = io.BytesIO(), io.BytesIO()
    (Document() if kind == "docx" else Workbook()).save(plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            if item.filename not in replaced:
                target.writestr(item, source.read(item))
        for name, body in replaced.items():
            target.writestr(name, body)
        if padding:
            target.writestr("padding.bin", os.urandom(padding))
    return out.getvalue()


def word(body: str, padding: int = 0) -> bytes:
    """A .docx whose document is this markup."""
    document = f'<?xml version="1.0"?><w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    return packed("docx", {"word/document.xml": document}, padding)


def paragraph(words: str) -> str:
    return f'<w:p><w:r><w:t xml:space="preserve">{words}</w:t></w:r></w:p>'


def cell(words: str, properties: str) -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(words)}</w:tc>"


def timed(name: str, body: bytes) -> str:
    """What is read of a form, or the words in which it is refused, within the time."""
    started = time.process_time()
    try:
        found = read_need_form(name, body)
    except Invalid as refused:
        found = refused.errors[0].message
    assert time.process_time() - started < SECONDS
    return found


def test_a_cell_that_spans_two_thousand_million_columns() -> None:
    spanning = cell("需求名称：高温合金叶片修复", '<w:gridSpan w:val="2000000000"/>')
    assert "高温合金叶片修复" in timed("需求.docx", word(f"<w:tbl><w:tr>{spanning}</w:tr></w:tbl>"))


def test_a_column_of_merged_cells_as_long_as_the_file() -> None:
    top = "<w:tr>" + cell("指标", '<w:vMerge w:val="restart"/>') * 40 + "</w:tr>"
    below = "<w:tr>" + cell("", "<w:vMerge/>") * 40 + cell("强度", "") + "</w:tr>"
    read = timed("需求.docx", word(f"<w:tbl>{top}{below * 300}</w:tbl>"))
    assert read.splitlines()[:2] == ["指标", "指标：强度"]


@pytest.mark.parametrize("words", [
    f"名称：{' ' * 60_000}：x", f"名称{' ' * 60_000}x", f"名称：{'甲' * 60_000}：", "名称：" * 20_000,
])  # fmt: skip
def test_blanks_that_make_a_search_try_again_and_again(words: str) -> None:
    assert timed("需求.docx", word(paragraph(words)))


def test_a_document_of_millions_of_empty_paragraphs() -> None:
    assert "过大" in timed("需求.docx", word("<w:p/>" * 4_000_000, padding=200_000))
    assert timed("需求.docx", word("<w:p/>" * 500_000 + paragraph("高温合金叶片"), padding=50_000))


def test_a_workbook_of_millions_of_fonts_or_strings() -> None:
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    fonts = f"<styleSheet {space}><fonts>{'<font><b/></font>' * 1_000_000}</fonts></styleSheet>"
    strings = f"<sst {space}>{'<si><t>abcdef</t></si>' * 1_000_000}</sst>"
    for part, body in (("xl/styles.xml", fonts), ("xl/sharedStrings.xml", strings)):
        assert "过大" in timed("需求.xlsx", packed("xlsx", {part: body}, padding=400_000))


def test_a_million_keywords(scene: Stage) -> None:
    started = time.process_time()
    many = [f"词{n}" for n in range(300_000)]
    answer = scene.callers["university"].post("/achievements", {"title": "成果", "keywords": many})
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["field"] == "keywords"
    for name, value in (("ip", [{"type": "invention_patent"}] * 100_000), ("forms", "发明专利、" * 300_000)):
        assert (
            scene.callers["university"].post("/achievements", {"title": "成果", name: value}).status_code
            == 422
        )
    assert time.process_time() - started < 2 * SECONDS


@pytest.mark.parametrize(("before", "after"), [
    ("，" * 8000, "，甲" * 4000), ("甲" * 8000, "甲乙" * 4000), ("甲，" * 4000, "，甲乙" * 2600),
])  # fmt: skip
def test_texts_that_take_a_reviewer_minutes(before: str, after: str) -> None:
    started = time.process_time()
    found = pieces(before, after)
    likeness(before[:200], after[:200])
    assert time.process_time() - started < SECONDS
    assert "".join(t for kind, t in found if kind != IN) == before
    assert "".join(t for kind, t in found if kind != OUT) == after


def test_what_was_edited_after_it_expired_is_reviewed(scene: Stage) -> None:
    """Let it run out, rewrite it, renew it: once that published what no operator had read."""
    here, owner = scene.world.platform, scene.people["enterprise"]
    row_id = scene.fresh("needs", "expired")
    row = scene.load("needs", row_id)
    entries.edit(
        here, owner, "needs", row_id, {"title": "未经审核的内容"}, revision=row.revision, partial=True
    )
    with pytest.raises(Conflict, match="提交审核"):
        entries.act(here, owner, "needs", row_id, "renew")
    assert scene.load("needs", row_id).state == "expired"
    entries.act(here, owner, "needs", row_id, "submit")
    entries.act(here, scene.people["operator"], "needs", row_id, "publish")
    assert scene.load("needs", row_id).is_public


def test_what_an_operator_mended_or_nobody_changed_is_renewed(scene: Stage) -> None:
    here, owner = scene.world.platform, scene.people["enterprise"]
    row_id = scene.fresh("needs", "published")
    entries.edit(here, scene.people["operator"], "needs", row_id, {"title": "更正"}, revision=1, partial=True)
    with here.database.write() as session:
        session.merge(scene.load("needs", row_id)).expires_on = here.today() - timedelta(days=1)
    expire_listings(here)
    entries.edit(here, owner, "needs", row_id, {"contact_phone": "1"}, revision=2, partial=True)
    assert entries.act(here, owner, "needs", row_id, "renew").is_public


def rejected(scene: Stage, library: str, name: str) -> tuple[Actor, int, int]:
    """(a person, a paused and an expired listing) of an organisation that was approved and then was not any more."""
    world = scene.world
    make: Any = world.enterprise if library == "needs" else world.university
    actor = scene.people[name] = make(f"{name}@example.org", name)
    rows = [scene.fresh(library, state, owner=name) for state in ("paused", "expired")]
    organisations.decide(
        world.platform, scene.people["operator"], actor.organisation_id or 0, False, "资料不实"
    )
    return world_actor(scene, actor), rows[0], rows[1]


def world_actor(scene: Stage, actor: Actor) -> Actor:
    """The person as the database has him or her now."""
    with scene.world.platform.database.read() as session:
        account = session.get(Account, actor.account_id)
        assert account is not None
        return actor_of(account)


def test_a_rejected_organisation_puts_nothing_back(scene: Stage) -> None:
    actor, paused, expired = rejected(scene, "needs", "fallen")
    for row_id, verb in ((paused, "resume"), (expired, "renew")):
        with pytest.raises(Conflict, match="核验"):
            entries.act(scene.world.platform, actor, "needs", row_id, verb)
        assert not scene.load("needs", row_id).is_public


def test_a_rejected_organisation_gets_nobodys_telephone_number(scene: Stage) -> None:
    here = scene.world.platform
    scene.people["exposed"] = scene.world.university("exposed@example.org", "失实大学")
    achievement = scene.fresh("achievements", "published", owner="exposed", title=f"{COMMON} 失实")
    need = scene.fresh("needs", "published", title=f"{COMMON} 失实")
    scene.world.index()
    asked = introductions.ask(here, scene.people["enterprise"], scene.entry_of(need, achievement))
    organisations.decide(
        here, scene.people["operator"], scene.people["exposed"].organisation_id or 0, False, "资料不实"
    )
    now = world_actor(scene, scene.people["exposed"])
    with pytest.raises(Conflict, match="核验"):
        introductions.answer(here, now, asked.id, "accept")
    introductions.answer(here, now, asked.id, "decline", "direction")


@pytest.mark.parametrize("verb", ["recall", "decline"])
def test_a_request_that_ended_shows_nothing_unpublished(scene: Stage, verb: str) -> None:
    """The page of an ended request once showed the present text of a draft, and of whatever was withdrawn since."""
    here, enterprise, university = (
        scene.world.platform,
        scene.people["enterprise"],
        scene.people["university"],
    )
    achievement = scene.fresh("achievements", "published", title=f"{COMMON} 已了结 {verb}")
    need = scene.fresh("needs", "draft", title=f"{COMMON} 已了结 {verb}")
    scene.world.index()
    asked = introductions.ask(here, enterprise, scene.entry_of(need, achievement))
    page = f"/introductions/{asked.id}"
    entries.edit(here, enterprise, "needs", need, {"problem": "草稿里的新内容"}, revision=1, partial=True)
    assert "草稿里的新内容" in scene.get("university", page).get_data(as_text=True)
    introductions.answer(here, enterprise if verb == "recall" else university, asked.id, verb, "direction")
    assert "草稿里的新内容" not in scene.get("university", page).get_data(as_text=True)
    entries.edit(
        here, university, "achievements", achievement, {"abstract": "下架后的改动"}, revision=1, partial=True
    )
    entries.act(here, university, "achievements", achievement, "withdraw")
    assert "下架后的改动" not in scene.get("enterprise", page).get_data(as_text=True)
    assert "下架后的改动" in scene.get("university", page).get_data(as_text=True)


def test_nobody_joins_an_organisation_unheard(scene: Stage) -> None:
    """An operator who opens an account for himself reads everything: its people are told, as for 调阅."""
    here, enterprise = scene.world.platform, scene.people["enterprise"]
    raw = {"name": "新来的", "email": "newcomer@example.org"}
    invitations.invite(here, scene.people["operator"], enterprise.organisation_id or 0, raw, "enterprise")
    with here.database.read() as session:
        told = session.query(Notice).filter_by(account_id=enterprise.account_id, kind="account.joined").all()
    assert len(told) == 1
    assert "newcomer@example.org" in told[0].body


def test_an_address_somebody_else_signed_up_with_joins_nothing(tmp_path: Any) -> None:
    """With mail, an account joins an organisation only after its address was confirmed to be the person's."""
    world = make_world(tmp_path, {"SANKU_SMTP_HOST": "127.0.0.1", "SANKU_SMTP_PORT": "9"})
    enterprise, operator = world.enterprise(), world.operator()
    squatter = {"name": "冒名", "email": "boss@example.org", "role": "manager", "password": PASSWORD}
    account = accounts.register(world.platform, squatter)
    with pytest.raises(Invalid) as refused:
        invitations.invite(world.platform, operator, enterprise.organisation_id or 0, squatter, "manager")
    assert "确认" in refused.value.errors[0].message
    with world.platform.database.read() as session:
        stored = session.get(Account, account.id)
        assert stored is not None
        assert stored.organisation_id is None


def test_runs_of_others_answer_alike_whatever_they_hold(scene: Stage) -> None:
    """A rival who counts through the numbers of runs must not learn which achievements stand in them."""
    need, achievement = scene.objects["need.draft"][1], scene.objects["achievement.published"][1]
    entry = scene.entry_of(need, achievement)
    with scene.world.platform.database.read() as session:
        run = session.execute(
            sql("SELECT run_id FROM match_entries WHERE id = :id"), {"id": entry}
        ).scalar_one()
    answers = {
        scene.callers["rival"]
        .post("/passes", {"run_id": run_id, "achievement_id": wanted, "reason": "direction"})
        .get_data()
        for run_id, wanted in ((run, achievement), (run, 2**30), (2**30, achievement))
    }
    assert len(answers) == 1


def test_a_password_is_hashed_for_the_holder_of_a_link_only(
    scene: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    real = credentials.PasswordHasher.hash
    monkeypatch.setattr(credentials.PasswordHasher, "hash", lambda self, p: hashed.append(p) or real(self, p))
    with pytest.raises(NotFound):
        credentials.reset_password(scene.world.platform, "no such link", "long enough a password")
    assert hashed == []


def test_a_reset_ends_tokens_too(scene: Stage) -> None:
    here = scene.world.platform
    person = scene.world.person("robbed@example.org", "manager")
    token = accounts.issue_token(here, "robbed@example.org")
    path = credentials.hand_out_link(here, scene.people["operator"], person.account_id or 0, "本人来电")
    assert accounts.account_of_token(here, token) is not None
    credentials.reset_password(here, path.rsplit("/", 1)[1], "another long password")
    assert accounts.account_of_token(here, token) is None


def test_a_name_taken_off_a_need_finds_it_no_more(scene: Stage) -> None:
    """Before the index has heard of it, as with everything that leaves the public."""
    world = scene.world
    scene.people["shy"] = world.enterprise("shy@example.org", "羞怯精密铸造公司")
    row_id = scene.fresh("needs", "published", owner="shy", show_name="是")
    world.index()

    def found() -> list[int]:
        answer = scene.callers["rival"].get("/needs?q=羞怯精密铸造公司&per_page=100").get_json()
        assert answer["total"] >= len(answer["items"])
        return [item["id"] for item in answer["items"]]

    assert row_id in found()
    entries.edit(
        world.platform, scene.people["shy"], "needs", row_id, {"show_name": "否"}, revision=1, partial=True
    )
    shown = world.platform.index.search(Query(library="needs", text="羞怯精密铸造公司"))
    assert row_id in [hit.id for hit in shown.words], "the index must not have heard of it yet"
    assert row_id not in found()
    world.index(encode=True)
    assert row_id not in found()
    listed = scene.callers["rival"].get("/needs?per_page=100&sort=newest").get_json()
    assert row_id in [item["id"] for item in listed["items"]]


def test_errors_of_the_database_keep_its_values(scene: Stage) -> None:
    with pytest.raises(SQLAlchemyError) as failed, scene.world.platform.database.write() as session:
        session.execute(sql("INSERT INTO nothing (a) VALUES (:a)"), {"a": "机密配方"})
    assert "机密配方" not in str(failed.value)


def test_the_database_is_its_owners_alone(scene: Stage) -> None:
    data = scene.world.platform.settings.data
    for path in data.glob("sanku.db*"):
        assert path.stat().st_mode & 0o077 == 0, path.name


def test_the_log_keeps_no_link(
    scene: Stage, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any) -> bool:
        raise RuntimeError("something unforeseen")

    monkeypatch.setattr(credentials, "link_works", broken)
    with caplog.at_level(logging.INFO):
        assert scene.get("nobody", "/account/reset/TopSecretLink").status_code == 500
        assert scene.get("nobody", "/account/confirm/x%0aFORGED LINE").status_code == 500
    assert "TopSecretLink" not in caplog.text.split("Traceback")[0]
    assert "\nFORGED" not in caplog.text


def test_control_characters_in_what_is_said_go(scene: Stage) -> None:
    """PostgreSQL stores no NUL: what holds one would fail there."""
    here = scene.world.platform
    achievement = scene.fresh("achievements", "published", title=f"{COMMON} 控制")
    need = scene.fresh("needs", "published", title=f"{COMMON} 控制")
    scene.world.index()
    asked = introductions.ask(here, scene.people["enterprise"], scene.entry_of(need, achievement), "您\x00好")
    introductions.answer(here, scene.people["university"], asked.id, "decline", "direction", "再\x00见")
    with here.database.read() as session:
        stored = session.get(Introduction, asked.id)
        assert stored is not None
        assert (stored.message, stored.note) == ("您好", "再见")
    visitor = scene.world.client()
    for path, data in (("/account/login", {"password": "x"}), ("/account/forgot", {})):
        token = csrf(visitor)
        answer = visitor.post(path, data={**data, "email": "a\x00b@example.org", "csrf_token": token})
        assert answer.status_code in (303, 422)
