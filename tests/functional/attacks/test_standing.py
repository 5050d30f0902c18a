"""What an attacker tried to make public or to become: each test is one way that once worked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from repositories.accounts import Account
from repositories.notices import Notice
from services import accounts, credentials, introductions, invitations, organisations
from services.access import Actor, actor_of
from services.errors import Conflict, Invalid, NotFound
from services.listings import entries
from services.scheduler import expire_listings
from tests.functional.stage import COMMON, Stage
from tests.support import PASSWORD, make_world


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
