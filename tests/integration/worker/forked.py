"""The pages and the background process as processes that begin at once: forked from a server that has imported
everything, where a command spends three seconds of a core on imports. They are ended as any other process is.
"""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path

from app import create_app
from config import settings as configuration
from services import worker

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([__name__])


def pages(data: str, port: int) -> None:
    """The pages and the API on a data folder, with threads, until the process ends."""
    create_app(configuration.load({"SANKU_DATA": data})).run(port=port, threaded=True)


def background(data: str) -> None:
    """The indexer and the scheduler on a data folder, until the process ends."""
    worker.run(create_app(configuration.load({"SANKU_DATA": data})).extensions["sanku"], threading.Event())


@contextmanager
def forked(work: Callable[..., None], data: Path, *rest: int) -> Iterator[BaseProcess]:
    """`work` on a data folder in a process of its own, killed at the end of the block."""
    process = _FORKS.Process(target=work, args=(str(data), *rest), daemon=True)
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()
