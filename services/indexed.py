"""Whether an index that found nothing has anything to find: one that is not built yet must not read as `nothing fits`.

Asked only where nothing was found, so that a list with rows costs nothing more.
"""

from __future__ import annotations

from indexer.port import IndexUnavailable
from repositories.shown import count_public
from services.errors import IndexAway
from services.platform import Platform

REBUILDING = "检索正在重建，已保存的内容不受影响，请几分钟后再看。"


def refuse_unbuilt(platform: Platform, library: str) -> None:
    """Raise IndexAway when a library has public listings and no index that could answer for them."""
    try:
        built = bool(platform.index.state(library).generation)
    except IndexUnavailable as away:
        raise IndexAway() from away
    if built:
        return
    with platform.database.read() as session:
        if count_public(session, library):
            raise IndexAway(REBUILDING)
