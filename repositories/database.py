"""One database, two dialects: how transactions begin and how values are stored.

A writing transaction begins IMMEDIATE on SQLite: a deferred one reads first and loses its update silently when
another writer came between. Do not open a session elsewhere; do not encode or call the network inside `write()`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import JSON, Connection, DateTime, Engine, MetaData, create_engine, event, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

__all__ = ["CHINA", "Base", "Database", "Json", "Session", "UtcDateTime", "day_of", "utcnow"]

CHINA = ZoneInfo("Asia/Shanghai")
BUSY_TIMEOUT_MS = 10_000
BRIEFLY_MS = 300
"""How long a page view waits for the write lock before it goes on without writing."""
MAPPED_BYTES = 1 << 30
"""How much of a SQLite file is read where the system keeps it, without a call for each page: a list reads 200 rows and
their vectors from all over the file, and at 10⁵ listings that halves the time of its queries."""

Json = JSON().with_variant(JSONB(), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC moment; SQLite keeps no zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Refuse naive moments instead of guessing their zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Give every moment back in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The common base; names of constraints are fixed so that migrations run on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, dict: Json, list: Json}  # noqa: RUF012


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


def _begin(connection: Any) -> None:
    writes = connection.get_execution_options().get("sanku_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _prepare_sqlite(dbapi_connection: Any, _record: Any) -> None:
    dbapi_connection.isolation_level = None  # we say BEGIN ourselves
    cursor = dbapi_connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")  # an acknowledged commit survives a power cut
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.execute(f"PRAGMA mmap_size={MAPPED_BYTES}")
    cursor.close()


class Database:
    """The engine and the two kinds of transaction the platform knows."""

    busy_errors = (OperationalError, IntegrityError)
    """What a write may fail with when others write at the same time."""
    duplicate_errors = (IntegrityError,)
    """What a write fails with when another stored the same unique thing a moment earlier."""

    def __init__(self, url: str) -> None:
        """Open `url` lazily; a SQLite file's folder is made when it is missing."""
        self.url = make_url(url)
        if self.url.drivername in ("postgresql", "postgres"):
            self.url = self.url.set(drivername="postgresql+psycopg")
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite and self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        options: dict[str, Any] = {} if self.is_sqlite else {"pool_pre_ping": True, "pool_size": 10}
        # Errors are logged with their statement; its values may be confidential and stay out.
        # A list reads and writes some hundred JSON columns, which the standard library takes four times as long for.
        options |= {"json_serializer": _json, "json_deserializer": orjson.loads}
        self.engine: Engine = create_engine(self.url, hide_parameters=True, **options)
        if self.is_sqlite:
            event.listen(self.engine, "connect", self._close_to_others)
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin)

    def _close_to_others(self, _connection: Any, _record: Any) -> None:
        """The file holds password hashes and confidential parts: no other user of the machine may read it. SQLite gives
        its own files beside it the same permissions."""
        with suppress(OSError):
            Path(self.url.database or "").chmod(0o600)

    @contextmanager
    def write(self, *, briefly: bool = False) -> Iterator[Session]:
        """One writing transaction: committed when the block ends well, undone when it raises.

        `briefly` gives up (one of `busy_errors`) instead of waiting for other writers: for what a page view would like
        to keep but can do without. Nor does it wait for the disk: a power cut may undo it, with nothing after it kept.
        """
        with self.engine.connect().execution_options(sanku_write=True) as connection:
            session = Session(connection, expire_on_commit=False)
            try:
                with self._patience(connection, briefly), session.begin():
                    if briefly and not self.is_sqlite:
                        session.execute(text(f"SET LOCAL lock_timeout = {BRIEFLY_MS}"))
                        session.execute(text("SET LOCAL synchronous_commit = off"))
                    yield session
            finally:
                session.close()

    @contextmanager
    def _patience(self, connection: Connection, briefly: bool) -> Iterator[None]:
        """Shorten SQLite's waiting time, for locks and the disk, around a transaction; asked of the driver, because SQL
        would begin one."""
        raw = connection.connection.driver_connection if briefly and self.is_sqlite else None
        if raw is None:
            yield
            return
        raw.execute(f"PRAGMA busy_timeout={BRIEFLY_MS}")
        raw.execute("PRAGMA synchronous=NORMAL")
        try:
            yield
        finally:
            raw.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
            raw.execute("PRAGMA synchronous=FULL")

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A reading session; whatever was changed in it by mistake is never written."""
        with self.engine.connect() as connection:
            session = Session(connection, expire_on_commit=False, autoflush=False)
            try:
                yield session
            finally:
                session.expunge_all()  # a rollback would expire what the caller goes on reading
                session.rollback()
                session.close()

    def ping(self) -> None:
        """Raise when the database does not answer."""
        with self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def day_of(moment: datetime) -> date:
    """The day it is in China at that moment: what people read as a date."""
    return moment.astimezone(CHINA).date()


def utcnow() -> datetime:
    """The present moment, aware; the one place that reads the clock for defaults of columns."""
    return datetime.now(UTC)
