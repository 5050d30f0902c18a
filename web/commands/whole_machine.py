"""The same platform with a model that may use every core: for commands that encode much and serve nobody."""

from __future__ import annotations

from dataclasses import replace

from indexer.embedder import SentenceTransformerEmbedder
from services.platform import Platform


def with_all_cores(platform: Platform) -> Platform:
    """Web workers encode on one core each, which leaves the others idle here."""
    settings = platform.settings
    return replace(
        platform, embedder=SentenceTransformerEmbedder(settings.model, settings.model_folder, threads=None)
    )
