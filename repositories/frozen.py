"""Ranked lists as they were shown: a run and its entries, written and read as plain rows.

Fifty objects with their bookkeeping would take a page's time. Runs of pairs (`match_runs`) and of managers
(`manager_runs`) are kept this way; nothing else needs to be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import Table, bindparam, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from repositories.database import Base, Session

Run = TypeVar("Run")


class FrozenRuns(Generic[Run]):
    """The runs of one kind. `run` and `entry` are dataclasses named after the columns read; a run holds its `entries`."""

    def __init__(self, runs: type[Base], entries: type[Base], run: type[Run], entry: type[Any]) -> None:
        """The statements are built here, once."""
        self._runs, self._entries = cast(Table, runs.__table__), cast(Table, entries.__table__)
        self._run: Callable[..., Run] = run
        self._entry: Callable[..., Any] = entry
        self._of_run = tuple(f.name for f in fields(cast(Any, run)) if f.name != "entries")
        of_entry = tuple(f.name for f in fields(entry))
        self._by_key = select(*(self._runs.c[name] for name in self._of_run)).where(
            self._runs.c.key == bindparam("key")
        )
        here = self._entries.c.run_id == bindparam("run_id")
        self._lines = select(*(self._entries.c[name] for name in of_entry)).where(here).order_by(
            self._entries.c.rank
        )  # fmt: skip
        self._ids = select(self._entries.c.id).where(here).order_by(self._entries.c.rank)

    def find(self, session: Session, key: str) -> Run | None:
        """The run already kept under this key, best entry first."""
        connection = session.connection()
        run = connection.execute(self._by_key, {"key": key}).first()
        if run is None:
            return None
        lines = connection.execute(self._lines, {"run_id": run.id}).all()
        return self._run(**run._mapping, entries=tuple(self._entry(*line) for line in lines))

    def keep(self, session: Session, run: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]) -> Run:
        """Store a run with its entries (columns → values, by rank); gives it, or the one that another process has just
        stored under the same key."""
        connection = session.connection()
        insert_once = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        new = (
            insert_once(self._runs).on_conflict_do_nothing(index_elements=["key"]).returning(self._runs.c.id)
        )
        run_id = connection.execute(new, run).scalar()
        if run_id is None:
            twin = self.find(session, run["key"])
            return self.unkept(run, entries) if twin is None else twin
        if not entries:
            return self._shown(run, run_id, ())
        connection.execute(insert(self._entries), [{"run_id": run_id, **entry} for entry in entries])
        ids = connection.execute(self._ids, {"run_id": run_id}).scalars()
        return self._shown(run, run_id, [{"id": i, **one} for i, one in zip(ids, entries, strict=True)])

    def unkept(self, run: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]) -> Run:
        """The same as it is shown when it could not be kept: nothing can hang on it, no id is there."""
        return self._shown(run, None, [{"id": None, **entry} for entry in entries])

    def _shown(self, run: Mapping[str, Any], run_id: int | None, lines: Sequence[Mapping[str, Any]]) -> Run:
        columns = {name: run[name] for name in self._of_run if name != "id"}
        return self._run(id=run_id, **columns, entries=tuple(self._entry(**line) for line in lines))
