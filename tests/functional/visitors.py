"""One visitor of each role, asking for any address: what stands behind the table of routes."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from repositories.accounts import ROLE_NAMES, by_email
from services import accounts, signing
from tests.support import World, csrf

ROLES = ("nobody", "enterprise", "university", "institution", "manager", "operator")


assert set(ROLES[1:]) == set(ROLE_NAMES)


NO_SUCH_ID, NO_SUCH_WORD = "2147483000", "nosuch"


WORDS = {"verb": "submit", "decision": "approve", "verdict": "accept"}
"""What stands for a variable of an address that only takes certain words."""


def lines(table: str) -> list[tuple[str, str, dict[str, str]]]:
    """(method, rule, role → status) of a table whose lines hold one status for everybody, or one for each of ROLES."""
    found = []
    for line in table.strip().splitlines():
        method, rule, *answers = line.split()
        assert len(answers) in (1, len(ROLES)), line
        found.append(
            (method, rule, dict(zip(ROLES, answers * (len(ROLES) if len(answers) == 1 else 1), strict=True)))
        )
    return found


def known_routes(world: World) -> set[tuple[str, str]]:
    """Every method and rule the application answers."""
    return {
        (method, re.sub(r"<(?:[^:<>]*\([^<>]*\)|[^:<>]*):", "<", one.rule))
        for one in world.app.url_map.iter_rules()
        for method in one.methods or ()
        if method not in ("HEAD", "OPTIONS") and not one.endpoint.endswith("static")
    }


class Visitors:
    """A browser and a token for each role, signed in anew whenever a route ended the session."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.clients: dict[str, FlaskClient] = {}
        self.tokens: dict[str, str] = {}
        self.bearer = {
            role: accounts.issue_token(world.platform, f"{role}@example.org") for role in ROLES[1:]
        }

    def ask(self, role: str, method: str, path: str) -> str:
        """The status this role gets; a redirect to the sign-in page is 401."""
        address = {"REMOTE_ADDR": f"192.0.2.{ROLES.index(role) + 1}"}
        if path.startswith("/api/v1"):
            headers = {} if role == "nobody" else {"Authorization": f"Bearer {self.bearer[role]}"}
            json = None if method in ("GET", "DELETE") else {}
            answer = self.world.app.test_client().open(
                path, method=method, headers=headers, json=json, environ_base=address
            )
            return str(answer.status_code)
        client = self.client(role)
        data = {"csrf_token": self.tokens[role]} if method == "POST" else None
        answer = client.open(path, method=method, data=data, environ_base=address)
        if method == "POST" and path.startswith("/account/"):
            self.clients.pop(role)  # it may have ended the session
        if answer.status_code == 302 and "/account/login" in answer.location:
            return "401"
        return str(answer.status_code)

    def client(self, role: str) -> FlaskClient:
        """A browser in which this role is signed in."""
        if role not in self.clients:
            client = self.world.app.test_client()
            if role != "nobody":
                with self.world.platform.database.read() as session:
                    account = by_email(session, f"{role}@example.org")
                assert account is not None
                secret = signing.open_session(self.world.platform, account, "tests")
                with client.session_transaction() as kept:
                    kept["sign_in"] = secret
            self.tokens[role] = csrf(client, "/")
            self.clients[role] = client
        return self.clients[role]


def filled(rule: str) -> str:
    """An address of nothing."""

    def fill(found: re.Match[str]) -> str:
        name = found.group(1)
        if name.endswith("id"):
            return NO_SUCH_ID
        return WORDS.get(name, "needs" if name == "library" else NO_SUCH_WORD)

    return re.sub(r"<([^<>]+)>", fill, rule)
