"""What the index proposed, as the database knows it: what may be seen now, and what judging a pair needs of it.

Judging reads columns by plain statements, not objects: a list looks at 200 candidates and shows a dozen, and making 200
objects costs more than judging them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, join, select

from repositories.achievements import Achievement
from repositories.database import Session
from repositories.listing import PUBLISHED
from repositories.needs import Need
from repositories.organisations import Organisation
from repositories.vectors import StoredVector, Vector, unpack

MODELS: dict[str, Any] = {"achievements": Achievement, "needs": Need}
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)


JUDGED = {
    "achievements": (
        "id", "title", "summary", "keywords", "abstract", "industry", "discipline", "region", "trl", "modes",
        "price_min", "price_max", "ip", "organisation_id", "confirmed_on",
    ),
    "needs": (
        "id", "title", "teaser", "problem", "indicators", "constraints", "industry", "region", "wanted_trl",
        "wanted_modes", "budget_min", "budget_max", "deadline", "organisation_id",
    ),
}  # fmt: skip
"""What judging reads of a row; never the confidential part."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row the index proposed, as it is now."""

    row: Any
    vector: Vector | None
    organisation: Organisation | None


def load(
    session: Session,
    library: str,
    ids: Iterable[int],
    model_id: str,
    *,
    public_only: bool = True,
    audience: tuple[str, ...] = ("public", "members"),
) -> dict[int, Candidate]:
    """The candidates behind `ids`; with `public_only` those alone that this audience may see now."""
    model = MODELS[library]
    query = (
        select(model, StoredVector.data, Organisation)
        .outerjoin(StoredVector, _vector_of(model, model_id))
        .outerjoin(Organisation, Organisation.id == model.organisation_id)
        .where(model.id.in_(list(ids)))
    )
    if public_only:
        query = query.where(*_seen_by(library, audience))
    return {
        row.id: Candidate(row, unpack(data) if data else None, organisation)
        for row, data, organisation in session.execute(query)
    }


def heads(
    session: Session, library: str, ids: Iterable[int], audience: tuple[str, ...]
) -> dict[int, tuple[int, int]]:
    """Those of `ids` this audience may see now: id → (projection, revision). The truth check of what is remembered."""
    rows = session.connection().execute(_heads(library, audience), {"ids": list(ids)}).all()
    return {id_: (projection, revision) for id_, projection, revision in rows}


def columns(
    session: Session, library: str, ids: Iterable[int], model_id: str, audience: tuple[str, ...] | None
) -> list[tuple[Any, Vector | None]]:
    """(what judging reads with projection and revision, vector) of those of `ids` this audience may see now; None: of
    all, whoever may see them."""
    rows = session.connection().execute(_columns(library, model_id, audience), {"ids": list(ids)}).all()
    return [(row, unpack(row.vector_data) if row.vector_data else None) for row in rows]


@lru_cache
def _heads(library: str, audience: tuple[str, ...]) -> Select[Any]:
    """The statement of `heads`; like that of `columns` it is made once, because making it costs as much as asking."""
    table = MODELS[library].__table__.c
    query = select(table.id, table.projection, table.revision).where(table.id.in_(_IDS))
    return query.where(*_seen_by(library, audience))


@lru_cache
def _columns(library: str, model_id: str, audience: tuple[str, ...] | None) -> Select[Any]:
    model = MODELS[library]
    table = model.__table__.c
    names = (*JUDGED[library], "projection", "revision")
    query = (
        select(*(table[name] for name in names), StoredVector.__table__.c.data.label("vector_data"))
        .select_from(join(model, StoredVector, _vector_of(model, model_id), isouter=True))
        .where(table.id.in_(_IDS))
    )
    return query if audience is None else query.where(*_seen_by(library, audience))


def _vector_of(model: Any, model_id: str) -> ColumnElement[bool]:
    return and_(StoredVector.content_hash == model.vector_key, StoredVector.model_id == model_id)


def _seen_by(library: str, audience: tuple[str, ...]) -> list[ColumnElement[bool]]:
    rules = [MODELS[library].state == PUBLISHED]
    return [*rules, Achievement.visibility.in_(audience)] if library == "achievements" else rules
