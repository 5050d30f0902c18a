"""One node of a real Elasticsearch in a folder of its own: started, killed, frozen, started again, removed.

It runs as an unprivileged user (it refuses to be root), listens on loopback only, and goes with the process that
started it, however that one ends.
"""

from __future__ import annotations

import base64
import contextlib
import ctypes
import json
import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.elastic.obtain import distribution, java_home

HEAP = "512m"
START_SECONDS = 180.0


def free_port() -> int:
    """A port nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class SignIn:
    """Who calls a server with TLS and passwords, and whose certificate it shows."""

    user: str
    password: str
    ca: Path


class Node:
    """A node; `settings` are added to its configuration. Its folder is removed by `remove`.

    *quick* leaves the second compiler out: it starts with half the work, which tests want and benchmarks do not.
    *files* lie in its configuration folder; *sign_in* is how our own bare calls are let in.
    """

    def __init__(
        self,
        settings: Mapping[str, Any] | None = None,
        heap: str = HEAP,
        name: str = "node",
        quick: bool = True,
        files: Mapping[str, str] | None = None,
        sign_in: SignIn | None = None,
    ) -> None:
        self.name = name
        self._files, self._sign_in = dict(files or {}), sign_in
        self._java_options = f"-Xms{heap} -Xmx{heap}" + (" -XX:TieredStopAtLevel=1" if quick else "")
        self.port, self.transport_port = free_port(), free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="sanku-elasticsearch-"))
        # A process that is killed loses nothing it gave to the kernel, so memory serves as well as a disk, and syncs
        # at once: making an index syncs a dozen files. Benchmarks want the disk.
        self.data = Path(tempfile.mkdtemp(prefix="sanku-elasticsearch-", dir=_memory() if quick else None))
        self._user = _unprivileged()
        self.settings: dict[str, Any] = {
            "cluster.name": f"sanku-{self.folder.name}",
            "node.name": name,
            "discovery.type": "single-node",
            "network.host": "127.0.0.1",
            "http.port": self.port,
            "transport.port": self.transport_port,
            "xpack.security.enabled": False,
            "cluster.routing.allocation.disk.threshold_enabled": False,
            "path.data": str(self.data),
            "path.logs": str(self.folder / "logs"),
        }
        for key, value in (settings or {}).items():
            if value is None:
                self.settings.pop(key, None)
            else:
                self.settings[key] = value
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"{'https' if self._sign_in else 'http'}://127.0.0.1:{self.port}"

    def launch(self) -> None:
        """Start it without waiting until it answers."""
        home = self._home()
        config = self.folder / "config"
        shutil.rmtree(config, ignore_errors=True)
        shutil.copytree(home / "config", config)
        # JSON is YAML.
        (config / "elasticsearch.yml").write_text(json.dumps(self.settings, indent=1), encoding="utf-8")
        for name, text in self._files.items():
            (config / name).write_text(text, encoding="utf-8")
        for name in ("logs", "tmp"):
            (self.folder / name).mkdir(exist_ok=True)
        if self._user is not None:
            for path in (self.data, self.folder, *self.folder.rglob("*")):
                os.chown(path, self._user.pw_uid, self._user.pw_gid)
        env = {
            "PATH": os.environ.get("PATH", ""), "HOME": str(self.folder), "ES_PATH_CONF": str(config),
            "ES_JAVA_OPTS": self._java_options, "ES_TMPDIR": str(self.folder / "tmp"),
        }  # fmt: skip
        if not (home / "jdk").is_dir():
            env["ES_JAVA_HOME"] = str(java_home())
        who: dict[str, Any] = {}
        if self._user is not None:
            who = {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}
        with (self.folder / "output.txt").open("ab") as output:
            self._process = subprocess.Popen(
                [str(home / "bin" / "elasticsearch")], cwd=self.folder, env=env, stdin=subprocess.DEVNULL,
                stdout=output, stderr=output, start_new_session=True, preexec_fn=_goes_with_us, **who,
            )  # fmt: skip

    def wait(self, status: str = "yellow", nodes: int = 1, seconds: float = START_SECONDS) -> None:
        """Wait until it answers with this health."""
        deadline = time.monotonic() + seconds
        path = f"/_cluster/health?wait_for_status={status}&wait_for_nodes={nodes}&timeout=2s"
        while True:
            try:
                if not self.call("GET", path).get("timed_out"):
                    return
            except OSError:
                pass
            if self._process is None or self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Elasticsearch did not start:\n{self.output()[-4000:]}")
            time.sleep(0.1)

    def start(self) -> Node:
        """Start it and wait until it answers."""
        self.launch()
        self.wait()
        return self

    def kill(self) -> None:
        """End it with no time for anything, as a power cut does."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait(30)
        # The launcher is ours, the server its child: wait until that one has let go of the port and the folder.
        deadline = time.monotonic() + 30
        while _listens(self.port) and time.monotonic() < deadline:
            time.sleep(0.02)

    def freeze(self) -> None:
        """Stop it from answering while its connections stay open."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen one go on."""
        self._signal(signal.SIGCONT)

    def remove(self) -> None:
        """End it and take its folder away."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.data, ignore_errors=True)

    def call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """A bare HTTP call beside the client under test; raises OSError when it does not answer."""
        return bare_call(self.url, method, path, body, self._sign_in)

    def output(self) -> str:
        """What it said."""
        return (self.folder / "output.txt").read_text(encoding="utf-8", errors="replace")

    def resident_mb(self) -> float:
        """Memory of the server that is really there (Linux)."""
        most = 0.0
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and self._process is not None:
                try:
                    if os.getpgid(int(entry.name)) != self._process.pid:
                        continue
                    lines = (entry / "status").read_text().splitlines()
                except OSError:
                    continue
                most = max(
                    [most, *(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))]
                )
        return most

    def _home(self) -> Path:
        found = distribution()
        if found.is_dir():
            return found
        home = self.folder / "home"
        if not home.is_dir():
            with zipfile.ZipFile(found) as archive:
                archive.extractall(self.folder)
                inside = self.folder / archive.namelist()[0].split("/")[0]
                for entry in archive.infolist():
                    if entry.external_attr >> 16 & 0o100:
                        (self.folder / entry.filename).chmod(0o755)
            inside.rename(home)
        return home

    def _signal(self, number: int) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)


def bare_call(
    url: str, method: str, path: str, body: Any = None, sign_in: SignIn | None = None
) -> dict[str, Any]:
    """A bare HTTP call beside the client under test; raises OSError when it does not answer or refuses."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    context = None
    if sign_in is not None:
        plain = f"{sign_in.user}:{sign_in.password}".encode()
        headers["Authorization"] = f"Basic {base64.b64encode(plain).decode()}"
        context = ssl.create_default_context(cafile=str(sign_in.ca))
    request = urllib.request.Request(url + path, data=data, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30, context=context) as answer:
            found: dict[str, Any] = json.loads(answer.read() or b"{}")
            return found
    except urllib.error.HTTPError as error:
        raise OSError(f"{error.code} {error.read().decode(errors='replace')[:800]}") from None


def cluster(names: Sequence[str], heap: str = HEAP) -> list[Node]:
    """Several nodes on loopback that know each other; started, and green."""
    nodes = [Node({"discovery.type": None}, heap, name) for name in names]
    for node in nodes:
        node.settings |= {
            "cluster.name": nodes[0].settings["cluster.name"],
            "discovery.seed_hosts": [f"127.0.0.1:{other.transport_port}" for other in nodes],
            "cluster.initial_master_nodes": list(names),
        }
        node.launch()
    for node in nodes:
        node.wait("green", len(nodes))
    return nodes


def _memory() -> str | None:
    """A folder in memory with room; None where there is none."""
    shared = Path("/dev/shm")
    return str(shared) if shared.is_dir() and shutil.disk_usage(shared).free > 2**31 else None


def _unprivileged() -> pwd.struct_passwd | None:
    """Whom it runs as when we are root; None when we are not."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _goes_with_us() -> None:
    """Ask Linux to end the launcher, and with it the server, when we die."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGTERM)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0
