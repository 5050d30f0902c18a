"""The settings: one frozen value, read once from the environment by app.py.

Each default is safe in production. A wrong value fails at start and names its variable; nothing ever asks for the
name of an environment.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class BadSetting(Exception):
    """A variable holds something the platform cannot work with."""


@dataclass(frozen=True, slots=True)
class ElasticsearchSettings:
    """Where the server engine is, and how its indices are laid out."""

    urls: tuple[str, ...]
    user: str = ""
    password: str = field(default="", repr=False)
    api_key: str = field(default="", repr=False)
    ca: Path | None = None
    prefix: str = "sanku"
    shards: int = 1
    replicas: int | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are and how the platform behaves; see README for the variables."""

    data: Path
    database_url: str
    index: str
    elasticsearch: ElasticsearchSettings
    secret_key: str
    model: str
    base_url: str
    secure_cookies: bool
    trusted_proxies: int
    torch_threads: int
    smtp_host: str
    smtp_port: int
    smtp_user: str
    smtp_password: str
    smtp_tls: str
    mail_from: str
    demo_password: str
    match_limit: str
    upload_limit: str
    ratelimit_storage: str
    max_upload_bytes: int
    operator_contact: str
    managers_in_memory: int

    @property
    def mail_on(self) -> bool:
        """Letters go out only where a mail server is named."""
        return bool(self.smtp_host)

    @property
    def index_folder(self) -> Path:
        """Where the embedded index lives."""
        return self.data / "index"

    @property
    def model_folder(self) -> Path:
        """Where shipped models are expanded to."""
        return self.data / "models"


def _number(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    raw = env.get(name, str(default))
    try:
        value = int(raw)
    except ValueError:
        raise BadSetting(f"{name} must be a whole number, not {raw!r}") from None
    if not low <= value <= high:
        raise BadSetting(f"{name} must lie between {low} and {high}, not {value}")
    return value


def _choice(env: Mapping[str, str], name: str, default: str, choices: tuple[str, ...]) -> str:
    value = env.get(name, default)
    if value not in choices:
        raise BadSetting(f"{name} must be one of {', '.join(choices)}, not {value!r}")
    return value


def _secret(env: Mapping[str, str], data: Path) -> str:
    """The key that signs cookies: given, or made once and kept in the data folder for this installation."""
    if given := env.get("SANKU_SECRET_KEY"):
        if len(given) < 32:
            raise BadSetting("SANKU_SECRET_KEY must have at least 32 characters")
        return given
    path = data / "secret_key"
    data.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="ascii") as file:
            path.chmod(0o600)
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    key = path.read_text(encoding="ascii")
    if len(key) < 32:
        raise BadSetting(f"{path} is damaged: remove it and start again (everybody signs in anew)")
    return key


def with_files(env: Mapping[str, str]) -> dict[str, str]:
    """`env` with each SANKU_X_FILE read into SANKU_X, which is how containers are handed secrets."""
    whole = dict(env)
    for name, path in env.items():
        if name.startswith("SANKU_") and name.endswith("_FILE") and path:
            try:
                whole[name.removesuffix("_FILE")] = Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise BadSetting(f"{name}: {path} cannot be read ({error.strerror})") from None
    return whole


def _elasticsearch(env: Mapping[str, str], is_chosen: bool) -> ElasticsearchSettings:
    urls = tuple(part.strip() for part in env.get("SANKU_ELASTICSEARCH_URL", "").split(",") if part.strip())
    if is_chosen and not urls:
        raise BadSetting("SANKU_ELASTICSEARCH_URL must be given where SANKU_INDEX is elasticsearch")
    for url in urls:
        if not re.fullmatch(r"https?://[^\s/@]+:\d+/?", url):
            raise BadSetting(f"SANKU_ELASTICSEARCH_URL must look like https://host:9200, not {url!r}")
    prefix = env.get("SANKU_ELASTICSEARCH_PREFIX", "sanku")
    if not re.fullmatch(r"[a-z0-9][a-z0-9_]{0,40}", prefix):
        raise BadSetting(
            f"SANKU_ELASTICSEARCH_PREFIX must be of a-z, 0-9 and _, beginning with none of _, not {prefix!r}"
        )
    ca = env.get("SANKU_ELASTICSEARCH_CA", "")
    if ca and not Path(ca).is_file():
        raise BadSetting(f"SANKU_ELASTICSEARCH_CA: there is no file {ca}")
    return ElasticsearchSettings(
        urls=urls,
        user=env.get("SANKU_ELASTICSEARCH_USER", ""),
        password=env.get("SANKU_ELASTICSEARCH_PASSWORD", ""),
        api_key=env.get("SANKU_ELASTICSEARCH_API_KEY", ""),
        ca=Path(ca) if ca else None,
        prefix=prefix,
        shards=_number(env, "SANKU_ELASTICSEARCH_SHARDS", 1, 1, 1024),
        replicas=_number(env, "SANKU_ELASTICSEARCH_REPLICAS", 0, 0, 5)
        if env.get("SANKU_ELASTICSEARCH_REPLICAS")
        else None,
    )


def load(env: Mapping[str, str]) -> Settings:
    """Settings from `env` (usually os.environ); raises BadSetting naming the variable."""
    env = with_files(env)
    data = Path(env.get("SANKU_DATA") or ROOT / "var").resolve()
    base_url = env.get("SANKU_BASE_URL", f"http://127.0.0.1:{env.get('PORT', '8000')}").rstrip("/")
    if not base_url.startswith(("http://", "https://")):
        raise BadSetting("SANKU_BASE_URL must begin with http:// or https://")
    index = _choice(env, "SANKU_INDEX", "embedded", ("embedded", "elasticsearch"))
    return Settings(
        data=data,
        database_url=env.get("SANKU_DATABASE_URL") or f"sqlite:///{data / 'sanku.db'}",
        index=index,
        elasticsearch=_elasticsearch(env, index == "elasticsearch"),
        secret_key=_secret(env, data),
        model=env.get("SANKU_MODEL", "e5-small-zh"),
        base_url=base_url,
        secure_cookies=base_url.startswith("https://"),
        trusted_proxies=_number(env, "SANKU_TRUSTED_PROXIES", 0, 0, 5),
        torch_threads=_number(env, "SANKU_TORCH_THREADS", 1, 1, 64),
        smtp_host=env.get("SANKU_SMTP_HOST", ""),
        smtp_port=_number(env, "SANKU_SMTP_PORT", 587, 1, 65535),
        smtp_user=env.get("SANKU_SMTP_USER", ""),
        smtp_password=env.get("SANKU_SMTP_PASSWORD", ""),
        smtp_tls=_choice(env, "SANKU_SMTP_TLS", "starttls", ("starttls", "tls", "none")),
        mail_from=env.get("SANKU_MAIL_FROM", "sanku@localhost"),
        demo_password=env.get("SANKU_DEMO_PASSWORD", ""),
        match_limit=env.get("SANKU_MATCH_LIMIT", "20 per minute; 200 per day"),
        upload_limit=env.get("SANKU_UPLOAD_LIMIT", "30 per minute; 300 per day"),
        ratelimit_storage=env.get("SANKU_RATELIMIT_STORAGE", "memory://"),
        max_upload_bytes=_number(env, "SANKU_MAX_UPLOAD_MB", 20, 1, 500) * 1024 * 1024,
        operator_contact=env.get("SANKU_OPERATOR_CONTACT", ""),
        managers_in_memory=_number(env, "SANKU_MANAGERS_IN_MEMORY", 50_000, 0, 1_000_000),
    )
