"""Facts for the fault tests: rows that come, change and go, and the count of what was lost or leaked in the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

from indexer.embedder import Embedder
from indexer.port import Index, Query
from indexer.sync import Sync
from indexer.verify import verify
from repositories import outbox
from repositories.achievements import Achievement
from repositories.database import Database, utcnow

NOW = datetime(2026, 5, 1, tzinfo=UTC)
LIBRARY = "achievements"


@dataclass
class Facts:
    """A database that changes, and what must be true of any index of it."""

    database: Database
    numbers: count[int] = field(default_factory=lambda: count(1))
    ids: list[int] = field(default_factory=list)

    def publish(self, how_many: int) -> list[int]:
        """New listings, acknowledged on return."""
        made = []
        with self.database.write() as session:
            for _ in range(how_many):
                row = Achievement(title=f"激光熔覆修复工艺第{next(self.numbers)}号", industry="C26", trl=5)
                session.add(row)
                session.flush()
                row.move(session, "publish", NOW)
                made.append(row.id)
        self.ids += made
        return made

    def change(self, ids: list[int]) -> None:
        """Their titles change."""
        with self.database.write() as session:
            for at in ids:
                row = session.get(Achievement, at)
                assert row is not None
                row.title, row.vector_key = f"{row.title}改", ""
                row.edited(session, NOW)

    def withdraw(self, ids: list[int]) -> None:
        """They leave the public."""
        with self.database.write() as session:
            for at in ids:
                row = session.get(Achievement, at)
                assert row is not None
                row.move(session, "withdraw", NOW)
        self.ids = [at for at in self.ids if at not in ids]

    def stir(self, how_many: int) -> None:
        """A little of everything."""
        made = self.publish(how_many)
        self.change(self.ids[: how_many // 3])
        self.withdraw(self.ids[how_many // 3 : how_many // 2])
        self.change(made[-2:])

    def settle(self, index: Index, embedder: Embedder) -> None:
        """Drain all that waits, also what an earlier attempt put off."""
        ahead = iter(range(0, 100_000, 60))
        base = utcnow()
        sync = Sync(
            self.database, index, embedder, lambda: base.fromtimestamp(base.timestamp() + next(ahead), UTC)
        )
        for _ in range(50):
            sync.drain()
            with self.database.read() as session:
                if not outbox.depth(session)[0]:
                    return
        raise AssertionError("the queue was not emptied")

    def lost_and_leaked(self, index: Index, model_id: str) -> tuple[int, int]:
        """(published rows the index lacks or holds otherwise, documents it should not have), by both its ways."""
        drift = verify(self.database, index, LIBRARY, model_id)
        held = {entry.id for entry in index.scan(LIBRARY)}
        found = index.search(Query(LIBRARY, limit=5000))
        lost = {*drift.missing, *drift.stale, *drift.without_vector, *({*self.ids} - held)}
        leaked = {*drift.orphaned, *(held - {*self.ids}), *({hit.id for hit in found.words} - {*self.ids})}
        assert found.total == len(self.ids)
        return len(lost), len(leaked)
