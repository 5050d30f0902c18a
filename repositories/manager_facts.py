"""What judging a manager reads: the profile's columns with its vector, and who stands behind the profile today.

The profile changes with its projection counter only and may be kept in memory; the houses of the account may change
without it and are read every time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, and_, bindparam, select
from sqlalchemy.orm import aliased

from repositories.accounts import Account
from repositories.database import Session
from repositories.listing import PUBLISHED
from repositories.organisations import Organisation
from repositories.talents import Talent
from repositories.vectors import StoredVector, Vector, unpack

JUDGED = (
    "id", "title", "biography", "category", "stars", "certificate_level", "posts", "disciplines", "industries",
    "region", "regions", "languages", "affiliations", "relations", "capacity",
)  # fmt: skip
"""What judging reads of a profile."""

_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
# Built once: a list looks at hundreds of managers by plain rows.
_HEADS = (
    select(
        Talent.id, Talent.projection, Talent.revision, Talent.state, Account.is_active, Organisation.id,
        Organisation.parent_id,
    )
    .outerjoin(Account, Account.id == Talent.account_id)
    .outerjoin(Organisation, Organisation.id == Account.organisation_id)
    .where(Talent.id.in_(_IDS))
)  # fmt: skip
_COLUMNS = (
    select(*(getattr(Talent, name) for name in JUDGED), StoredVector.data.label("vector_data"))
    .outerjoin(
        StoredVector,
        and_(StoredVector.content_hash == Talent.vector_key, StoredVector.model_id == bindparam("model_id")),
    )
    .where(Talent.id.in_(_IDS))
)
_ABOVE = aliased(Organisation)
_HOUSES = (
    select(Organisation.id, Organisation.name, _ABOVE.id, _ABOVE.name)
    .outerjoin(_ABOVE, _ABOVE.id == Organisation.parent_id)
    .where(Organisation.id.in_(_IDS))
)
_NAMES = select(Talent.id, Talent.title).where(Talent.id.in_(_IDS))


@dataclass(frozen=True, slots=True)
class Head:
    """A profile's counters and who is behind it; `house_ids` are the account's organisation and the one above it."""

    projection: int
    revision: int
    is_public: bool
    has_account: bool
    house_ids: frozenset[int]


def heads(session: Session, ids: Iterable[int]) -> dict[int, Head]:
    """Talent id → head, whatever the state of the profile, in one query."""
    return {
        talent: Head(
            projection, revision, state == PUBLISHED, bool(active),
            frozenset(one for one in (house, parent) if one is not None),
        )
        for talent, projection, revision, state, active, house, parent
        in session.connection().execute(_HEADS, {"ids": list(ids)})
    }  # fmt: skip


def columns(session: Session, ids: Iterable[int], model_id: str) -> list[tuple[Any, Vector | None]]:
    """(judged columns, vector) of profiles, in one query."""
    rows = session.connection().execute(_COLUMNS, {"ids": list(ids), "model_id": model_id})
    return [(row, unpack(row.vector_data) if row.vector_data else None) for row in rows]


def names(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """Talent id → name."""
    rows = session.connection().execute(_NAMES, {"ids": list(ids)})
    return {talent: name for talent, name in rows}  # noqa: C416  a row is more than a pair


def houses(session: Session, organisation_ids: Iterable[int]) -> dict[int, tuple[tuple[int, str], ...]]:
    """Organisation id → (id, name) of itself and of the house above it, in one query."""
    return {
        house: ((house, name), (parent, parent_name)) if parent is not None else ((house, name),)
        for house, name, parent, parent_name in session.connection().execute(
            _HOUSES, {"ids": list(organisation_ids)}
        )
    }
