"""Finds what a server needs, or gets it: the distribution (installed, or from Maven) and a Java that can run it.

What is got stays under the project's `.cache`, so that a later run, also one with an empty HOME, finds it there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VERSION = "9.2.0"
GROUP, NAME = "org.elasticsearch.distribution.integ-test-zip", "elasticsearch"
MAVEN_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1"
JAVA_AT_LEAST = 21

HELP = f"""The tests need a real Elasticsearch {VERSION.split(".")[0]} server, and {{missing}}. One of these provides it:
  SANKU_TEST_ELASTICSEARCH_HOME=/usr/share/elasticsearch   a distribution that is installed (or unpacked) here
  apt-get install maven                                    then the tests get one themselves
and a JDK of at least {JAVA_AT_LEAST} with its jmods (ES_JAVA_HOME names it; a distribution that brings its own needs none)."""


class NoServer(Exception):
    """Neither found nor to be had; the message says what to install."""


def distribution() -> Path:
    """A folder (installed) or a zip (from Maven) with the server; raises NoServer."""
    for place in (os.environ.get("SANKU_TEST_ELASTICSEARCH_HOME"), "/usr/share/elasticsearch"):
        if place and (Path(place) / "bin" / "elasticsearch").is_file():
            return Path(place)
    repository = ROOT / ".cache" / "maven"
    archive = repository.joinpath(*GROUP.split("."), NAME, VERSION, f"{NAME}-{VERSION}.zip")
    if not archive.is_file():
        maven = shutil.which("mvn")
        if maven is None:
            raise NoServer(HELP.format(missing="none is installed, nor is Maven to get one"))
        repository.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [maven, "-q", "-B", f"-Dmaven.repo.local={repository}", f"{MAVEN_PLUGIN}:get",
             f"-Dartifact={GROUP}:{NAME}:{VERSION}:zip", "-Dtransitive=false"],
            capture_output=True, text=True, check=False, timeout=900,
        )  # fmt: skip
        if done.returncode or not archive.is_file():
            raise NoServer(
                HELP.format(missing=f"Maven could not get one: {(done.stdout + done.stderr)[-1500:]}")
            )
    return archive


def java_home() -> Path:
    """A JDK that runs the server: new enough, and with the vector module that small builds leave out."""
    named = [os.environ[name] for name in ("ES_JAVA_HOME", "JAVA_HOME") if os.environ.get(name)]
    places = [Path(place) for place in named]
    for folder in (
        "/usr/lib/jvm",
        "/usr/lib64/jvm",
        "/opt/java",
        "/Library/Java/JavaVirtualMachines",
        "/opt/homebrew/opt",
    ):
        places += sorted(Path(folder).glob("*"), reverse=True) if Path(folder).is_dir() else []
    for place in places:
        for home in (place, place / "Contents" / "Home"):
            if _suits(home):
                return home
    raise NoServer(HELP.format(missing=f"no JDK of at least {JAVA_AT_LEAST} was found"))


def _suits(home: Path) -> bool:
    about = home / "release"
    if not (home / "bin" / "java").exists() or not about.is_file():
        return False
    lines = dict(line.split("=", 1) for line in about.read_text(encoding="utf-8").splitlines() if "=" in line)
    major = lines.get("JAVA_VERSION", "").strip('"').split(".")[0]
    return (
        major.isdigit() and int(major) >= JAVA_AT_LEAST and "jdk.incubator.vector" in lines.get("MODULES", "")
    )
