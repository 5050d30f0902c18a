"""Small files that are there whole or not at all, and locks between processes."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from indexer.port import IndexUnavailable

LOCK_SECONDS = 120.0
"""A write of 5,000 documents with a merge of everything before it takes a few seconds."""


def write_json(path: Path, value: Any) -> None:
    """Replace *path* by *value* in one step, durable on return."""
    work = path.with_name(f".{path.name}.{os.getpid()}.new")
    with work.open("w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    work.rename(path)
    sync_folder(path.parent)


def read_json(path: Path) -> Any:
    """The value in *path*; raises FileNotFoundError when it is not there, IndexUnavailable when it cannot be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise
    except (
        OSError,
        ValueError,
    ) as error:  # a file where a folder should be, a folder closed to us, half a file
        raise IndexUnavailable(f"{path} is damaged: {error}") from error


def sync_folder(folder: Path) -> None:
    """Make names that were created or renamed in *folder* survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def locked(path: Path, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Hold *path* alone among processes and threads; raises IndexUnavailable when that takes too long.

    The lock ends with the process that holds it, however it ends.
    """
    deadline = time.monotonic() + seconds
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise IndexUnavailable(f"{path} was not free for {seconds:.0f} s") from None
                time.sleep(0.01)
        yield
    finally:
        os.close(handle)
