"""What goes into a column comes out of it the same on both databases: moments, money, vectors, JSON, odd text."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import StatementError

from repositories import vectors
from repositories.achievements import Achievement
from repositories.audit import AuditRow
from repositories.database import utcnow
from repositories.needs import Need
from services.errors import Invalid
from services.listings import entries
from services.listings.reading import MAX_FEN
from tests.support import World, csrf

ODD = "普通 a'b\"c\\d %s :x {} <b> 𠮷野家 🏭 é é ﷺ \t\n末"


def test_odd_text_in_every_kind_of_column(both: World) -> None:
    actor = both.university()
    row = entries.create(both.platform, actor, "achievements", {
        "title": ODD, "abstract": ODD, "keywords": ["引'号", "反\\斜", "𠮷"], "external_id": "K'1\"",
        "ip": [{"type": "invention_patent", "number": "ZL\\1'", "status": "granted", "expiry": "2043-01-01"}],
    })  # fmt: skip
    with both.platform.database.read() as session:
        stored = session.get(Achievement, row.id)
        assert stored is not None
        assert stored.title == " ".join(ODD.split())
        assert stored.abstract == ODD
        assert stored.keywords == ["引'号", "反\\斜", "𠮷"]
        assert stored.ip == [
            {"type": "invention_patent", "number": "ZL\\1'", "status": "granted", "expiry": "2043-01-01"}
        ]


def test_control_characters_never_reach_the_database(both: World) -> None:
    """PostgreSQL refuses NUL in text and in JSON: what people type is cleaned before, wherever it is typed."""
    actor, operator = both.university(), both.operator()
    row = entries.create(both.platform, actor, "achievements", {
        "title": "名\x00称", "keywords": ["词\x00"], "ip": [{"type": "invention_patent", "number": "ZL\x00"}],
        "external_id": "\x001", "contact_name": "\x00",
    })  # fmt: skip
    entries.act(both.platform, actor, "achievements", row.id, "submit")
    entries.act(both.platform, operator, "achievements", row.id, "return", "原\x00因")
    client = both.client("university@example.org")
    for path in (
        "/achievements?q=%00",
        "/search?q=a%00b",
        "/achievements/mine?state=%00",
        "/introductions?tab=%00",
        "/inbox?show=%00",
    ):
        assert client.get(path).status_code == 200, path
    boss = both.client("operator@example.org")
    for path in ("/operator/organisations?q=%00x", "/operator/accounts?q=%00x&role=%00", "/operator/audit?kind=%00&by=%00",
                 "/operator/introductions?state=%00", "/operator/review?library=%00"):  # fmt: skip
        assert boss.get(path).status_code in (200, 404), path
    with both.platform.database.read() as session:
        assert session.scalar(select(Achievement.return_reason)) == "原因"


def test_what_people_type_at_the_door_is_clean_too(both: World) -> None:
    client = both.client()
    token = csrf(client, "/account/login")
    for path, data, expected in (
        ("/account/login", {"email": "a\x00@example.org", "password": "x\x00" * 6}, {422}),
        ("/account/forgot", {"email": "a\x00@example.org"}, {303, 422}),
        (
            "/account/register",
            {"role": "enterprise\x00", "name": "\x00", "email": "\x00", "uscc": "\x00"},
            {422},
        ),
        ("/account/reset/%00", {"password": "correct horse battery"}, {404, 422}),
    ):
        answer = client.post(path, data={"csrf_token": token, **data})
        assert answer.status_code in expected, (path, answer.status_code)
    for path in ("/account/reset/%00", "/account/confirm/a%00b"):
        assert client.get(path).status_code == 404


def test_long_reasons_fit_their_columns(both: World) -> None:
    """SQLite takes any length, PostgreSQL does not: bounds are kept before."""
    actor, operator = both.enterprise(), both.operator()
    row = both.listing(actor, "needs", title="需" * 200, confidential="密")
    for verb in ("return", "withdraw"):
        with pytest.raises(Invalid):
            entries.act(both.platform, operator, "needs", row.id, verb, "长" * 1001)
    entries.act(both.platform, operator, "needs", row.id, "return", "长" * 1000)
    inbox = both.client("enterprise@example.org").get("/inbox")
    assert inbox.status_code == 200


def test_money_to_the_last_fen(both: World) -> None:
    actor = both.enterprise()
    most = f"{MAX_FEN // 100}.00"
    row = entries.create(both.platform, actor, "needs", {"title": "x", "budget_min": "0.01", "budget_max": most, "award": "0",
                                                         "is_bounty": "是"})  # fmt: skip
    with both.platform.database.read() as session:
        need = session.get(Need, row.id)
        assert need is not None
        assert (need.budget_min, need.budget_max, need.award) == (1, MAX_FEN, 0)
        assert session.scalar(select(func.max(Need.budget_max))) == MAX_FEN


def test_moments_keep_their_instant_and_refuse_to_guess(both: World) -> None:
    database, china = both.platform.database, timezone(timedelta(hours=8))
    moment = datetime(2026, 3, 1, 0, 30, 15, 123456, china)
    with database.write() as session:
        session.add(AuditRow(at=moment, action="x", object_type="needs", object_id=1))
    with database.read() as session:
        stored = session.scalars(select(AuditRow)).one().at
        assert stored == moment
        assert stored.tzinfo is UTC
        assert session.scalars(select(AuditRow).where(AuditRow.at == moment)).one()
        assert not session.scalars(select(AuditRow).where(AuditRow.at > moment)).all()
    with pytest.raises(StatementError), database.write() as session:
        session.add(AuditRow(at=datetime(2026, 3, 1), action="x", object_type="needs", object_id=1))  # noqa: DTZ001
    assert utcnow().tzinfo is UTC


def test_vectors_come_back_bit_by_bit(both: World) -> None:
    database, random = both.platform.database, np.random.default_rng(3)
    made = {
        vectors.content_hash("query", str(n)): random.normal(size=384).astype(np.float32) for n in range(600)
    }
    with database.write() as session:
        vectors.put_many(session, "m", made)
    with database.write() as session:  # a key that is there stays as it is
        vectors.put_many(session, "m", {next(iter(made)): np.ones(384, np.float32)})
    with database.read() as session:
        found = vectors.get_many(session, "m", [*made, "nosuch"])
        assert found.keys() == made.keys()
        assert all(np.array_equal(found[k], v) and found[k].dtype == np.float32 for k, v in made.items())
        assert vectors.get_many(session, "another model", made) == {}
    need = both.listing(both.enterprise(), "needs", published=False, title="x", confidential="y")
    for revision in (1, 2):
        with database.write() as session:
            vectors.put_confidential(session, "m", need.id, revision, np.full(384, revision, np.float32))
    with database.read() as session:
        assert vectors.get_confidential(session, "m", need.id, 1) is None
        kept = vectors.get_confidential(session, "m", need.id, 2)
        assert kept is not None
        assert float(kept[0]) == 2.0
    with database.write() as session:
        session.execute(text("DELETE FROM needs WHERE id = :id"), {"id": need.id})
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(vectors.ConfidentialVector)) == 0


def test_json_is_asked_inside_on_both(both: World) -> None:
    """Lists in JSON columns can be asked for by a member, with each database's own words for it."""
    actor = both.university()
    for modes in (["license"], ["license", "transfer"], []):
        entries.create(both.platform, actor, "achievements", {"title": "x", "modes": modes})
    database = both.platform.database
    inside = (
        "SELECT count(*) FROM achievements, json_each(achievements.modes) m WHERE m.value = :mode"
        if database.is_sqlite
        else "SELECT count(*) FROM achievements WHERE modes @> jsonb_build_array(CAST(:mode AS text))"
    )
    with database.read() as session:
        counts = [session.scalar(text(inside), {"mode": mode}) for mode in ("license", "transfer", "equity")]
        assert counts == [2, 1, 0]
        assert session.scalars(select(Achievement.modes).order_by(Achievement.id)).all() == [
            ["license"], ["transfer", "license"], [],
        ]  # fmt: skip


def test_days_are_days(both: World) -> None:
    actor = both.enterprise()
    row = entries.create(both.platform, actor, "needs", {"title": "x", "deadline": "2096-02-29"})
    with both.platform.database.read() as session:
        assert session.scalar(select(Need.deadline).where(Need.id == row.id)) == date(2096, 2, 29)
        assert session.scalars(select(Need.id).where(Need.deadline < date(2096, 3, 1))).all() == [row.id]
