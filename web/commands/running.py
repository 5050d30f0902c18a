"""Whether a platform runs on this data folder: one lock file, held by the supervisor as long as it lives."""

from __future__ import annotations

from pathlib import Path

from indexer.leader import Leadership
from services.platform import Platform
from services.worker import locks


def lock_file(platform: Platform) -> Path:
    """The file; its content is the process id, for people."""
    return locks(platform) / "serve.lock"


def serve_lock(platform: Platform) -> Leadership:
    """The lock itself; it ends with the process, however that ends."""
    return Leadership(lock_file(platform))


def holder(platform: Platform) -> str:
    """The process id of who holds it, for messages."""
    try:
        return lock_file(platform).read_text(encoding="ascii").strip() or "?"
    except OSError:
        return "?"
