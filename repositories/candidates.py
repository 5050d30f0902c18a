"""The one query that re-checks truth and visibility of what the index proposed, with vectors and owners."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select

from repositories.achievements import Achievement
from repositories.database import Session
from repositories.listing import PUBLISHED
from repositories.needs import Need
from repositories.organisations import Organisation
from repositories.vectors import StoredVector, Vector, unpack

MODELS: dict[str, Any] = {"achievements": Achievement, "needs": Need}


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
        .outerjoin(
            StoredVector,
            and_(StoredVector.content_hash == model.vector_key, StoredVector.model_id == model_id),
        )
        .outerjoin(Organisation, Organisation.id == model.organisation_id)
        .where(model.id.in_(list(ids)))
    )
    if public_only:
        query = query.where(model.state == PUBLISHED)
        if library == "achievements":
            query = query.where(Achievement.visibility.in_(audience))
    return {
        row.id: Candidate(row, unpack(data) if data else None, organisation)
        for row, data, organisation in session.execute(query)
    }
