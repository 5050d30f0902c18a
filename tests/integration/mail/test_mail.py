"""Letters reach a real mail server, once, with working links and nothing that is confidential."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from repositories.notices import FAILED, MAX_ATTEMPTS, OFF, SENT, WAITING, Notice
from services import accounts, credentials, mail, notices
from services.platform import Platform
from tests.integration.mail.sink import CERTIFICATE, Sink, with_starttls, with_tls
from tests.support import PASSWORD, World, make_world, next_uscc


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as running:
        yield running


def _world(folder: Path, port: int, tls: str = "none", **env: str) -> World:
    host = "localhost" if tls != "none" else "127.0.0.1"
    return make_world(
        folder / "data",
        {
            "SANKU_SMTP_HOST": host, "SANKU_SMTP_PORT": str(port), "SANKU_SMTP_TLS": tls,
            "SANKU_MAIL_FROM": "noreply@sanku.example", "SANKU_BASE_URL": "https://sanku.example", **env,
        },
    )  # fmt: skip


def _register(platform: Platform, email: str = "li@example.org") -> None:
    accounts.register(platform, {
        "name": "李工", "email": email, "role": "enterprise", "password": PASSWORD,
        "organisation_name": f"某某材料公司{email}", "uscc": next_uscc(),
    })  # fmt: skip


def _notices(platform: Platform) -> list[Notice]:
    with platform.database.read() as session:
        return list(session.scalars(select(Notice).order_by(Notice.id)))


def _later(platform: Platform, **ahead: int) -> Platform:
    return replace(platform, clock=lambda: platform.clock() + timedelta(**ahead))


def test_the_letter_of_a_new_account_confirms_it_and_leaves_no_secret(tmp_path: Path, sink: Sink) -> None:
    platform = _world(tmp_path, sink.port).platform
    _register(platform)
    assert mail.send_waiting(platform) == 1
    (letter,) = sink.letters
    assert sink.receivers == ["li@example.org"]
    assert letter["Subject"] == "三库：请确认您的邮箱"
    assert str(letter["From"]).endswith("<noreply@sanku.example>")
    assert letter["Date"]
    assert str(letter["Message-ID"]).endswith("@sanku.example>")
    assert letter.get_content_type() == "text/plain"
    text = letter.get_content()
    assert "李工，您好" in text
    found = re.search(r"https://sanku\.example/account/confirm/(\S+)", text)
    assert found is not None
    credentials.confirm(platform, found.group(1))
    (row,) = _notices(platform)
    assert row.mail_state == SENT
    assert row.href == row.body == ""
    assert mail.send_waiting(platform) == 0
    assert len(sink.letters) == 1


def test_notices_follow_the_person_s_choice(tmp_path: Path, sink: Sink) -> None:
    world = _world(tmp_path, sink.port)
    actor = world.enterprise()
    world.listing(actor, "needs", title="耐蚀涂层", confidential="配方里含有保密成分甲")
    assert mail.send_waiting(world.platform) == 1
    (letter,) = sink.letters
    assert "耐蚀涂层" in str(letter["Subject"])
    assert "/needs/1" in letter.get_content()
    assert "保密成分" not in letter.as_string() + letter.get_content()
    accounts.update_profile(world.platform, actor, {"name": "甲", "mail_notices": ""})
    world.listing(actor, "needs", title="第二条需求")
    assert mail.send_waiting(world.platform) == 0
    assert _notices(world.platform)[-1].mail_state == OFF


def test_a_refused_address_holds_up_nobody_and_is_given_up_in_the_end(tmp_path: Path, sink: Sink) -> None:
    platform = _world(tmp_path, sink.port).platform
    sink.refused.add("gone@example.org")
    _register(platform, "gone@example.org")
    _register(platform, "here@example.org")
    assert mail.send_waiting(platform) == 1
    assert sink.receivers == ["here@example.org"]
    assert mail.send_waiting(platform) == 0, "tried again at once"
    for hours in range(1, MAX_ATTEMPTS):
        mail.send_waiting(_later(platform, hours=6 * hours))
    states = {row.mail_state: row for row in _notices(platform)}
    assert set(states) == {SENT, FAILED}
    assert states[FAILED].href == ""


def test_a_server_that_is_away_loses_no_letter(tmp_path: Path) -> None:
    with Sink() as gone:
        port = gone.port
    platform = _world(tmp_path, port).platform
    _register(platform)
    assert mail.send_waiting(platform) == 0
    (row,) = _notices(platform)
    assert row.mail_state == WAITING
    assert row.mail_attempts == 1
    with Sink() as again:
        elsewhere = replace(platform, settings=replace(platform.settings, smtp_port=again.port))
        assert mail.send_waiting(_later(elsewhere, minutes=10)) == 1


def test_a_letter_in_somebody_s_hands_is_not_sent_twice(tmp_path: Path, sink: Sink) -> None:
    platform = _world(tmp_path, sink.port).platform
    _register(platform)
    taken = mail._lease(platform)
    assert len(taken) == 1
    assert mail.send_waiting(platform) == 0
    # Whoever had it died: after the lease it goes out, under the same Message-ID.
    assert mail.send_waiting(_later(platform, minutes=6)) == 1
    assert sink.letters[0]["Message-ID"] == taken[0][1]["Message-ID"]


def test_encrypted_and_signed_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with with_starttls() as sink:
        user = {"SANKU_SMTP_USER": "sanku", "SANKU_SMTP_PASSWORD": "letters"}
        platform = _world(tmp_path / "a", sink.port, "starttls", **user).platform
        _register(platform)
        assert mail.send_waiting(platform) == 1
    with with_tls() as sink:
        platform = _world(tmp_path / "b", sink.port, "tls").platform
        _register(platform)
        assert mail.send_waiting(platform) == 1


def test_a_server_nobody_vouches_for_gets_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with with_tls() as sink:
        platform = _world(tmp_path, sink.port, "tls").platform
        _register(platform)
        assert mail.send_waiting(platform) == 0
        assert sink.letters == []


def test_line_breaks_start_no_header(tmp_path: Path, sink: Sink) -> None:
    world = _world(tmp_path, sink.port)
    actor = world.enterprise()
    with world.platform.database.write() as session:
        notices.tell_organisation(
            session,
            world.platform,
            actor.organisation_id,
            "listing.publish",
            "标题\r\nBcc: x@example.org",
            "正文",
            "/",
        )
    assert mail.send_waiting(world.platform) == 1
    assert sink.letters[0]["Bcc"] is None
    assert sink.receivers == ["enterprise@example.org"]
