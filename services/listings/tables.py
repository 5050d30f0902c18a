"""Fields that are small tables: what their columns are, and how a record becomes a line of text.

A record is typed as one line with its parts separated by commas (spreadsheets, the API) or cell by cell (pages), and
is stored as an object. Reading one is `services.listings.reading`'s work.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from services.listings.fields import Field

PARTS: Mapping[str, tuple[Field, ...]] = {
    "ip": (
        Field("type", "类型", "choice", "", vocabulary="ip_types"),
        Field("number", "号码", "line", "", 60),
        Field("status", "状态", "choice", "", vocabulary="ip_statuses"),
        Field("expiry", "到期日", "date", ""),
    ),
    "affiliations": (
        Field("organisation", "单位", "line", "", 120, required=True),
        Field("title", "职务", "line", "", 60),
        Field("since", "起", "date", ""),
        Field("until", "止", "date", ""),
    ),
    "relations": (
        Field("organisation", "单位", "line", "", 120, required=True),
        Field("kind", "关系", "choice", "", vocabulary="relation_kinds", required=True),
        Field("since", "起", "date", ""),
        Field("until", "止", "date", ""),
    ),
}


def names_of(kind: str) -> tuple[str, ...]:
    """The keys of a record, in the order in which they are typed."""
    return tuple(part.name for part in PARTS[kind])


def line(kind: str, record: Mapping[str, Any], vocabularies: Any) -> str:
    """A record as one would type it: terms by their names, parts separated by commas."""
    return "，".join(_said(part, record.get(part.name), vocabularies) for part in PARTS[kind])


def lines(kind: str, records: Iterable[Mapping[str, Any]], vocabularies: Any) -> str:
    """All records, one a line."""
    return "\n".join(line(kind, record, vocabularies) for record in records)


def _said(part: Field, value: Any, vocabularies: Any) -> str:
    if not value or not part.vocabulary:
        return str(value or "")
    return str(getattr(vocabularies, part.vocabulary).name(str(value)))
