"""A word that only a need's confidential part holds is looked for everywhere others can look, the disk included."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from io import BytesIO

import pytest
from sqlalchemy import inspect, text
from werkzeug.test import TestResponse

from indexer.port import Query
from repositories.introductions import Introduction
from repositories.match_runs import OWNER, PUBLIC
from services import confidential, introductions
from services.recommend import for_listing
from tests.functional.stage import ROLES, Stage, raise_stage

MARKER, CALL = "超临界二氧化碳萃取", "13987650000"
OTHERS = tuple(role for role in ROLES if role != "enterprise")
LATIN, CONTROL = "zirkonqx", "hafniumqx"
SECRET = f"粉末要用{MARKER}，激光熔覆修复叶片的配比，牌号 {LATIN}"
OPEN = f"{MARKER}粉末"
"""The title of an achievement that says the word too: the pair's reason quotes it from the confidential part."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A published, indexed need whose confidential part says a word that an achievement says too, matched for its
    owner, asked for an introduction and looked at from every side."""
    generator = raise_stage(tmp_path_factory.mktemp("told"))
    stage = next(generator)
    stage.add(
        "need.secret",
        "needs",
        "published",
        problem=f"导热硅脂老化以后变干，{CONTROL}",
        confidential=SECRET,
        contact_phone=CALL,
        contact_name=f"{MARKER}先生",
    )
    stage.objects["achievement.twin"] = (
        "achievements",
        stage.fresh("achievements", "published", title=OPEN, abstract="导热硅脂老化以后变干"),
    )
    stage.world.index()
    entry = stage.entry("need.secret", "achievement.twin")
    made = introductions.ask(stage.world.platform, stage.people["enterprise"], entry, "请引荐")
    stage.objects["introduction.secret"] = ("introductions", made.id)
    stage.world.index()
    yield stage
    next(generator, None)


def text_of(answer: TestResponse) -> str:
    """What an answer says, a workbook's cells included, without what the achievement says openly: that is its own."""
    body = answer.data
    if body[:2] == b"PK":
        with zipfile.ZipFile(BytesIO(body)) as archive:
            body = b"\n".join(archive.read(name) for name in archive.namelist())
    return body.decode("utf-8", "replace").replace("<mark>", "").replace("</mark>", "").replace(OPEN, "")


@pytest.mark.parametrize("role", OTHERS)
def test_no_page_of_others_says_it(told: Stage, role: str) -> None:
    need, offer, asked = (told.path(n) for n in ("need.secret", "achievement.twin", "introduction.secret"))
    ids = f"need_id={told.objects['need.secret'][1]}&achievement_id={told.objects['achievement.twin'][1]}"
    paths = [
        "/", need, offer, asked, "/needs", "/needs?q=激光熔覆", "/needs?sort=newest&industry=C37", "/search?q=激光熔覆",
        "/achievements", "/introductions", "/inbox", f"/matches/why?{ids}", f"{need}/edit", f"{need}/recommendations.xlsx",
        f"/matches/compare/{told.objects['need.secret'][1]}", "/operator/review?library=needs", "/operator/introductions",
        "/operator/audit", f"/operator/confidential/{told.objects['need.secret'][1]}", "/account/data.json",
    ]  # fmt: skip
    for path in paths:
        said = text_of(told.get(role, path))
        assert CALL not in said, path
        assert MARKER not in said, path
        assert LATIN not in said, path
    assert MARKER not in text_of(told.post(role, "/match", text="激光熔覆修复叶片，粉末配比怎么定"))


@pytest.mark.parametrize("role", ROLES)
def test_asking_for_it_finds_no_need(told: Stage, role: str) -> None:
    """Its owner included: what a search can find for one, it can be asked by another."""
    for word in (MARKER, LATIN, CALL, f"{MARKER}先生"):
        found = told.callers[role].get(f"/needs?q={word}").get_json()
        assert (found["total"], found["items"], found["also_by_meaning"]) == (0, [], [])
        assert not any(found["facets"].values())
        assert told.path("need.secret") not in told.get(role, f"/search?q={word}").get_data(as_text=True)


def test_the_university_is_told_open_reasons_only(told: Stage) -> None:
    platform, university = told.world.platform, told.people["university"]
    found = for_listing(platform, university, "achievements", told.objects["achievement.twin"][1])
    lines = found.ranked
    assert any(line.row.id == told.objects["need.secret"][1] for line in lines)
    assert found.basis == PUBLIC
    assert all(MARKER not in str(line.reasons) for line in lines)


def test_the_owner_is_told_more_and_the_introduction_hangs_on_the_open_twin(told: Stage) -> None:
    platform, owner = told.world.platform, told.people["enterprise"]
    found = for_listing(platform, owner, "needs", told.objects["need.secret"][1])
    assert found.basis == OWNER
    quoted = [r for line in found.ranked for r in line.reasons if MARKER in str(r["need_words"])]
    assert quoted, "the confidential part carried no reason, so these tests would prove nothing"
    assert MARKER in told.get("enterprise", told.path("need.secret")).get_data(as_text=True)
    with platform.database.read() as session:
        asked = session.get(Introduction, told.objects["introduction.secret"][1])
        assert asked is not None
        assert asked.entry_id != asked.shown_entry_id
        assert asked.shown_entry.run.basis == PUBLIC
        assert MARKER not in str(asked.shown_entry.reasons)


def test_an_operator_reads_the_open_run(told: Stage) -> None:
    found = for_listing(told.world.platform, told.people["operator"], "needs", told.objects["need.secret"][1])
    assert found.basis == PUBLIC
    assert all(MARKER not in str(line.reasons) for line in found.ranked)


def test_it_lies_in_its_own_column_and_nowhere_else(told: Stage) -> None:
    """Every column of every table: the need and its owner's run say it; no notice, no letter, no log, no job."""
    escaped = [(word, json.dumps(word).strip('"')) for word in (OPEN, MARKER)]
    engine, found = told.world.platform.database.engine, set()
    with engine.connect() as connection:
        for table in inspect(engine).get_table_names():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')).mappings():
                for column, value in row.items():
                    said = str(value)
                    for form in escaped[0]:
                        said = said.replace(form, "")
                    if any(form in said for form in escaped[1]):
                        found.add((table, column))
        bases = connection.execute(
            text(
                "SELECT DISTINCT r.basis FROM match_entries e JOIN match_runs r ON r.id = e.run_id"
                " WHERE e.need_id = :need AND e.reasons LIKE :word"
            ),
            {"need": told.objects["need.secret"][1], "word": f"%{MARKER}%"},
        ).scalars()
        assert list(bases) == [OWNER]
    assert found == {("needs", "confidential"), ("needs", "contact_name"), ("match_entries", "reasons")}


def test_the_index_does_not_hold_it(told: Stage) -> None:
    """Asked at the engine itself, past every rule of the services; then byte by byte (terms on disk are packed, so
    this alone would prove little)."""
    index = told.world.platform.index
    ids = {
        (word, library): [hit.id for hit in index.search(Query(library=library, text=word)).words]
        for word in (CONTROL, LATIN, CALL, MARKER)
        for library in ("needs", "achievements", "talents")
    }
    assert ids[CONTROL, "needs"] == [told.objects["need.secret"][1]]
    assert ids[MARKER, "achievements"] == [told.objects["achievement.twin"][1]]
    del ids[CONTROL, "needs"], ids[MARKER, "achievements"]
    assert not any(ids.values()), ids
    folder = told.world.platform.settings.index_folder
    contents = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    assert contents
    assert not any(word.encode() in content for content in contents for word in (LATIN, CALL, SECRET))


def test_调阅_is_the_one_way_and_its_owner_sees_it(told: Stage) -> None:
    need_id = told.objects["need.secret"][1]
    refused = told.post("operator", f"/operator/confidential/{need_id}", reason="看")
    assert refused.status_code == 422
    assert MARKER not in refused.get_data(as_text=True)
    opened = told.post("operator", f"/operator/confidential/{need_id}", reason="核对投诉所说的内容")
    assert MARKER in opened.get_data(as_text=True)
    shown = confidential.openings(told.world.platform, told.people["enterprise"], told.row("need.secret"))
    assert [reason for _, reason in shown] == ["核对投诉所说的内容"]
    page = told.get("enterprise", told.path("need.secret")).get_data(as_text=True)
    assert "核对投诉所说的内容" in page
    inbox = told.get("enterprise", "/inbox").get_data(as_text=True)
    assert "调阅" in inbox
    assert MARKER not in inbox


def test_an_operator_mends_a_need_without_reading_or_losing_what_is_closed(told: Stage) -> None:
    path, row = told.path("need.secret"), told.row("need.secret")
    form = told.get("operator", f"{path}/edit").get_data(as_text=True)
    assert 'name="title"' in form
    assert 'name="confidential"' not in form
    assert 'name="contact_phone"' not in form
    answer = told.post(
        "operator", f"{path}/edit", title=row.title + " 更正", revision=row.revision, confidential="抹掉"
    )
    assert answer.status_code == 303
    assert told.row("need.secret").confidential == SECRET
    assert told.row("need.secret").contact_phone == CALL
    refused = told.callers["operator"].patch(path, {"confidential": "抹掉"}, match="*")
    assert refused.status_code == 403
    assert told.row("need.secret").confidential == SECRET
