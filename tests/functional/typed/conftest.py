"""A site on which anything may be typed, and people who type it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.support import World, csrf, make_world


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world in which anything may be typed."""
    world = make_world(tmp_path_factory.mktemp("typed"), {"SANKU_MATCH_LIMIT": "100000 per minute"})
    world.enterprise()
    world.university()
    world.person("manager@example.org", "manager")
    world.operator()
    world.index()
    yield world
    world.platform.database.close()
    world.platform.index.close()


class Typist:
    """Someone with a form and the token of its page."""

    def __init__(self, world: World, email: str | None) -> None:
        self.client: FlaskClient = world.client(email)
        self.token = csrf(self.client, "/")

    def send(self, path: str, data: dict[str, Any], **options: Any) -> tuple[int, str]:
        """(status, text of the page)."""
        answer = self.client.post(path, data={"csrf_token": self.token, **data}, **options)
        return answer.status_code, answer.get_data(as_text=True)


@pytest.fixture(scope="session")
def enterprise(site: World) -> Typist:
    return Typist(site, "enterprise@example.org")


@pytest.fixture(scope="session")
def university(site: World) -> Typist:
    return Typist(site, "university@example.org")


@pytest.fixture(scope="session")
def visitor(site: World) -> Typist:
    return Typist(site, None)
