"""The composition root: settings → database, model, index → one Platform → pages, API and commands. No logic here."""

from __future__ import annotations

import os

from flask import Flask
from threadpoolctl import threadpool_limits

from config import settings as configuration
from config.doctor import load as load_doctor
from config.rankers import LISTS, MANAGERS, load_tables
from config.rankers import load as load_ranker
from config.settings import Settings
from config.vocabularies import Vocabularies
from indexer.embedder import SentenceTransformerEmbedder
from indexer.engines import open_index
from matching.doctor import Doctor
from matching.lists import ListRules
from matching.managers.leads import FEATURES as LEAD_FEATURES
from matching.managers.ranker import Additive
from matching.scoring import Ranker
from repositories.database import Database
from services.platform import Platform
from web.application import build
from web.commands import register as register_commands


def build_platform(settings: Settings, *, threads: int | None = None) -> Platform:
    """Everything a use case needs. `threads` overrides how many cores one encoding may use (None: the setting)."""
    # Products of small tables are quick on one core; several wait for each other, and longest on a busy machine.
    threadpool_limits(1, user_api="blas")
    vocabularies = Vocabularies.load()
    embedder = SentenceTransformerEmbedder(
        settings.model, settings.model_folder, threads=threads or settings.torch_threads
    )
    managers = load_tables(MANAGERS)
    return Platform(
        settings=settings,
        vocabularies=vocabularies,
        database=Database(settings.database_url),
        index=open_index(settings.index, settings.index_folder, embedder.model_id, settings.elasticsearch),
        index_in=lambda folder: open_index("embedded", folder, embedder.model_id),
        embedder=embedder,
        ranker=Ranker.from_data(*load_ranker()),
        lists=ListRules.from_data(load_tables(LISTS)),
        manager_ranker=Additive.from_data(managers),
        lead_ranker=Additive.from_data(managers["leads"], LEAD_FEATURES),
        doctor=Doctor.from_data(load_doctor()),
        names={
            **vocabularies.regions.names,
            **vocabularies.industries.names,
            **vocabularies.modes.names,
            **vocabularies.ip_types.names,
            **vocabularies.disciplines.names,
            **vocabularies.talent_posts.names,
            **vocabularies.certificate_levels.names,
        },
    )


def create_app(settings: Settings | None = None) -> Flask:
    """The application, for gunicorn and `flask --app app`; raises BadSetting naming the variable."""
    app = build(build_platform(settings or configuration.load(os.environ)))
    register_commands(app)
    return app
