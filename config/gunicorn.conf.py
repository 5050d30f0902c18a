"""How gunicorn serves the pages: few processes with threads, each with the model warmed after its fork.

Read by gunicorn only. The application is made in each worker (no preload): a process that forks with torch loaded hangs.
"""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

bind = os.environ.get("SANKU_BIND") or f"127.0.0.1:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("SANKU_WEB_WORKERS", "2"))
threads = int(os.environ.get("SANKU_WEB_THREADS", "8"))
worker_class = "gthread"
timeout = 120
graceful_timeout = 3
keepalive = 5
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 (memory, for gunicorn's own heartbeat)
control_socket_disable = True
accesslog = None
errorlog = "-"
loglevel = os.environ.get("SANKU_LOG_LEVEL", "warning")

WARM_AFTER_SECONDS = 2.0
"""The model's import takes most of a core for ten seconds; the first page should not wait for it."""

SETTLED_WITHIN_SECONDS = 300
"""So long is the model waited for; on a busy computer its import takes a minute."""
SWITCH_SECONDS = 0.0005
"""How long a thread that computes keeps the interpreter from one that waits. With Python's 5 ms a page of thirty
database calls takes 150 ms longer while the model is imported beside it."""


def on_starting(server: Any) -> None:
    """End with the supervisor, even when that is killed: else the port would stay taken by nobody's children."""
    supervisor = os.environ.get("SANKU_SUPERVISOR")
    if supervisor and sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGTERM)
        if os.getppid() != int(supervisor):
            sys.exit("the supervisor is gone")


def post_worker_init(worker: Any) -> None:
    """Load the model in the background; until it is warm, search answers by words and says so."""
    sys.setswitchinterval(SWITCH_SECONDS)
    timer = threading.Timer(WARM_AFTER_SECONDS, _settle, (worker.wsgi.extensions["sanku"].embedder,))
    timer.daemon = True
    timer.start()


def _settle(embedder: Any) -> None:
    """Warm the model, then leave what stays for good out of garbage collections: the model's library brings 400,000
    objects, and looking through them now and then held up a page for half a second."""
    embedder.warm()
    for _ in range(SETTLED_WITHIN_SECONDS):
        if embedder.ready or embedder.error:
            break
        time.sleep(1)
    gc.freeze()


def worker_exit(server: Any, worker: Any) -> None:
    """Skip the interpreter's tidying up: with the model in memory it takes seconds. Requests are answered by now; a
    worker that never came up keeps its exit code, from which gunicorn learns that it cannot."""
    if worker.booted:
        os._exit(0)
