"""`serve` and `worker`: a whole platform by one command, ready on a bare folder."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request

import click
from flask import Flask
from flask.cli import with_appcontext

from indexer import model
from indexer.port import IndexUnavailable
from indexer.rebuild import due, rebuild
from repositories import schema, upkeep
from services import demo
from services import worker as background
from services.listings.library import library_of
from services.platform import Platform
from web.commands.progress import bars
from web.commands.running import holder, serve_lock
from web.commands.supervisor import ROOT, Child, Supervisor, child_environment, flask_command
from web.current import platform

LIBRARIES = ("achievements", "needs", "talents")
BACKGROUND_NICENESS = 5
"""Pages come first where cores are few; an idle machine does not notice."""
OFF = ("0", "no", "off", "false")


def register(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(serve)
    app.cli.add_command(worker)


@click.command()
@click.option("--host", envvar="SANKU_HOST", default="127.0.0.1", help="Where to listen (SANKU_HOST).")
@click.option("--port", envvar="PORT", type=click.IntRange(1, 65535), default=8000, help="Port (PORT).")
@click.option(
    "--demo", "with_demo", envvar="DEMO", default="1", help="0 leaves an empty platform empty (DEMO)."
)
@with_appcontext
def serve(host: str, port: int, with_demo: str) -> None:
    """Prepare what is missing, then serve pages, API and background work until Ctrl-C."""
    here = platform()
    lock = serve_lock(here)
    if not lock.acquire():
        raise click.ClickException(
            f"A platform already runs on {here.settings.data} (process {holder(here)}). "
            "Stop it first, or name another folder: SANKU_DATA=/path/to/folder."
        )
    _check_port(host, port)
    _prepare(here, demo_wanted=with_demo.lower() not in OFF)
    here.database.close()
    here.index.close()
    url = f"http://{_shown(host)}:{port}"
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    cores = str(os.cpu_count() or 1)
    children = [
        Child(
            "web",
            [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "config" / "gunicorn.conf.py"), "app:create_app()"],
            child_environment(SANKU_BIND=bind, PORT=str(port)),
        ),
        Child(
            "background", flask_command("worker"),
            child_environment(PORT=str(port), SANKU_TORCH_THREADS=os.environ.get("SANKU_WORKER_THREADS", cores)),
        ),
    ]  # fmt: skip
    code = Supervisor(children).run(lambda: _answers(url), lambda: _welcome(here, url))
    click.echo("Stopped.")
    sys.exit(code)


@click.command()
@with_appcontext
def worker() -> None:
    """The background process alone: indexer (the elected one of several) and scheduler."""
    logging.basicConfig(
        level=os.environ.get("SANKU_LOG_LEVEL", "warning").upper(),
        format="%(asctime)s %(levelname)s %(message)s",
    )
    endings = {signal.SIGINT, signal.SIGTERM}
    # Signals are waited for, not handled: a handler would run inside whatever lock the main thread holds. Threads
    # inherit the mask, so it is set before the first begins.
    signal.pthread_sigmask(signal.SIG_BLOCK, endings)
    _end_with(os.environ.get("SANKU_SUPERVISOR"))
    os.nice(BACKGROUND_NICENESS)
    stop, here = threading.Event(), platform()
    working = threading.Thread(target=background.run, args=(here, stop), name="background")
    working.start()
    signal.sigwait(endings)
    stop.set()
    working.join()
    logging.shutdown()
    # The model may still be loading in a thread, and an orderly end would wait ten seconds for it. Everything that
    # counts is in the database.
    os._exit(0)


def _prepare(here: Platform, *, demo_wanted: bool) -> None:
    """Schema, model, demonstration content, index: each only where it is missing."""
    try:
        if not schema.is_current(here.database):
            click.echo("Preparing the database …")
            schema.upgrade(here.database)
    except here.database.busy_errors as error:
        where = here.database.url.render_as_string(hide_password=True)
        raise click.ClickException(f"The database {where} does not answer: {error}") from error
    packed = model.shipped(here.settings.model)
    if packed is not None:
        model.expand(packed, here.settings.model_folder)
    if demo_wanted and demo.is_empty(here):
        with bars() as told:
            loaded = demo.load(here, told)
        click.echo(
            f"Demonstration content: {loaded.achievements} achievements, {loaded.needs} needs, "
            f"{loaded.talents} managers, {loaded.organisations} organisations."
        )
    elif demo.is_loaded(here):
        demo.keep_password(here)
    try:
        missing = [
            name for name in LIBRARIES if due(here.index, name) and not here.index.state(name).generation
        ]
    except IndexUnavailable as away:
        click.echo(
            f"The index does not answer ({away}). Everything but searching works; it is looked for again.",
            err=True,
        )
        return
    if missing:
        _build_index(here, missing)


def _build_index(here: Platform, missing: list[str]) -> None:
    """Nothing answers yet, so it is built before the first page. An index of another shape answers on meanwhile and
    is rebuilt by the background process."""
    with here.database.read() as session:
        lacking = any(
            upkeep.lacks_vectors(session, library_of(name).model, here.embedder.model_id) for name in missing
        )
    if lacking:
        # The model would stay in our memory as long as we live: a process of its own gives it back.
        click.echo("Building the index; listings without a vector are encoded first …")
        code = subprocess.call(  # noqa: S603 (our own command)
            [*flask_command("index", "rebuild"), *missing],
            cwd=ROOT,
            env={**os.environ, "FLASK_SKIP_DOTENV": "1"},
        )
        if code:
            raise click.ClickException("The index could not be built; the message above says why.")
        return
    with bars() as told:
        for name in missing:
            rebuild(
                here.database, here.index, here.embedder, name, background.locks(here),
                lambda done, total, name=name: told(f"Indexing {name}", done, total),  # type: ignore[misc]
            )  # fmt: skip


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"{host}:{port} cannot be used ({error.strerror}). Name another port: make run PORT=8001."
            ) from error


def _shown(host: str) -> str:
    if host in ("0.0.0.0", "::"):  # noqa: S104 (compared, not bound)
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:  # noqa: S310 (our own address)
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _welcome(here: Platform, url: str) -> None:
    lines = ["", f"  三库 serves at {url}", ""]
    people = demo.addresses(here)
    if people:
        lines += ["  Demonstration accounts:"]
        lines += [f"    {address}  ({role})" for address, role in people]
        lines += [f"    password: {demo.password(here)}", ""]
    elif demo.is_empty(here):
        lines += ["  Nobody can sign in yet. Make the first operator:",
                  "    .venv/bin/flask --app app account create --role operator you@example.org", ""]  # fmt: skip
    lines += [f"  Data: {here.settings.data}    Stop: Ctrl-C", ""]
    click.echo("\n".join(lines))
    here.database.close()


def _end_with(supervisor: str | None) -> None:
    """Get SIGTERM when the supervisor dies, however it does."""
    if supervisor and sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGTERM)
        if os.getppid() != int(supervisor):
            sys.exit("the supervisor is gone")
