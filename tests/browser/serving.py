"""A real server for a real browser: the demonstration content, its index, the warm model, threads on a free port."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.serving import make_server

from app import create_app
from config import settings as configuration
from indexer.sync import drain
from repositories import schema
from services import demo, worker
from services.platform import Platform
from tests.browser.stage import PASSWORD

WARM_SECONDS = 180.0
GENEROUS = "10000 per minute"


def build(folder: Path, **env: str) -> Flask:
    """An application over `folder`, filled with the demonstration content and indexed; the model warms meanwhile."""
    settings = configuration.load(
        {
            "SANKU_DATA": str(folder),
            "SANKU_DEMO_PASSWORD": PASSWORD,
            "SANKU_MATCH_LIMIT": GENEROUS,
            "SANKU_TORCH_THREADS": "1",
            **env,
        }
    )
    app = create_app(settings)
    here = app.extensions["sanku"]
    here.embedder.warm()
    schema.upgrade(here.database)
    if not demo.is_loaded(here):
        demo.load(here)
    drain(here, encode=False)
    return app


def wait_until_warm(app: Flask) -> None:
    """Return once the model answers; raises TimeoutError with the reason when it does not come."""
    embedder: Any = app.extensions["sanku"].embedder
    deadline = time.monotonic() + WARM_SECONDS
    while not embedder.ready:
        if embedder.error or time.monotonic() > deadline:
            raise TimeoutError(f"the model did not load: {embedder.error or 'too slow'}")
        time.sleep(0.1)


@contextmanager
def served(app: Flask, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve `app` on a free port by threads; yields its address."""
    server = make_server(host, port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(10)


@contextmanager
def indexed(platform: Platform) -> Iterator[None]:
    """The background process of this installation as a thread: what is published meanwhile gets into the index."""
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(platform, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(10)
