"""Rows as JSON. What a field's circle closes is left out here, for every route alike.

A document is made from rows already loaded; nothing here queries, so a list costs the same number of queries
whatever it holds. Contacts and the confidential part are only ever in their owner's documents.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from matching.types import LEVEL_NAMES
from repositories import listing
from repositories.introductions import ACCEPTED, ASKED, STATE_NAMES, Introduction
from repositories.listing import ListingColumns
from repositories.match_runs import MatchEntry
from repositories.needs import Need
from repositories.organisations import Organisation
from services.access import Actor, open_circles, owns, sees_enterprise_name, side_of
from services.introductions import Contacts, Opened
from services.listings.catalogue import FIELDS
from services.listings.fields import Field
from services.organisations import public_label
from services.recommend import Item, Recommendations
from services.teams import TeamLine
from web import labels
from web.api.schemas import ALIASES
from web.current import platform


def moment(value: datetime | None) -> str | None:
    """RFC 3339 in UTC, to the second."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if value else None


def day(value: date | None) -> str | None:
    """ISO 8601."""
    return value.isoformat() if value else None


def field_value(field: Field, value: Any) -> Any:
    """A stored value as the API gives it: money in yuan, unknown codes, dates and numbers as null."""
    match field.kind:
        case "money":
            return labels.yuan(value)
        case "date":
            return day(value)
        case "choice" | "uscc" | "email":
            return value or None
        case "choices" | "words":
            return list(value or ())
        case "ip" | "affiliations" | "relations":
            return [{key: part or None for key, part in record.items()} for record in value or ()]
        case "flag":
            return bool(value)
        case "integer":
            return value
    return value or ""


def listing_document(
    row: ListingColumns, organisation: Organisation | None, person: Actor, *, agreed: bool = False
) -> dict[str, Any]:
    """A listing as `person` may know it. `agreed`: an accepted introduction opened the enterprise's name."""
    own = owns(person, row)
    document: dict[str, Any] = {
        field.name: field_value(field, getattr(row, field.name))
        for field in FIELDS[row.library]
        if field.circle in open_circles(person, row)
    }
    for alias, target in ALIASES.get(row.library, {}).items():
        document[alias] = document[target]
    if not (own or person.is_operator):
        document.pop("external_id", None)
    named = not isinstance(row, Need) or sees_enterprise_name(person, row, introduced=agreed)
    document |= {
        "id": row.id,
        "state": row.state,
        "state_name": listing.STATE_NAMES[row.state],
        "revision": row.revision,
        "url": f"{platform().settings.base_url}/{row.library}/{row.id}",
        "mine": own,
        "is_demo": bool(row.is_demo),
        "source": row.source or "",
        "organisation": organisation_part(organisation, named=named),
        "created_at": moment(row.created_at),
        "updated_at": moment(row.updated_at),
        "published_at": moment(row.published_at),
        "confirmed_on": day(row.confirmed_on),
        "expires_on": day(row.expires_on),
    }
    if own or person.is_operator:
        document["return_reason"] = row.return_reason or ""
        if isinstance(row, Need):
            document["has_confidential"] = bool(row.confidential)
    return document


def organisation_part(organisation: Organisation | None, *, named: bool) -> dict[str, Any] | None:
    """The organisation beside a listing; without its name, number and place where it chose not to be named."""
    if organisation is None:
        return None
    return {
        "id": organisation.id if named else None,
        "name": public_label(organisation, shown=named),
        "kind": organisation.kind,
        "region": (organisation.region or None) if named else None,
    }


def organisation_document(organisation: Organisation, *, inside: bool) -> dict[str, Any]:
    """An organisation; `inside` (its own people, operators) also how far its check is and what hides its name."""
    document: dict[str, Any] = {
        "id": organisation.id,
        "name": organisation.name,
        "kind": organisation.kind,
        "region": organisation.region or None,
        "intro": organisation.intro or "",
        "website": organisation.website or "",
        "is_demo": bool(organisation.is_demo),
    }
    if inside:
        document |= {
            "uscc": organisation.uscc,
            "external_id": organisation.external_id,
            "public_alias": organisation.public_alias or "",
            "proposed": organisation.proposed or {},
            "state": organisation.state,
            "state_reason": organisation.state_reason or "",
            "revision": organisation.revision,
            "created_at": moment(organisation.created_at),
        }
    return document


def recommendations_document(found: Recommendations, person: Actor, limit: int) -> dict[str, Any]:
    """A list as it is answered: by score, better levels first, weak ones after them, each with its own level and with
    the place a page shows it at."""
    kind = "achievement" if found.library == "achievements" else "need"
    heads = {one.row.id: head for head in (*found.items, *found.weak) for one in head.folded}
    moved = {row_id for head in found.items for row_id in head.moved_down}
    return {
        "run_id": found.run_id,
        "algorithm": found.algorithm,
        "basis": found.basis,
        "considered": found.considered,
        "by_meaning": found.by_meaning,
        "created_at": moment(found.created_at),
        "items": [
            item_document(item, kind, person) | {
                "place": heads.get(item.row.id, item).place,
                "folded_under": heads[item.row.id].row.id if item.row.id in heads else None,
                "moved_down": item.row.id in moved,
                "like_passed": item.like_passed,
                "missing": list(item.missing),
            }
            for item in found.ranked[:limit]
        ],
        "passed": [
            {f"{kind}_id": item.row.id, "entry_id": item.entry_id, "reason": item.passed.reason}
            for item in found.passed
            if item.passed is not None
        ],
        "facets": {name: dict(counts) for name, counts in found.facets.items()},
    }  # fmt: skip


def team_document(line: TeamLine) -> dict[str, Any]:
    """One team with the works that speak for it, best first."""
    return {
        "organisation": organisation_part(line.organisation, named=True),
        "team": line.team,
        "levels": {LEVEL_NAMES[level]: count for level, count in sorted(line.levels.items(), reverse=True)},
        "near": line.near,
        "recommended": not line.is_near,
        "entry_id": line.works[0].entry_id,
        "works": [
            {"achievement_id": work.row.id, "title": work.row.title, "score": round(float(work.score), 4),
             "level": int(work.level), "recommended": work.recommended, "entry_id": work.entry_id}
            for work in line.works
        ],
    }  # fmt: skip


def item_document(item: Item, kind: str, person: Actor) -> dict[str, Any]:
    """One judged pair; `kind` names the side it shows (`achievement` or `need`)."""
    agreed = item.introduction is not None and item.introduction.state == ACCEPTED
    introduction = item.introduction
    return {
        kind: listing_document(item.row, item.organisation, person, agreed=agreed),
        "rank": item.rank,
        "score": round(float(item.score), 4),
        "level": int(item.level),
        "level_name": LEVEL_NAMES[item.level],
        "recommended": item.recommended,
        "entry_id": item.entry_id,
        "reasons": [_reason(reason) for reason in item.reasons],
        "cautions": [{"code": c["code"], "text": c["text"]} for c in item.cautions],
        "introduction": {"id": introduction.id, "state": introduction.state} if introduction else None,
        "deal": {"id": item.deal.id, "state": item.deal.state} if item.deal else None,
    }


def _reason(reason: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "feature": reason["feature"],
        "text": reason["text"],
        "contribution": round(float(reason["contribution"]), 4),
        "evidence": {
            "need": list(reason.get("need_words") or ()),
            "achievement": list(reason.get("achievement_words") or ()),
        },
    }


def introduction_document(
    introduction: Introduction,
    person: Actor,
    enterprise: Organisation | None,
    university: Organisation | None,
) -> dict[str, Any]:
    """An introduction in a list, as one of its two sides sees it."""
    need, achievement = introduction.need, introduction.achievement
    side = side_of(person, need, achievement)
    agreed = introduction.state == ACCEPTED and bool(side)
    return {
        "id": introduction.id,
        "state": introduction.state,
        "state_name": STATE_NAMES[introduction.state],
        "asked_by": introduction.asked_by,
        "your_side": side or None,
        "yours_to_answer": introduction.state == ASKED and side not in ("", introduction.asked_by),
        "message": introduction.message,
        "asked_at": moment(introduction.asked_at),
        "due_on": day(introduction.due_on),
        "answered_at": moment(introduction.answered_at),
        "reason": introduction.reason or None,
        "note": introduction.note,
        "need": {
            "id": need.id,
            "title": need.title,
            "organisation": organisation_part(
                enterprise, named=sees_enterprise_name(person, need, introduced=agreed)
            ),
        },
        "achievement": {
            "id": achievement.id,
            "title": achievement.title,
            "organisation": organisation_part(university, named=True),
        },
    }


def opened_document(opened: Opened, person: Actor) -> dict[str, Any]:
    """One introduction with the reasons this person may read, and the contacts once both agreed."""
    contacts = opened.contacts
    return introduction_document(opened.introduction, person, opened.enterprise, opened.university) | {
        "match": match_document(opened.entry),
        "contacts": {"enterprise": contact_document(contacts[0]), "university": contact_document(contacts[1])}
        if contacts
        else None,
    }


def match_document(entry: MatchEntry) -> dict[str, Any]:
    """A frozen entry: why these two were brought together."""
    return {
        "run_id": entry.run_id,
        "entry_id": entry.id,
        "score": round(float(entry.score), 4),
        "level": int(entry.level),
        "level_name": LEVEL_NAMES[entry.level],
        "reasons": [_reason(reason) for reason in entry.reasons],
        "cautions": [{"code": c["code"], "text": c["text"]} for c in entry.cautions],
    }


def contact_document(contact: Contacts) -> dict[str, str]:
    """How one side is reached."""
    return {
        "organisation": contact.organisation,
        "name": contact.name,
        "phone": contact.phone,
        "email": contact.email,
    }
