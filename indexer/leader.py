"""Which process indexes: the one that holds a lock file. It ends with the process, however that ends.

One machine only. Where the web runs on several machines, run the worker on one of them (or a second one elsewhere as
a cold spare): two indexers at once lose nothing, since versions decide which word is newer, but they do the work twice.
"""

import fcntl
import os
from pathlib import Path
from types import TracebackType


class Leadership:
    """A lock on a file. ``with Leadership(path) as elected:`` gives whether this process has it."""

    def __init__(self, path: Path) -> None:
        """Nothing is opened yet; the folder is made when it is missing."""
        self._path = path
        self._handle: int | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._handle is not None

    def acquire(self) -> bool:
        """Try to become the one; returns at once."""
        if self._handle is not None:
            return True
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        # For people who look at the file; the lock is what counts.
        os.truncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        self._handle = handle
        return True

    def release(self) -> None:
        """Let another process have it."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> bool:
        """Try to become the one."""
        return self.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let another process have it."""
        self.release()


def indexer_lock(locks: Path) -> Leadership:
    """The lock of the one indexer; *locks* is a folder all processes of the installation share."""
    return Leadership(locks / "indexer.lock")


def rebuild_lock(locks: Path, library: str) -> Leadership:
    """The lock of a rebuild: while nobody holds it, a generation being filled was left by a dead process."""
    return Leadership(locks / f"rebuild-{library}.lock")
