"""The drain as a process of its own, with vectors by hash, that says when a write begins: to be killed in the middle.

Settings come from the environment, as they do for the platform.
"""

from __future__ import annotations

import os
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
    write = platform.index.write

    def telling(library: str, documents: Any, tombstones: Any = (), generations: Any = None) -> Any:
        if documents or tombstones:
            print("begin", flush=True)
        done = write(library, documents, tombstones, generations)
        print("done", flush=True)
        return done

    platform.index.write = telling  # type: ignore[method-assign]
    sync = Sync(platform.database, platform.index, embedder)
    print("ready", flush=True)
    while True:
        if sync.step().idle:
            time.sleep(0.02)


if __name__ == "__main__":
    main()
