"""Entering, editing and moving listings: the same verbs for achievements, needs and profiles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from repositories import audit, files, listing, outbox
from repositories.database import Session
from repositories.introductions import between
from repositories.listing import DRAFT, PUBLISHED, IllegalTransition, ListingColumns
from repositories.organisations import Organisation
from services import notices
from services.access import (
    Actor,
    may_create,
    may_edit,
    may_review,
    open_circles,
    owns,
    require,
    require_signed_in,
    sees,
    speaks_for,
)
from services.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, Stale
from services.listings.fields import Field
from services.listings.library import Library, library_of
from services.listings.reading import clean, read_fields
from services.platform import Platform

LIFETIME = {
    "needs": timedelta(days=365),
    "achievements": timedelta(days=730),
    "talents": timedelta(days=1095),
}
VERB_NAMES = {
    "submit": "提交审核",
    "recall": "撤回审核",
    "publish": "发布",
    "return": "退回",
    "pause": "暂停",
    "resume": "恢复发布",
    "withdraw": "下架",
    "renew": "续期",
    "confirm": "确认仍然有效",
}
OPERATOR_VERBS = frozenset({"publish", "return"})
GOES_PUBLIC = frozenset({"publish", "resume", "renew"})
MAX_REASON = 1000


def create(
    platform: Platform, actor: Actor, name: str, raw: Mapping[str, Any], yuan_per_unit: int = 1
) -> ListingColumns:
    """Enter a listing as 草稿; raises Invalid, Forbidden, SignInFirst. Gives the stored row."""
    library = library_of(name)
    require_signed_in(actor)
    require(may_create(actor, name))
    try:
        values = read_fields(library.fields, raw, platform.vocabularies, yuan_per_unit=yuan_per_unit)
    except Invalid as invalid:  # everything that is wrong is told at once, what contradicts itself too
        raise Invalid([*invalid.errors, *library.faults(invalid.read, platform.today())]) from None
    library.check(values, platform.today())
    with _one_number(platform, values), platform.database.write() as session:
        row = insert(session, actor, library, values, platform)
    return row


def insert(
    session: Session, actor: Actor, library: Library, values: Mapping[str, Any], platform: Platform
) -> ListingColumns:
    """Add a draft in the caller's transaction; `values` are already read and checked."""
    _refuse_double(session, library, actor.organisation_id, values.get("external_id"), None)
    row = library.model(organisation_id=actor.organisation_id, account_id=actor.account_id)
    assign(row, values)
    row.created_at = row.updated_at = platform.now()
    row.confirm(platform.today())
    row.refresh_vector_key()
    session.add(row)
    session.flush()
    audit.write(session, actor, "listing.created", library.name, row.id)
    return row


def edit(
    platform: Platform,
    actor: Actor,
    name: str,
    row_id: int,
    raw: Mapping[str, Any],
    *,
    revision: int | None,
    yuan_per_unit: int = 1,
    partial: bool = False,
) -> ListingColumns:
    """Change the content of a listing; raises NotFound, Forbidden, Stale, Invalid.

    `revision` is the one the person started from; None skips the check (commands only). A published listing whose
    public content its owner changes goes back to review and is not shown until it passed.
    """
    library = library_of(name)
    with _one_number(platform, raw), platform.database.write() as session:
        row = _visible(session, actor, library, row_id)
        require(may_edit(actor, row))
        if revision is not None and revision != row.revision:
            raise Stale()
        fields = editable(actor, row)
        closed = {f.name for f in library.fields} - {f.name for f in fields}
        require(not closed & raw.keys())
        stored = {f.name: getattr(row, f.name) for f in library.fields}
        try:
            values = read_fields(
                fields, raw, platform.vocabularies, yuan_per_unit=yuan_per_unit, partial=partial
            )
        except Invalid as invalid:
            readable = {n: v for n, v in (stored | dict(invalid.read)).items() if n not in invalid.fields}
            faults = library.faults(readable, platform.today(), before=row)
            raise Invalid([*invalid.errors, *faults]) from None
        merged = stored | values
        library.check(merged, platform.today(), before=row)
        _refuse_double(session, library, row.organisation_id, values.get("external_id"), row.id)
        apply_edit(session, actor, library, row, values, platform)
    return row


def editable(actor: Actor, row: ListingColumns) -> tuple[Field, ...]:
    """The fields this person may read and write in a form.

    Operators mend what is public; contacts and the confidential part of an organisation's listing are its own.
    """
    fields = library_of(row.library).fields
    if row.organisation_id is None:
        return fields
    circles = open_circles(actor, row)
    return tuple(f for f in fields if f.circle in circles)


def apply_edit(
    session: Session,
    actor: Actor,
    library: Library,
    row: ListingColumns,
    values: Mapping[str, Any],
    platform: Platform,
) -> frozenset[str]:
    """Write read values onto a row in the caller's transaction; gives the names of the fields that changed."""
    changed = frozenset(n for n, value in values.items() if getattr(row, n) != _stored(n, value))
    if not changed:
        return changed
    assign(row, values)
    row.edited(session, platform.now())
    if actor.is_operator and row.is_public:
        row.reviewed_content = snapshot(library, row)
    if "visibility" in changed and row.is_public and values["visibility"] != "public":
        # Until the index has heard of it, people without an account must not find it, nor count it.
        outbox.record(session, library.name, row.id, outbox.MEMBERS_FACT)
    if "show_name" in changed and row.is_public and not values["show_name"]:
        # The same for the name: nobody finds the need by it in between.
        outbox.record(session, library.name, row.id, outbox.UNNAMED_FACT)
    audit.write(session, actor, "listing.edited", library.name, row.id, fields=sorted(changed))
    if not actor.is_operator and changed - library.quiet and row.allows("revise"):
        row.move(session, "revise", platform.now())
    return changed


def act(
    platform: Platform, actor: Actor, name: str, row_id: int, verb: str, reason: str = ""
) -> ListingColumns:
    """Move a listing by a verb of the transition table; raises Conflict when it does not start here."""
    library = library_of(name)
    if verb not in VERB_NAMES:
        raise NotFound()
    with platform.database.write() as session:
        row = _visible(session, actor, library, row_id)
        require(may_review(actor) if verb in OPERATOR_VERBS else may_edit(actor, row))
        move(session, platform, actor, library, row, verb, reason)
    return row


def move(
    session: Session,
    platform: Platform,
    actor: Actor,
    library: Library,
    row: ListingColumns,
    verb: str,
    reason: str = "",
) -> None:
    """Apply a verb in the caller's transaction, with its audit row and the notice to the owner."""
    reason = clean(reason)
    if len(reason) > MAX_REASON:
        raise Invalid([FieldError("reason", f"原因最多 {MAX_REASON} 字，现在有 {len(reason)} 字。")])
    if verb == "return" and not reason:
        raise Invalid([FieldError("reason", "请写明退回的原因，提交人要据此修改。")])
    if (verb == "submit" or (verb, row.state) == ("publish", DRAFT)) and not speaks_for(actor, row):
        raise Forbidden(f"这条{library.noun}由发布者自己决定是否公开，要等对方提交审核；可以联系对方提交。")
    if verb in GOES_PUBLIC and row.organisation_id is not None:
        # Held until the commit: a house that loses its approval at this moment takes this listing along.
        organisation = session.get(
            Organisation,
            row.organisation_id,
            with_for_update={"read": True, "of": Organisation},
            populate_existing=True,
        )
        if organisation and not organisation.is_approved:
            raise Conflict(f"“{organisation.name}”还没有通过单位核验，核验后才能发布它的{library.noun}。")
    if (
        verb == "renew"
        and not actor.is_operator
        and not row.is_public
        and (_changed_since_review(library, row) or files.any_waiting(session, library.name, row.id))
    ):
        raise Conflict(f"这条{library.noun}在过期以后改过内容，请提交审核，通过后再公开。")
    try:
        row.move(session, verb, platform.now())
    except IllegalTransition as illegal:
        state = listing.STATE_NAMES[illegal.state]
        raise Conflict(f"这条{library.noun}现在是“{state}”，不能{VERB_NAMES[verb]}。") from None
    row.return_reason = reason if verb == "return" else ""
    if verb == "publish":
        files.let_all_through(session, library.name, row.id)
    if row.state == PUBLISHED:
        today = platform.today()
        if row.expires_on is None or row.expires_on < today or verb == "renew":
            row.expires_on = last_day(row, today)
        row.reviewed_content = snapshot(library, row)
    audit.write(session, actor, f"listing.{verb}", library.name, row.id, reason)
    if verb in OPERATOR_VERBS and not owns(actor, row):
        notices.listing_moved(session, platform, row, library, verb)


def last_day(row: ListingColumns, today: date) -> date:
    """Until when a listing published today is shown: its library's lifetime, a need at least until its own deadline
    (the form refuses a last day before it)."""
    usual = today + LIFETIME[row.library]
    deadline: date | None = getattr(row, "deadline", None)
    return max(usual, deadline) if deadline is not None else usual


def get(platform: Platform, actor: Actor, name: str, row_id: int) -> ListingColumns:
    """A listing this person may see; raises NotFound otherwise, whether or not it exists."""
    with platform.database.read() as session:
        return visible(session, actor, name, row_id)


def visible(session: Session, actor: Actor, name: str, row_id: int) -> ListingColumns:
    """The same inside the caller's session."""
    library = library_of(name)
    row = listing.find(session, library.model, row_id)
    if row is None or not _sees(session, actor, library, row):
        raise NotFound()
    return row


def _visible(session: Session, actor: Actor, library: Library, row_id: int) -> ListingColumns:
    row = listing.lock(session, library.model, row_id)
    if row is None or not _sees(session, actor, library, row):
        raise NotFound()
    return row


def _sees(session: Session, actor: Actor, library: Library, row: ListingColumns) -> bool:
    if sees(actor, row):
        return True
    return library.name == "needs" and between(session, row.id, actor.organisation_id)


def snapshot(library: Library, row: ListingColumns) -> dict[str, Any]:
    """The public content as it was when an operator let it through, so that the next review shows what changed."""
    content = {f.name: getattr(row, f.name) for f in library.fields if f.circle == "public"}
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in content.items()}


def _changed_since_review(library: Library, row: ListingColumns) -> bool:
    """Whether the content differs, beyond what needs no review, from what an operator let through."""
    before, now = row.reviewed_content or {}, snapshot(library, row)
    return any(before[name] != now[name] for name in before.keys() & now.keys() - library.quiet)


def assign(row: ListingColumns, values: Mapping[str, Any]) -> None:
    """Set fields; an empty external id is no id."""
    for field_name, value in values.items():
        setattr(row, field_name, _stored(field_name, value))


def _stored(field_name: str, value: Any) -> Any:
    if field_name == "external_id":
        return value or None
    if field_name in ("stars", "capacity") and value is None:
        return 0
    return value


@contextmanager
def _one_number(platform: Platform, values: Mapping[str, Any]) -> Iterator[None]:
    """Two people of one house may use the same number at the same moment; the database lets one of them through."""
    try:
        yield
    except platform.database.duplicate_errors as twice:
        if not values.get("external_id"):
            raise
        message = f"编号“{values['external_id']}”刚刚被另一条内容用了，请换一个。"
        raise Invalid([FieldError("external_id", message)]) from twice


def _refuse_double(
    session: Session, library: Library, owner: int | None, external_id: str | None, own_id: int | None
) -> None:
    if external_id and owner is not None:
        twin = listing.by_external_id(session, library.model, owner, external_id)
        if twin is not None and twin.id != own_id:
            raise Invalid([FieldError("external_id", f"编号“{external_id}”已用于“{twin.title}”，请换一个。")])
