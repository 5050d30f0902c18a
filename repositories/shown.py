"""Public listings with their owners, as list pages show them: the database's word on what the index found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, func, or_, select, union_all

from repositories import outbox
from repositories.achievements import Achievement
from repositories.database import Session
from repositories.listing import PUBLISHED
from repositories.needs import Need
from repositories.organisations import Organisation
from repositories.outbox import Job
from repositories.talents import Talent

MODELS: dict[str, Any] = {"achievements": Achievement, "needs": Need, "talents": Talent}


@dataclass(frozen=True, slots=True)
class Shown:
    """A listing and the organisation behind it."""

    row: Any
    organisation: Organisation | None


def _public(library: str, audience: tuple[str, ...]) -> Select[Any]:
    model = MODELS[library]
    query = select(model, Organisation).outerjoin(Organisation, Organisation.id == model.organisation_id)
    query = query.where(model.state == PUBLISHED)
    return query.where(Achievement.visibility.in_(audience)) if library == "achievements" else query


@lru_cache
def _among(library: str, audience: tuple[str, ...]) -> Select[Any]:
    """The statement of `load_shown`; like that of `gone` it is made once, because each page would make it anew."""
    return _public(library, audience).where(MODELS[library].id.in_(bindparam("ids", expanding=True)))


@lru_cache
def _gone(library: str, audience: tuple[str, ...]) -> Select[Any]:
    model = MODELS[library]
    there = select(model.id).where(model.id == Job.subject_id, model.state == PUBLISHED)
    if library == "achievements":
        there = there.where(Achievement.visibility.in_(audience))
    if library == "needs":
        there = there.where(or_(Job.fact != outbox.UNNAMED_FACT, Need.show_name))
    return outbox.closings(library).where(~there.exists()).distinct()


def load_shown(
    session: Session, library: str, ids: Iterable[int], audience: tuple[str, ...]
) -> dict[int, Shown]:
    """Those of `ids` this audience may see now, in one query."""
    found = session.execute(_among(library, audience), {"ids": list(ids)})
    return {row.id: Shown(row, organisation) for row, organisation in found}


def gone(session: Session, library: str, audience: tuple[str, ...]) -> tuple[int, ...]:
    """Ids the index may still show though this audience must not see them: every query must exclude them.

    What came back meanwhile is not gone: it is shown again as soon as the index has its words.
    """
    return tuple(session.scalars(_gone(library, audience)))


def newest_public(session: Session, library: str, limit: int, audience: tuple[str, ...]) -> list[Shown]:
    """The latest published listings, those nobody has confirmed for long last."""
    found = session.execute(_newest(library, audience), {"most": limit})
    return [Shown(row, organisation) for row, organisation in found]


@lru_cache
def _newest(library: str, audience: tuple[str, ...]) -> Select[Any]:
    """The statement of `newest_public`. The first few of each kind are read off the end of an index: putting the whole
    library in order would take seconds at 10^6 listings."""
    model, most = MODELS[library], bindparam("most", type_=Integer)
    may_see = (Achievement.visibility.in_(audience),) if library == "achievements" else ()
    first = [
        select(model.id).where(model.state == PUBLISHED, model.stale.is_(stale), *may_see)
        .order_by(model.published_at.desc(), model.id.desc()).limit(most).subquery()
        for stale in (False, True)
    ]  # fmt: skip
    ids = union_all(*(select(one.c.id) for one in first))
    order = model.stale, model.published_at.desc(), model.id.desc()
    rows = select(model, Organisation).outerjoin(Organisation, Organisation.id == model.organisation_id)
    return rows.where(model.id.in_(ids)).order_by(*order).limit(most)


def count_public(session: Session, library: str) -> int:
    """How many listings everybody may see."""
    model = MODELS[library]
    query = select(func.count()).where(model.state == PUBLISHED)
    if library == "achievements":
        query = query.where(Achievement.visibility == "public")
    return int(session.scalar(query) or 0)
