"""One command serves a whole platform, from an empty folder on, and takes everything down with it."""

from __future__ import annotations

import os
import signal
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.worker.processes import alive, children, free_port, running, start, until


def _get(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def _up(port: int) -> bool:
    return _get(port, "/healthz")[0] == 200


def _said(data: Path) -> str:
    return (data / "output.txt").read_text(encoding="utf-8")


def _complete(pid: int) -> bool:
    """gunicorn with its two workers, and the background process."""
    lines = children(pid).values()
    return sum("gunicorn" in line for line in lines) == 3 and sum("app worker" in line for line in lines) == 1


def test_from_an_empty_folder_to_pages_and_down_again(tmp_path: Path) -> None:
    data, port = tmp_path / "data", free_port()
    with running(
        data, "serve", PORT=str(port), SANKU_DEMO_PASSWORD="a secret for the demonstration"
    ) as process:
        until(lambda: _up(port), 180, "the platform did not come up")
        until(lambda: "password" in _said(data), 30)
        assert f"http://127.0.0.1:{port}" in _said(data)
        assert "enterprise@demo.example" in _said(data)
        assert "a secret for the demonstration" in _said(data)
        status, page = _get(port, "/")
        assert status == 200
        assert "演示" in page
        assert _get(port, "/readyz")[0] == 200
        until(lambda: _complete(process.pid), 60, "not every process is there")
        below = children(process.pid)
        process.send_signal(signal.SIGTERM)
        took = until(lambda: process.poll() is not None, 30)
        assert process.returncode == 0
        print(f"down after {took:.1f} s")
        until(lambda: not any(alive(pid) for pid in below), 10, "a process was left behind")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int, int]]:
    """(data folder, port, process) of a platform that runs."""
    data, port = tmp_path_factory.mktemp("served") / "data", free_port()
    with running(data, "serve", PORT=str(port), DEMO="0") as process:
        until(lambda: _up(port), 120)
        yield data, port, process.pid


def test_a_second_start_is_refused_and_says_why(served: tuple[Path, int, int], tmp_path: Path) -> None:
    data, port, pid = served
    second = start(data, "serve", PORT=str(free_port()), DEMO="0")
    third = start(tmp_path / "other", "serve", PORT=str(port), DEMO="0")
    assert second.wait(60) == 1
    assert f"already runs on {data} (process {pid})" in _said(data)
    assert third.wait(60) == 1
    assert "PORT=" in _said(tmp_path / "other")
    assert "account create --role operator" in _said(data)


def test_what_dies_is_started_again(served: tuple[Path, int, int]) -> None:
    data, port, pid = served
    until(lambda: _complete(pid), 60, "the background process did not start")
    before = children(pid)
    for words in ("app worker", "gunicorn"):
        first = min(at for at, line in before.items() if words in line)
        os.kill(first, signal.SIGKILL)
    until(lambda: not any(alive(at) for at in before), 60)
    until(lambda: _complete(pid), 60, "they did not come back")
    until(lambda: _up(port), 60)
    assert "starts again" in _said(data)


def test_a_killed_supervisor_leaves_no_process_and_no_port_behind(tmp_path: Path) -> None:
    data, port = tmp_path / "data", free_port()
    process = start(data, "serve", PORT=str(port), DEMO="0")
    until(lambda: _up(port), 120)
    below = children(process.pid)
    process.kill()
    process.wait()
    until(lambda: not any(alive(pid) for pid in below), 30, "children outlived their supervisor")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
    with running(data, "serve", PORT=str(port), DEMO="0"):
        until(lambda: _up(port), 120, "a new start was refused")
