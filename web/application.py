"""Builds the Flask application around a platform: blueprints, errors, headers, what templates may call."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from werkzeug.middleware.proxy_fix import ProxyFix

from repositories.frame import waiting
from services.access import Actor
from services.deals.reading import scope_of
from services.demo import is_loaded
from services.platform import Platform
from web import access, errors, labels, limits, security, static_files, typed
from web.account.views import blueprint as account
from web.api import register as register_api
from web.current import actor, platform
from web.deals.views import blueprint as deals
from web.health import blueprint as health
from web.imports.views import blueprint as imports
from web.inbox.views import blueprint as inbox
from web.introductions.views import blueprint as introductions
from web.leads.views import blueprint as leads
from web.listings.achievements import blueprint as achievements
from web.listings.doctor import blueprint as doctor
from web.listings.evidence import blueprint as evidence
from web.listings.evidence import certificates
from web.listings.needs import blueprint as needs
from web.listings.talents import blueprint as talents
from web.matches.answering import blueprint as answering
from web.matches.views import blueprint as matches
from web.operator.views import blueprint as operator
from web.patents.views import blueprint as patents
from web.proposals.views import blueprint as proposals
from web.public.views import blueprint as public

ROOT = Path(__file__).resolve().parent.parent
BLUEPRINTS = (
    public,
    account,
    achievements,
    evidence,
    certificates,
    needs,
    doctor,
    talents,
    answering,
    matches,
    introductions,
    deals,
    leads,
    proposals,
    inbox,
    imports,
    patents,
    operator,
    health,
)


def build(platform: Platform) -> Flask:
    """The application; raises RouteWithoutRule when a route does not say who may come in."""
    settings = platform.settings
    app = Flask(
        "sanku", root_path=str(ROOT), template_folder="templates", static_folder="static",
        static_url_path=static_files.url_path(ROOT / "static"),
    )  # fmt: skip
    app.secret_key = settings.secret_key
    app.config["MAX_CONTENT_LENGTH"] = settings.max_upload_bytes
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = static_files.KEPT
    app.extensions["sanku"] = platform
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.bytecode_cache = _compiled_templates(platform.settings.data)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    typed.register(app)
    security.register(app, secure_cookies=settings.secure_cookies)
    limits.register(app, settings)
    errors.register(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    register_api(app)
    app.context_processor(_context)
    access.check_every_route(app)
    return app


def _context() -> dict[str, Any]:
    """What every template knows: the person, the demonstration mark, the labels."""
    person = actor()
    return {
        "actor": _signed(person) if person.is_signed_in else None,
        "platform_is_demo": is_loaded(platform()),
        "labels": labels,
    }


def _compiled_templates(data: Path) -> FileSystemBytecodeCache:
    """Templates as they were compiled, kept beside the data (nobody else may write there): compiling those of one page
    takes a new process longer than all the rest of it. A template that has changed is compiled again."""
    folder = data / "templates"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return FileSystemBytecodeCache(str(folder))


@dataclass(frozen=True, slots=True)
class Signed:
    """The person behind the request, as the frame of every page shows him or her; `waiting_deals` wait for an answer."""

    person: Actor
    unread: int
    waiting_deals: int

    def __getattr__(self, name: str) -> Any:
        return getattr(self.person, name)


def _signed(person: Actor) -> Signed:
    if person.account_id is None:
        return Signed(person, 0, 0)
    with platform().database.read() as session:
        found = waiting(session, person.account_id, scope_of(person))
    return Signed(person, found.unread, found.deals)
