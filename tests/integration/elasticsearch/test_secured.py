"""A server with TLS and passwords, and a user who may touch our indices and nothing else: the role deploy/ ships."""

from __future__ import annotations

import base64
import hashlib
import secrets
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from indexer.port import IndexUnavailable, Query
from indexer.rebuild import rebuild
from services.worker import locks
from tests.elastic.server import Node, SignIn, bare_call
from tests.hashing import HashEmbedder
from tests.integration.elasticsearch.conftest import settings_for
from tests.integration.elasticsearch.facts import LIBRARY, Facts
from tests.support import make_world

ROOT = Path(__file__).resolve().parents[3]
PASSWORDS = {"admin": "administrator-password", "sanku": "platform-password"}

pytestmark = pytest.mark.soak


@dataclass(frozen=True)
class Secured:
    """The running server and the certificate it shows."""

    node: Node
    certificate: Path


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder = tmp_path_factory.mktemp("certificates")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(certificate),
         "-days", "30", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    node = Node(
        {
            "xpack.security.enabled": True,
            "xpack.security.authc.password_hashing.algorithm": "pbkdf2",
            "xpack.security.http.ssl.enabled": True,
            "xpack.security.http.ssl.key": "key.pem",
            "xpack.security.http.ssl.certificate": "certificate.pem",
        },
        files={
            "key.pem": key.read_text(),
            "certificate.pem": certificate.read_text(),
            "users": "".join(f"{name}:{_hashed(password)}\n" for name, password in PASSWORDS.items()),
            "users_roles": "superuser:admin\nsanku:sanku\n",
            "roles.yml": (ROOT / "deploy" / "elasticsearch" / "roles.yml").read_text(encoding="utf-8"),
        },
        sign_in=SignIn("admin", PASSWORDS["admin"], certificate),
    )
    try:
        node.start()
        yield Secured(node, certificate)
    finally:
        node.remove()


def _hashed(password: str) -> str:
    """As the server's own tool writes it."""
    salt = secrets.token_bytes(32)
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, 10_000, 32)
    return f"{{PBKDF2}}10000${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


def _settings(secured: Secured, password: str, *, ca: bool = True) -> dict[str, str]:
    trusted = {"SANKU_ELASTICSEARCH_CA": str(secured.certificate)} if ca else {}
    return settings_for(secured.node.url, "sanku") | trusted | {
        "SANKU_ELASTICSEARCH_USER": "sanku", "SANKU_ELASTICSEARCH_PASSWORD": password,
    }  # fmt: skip


def test_the_shipped_role_is_enough_for_everything_the_platform_does(
    secured: Secured, tmp_path: Path
) -> None:
    world = make_world(tmp_path / "data", _settings(secured, PASSWORDS["sanku"]))
    here, facts = world.platform, Facts(world.platform.database)
    embedder = HashEmbedder(here.embedder.model_id)
    facts.stir(30)
    facts.settle(here.index, embedder)
    long_text = "\n".join(f"激光熔覆修复工艺第{n}号与高温合金叶片的增材制造质量控制" for n in range(40))
    assert here.index.candidates(LIBRARY, long_text, embedder.encode(["激光"], "query")[0], 10)
    for _ in range(2):
        rebuild(here.database, here.index, embedder, LIBRARY, locks(here))
    here.index.rollback(LIBRARY)
    facts.stir(10)
    facts.settle(here.index, embedder)
    assert facts.lost_and_leaked(here.index, embedder.model_id) == (0, 0)
    here.index.close()
    here.database.close()


@pytest.mark.parametrize(("password", "ca"), [("wrong", True), (PASSWORDS["sanku"], False)])
def test_a_wrong_password_or_certificate_is_an_index_that_is_away(
    secured: Secured, tmp_path: Path, password: str, ca: bool
) -> None:
    world = make_world(tmp_path / "data", _settings(secured, password, ca=ca))
    with pytest.raises(IndexUnavailable):
        world.platform.index.search(Query(LIBRARY, "激光"))
    assert world.client().get("/achievements?q=激光").status_code == 503
    assert password not in world.client().get("/readyz").get_data(as_text=True)
    world.platform.index.close()
    world.platform.database.close()


def test_the_role_reaches_nothing_else(secured: Secured) -> None:
    secured.node.call("PUT", "/others", {})
    ours = SignIn("sanku", PASSWORDS["sanku"], secured.certificate)
    for method, path in (("GET", "/others/_search"), ("DELETE", "/others"), ("PUT", "/elsewhere"),
                         ("GET", "/_cluster/settings"), ("GET", "/_security/user")):  # fmt: skip
        with pytest.raises(OSError, match=r"\A40[0-9] "):
            bare_call(secured.node.url, method, path, None, ours)
