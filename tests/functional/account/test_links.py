"""Links that work once: with mail they travel in a letter, without mail an operator hands them out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from repositories.accounts import Account, MailLink
from repositories.notices import Notice
from services import credentials, signing
from tests.support import PASSWORD, World, csrf, make_world, post, sign_in


@pytest.fixture
def mailing(tmp_path: Path) -> Iterator[World]:
    """A platform that sends mail (nobody fetches it here: the letter waits in the database)."""
    made = make_world(tmp_path / "mailing", {"SANKU_SMTP_HOST": "127.0.0.1", "SANKU_SMTP_PORT": "2525"})
    yield made
    made.platform.database.close()
    made.platform.index.close()


def letters(world: World) -> list[Notice]:
    with world.platform.database.read() as session:
        return list(session.scalars(select(Notice).where(Notice.kind == "letter").order_by(Notice.id)))


def test_a_forgotten_password_is_set_anew_by_a_link_that_works_once(mailing: World) -> None:
    mailing.enterprise()
    signed_in, client = mailing.client("enterprise@example.org"), mailing.client()
    assert (
        post(client, "/account/forgot", {"email": "ENTERPRISE@example.org"}, "/account/forgot").status_code
        == 303
    )
    (letter,) = letters(mailing)
    assert letter.href not in signed_in.get("/inbox").get_data(as_text=True)
    assert client.get(letter.href).status_code == 200
    short = client.post(letter.href, data={"password": "short", "csrf_token": csrf(client, letter.href)})
    assert short.status_code == 422
    done = client.post(
        letter.href, data={"password": "a brand new phrase", "csrf_token": csrf(client, letter.href)}
    )
    assert done.status_code == 303
    assert signed_in.get("/account/settings").status_code == 302
    assert client.get(letter.href).status_code == 404
    sign_in(client, "enterprise@example.org", "a brand new phrase")


def test_an_unknown_address_gets_the_same_answer_and_no_letter(mailing: World) -> None:
    client = mailing.client()
    answer = post(client, "/account/forgot", {"email": "nobody@example.org"}, "/account/forgot")
    assert (answer.status_code, answer.location) == (303, "/account/forgot/sent")
    assert letters(mailing) == []


def test_opening_the_confirming_link_changes_nothing_pressing_the_button_does(mailing: World) -> None:
    person = mailing.enterprise()
    with mailing.platform.database.write() as session:
        row = session.get(Account, person.account_id)
        assert row is not None
        row.confirmed_at = None
    client = mailing.client("enterprise@example.org")
    assert post(client, "/account/confirm", page="/account/settings").status_code == 303
    (letter,) = letters(mailing)

    def confirmed() -> bool:
        with mailing.platform.database.read() as session:
            row = session.get(Account, person.account_id)
            return row is not None and row.confirmed_at is not None

    assert client.get(letter.href).status_code == 200
    assert not confirmed()
    assert client.post(letter.href, data={"csrf_token": csrf(client, letter.href)}).status_code == 303
    assert confirmed()


def test_a_link_of_one_purpose_serves_no_other_and_runs_out(mailing: World) -> None:
    mailing.enterprise()
    credentials.ask_reset(mailing.platform, "enterprise@example.org")
    (letter,) = letters(mailing)
    secret = letter.href.rsplit("/", 1)[1]
    client = mailing.client()
    assert client.get(f"/account/confirm/{secret}").status_code == 404
    with mailing.platform.database.write() as session:
        for link in session.scalars(select(MailLink)):
            assert secret not in link.token_hash
            link.expires_at = mailing.platform.now()
    assert client.get(letter.href).status_code == 404


def test_without_mail_no_link_is_made_and_the_page_says_whom_to_ask(world: World) -> None:
    world.enterprise()
    client = world.client()
    assert "没有开通邮件" in client.get("/account/forgot").get_data(as_text=True)
    credentials.ask_reset(world.platform, "enterprise@example.org")
    assert letters(world) == []


def test_an_operator_hands_out_a_link_and_the_person_learns_of_it(world: World) -> None:
    person, _ = world.enterprise(), world.operator()
    desk = world.client("operator@example.org")
    path = f"/operator/accounts/{person.account_id}"
    assert post(desk, f"{path}/link", {"link-reason": ""}, path).status_code == 422
    made = post(desk, f"{path}/link", {"link-reason": "本人来电，已核对"}, path)
    assert made.status_code == 201
    found = re.search(r"(/account/reset/[\w-]+)</code>", made.get_data(as_text=True))
    assert found is not None
    client = world.client()
    data = {"password": "a brand new phrase", "csrf_token": csrf(client, found.group(1))}
    assert client.post(found.group(1), data=data).status_code == 303
    sign_in(client, "enterprise@example.org", "a brand new phrase")
    assert "本人来电，已核对" in client.get("/inbox").get_data(as_text=True)


def test_a_changed_password_makes_waiting_links_useless(mailing: World) -> None:
    person = mailing.enterprise()
    credentials.ask_reset(mailing.platform, "enterprise@example.org")
    (letter,) = letters(mailing)
    keep = signing.sign_in(mailing.platform, "enterprise@example.org", PASSWORD, "127.0.0.1", "")
    credentials.change_password(mailing.platform, person, PASSWORD, "another good phrase", keep)
    assert mailing.client().get(letter.href).status_code == 404
