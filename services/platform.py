"""Everything a use case needs, put together once by app.py and handed down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from indexer.embedder import Embedder
from indexer.port import Index
from matching.doctor import Doctor
from matching.lists import ListRules
from matching.managers.ranker import Additive
from matching.scoring import Ranker
from matching.types import Context
from repositories.database import CHINA as CHINA
from repositories.database import Database, day_of, utcnow
from services.kept import Kept
from services.lru import Lru


@dataclass(frozen=True, slots=True)
class Platform:
    """The parts of a running platform. `settings` and `vocabularies` are values of the config room."""

    settings: Any
    vocabularies: Any
    database: Database
    index: Index
    index_in: Callable[[Path], Index]
    """Opens an index of its own in a folder, for measurements (`services.throw_away`)."""
    embedder: Embedder
    ranker: Ranker
    lists: ListRules
    """How judged pairs become a list for people."""
    manager_ranker: Additive
    """Ranks managers for a deal."""
    lead_ranker: Additive
    """Ranks leads for a manager."""
    doctor: Doctor
    """Says what a need leaves out (`services.doctor`)."""
    clock: Callable[[], datetime] = utcnow
    names: Mapping[str, str] = field(default_factory=dict)
    facts: Lru[tuple[str, int, int], Any] = field(default_factory=lambda: Lru(8_192))
    """Facts by (library, id, projection), some 6 kB each: a row's facts change only with its counter."""
    boards: Lru[str, Any] = field(default_factory=lambda: Lru(512))
    """The open leads as they were judged last, and each manager's scores of them (`services.leads.board`)."""
    roster: Kept[Any] = field(default_factory=Kept)
    """All public managers as arrays (`services.roster`)."""
    feedback: Kept[Any] = field(default_factory=Kept)
    """What public needs chose and set aside, as arrays (`services.feedback`)."""
    counted: Kept[Any] = field(default_factory=Kept)
    """How many public listings there are, and when they were counted (`services.search`)."""
    asked: Lru[str, Any] = field(default_factory=lambda: Lru(1_024))
    """Vectors of what people typed into the search boxes lately; in memory only."""

    def now(self) -> datetime:
        """The present moment (UTC, aware)."""
        return self.clock()

    def today(self) -> date:
        """The present day where the platform's users live."""
        return day_of(self.clock())

    def context(self) -> Context:
        """What judging a pair needs beside the pair."""
        return Context(today=self.today(), names=self.names)
