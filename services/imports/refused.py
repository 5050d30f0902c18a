"""The rows that did not pass, as a spreadsheet with the problems beside them: mend them there and upload it again."""

from __future__ import annotations

from services.access import Actor
from services.exports import workbook
from services.imports.batches import refused_rows
from services.imports.columns import headings
from services.platform import Platform

PROBLEMS = "问题（改好后可删去此列）"


def build(platform: Platform, actor: Actor, batch_id: int) -> bytes:
    """The .xlsx of one's own batch; raises NotFound."""
    library, rows = refused_rows(platform, actor, batch_id)
    named = headings(library)
    used = [name for name in named if any(name in raw for _, raw, _ in rows)]
    head = [PROBLEMS, "原行号", *(named[name] for name in used)]
    body = (
        [
            "；".join(f"{named.get(name, name)}：{message}" for name, message in errors),
            number,
            *(raw.get(name, "") for name in used),
        ]
        for number, raw, errors in rows
    )
    return workbook("未通过的行", head, body, (60, 8, *(24 for _ in used)))
