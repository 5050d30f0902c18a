"""How many statements a page costs, so that tests can say it does not grow with what the page holds."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event

from tests.support import World


def queries(world: World, client: FlaskClient, path: str) -> int:
    """The statements one GET sends to the database; the page must answer 200."""
    seen: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    # These two are read anew every few seconds: here always.
    world.platform.feedback.value = world.platform.counted.value = None
    event.listen(world.platform.database.engine, "before_cursor_execute", count)
    try:
        assert client.get(path).status_code == 200
    finally:
        event.remove(world.platform.database.engine, "before_cursor_execute", count)
    return len(seen)
