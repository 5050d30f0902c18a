"""Deals as JSON, each as the person who asks may know it. Nothing here queries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from repositories import assignments
from repositories.assignments import Assignment
from repositories.deals import STATE_NAMES, Deal
from repositories.organisations import Organisation
from services.deals import events
from services.deals.next_steps import next_steps
from services.deals.reading import Listed, Opened
from services.deals.standing import Standing
from web.api.documents import contact_document, day, match_document, moment, organisation_part
from web.current import platform


def listed_documents(found: Listed) -> list[dict[str, Any]]:
    """The rows of a page."""
    documents = []
    for row in found.rows:
        active, name = found.leaders.get(row.id, (None, ""))
        documents.append(
            deal_document(
                row, found.places[row.id], found.houses.get(row.enterprise_id), found.houses.get(row.university_id),
                active, name,
            )
        )  # fmt: skip
    return documents


def deal_document(
    deal: Deal, place: Standing, enterprise: Organisation | None, university: Organisation | None,
    active: Assignment | None, manager_name: str,
) -> dict[str, Any]:  # fmt: skip
    """A deal in a list."""
    return {
        "id": deal.id,
        "state": deal.state,
        "state_name": STATE_NAMES[deal.state],
        "revision": deal.revision,
        "url": f"{platform().settings.base_url}/deals/{deal.id}",
        "is_demo": bool(deal.is_demo),
        "opened_by": deal.opened_by,
        "your_side": place.side or None,
        "need": {
            "id": deal.need_id, "title": deal.need.title, "wants_manager": bool(deal.need.wants_manager),
            "organisation": organisation_part(enterprise, named=place.reads_enterprise_name(deal)),
        },
        "achievement": {
            "id": deal.achievement_id, "title": deal.achievement.title,
            "organisation": organisation_part(university, named=True),
        },
        "consents": {
            "enterprise": moment(deal.enterprise_agreed_at), "university": moment(deal.university_agreed_at),
        },
        "both_agreed": deal.both_agreed,
        "answer_due_on": day(deal.answer_due_on),
        "yours_to_answer": bool(place.answers_for(deal)),
        "waiting_for": [
            {"who": step.who, "text": step.text, "due_on": day(step.due_on)} for step in next_steps(deal, active)
        ],
        "assignment": _assignment(active, manager_name),
        "end_reason": deal.end_reason or None,
        "end_note": deal.end_note,
        "created_at": moment(deal.created_at),
        "stage_since": moment(deal.stage_since),
        "closed_at": moment(deal.closed_at),
    }  # fmt: skip


def opened_deal_document(opened: Opened) -> dict[str, Any]:
    """One deal with its reasons, its timeline, and the contacts once both agreed."""
    deal, manager = opened.deal, opened.manager
    name = manager.title if manager is not None else ""
    contacts: Mapping[str, Any] | None = opened.contacts
    return deal_document(deal, opened.place, opened.enterprise, opened.university, opened.active, name) | {
        "message": deal.message,
        "introduction_id": deal.introduction_id if opened.place.side or opened.place.is_operator else None,
        "found_by": {"id": opened.finder.id, "name": opened.finder.title} if opened.finder else None,
        "asks_of_manager": {
            "languages": list(deal.asked_languages), "posts": list(deal.asked_posts),
            "certificate": deal.asked_certificate or None, "region": deal.asked_region or None,
        },
        "match": match_document(opened.entry),
        "contacts": {side: contact_document(one) for side, one in contacts.items()} if contacts else None,
        "events": [
            {
                "at": moment(one.at), "kind": one.kind, "kind_name": events.KINDS[one.kind], "side": one.side,
                "state": one.state or None, "reason": one.reason or None, "note": one.note, "circle": one.circle,
            }
            for one in opened.events
        ],
    }  # fmt: skip


def _assignment(active: Assignment | None, name: str) -> dict[str, Any] | None:
    if active is None:
        return None
    return {
        "state": active.state,
        "state_name": assignments.STATE_NAMES[active.state],
        "talent": {"id": active.talent_id, "name": name},
        "due_on": day(active.due_on) if active.state == assignments.OFFERED else None,
    }
