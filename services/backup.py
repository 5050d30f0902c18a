"""Backup and restore of the embedded set-up: one file that holds all that cannot be made again.

That is the database (copied while it is in use), the files people handed in, the key that signs cookies, and which
settings it was made under. The index and the expanded model are left out: a restored platform builds its index anew,
so it can never answer from a projection of another database. PostgreSQL has its own tools.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from repositories.database import Database
from services import vault
from services.platform import Platform

FORMAT = 1
DATABASE, DETAILS = "sanku.db", "backup.json"
SECRETS = ("secret_key", "demo_password")
TIED = ("index", vault.FOLDER)
"""Folders of the data folder that belong to one database and go with it: its projection, its files."""
PAGES_A_STEP = 2000
_HANDED_IN = re.compile(rf"{vault.FOLDER}/[0-9a-f]{{2}}/[0-9a-f]{{64}}")
POSTGRESQL_HINT = (
    'This platform keeps its data in PostgreSQL. Back it up by `pg_dump -Fc "$SANKU_DATABASE_URL" -f sanku.dump`, '
    "restore by `pg_restore --clean`, then run `flask --app app index rebuild`; keep the file secret_key of the data "
    "folder beside it, and its folder files: what people handed in is there."
)


class BackupRefused(Exception):
    """It cannot be done; says why and what to do instead."""


@dataclass(frozen=True, slots=True)
class Written:
    """A backup that is on the disk."""

    path: Path
    bytes: int


def backup(
    platform: Platform, target: Path, progress: Callable[[int, int], None] = lambda *_: None
) -> Written:
    """Write `target` (.tar.gz) while the platform serves; raises BackupRefused. A broken run leaves no file."""
    source = _sqlite_file(platform.database)
    if not target.name.endswith((".tar.gz", ".tgz")):
        raise BackupRefused(f"The file must be named like backup.tar.gz, not {target.name}.")
    if target.exists():
        raise BackupRefused(f"{target} exists already; name another file.")
    if not source.is_file():
        raise BackupRefused(f"There is no database at {source} yet.")
    settings, unfinished = platform.settings, target.with_name(f".{target.name}.part")
    with tempfile.TemporaryDirectory(prefix="sanku-backup-", dir=target.resolve().parent) as folder:
        copy = Path(folder) / DATABASE
        _copy(source, copy, progress)
        details = {
            "format": FORMAT,
            "made_at": platform.now().isoformat(),
            "settings": {"base_url": settings.base_url, "model": settings.model, "index": settings.index},
        }
        try:
            # The file holds password hashes and the signing key: for its owner's eyes only, from its first byte.
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as raw:
                with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=6) as archive:
                    archive.add(copy, DATABASE)
                    for name in SECRETS:
                        if (settings.data / name).is_file():
                            archive.add(settings.data / name, name)
                    for content_hash in _handed_in(copy):
                        path = vault.path_in(settings.data / vault.FOLDER, content_hash)
                        with suppress(FileNotFoundError):  # taken away since the copy was made
                            archive.add(path, vault.path_in(Path(vault.FOLDER), content_hash).as_posix())
                    _add_text(archive, DETAILS, json.dumps(details, indent=2))
                raw.flush()
                os.fsync(raw.fileno())
            unfinished.rename(target)
        finally:
            unfinished.unlink(missing_ok=True)
    return Written(target, target.stat().st_size)


def restore(platform: Platform, source: Path, *, replace: bool = False) -> dict[str, Any]:
    """Put a backup into the data folder of a platform that does not run; gives what the backup says of itself.

    With `replace` the present database and index are put aside as `before-restore` and only dropped when everything
    is in place. Raises BackupRefused, also for a file that is damaged; then nothing was changed.
    """
    database = _sqlite_file(platform.database)
    if database.exists() and not replace:
        raise BackupRefused(
            f"{database} holds data. Stop the platform and say --replace to put this backup in its place."
        )
    data: Path = platform.settings.data
    data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=data) as folder:
        work = Path(folder)
        details = _unpack(source, work)
        platform.database.close()
        aside = data / "before-restore"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        for name in (*TIED, *SECRETS):
            if (data / name).exists() and (name in TIED or (work / name).is_file()):
                (data / name).rename(aside / name)
        for path in (database, *_beside(database)):
            if path.exists():
                path.rename(aside / path.name)
        if (work / vault.FOLDER).is_dir():
            shutil.move(work / vault.FOLDER, data / vault.FOLDER)
        database.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(work / DATABASE, database)
        for name in SECRETS:
            if (work / name).is_file():
                shutil.move(work / name, data / name)
                (data / name).chmod(0o600)
        shutil.rmtree(aside)
    return details


def _sqlite_file(database: Database) -> Path:
    if not database.is_sqlite or not database.url.database:
        raise BackupRefused(POSTGRESQL_HINT)
    return Path(database.url.database)


def _beside(database: Path) -> tuple[Path, Path]:
    """SQLite's own files; they belong to the old database and would spoil the new one."""
    return database.with_name(f"{database.name}-wal"), database.with_name(f"{database.name}-shm")


def _copy(source: Path, target: Path, progress: Callable[[int, int], None]) -> None:
    """A consistent copy of a database in use (SQLite's online backup), then checked."""
    reading, writing = sqlite3.connect(source), sqlite3.connect(target)
    try:
        reading.backup(
            writing, pages=PAGES_A_STEP, progress=lambda _status, left, total: progress(total - left, total)
        )
        _check(writing, target)
    finally:
        reading.close()
        writing.close()


def _handed_in(database: Path) -> list[str]:
    """The hashes of the files a copied database knows."""
    connection = sqlite3.connect(database)
    try:
        return [name for (name,) in connection.execute("SELECT DISTINCT content_hash FROM files ORDER BY 1")]
    finally:
        connection.close()


def _check(connection: sqlite3.Connection, path: Path) -> None:
    try:
        (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise BackupRefused(f"{path.name} is no database of this platform: {error}") from error
    if answer != "ok":
        raise BackupRefused(f"{path.name} is damaged: {answer}")


def _unpack(source: Path, folder: Path) -> dict[str, Any]:
    """The known files of a backup, and no other, into `folder`; checked."""
    try:
        with tarfile.open(source, "r:*") as archive:
            for name in (DATABASE, DETAILS, *SECRETS):
                try:
                    member = archive.extractfile(name)
                except KeyError:
                    member = None
                if member is not None:
                    with (folder / name).open("wb") as file:
                        shutil.copyfileobj(member, file)
            for entry in archive:
                if _HANDED_IN.fullmatch(entry.name) and (member := archive.extractfile(entry)) is not None:
                    target = folder / entry.name
                    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                    with os.fdopen(
                        os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb"
                    ) as file:
                        shutil.copyfileobj(member, file)
    except (OSError, EOFError, tarfile.TarError) as error:
        raise BackupRefused(f"{source} cannot be read: {error}") from error
    if not (folder / DATABASE).is_file() or not (folder / DETAILS).is_file():
        raise BackupRefused(f"{source} is no backup of this platform.")
    details: dict[str, Any] = json.loads((folder / DETAILS).read_text(encoding="utf-8"))
    if details.get("format") != FORMAT:
        raise BackupRefused(
            f"{source} has format {details.get('format')}, this version reads format {FORMAT}."
        )
    connection = sqlite3.connect(folder / DATABASE)
    try:
        _check(connection, folder / DATABASE)
    finally:
        connection.close()
    return details


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    data = text.encode()
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(data), 0o600
    archive.addfile(entry, io.BytesIO(data))
