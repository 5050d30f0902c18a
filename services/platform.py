"""Everything a use case needs, put together once by app.py and handed down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from indexer.embedder import Embedder
from indexer.port import Index
from matching.scoring import Ranker
from matching.types import Context
from repositories.database import Database, utcnow
from services.facts import FactsCache

CHINA = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Platform:
    """The parts of a running platform. `settings` and `vocabularies` are values of the config room."""

    settings: Any
    vocabularies: Any
    database: Database
    index: Index
    embedder: Embedder
    ranker: Ranker
    clock: Callable[[], datetime] = utcnow
    names: Mapping[str, str] = field(default_factory=dict)
    facts: FactsCache = field(default_factory=FactsCache)

    def now(self) -> datetime:
        """The present moment (UTC, aware)."""
        return self.clock()

    def today(self) -> date:
        """The present day where the platform's users live."""
        return self.clock().astimezone(CHINA).date()

    def context(self) -> Context:
        """What judging a pair needs beside the pair."""
        return Context(today=self.today(), names=self.names)
