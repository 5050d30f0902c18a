"""A real platform in a temporary folder, and people to use it: what every test that is not pure starts from.

Nothing is faked: SQLite (or PostgreSQL where a test asks), the embedded index, the real Flask application. The
embedding model is the real one too; tests that need meaning ask for `warm_embedder`, the others search by words as a
web worker does before its model is warm.
"""

from __future__ import annotations

import atexit
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from stdnum.cn import uscc

from app import create_app
from config import settings as configuration
from indexer.sync import drain
from repositories import schema
from repositories.accounts import ENTERPRISE, OPERATOR, UNIVERSITY
from repositories.database import Database
from repositories.organisations import APPROVED, Organisation
from services import accounts
from services.access import Actor, actor_of
from services.listings import entries
from services.platform import Platform

PASSWORD = "correct horse battery"
_CODES = iter(range(10**6))


@dataclass(frozen=True)
class World:
    """An application, its platform, and shortcuts to do things as somebody."""

    app: Flask
    platform: Platform

    def client(self, email: str | None = None) -> FlaskClient:
        """A browser without scripts, signed in as `email` when given."""
        client = self.app.test_client()
        if email is not None:
            sign_in(client, email)
        return client

    def person(self, email: str, role: str, organisation: Organisation | None = None) -> Actor:
        """An account with the common password, acting for an organisation."""
        account = accounts.create(
            self.platform, email, role, PASSWORD, organisation_id=organisation.id if organisation else None
        )
        with self.platform.database.read() as session:
            return actor_of(session.merge(account))

    def organisation(self, name: str, kind: str = "enterprise", state: str = APPROVED) -> Organisation:
        """An organisation with a valid code of its own."""
        row = Organisation(name=name, uscc=next_uscc(), kind=kind, region="510100", state=state,
                           public_alias=f"某{kind}")  # fmt: skip
        with self.platform.database.write() as session:
            session.add(row)
        return row

    def enterprise(
        self, email: str = "enterprise@example.org", name: str = "甲企业", state: str = APPROVED
    ) -> Actor:
        """A person of an enterprise."""
        return self.person(email, ENTERPRISE, self.organisation(name, "enterprise", state))

    def university(self, email: str = "university@example.org", name: str = "乙大学") -> Actor:
        """A person of a university."""
        return self.person(email, UNIVERSITY, self.organisation(name, "university"))

    def operator(self, email: str = "operator@example.org") -> Actor:
        """A person of the platform."""
        return self.person(email, OPERATOR)

    def listing(self, actor: Actor, library: str, *, published: bool = True, **fields: Any) -> Any:
        """A listing entered by `actor`, published by an operator unless told otherwise (money in yuan)."""
        row = entries.create(self.platform, actor, library, fields)
        if published:
            entries.act(self.platform, actor, library, row.id, "submit")
            row = entries.act(self.platform, Actor(role=OPERATOR), library, row.id, "publish")
        return row

    def index(self, *, encode: bool = False) -> None:
        """Let the indexer see everything that is waiting."""
        drain(self.platform, encode=encode)


@cache
def _migrated() -> bytes:
    """A SQLite file with the newest schema, made once a run: migrating takes half a second, copying none."""
    with tempfile.TemporaryDirectory(prefix="sanku-schema-") as folder:
        path = Path(folder) / "migrated.db"
        database = Database(f"sqlite:///{path}")
        schema.upgrade(database)
        database.close()
        return path.read_bytes()


@cache
def _compiled() -> Path:
    """Where all worlds of a process keep their templates compiled: what one has compiled no other compiles again."""
    folder = Path(tempfile.mkdtemp(prefix="sanku-templates-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def make_world(folder: Path, env: Mapping[str, str] | None = None) -> World:
    """A fresh platform under `folder`; `env` overrides settings (a database URL, a mail server …)."""
    if "SANKU_DATABASE_URL" not in (env or {}) and not (folder / "sanku.db").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "sanku.db").write_bytes(_migrated())
    if not os.path.lexists(folder / "templates"):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "templates").symlink_to(_compiled())
    settings = configuration.load(
        {
            "SANKU_DATA": str(folder),
            "SANKU_MATCH_LIMIT": "1000 per minute",
            "SANKU_UPLOAD_LIMIT": "1000 per minute",
            **(env or {}),
        }
    )
    app = create_app(settings)
    app.config["TESTING"] = False  # errors must reach the one table, as they do in service
    platform = app.extensions["sanku"]
    schema.upgrade(platform.database)
    return World(app, platform)


def sign_in(client: FlaskClient, email: str, password: str = PASSWORD) -> None:
    """Sign in through the page, as a person does."""
    token = csrf(client, "/account/login")
    answer = client.post("/account/login", data={"email": email, "password": password, "csrf_token": token})
    assert answer.status_code == 303, answer.get_data(as_text=True)[:500]


def csrf(client: FlaskClient, path: str = "/account/login") -> str:
    """The hidden token of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).get_data(as_text=True))
    assert found is not None, f"{path} has no form"
    return found.group(1)


def post(client: FlaskClient, path: str, data: Mapping[str, Any] | None = None, page: str = "") -> Any:
    """Post a form with the token of `page` (default: the same address, else the home page)."""
    token = csrf(client, page or "/")
    return client.post(path, data={**(data or {}), "csrf_token": token})


def next_uscc() -> str:
    """A valid 统一社会信用代码 nobody has yet."""
    body = f"91510100MA{next(_CODES):07d}"
    return body + uscc.calc_check_digit(body)
