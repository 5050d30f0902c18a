"""The bytes of handed-in files, in the data folder under the hash of their content; rows are in `repositories.files`.

Bytes are written before their row and taken away after it, both while `held`, so that a row never stands for bytes
that are not there. What a killed process leaves behind is bytes without a row: `sweep` takes them once a day old.
Do not decide here who may read a file.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from repositories import files
from services.errors import NotFound
from services.platform import Platform

FOLDER = "files"
LEFT_ALONE_SECONDS = 24 * 3600
"""Bytes this young may be on their way to a row."""
_CHUNK = 500


def folder(platform: Platform) -> Path:
    """Where the bytes are; made when it is missing, closed to other users of the machine."""
    found: Path = platform.settings.data / FOLDER
    found.mkdir(parents=True, exist_ok=True, mode=0o700)
    return found


def path_in(root: Path, content_hash: str) -> Path:
    """Where the bytes of a hash lie under a folder like ours (a backup's as well)."""
    return root / content_hash[:2] / content_hash


@contextmanager
def held(platform: Platform) -> Iterator[None]:
    """Nobody else adds or takes away bytes meanwhile, in this or any other process of the platform."""
    handle = os.open(folder(platform) / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def keep(platform: Platform, data: bytes) -> str:
    """Store bytes, durably, and give their hash; the same bytes are stored once. Call it while `held`."""
    digest = hashlib.sha256(data).hexdigest()
    target = path_in(folder(platform), digest)
    if target.is_file() and target.stat().st_size == len(data):
        return digest
    target.parent.mkdir(exist_ok=True, mode=0o700)
    work = target.with_name(f".{digest}.{os.getpid()}.new")
    with os.fdopen(os.open(work, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    work.rename(target)
    handle = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(handle)  # the name, too, survives a power cut
    finally:
        os.close(handle)
    return digest


def path_of(platform: Platform, content_hash: str) -> Path:
    """The stored bytes; raises NotFound where a disk or a restore has lost them."""
    found = path_in(folder(platform), content_hash)
    if not found.is_file():
        raise NotFound("这个文件在服务器上找不到了，请联系平台运营，或请发布者重新上传。")
    return found


def let_go(platform: Platform, content_hash: str) -> None:
    """Take bytes away unless some row still stands for them. Call it while `held`, after the row is gone."""
    with platform.database.read() as session:
        if files.is_kept(session, content_hash):
            return
    path_in(folder(platform), content_hash).unlink(missing_ok=True)


def sweep(platform: Platform) -> int:
    """Take away what no row stands for and nobody is writing; gives how many files."""
    gone = 0
    with held(platform):
        before = time.time() - LEFT_ALONE_SECONDS
        old = [p for p in folder(platform).glob("??/*") if p.is_file() and p.stat().st_mtime < before]
        for start in range(0, len(old), _CHUNK):
            some = old[start : start + _CHUNK]
            with platform.database.read() as session:
                kept = files.kept_hashes(session, (p.name for p in some))
            for path in some:
                if path.name not in kept:
                    path.unlink()
                    gone += 1
    return gone
