"""The patent list of the demonstration's university: `demo/patents.jsonl`, bundled as its office would find it.

Numbers begin with 演示 and lack a check digit, so that none can be taken for somebody's right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from repositories.patents import Patent
from services.access import COMMAND
from services.patents import drafting, terms
from services.platform import Platform

HOUSE = "DEMO-A-O01"
"""The house of the demonstration account 演示高校账户."""


def store(platform: Platform, lines: Iterable[Mapping[str, Any]], house_id: int) -> int:
    """Put the list in and propose its bundles; gives how many patents."""
    rows = [_patent(raw, house_id) for raw in lines]
    with platform.database.write() as session:
        session.add_all(rows)
    drafting.propose(platform, COMMAND, house_id)
    return len(rows)


def _patent(raw: Mapping[str, Any], house_id: int) -> Patent:
    filed = date.fromisoformat(raw["filed_on"])
    return Patent(
        organisation_id=house_id, number=raw["number"], type=raw["type"], title=raw["title"], abstract=raw["abstract"],
        ipc=raw["ipc"], inventors=raw["inventors"], applicants=raw["applicants"], status=raw["status"], filed_on=filed,
        granted_on=date.fromisoformat(raw["granted_on"]) if raw["granted_on"] else None,
        expires_on=terms.expiry(raw["type"], filed), is_demo=True,
    )  # fmt: skip
