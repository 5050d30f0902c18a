"""A database, an embedded index and what moves facts between them, without the rest of a platform.

The embedder is a hash, because these tests ask which texts are encoded, when, and what happens when they cannot be:
the real one does not fail when told to. `tests/integration/worker` moves real vectors.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from indexer.engines import open_index
from indexer.port import Query
from indexer.sync import Sync
from indexer.verify import verify
from repositories import outbox, schema
from repositories.achievements import Achievement
from repositories.database import Database
from tests.hashing import HashEmbedder

NOW = datetime(2026, 5, 1, tzinfo=UTC)


class World:
    """A database, an index and what moves facts between them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.locks = folder / "locks"
        self.database = Database(f"sqlite:///{folder / 'sanku.db'}")
        schema.upgrade(self.database)
        self.embedder = HashEmbedder()
        self.index = self.opened()
        self.ahead = timedelta()
        self.sync = Sync(self.database, self.index, self.embedder, self.clock)

    def opened(self, model_id: str = "hash-fp32"):
        return open_index("embedded", self.folder / "index", model_id)

    def clock(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def publish(self, *titles: str) -> list[int]:
        ids = []
        with self.database.write() as session:
            for title in titles:
                row = Achievement(title=title, industry="C26", region="330203", modes=["license"], trl=5)
                session.add(row)
                session.flush()
                row.move(session, "publish", NOW)
                ids.append(row.id)
        return ids

    def change(self, row_id: int, do: Callable[[Achievement], None], verb: str = "") -> None:
        with self.database.write() as session:
            row = session.get(Achievement, row_id)
            assert row is not None
            do(row)
            if verb:
                row.move(session, verb, NOW)
            else:
                row.edited(session, NOW)

    def depth(self) -> tuple[int, int]:
        with self.database.read() as session:
            waiting, parked, _ = outbox.depth(session)
        return waiting, parked

    def found(self, text: str) -> int:
        return self.index.search(Query("achievements", text)).total

    def drift(self):
        return verify(self.database, self.index, "achievements", self.embedder.model_id)
