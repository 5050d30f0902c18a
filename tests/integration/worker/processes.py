"""Starting the platform's own processes as a user does, and ending them as a power cut does."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SERVE = """
import os, sys
from app import create_app
create_app().run(port=int(sys.argv[1]), threaded=True)
"""


def free_port() -> int:
    """A port nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(data: Path, *words: str, **env: str) -> subprocess.Popen[str]:
    """`flask --app app WORDS…` on a data folder; its output is in `output.txt` there."""
    data.mkdir(parents=True, exist_ok=True)
    clean = {k: v for k, v in os.environ.items() if not k.startswith("SANKU_") and k not in ("PORT", "DEMO")}
    with (data / "output.txt").open("a") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "app", *words], cwd=ROOT, text=True,
            env={**clean, "SANKU_DATA": str(data), "FLASK_SKIP_DOTENV": "1", **env}, stdout=output, stderr=output,
        )  # fmt: skip


@contextmanager
def running(data: Path, *words: str, **env: str) -> Iterator[subprocess.Popen[str]]:
    """The same, ended at the end of the block whatever happens."""
    process = start(data, *words, **env)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
        process.wait(20)


@contextmanager
def web(data: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The pages and the API on a data folder, in one process with threads; killed at the end of the block."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("SANKU_")}
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(port)], cwd=ROOT, env={**env, "SANKU_DATA": str(data)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def answers(port: int) -> bool:
    """Whether a web process is up."""
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False


def until(what: Callable[[], object], seconds: float, message: str = "it did not happen") -> float:
    """Wait until `what()` is true; gives how long it took."""
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < seconds, f"{message} within {seconds:.0f} s"
        time.sleep(0.05)
    return time.monotonic() - began


def children(pid: int) -> dict[int, str]:
    """Every process below `pid`, with its command line (Linux)."""
    found: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (OSError, IndexError):
            continue
        if parent == pid:
            found[int(entry.name)] = words
            found |= children(int(entry.name))
    return found


def alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
