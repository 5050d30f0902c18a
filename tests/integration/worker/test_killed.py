"""Web and indexer killed −9 together at eight moments: whatever was acknowledged is there, and is found."""

from __future__ import annotations

import http.client
import json
import signal
import threading
import time

from indexer.verify import verify
from repositories import audit, outbox
from repositories.achievements import Achievement
from repositories.listing import PUBLISHED, page_by_id
from services import accounts
from tests.integration.worker.forked import background, forked, pages
from tests.integration.worker.processes import answers, free_port, running, until
from tests.support import World

MOMENTS = (0.0, 0.05, 0.15, 0.3, 0.5, 0.8, 1.2, 1.8)
"""Seconds after the first acknowledged listing."""


class Poster(threading.Thread):
    """Enters and publishes listings by the API as fast as it answers, and remembers what was acknowledged."""

    def __init__(self, port: int, token: str) -> None:
        """It ends by itself when the other end is gone."""
        super().__init__(daemon=True)
        self.port, self.token = port, token
        self.entered: list[int] = []
        self.published: list[int] = []

    def run(self) -> None:
        """Post until the connection breaks."""
        try:
            for number in range(10_000):
                created = self._post(
                    "/api/v1/achievements", {"title": f"断电也不会丢的成果第 {number} 号"}, 201
                )
                self.entered.append(created["id"])
                self._post(f"/api/v1/achievements/{created['id']}/publish", {}, 200)
                self.published.append(created["id"])
        except (OSError, http.client.HTTPException, ValueError):
            return

    def _post(self, path: str, body: dict, status: int) -> dict:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status == status, text
        return json.loads(text)


def test_web_and_indexer_killed_at_eight_moments_lose_nothing_acknowledged(world: World) -> None:
    world.operator()
    token = accounts.issue_token(world.platform, "operator@example.org")
    data = world.platform.settings.data
    entered: list[int] = []
    published: list[int] = []
    for moment in MOMENTS:
        port = free_port()
        with forked(background, data) as indexer, forked(pages, data, port) as web:
            until(lambda at=port: answers(at), 120, "the web did not answer")
            poster = Poster(port, token)
            poster.start()
            until(lambda p=poster: p.published, 60, "nothing was acknowledged")
            time.sleep(moment)
            web.kill()
            indexer.kill()
            web.join()
            indexer.join()
            assert (web.exitcode, indexer.exitcode) == (-signal.SIGKILL, -signal.SIGKILL)
        poster.join(30)
        assert not poster.is_alive()
        entered += poster.entered
        published += poster.published
    with world.platform.database.read() as session:
        rows = page_by_id(session, Achievement, entered)
        created = {i for i in entered if audit.of_object(session, "achievements", i, "listing.created")}
    assert set(rows) == set(entered) == created
    assert {i for i in published if rows[i].state != PUBLISHED} == set()

    def nothing_waits() -> bool:
        with world.platform.database.read() as session:
            return outbox.depth(session)[0] == 0

    with running(data, "worker"):
        until(nothing_waits, 180, "the queue was not emptied")
    model_id = world.platform.embedder.model_id
    assert verify(world.platform.database, world.platform.index, "achievements", model_id).clean
    found = {entry.id for entry in world.platform.index.scan("achievements")}
    assert set(published) <= found
