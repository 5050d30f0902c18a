"""最近确认: listings whose owners have not said for long that they still stand.

They sink in browsing and carry a caution; the owner is asked once, and one click confirms – which is no edit and needs
no review. Whoever publishes, edits or imports a listing confirms it by that.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from matching.cautions import CONFIRMATION_LASTS
from repositories import upkeep
from repositories.accounts import Account
from repositories.database import Session
from repositories.listing import PUBLISHED, ListingColumns
from services import notices
from services.access import Actor, may_create, require, require_signed_in
from services.listings import entries
from services.listings.library import LIBRARIES, Library, library_of
from services.platform import Platform

KIND = "listing.unconfirmed"
BATCH = 500
MOST_AT_ONCE = 1_000
"""Listings one press confirms: more than that somebody should look at by spreadsheet."""


def is_old(row: ListingColumns, today: date) -> bool:
    """Whether it has long not been confirmed; a paper without an owner has nobody who could."""
    owned = row.organisation_id is not None or row.library == "talents"
    return (
        owned and row.state == PUBLISHED and row.confirmed_on is not None
        and today - row.confirmed_on > CONFIRMATION_LASTS
    )  # fmt: skip


def ask(platform: Platform) -> int:
    """Listings whose time has come sink, and their owners are asked; gives how many. For the scheduler."""
    total = 0
    for library in LIBRARIES.values():
        while True:
            with platform.database.write() as session:
                before = platform.today() - CONFIRMATION_LASTS
                rows = upkeep.unconfirmed(session, library.model, before, BATCH)
                for row in rows:
                    row.stale = True
                    row.project(session, "unconfirmed")
                _tell(session, platform, library, rows)
            total += len(rows)
            if len(rows) < BATCH:
                break
    return total


def confirm_all(platform: Platform, actor: Actor, name: str) -> int:
    """Confirm every long unconfirmed listing of the own house; gives how many. Raises SignInFirst, Forbidden."""
    library = library_of(name)
    require_signed_in(actor)
    require(may_create(actor, name) and actor.organisation_id is not None)
    with platform.database.write() as session:
        before = platform.today() - CONFIRMATION_LASTS
        rows = upkeep.unconfirmed(
            session, library.model, before, MOST_AT_ONCE, organisation_id=actor.organisation_id
        )
        for row in rows:
            entries.move(session, platform, actor, library, row, "confirm")
    return len(rows)


def count_old(platform: Platform, actor: Actor, name: str) -> int:
    """How many listings of the own house have long not been confirmed."""
    if actor.organisation_id is None:
        return 0
    with platform.database.read() as session:
        before = platform.today() - CONFIRMATION_LASTS
        return upkeep.count_unconfirmed(session, library_of(name).model, before, actor.organisation_id)


def _tell(session: Session, platform: Platform, library: Library, rows: list[Any]) -> None:
    """One notice an owner, however many listings it is about."""
    days = CONFIRMATION_LASTS.days
    by_house: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        if library.name == "talents":
            account = session.get(Account, row.account_id) if row.account_id is not None else None
            if account is not None and account.is_active:
                body = f"已有 {days} 天没有确认。打开页面点“仍然有效”即可；不确认的排在后面，并提示可能已变。"
                notices.tell(
                    session, platform, account, KIND, "请确认您的档案仍然有效", body, f"/talents/{row.id}"
                )
        elif row.organisation_id is not None:
            by_house[row.organisation_id].append(row)
    for house, asked in by_house.items():
        one = asked[0]
        many = len(asked) > 1
        subject = (
            f"请确认 {len(asked)} 条{library.noun}仍然有效"
            if many
            else f"请确认{library.noun}仍然有效：{one.title}"
        )
        href = f"/{library.name}/mine?state=published" if many else f"/{library.name}/{one.id}"
        body = (
            f"已有 {days} 天没有确认。打开页面点“{'全部仍然有效' if many else '仍然有效'}”即可；"
            "不确认的排在后面，并提示信息可能已变。"
        )
        notices.tell_organisation(session, platform, house, KIND, subject, body, href)
