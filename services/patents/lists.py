"""Reading a house's patents: whose list it is, what is in it, one of them. Changing it is importing it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from repositories import audit, patents
from repositories.organisations import Organisation
from repositories.patents import CONFIRMED, Bundle, Patent, Wanted
from services.access import Actor, keeps_patents_of, may_keep_patents, require, require_signed_in
from services.errors import Conflict, NotFound
from services.patents import terms
from services.platform import Platform

PER_PAGE = 50
MAX_PAGE = 500


@dataclass(frozen=True, slots=True)
class House:
    """Whose list one looks at; `others` are the houses an operator may turn to: (id, name, patents)."""

    id: int
    name: str
    others: tuple[tuple[int, str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list. `facets`: what it may be narrowed by → {code: patents of the whole house}."""

    rows: tuple[tuple[Patent, str], ...]
    total: int
    page: int
    pages: int
    facets: Mapping[str, Mapping[str, int]]
    wanted: Wanted
    soon: int


def house(platform: Platform, actor: Actor, organisation_id: int | None = None) -> House:
    """The house whose list this person opens: the own one, or for operators the one named, else the first that has a
    list. Raises Forbidden, NotFound, and Conflict for a person without a house."""
    require_signed_in(actor)
    require(may_keep_patents(actor))
    with platform.database.read() as session:
        others = tuple(patents.houses(session)) if actor.is_operator else ()
        wanted = organisation_id
        if wanted is None:
            wanted = (others[0][0] if others else None) if actor.is_operator else actor.organisation_id
        if wanted is None and not actor.is_operator:
            raise Conflict("您的账户还没有所属单位，专利清单没有归属。请先完善单位信息。")
        known = session.get(Organisation, wanted) if wanted is not None and 0 < wanted < 2**31 else None
    if known is None and organisation_id is None and actor.is_operator:
        return House(0, "", others)
    if known is None or not keeps_patents_of(actor, known.id):
        raise NotFound()
    return House(known.id, known.name, others)


def page(
    platform: Platform, actor: Actor, house_id: int, wanted: Wanted, number: int = 1, *, soon: bool = False,
    per_page: int = PER_PAGE,
) -> Page:  # fmt: skip
    """One page of a house's list; page numbers are clamped. `soon`: only those whose term ends within a year."""
    require(keeps_patents_of(actor, house_id), seen=False)
    today = platform.today()
    within = today + timedelta(days=terms.SOON_DAYS)
    if soon:
        wanted = replace(wanted, ends_until=within)
    with platform.database.read() as session:
        total = patents.count(session, house_id, wanted, today)
        pages = max(1, -(-total // per_page))
        at = min(max(number, 1), pages, MAX_PAGE)
        rows = patents.page(session, house_id, wanted, today, (at - 1) * per_page, per_page)
        counted = patents.facets(session, house_id, today)
        ending = patents.count(session, house_id, Wanted(ends_until=within), today)
    facets: dict[str, Counter[str]] = {"type": Counter(), "status": Counter(), "standing": Counter()}
    for kind, status, standing, n in counted:
        for name, value in (("type", kind), ("status", status), ("standing", standing)):
            if value:
                facets[name][value] += n
    return Page(tuple(rows), total, at, pages, facets, wanted, ending)


def get(platform: Platform, actor: Actor, patent_id: int) -> tuple[Patent, Bundle | None]:
    """One patent with its bundle; raises NotFound for everybody who does not keep this list."""
    with platform.database.read() as session:
        row = patents.find(session, patent_id)
        if row is None or not keeps_patents_of(actor, row.organisation_id):
            raise NotFound()
        return row, patents.find_bundle(session, row.bundle_id) if row.bundle_id else None


def remove(platform: Platform, actor: Actor, patent_id: int) -> None:
    """Take a patent off the list; raises NotFound, and Conflict while it stands in a confirmed achievement."""
    with platform.database.write() as session:
        row = patents.find(session, patent_id)
        if row is None or not keeps_patents_of(actor, row.organisation_id):
            raise NotFound()
        bundle = patents.find_bundle(session, row.bundle_id) if row.bundle_id else None
        if bundle is not None and bundle.state == CONFIRMED:
            raise Conflict(f"这件专利已写进成果“{bundle.title}”，请先在成果里去掉它。")
        audit.write(session, actor, "patent.removed", "patents", row.id, number=row.number)
        session.delete(row)
