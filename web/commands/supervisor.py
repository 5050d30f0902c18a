"""Keeps the processes of one platform alive: starts them, starts again what dies, stops all together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[2]
STOP_SECONDS = 5.0
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
STEADY_SECONDS = 60.0
"""What lived so long and dies begins again with the shortest pause."""
HEAD_START_SECONDS = 20.0
"""The first child has the machine for itself until it answers, at most so long: pages come before background work."""
GIVE_UP_AFTER = 5
"""Deaths in a row, from the start on, after which a process that never worked is not tried again."""


class Child:
    """One process of the platform, started again when it dies."""

    def __init__(self, name: str, command: Sequence[str], env: Mapping[str, str]) -> None:
        """Nothing is started yet."""
        self.name = name
        self._command, self._env = list(command), dict(env)
        self._process: subprocess.Popen[bytes] | None = None
        self._started, self._again_at, self._pause = 0.0, 0.0, FIRST_PAUSE
        self.deaths = 0

    @property
    def alive(self) -> bool:
        """Whether it runs now."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it as the head of a process group, so that all it started can be ended with it."""
        self._started = time.monotonic()
        # No preexec_fn: Popen then neither forks in Python nor runs code between fork and exec.
        self._process = subprocess.Popen(  # noqa: S603 (our own command)
            self._command, env=self._env, cwd=ROOT, process_group=0
        )

    def look_after(self) -> None:
        """Start it again when it died, after a pause that grows with each death."""
        now = time.monotonic()
        if self.alive:
            if now - self._started > STEADY_SECONDS:
                self._pause, self.deaths = FIRST_PAUSE, 0
            return
        if self._process is not None:
            self.deaths += 1
            click.echo(
                f"The {self.name} process ended (code {self._process.returncode}); "
                f"it starts again in {self._pause:.0f} s.",
                err=True,
            )
            # What it started must not keep the port from its successor.
            self.end()
            self._process = None
            self._again_at = now + self._pause
            self._pause = min(LONGEST_PAUSE, self._pause * 2)
        elif now >= self._again_at:
            self.start()

    def ask_to_end(self) -> None:
        """Let it end in its own way, if it still runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def end(self) -> None:
        """Kill what is left of it and of all it started."""
        if self._process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


class Supervisor:
    """The children of one platform and the signals that end them."""

    def __init__(self, children: Sequence[Child]) -> None:
        """Takes over SIGINT and SIGTERM of this process when it runs."""
        self._children = list(children)
        self._ending = False

    def run(self, answers: Callable[[], bool], ready: Callable[[], None]) -> int:
        """Start the first child, then the others, and stay until a signal comes.

        `ready` is called once, when `answers` says yes first.

        Gives the exit code: 0 after a signal, 1 when a process never came to work.
        """
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._end_soon)
        is_ready, began = False, time.monotonic()
        first, *others = self._children
        started = [first]
        try:
            first.start()
            while not self._ending:
                time.sleep(0.1 if not is_ready else 0.3)
                for child in started:
                    child.look_after()
                    if not is_ready and child.deaths >= GIVE_UP_AFTER:
                        click.echo(
                            f"The {child.name} process does not start; its messages are above.", err=True
                        )
                        return 1
                if not is_ready and answers():
                    is_ready = True
                    ready()
                if others and (is_ready or time.monotonic() - began > HEAD_START_SECONDS):
                    for child in others:
                        child.start()
                    started, others = [*started, *others], []
            return 0
        finally:
            self._end()

    def _end_soon(self, *_: object) -> None:
        """A plain flag: an Event's lock may be held by the very thread that a signal interrupts."""
        self._ending = True

    def _end(self) -> None:
        """Ask all to end, wait a few seconds, then insist."""
        for child in self._children:
            child.ask_to_end()
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline and any(child.alive for child in self._children):
            time.sleep(0.05)
        for child in self._children:
            child.end()


def flask_command(*words: str) -> list[str]:
    """A command of this application, run by this very Python."""
    return [sys.executable, "-m", "flask", "--app", "app", *words]


def child_environment(**more: str) -> dict[str, str]:
    """Our environment, with who supervises."""
    return {**os.environ, "SANKU_SUPERVISOR": str(os.getpid()), "FLASK_SKIP_DOTENV": "1", **more}
