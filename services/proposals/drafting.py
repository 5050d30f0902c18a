"""Writing a need for an enterprise: until the enterprise confirms it, it is the manager's own draft and nobody else's.

Such a need has no organisation and never leaves the state of a draft; `services.access` lets its writer alone see it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from repositories import audit, listing, proposals
from repositories.accounts import MANAGER
from repositories.database import Session
from repositories.needs import Need
from repositories.proposals import WAITING, Proposal
from services.access import Actor, owns, require, require_signed_in
from services.errors import Conflict, Invalid, NotFound, Stale
from services.listings import entries
from services.listings.catalogue import EXTERNAL_ID, NEED
from services.listings.library import library_of
from services.listings.reading import read_fields
from services.platform import Platform

FIELDS = tuple(field for field in NEED if field is not EXTERNAL_ID)
"""All fields of a need but the number in the enterprise's own system, which a manager does not know."""
MOST_DRAFTS = 100
"""Drafts one manager may keep: more is no more writing for enterprises one knows."""


def create(platform: Platform, actor: Actor, raw: Mapping[str, Any], yuan_per_unit: int = 1) -> Need:
    """Write a need down as one's own draft; raises SignInFirst, Forbidden, Invalid, Conflict (too many drafts)."""
    require_signed_in(actor)
    require(actor.role == MANAGER)
    library = library_of("needs")
    try:
        values = read_fields(FIELDS, raw, platform.vocabularies, yuan_per_unit=yuan_per_unit)
    except Invalid as invalid:
        raise Invalid([*invalid.errors, *library.faults(invalid.read, platform.today())]) from None
    library.check(values, platform.today())
    with platform.database.write() as session:
        if len(proposals.drafts_of(session, actor.account_id or 0)) >= MOST_DRAFTS:
            raise Conflict(f"代拟的草稿最多保留 {MOST_DRAFTS} 条，请先请企业确认或删除一些。")
        # A manager may act for a house of his or her own; the need is not that house's.
        row = entries.insert(session, replace(actor, organisation_id=None), library, values, platform)
    assert isinstance(row, Need)
    return row


def edit(
    platform: Platform,
    actor: Actor,
    need_id: int,
    raw: Mapping[str, Any],
    *,
    revision: int | None,
    yuan_per_unit: int = 1,
    partial: bool = False,
) -> Need:
    """Change one's draft; raises NotFound, Stale, Invalid, Conflict while an enterprise is reading it."""
    library = library_of("needs")
    with platform.database.write() as session:
        need, proposal = own(session, actor, need_id, lock=True)
        refuse_while_waiting(proposal)
        if revision is not None and revision != need.revision:
            raise Stale()
        stored = {f.name: getattr(need, f.name) for f in FIELDS}
        try:
            values = read_fields(
                FIELDS, raw, platform.vocabularies, yuan_per_unit=yuan_per_unit, partial=partial
            )
        except Invalid as invalid:
            readable = {n: v for n, v in (stored | dict(invalid.read)).items() if n not in invalid.fields}
            faults = library.faults(readable, platform.today(), before=need)
            raise Invalid([*invalid.errors, *faults]) from None
        library.check(stored | values, platform.today(), before=need)
        entries.apply_edit(session, actor, library, need, values, platform)
    return need


def discard(platform: Platform, actor: Actor, need_id: int) -> None:
    """Delete one's draft with everything that quotes it; raises NotFound, Conflict while an enterprise is reading it."""
    with platform.database.write() as session:
        need, proposal = own(session, actor, need_id, lock=True)
        refuse_while_waiting(proposal)
        audit.write(session, actor, "proposal.discarded", "needs", need.id)
        proposals.discard(session, need.id)


def own(session: Session, actor: Actor, need_id: int, *, lock: bool = False) -> tuple[Need, Proposal | None]:
    """A draft this manager wrote, and what was last asked about it; raises SignInFirst, NotFound."""
    require_signed_in(actor)
    # The need first: what was asked about it is read when nobody else can be asking any more.
    find = listing.lock if lock else listing.find
    need = find(session, Need, need_id)
    if need is None or need.organisation_id is not None or not owns(actor, need):
        raise NotFound()
    return need, proposals.of_need(session, need_id, lock=lock)


def refuse_while_waiting(proposal: Proposal | None) -> None:
    """Raise Conflict while an enterprise is reading: it must confirm the very text it read."""
    if proposal is not None and proposal.state == WAITING:
        raise Conflict("正在等企业确认，内容不能改；要改请先撤回请求。")
