"""The drain as a process of its own, with vectors by hash, whose first write waits for a word: to be killed in the middle.

It says "begin" when it has something to write, and writes when it is told to go on. Settings come from the environment,
as they do for the platform.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from app import build_platform
from config import settings as configuration
from indexer.sync import Sync
from repositories import projection
from tests.hashing import HashEmbedder


def main() -> None:
    """Drain until killed."""
    platform = build_platform(configuration.load(os.environ))
    embedder = HashEmbedder(platform.embedder.model_id)
    projection.take_over(platform.database)
    write, held = platform.index.write, True

    def waiting(library: str, documents: Any, tombstones: Any = (), generations: Any = None) -> Any:
        nonlocal held
        if held and (documents or tombstones):
            print("begin", flush=True)
            sys.stdin.readline()
            held = False
        return write(library, documents, tombstones, generations)

    platform.index.write = waiting  # type: ignore[method-assign]
    sync = Sync(platform.database, platform.index, embedder)
    while True:
        if sync.step().idle:
            time.sleep(0.02)


if __name__ == "__main__":
    main()
