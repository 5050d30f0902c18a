"""What the pages of a patent list show: every word and address made here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for

from repositories.patents import BUNDLE_STATE_NAMES, CONFIRMED, FREE, PROPOSED, Bundle, Patent
from services.patents import terms
from services.patents.bundles import Opened
from services.patents.lists import House, Page
from web import labels
from web.current import actor, platform

STANDINGS: Mapping[str, str] = {FREE: "未成组", **BUNDLE_STATE_NAMES}
FILTERS = (("type", "类型", "ip_types"), ("status", "法律状态", "ip_statuses"), ("standing", "分组", ""))


def patent_card(row: Patent, bundle_title: str = "") -> dict[str, Any]:
    """One patent in a list."""
    today = platform().today()
    status = terms.state_today(row.status, row.expires_on, today)
    ending = row.expires_on is not None and status in (*terms.IN_FORCE, "") and (
        0 <= (row.expires_on - today).days <= terms.SOON_DAYS
    )  # fmt: skip
    return {
        "id": row.id, "href": url_for("patents.detail", patent_id=row.id), "title": row.title, "number": row.number,
        "type": labels.name("ip_types", row.type), "status": labels.name("ip_statuses", status) or "状态未注明",
        "dead": status in terms.DEAD, "filed": labels.day(row.filed_on), "expires": labels.day(row.expires_on),
        "ending": ending, "inventors": "、".join(row.inventors or ()), "abstract": row.abstract,
        "bundle": bundle_title,
        "bundle_href": url_for("patents.bundle", bundle_id=row.bundle_id) if row.bundle_id else "",
    }  # fmt: skip


def facts_of(row: Patent) -> list[tuple[str, str]]:
    """Everything known of a patent, for its page."""
    card = patent_card(row)
    return [
        ("申请号", row.number), ("公开（公告）号", row.publication_number), ("类型", card["type"]),
        ("法律状态", card["status"]), ("申请日", card["filed"]), ("授权公告日", labels.day(row.granted_on)),
        ("到期日", f"{card['expires']}（{labels.days_left(row.expires_on)}）" if card["expires"] and not card["dead"]
         else card["expires"]),
        ("发明人", card["inventors"]), ("申请人", "、".join(row.applicants or ())), ("IPC", "；".join(row.ipc or ())),
    ]  # fmt: skip


def kept(house: House, **more: Any) -> dict[str, Any]:
    """The parts of an address that say whose list it is: only operators have to say so."""
    return {"organisation": house.id if actor().is_operator else None, **more}


def filters(house: House, found: Page, words: str, chosen: Mapping[str, str]) -> list[dict[str, Any]]:
    """The groups of the side column; picking what is on takes it off."""

    def here(**changed: Any) -> str:
        return url_for("patents.index", **kept(house, q=words or None, **{**chosen, **changed}))

    groups = []
    for name, label, vocabulary in FILTERS:
        counts = found.facets[name]
        order = STANDINGS if name == "standing" else sorted(counts, key=lambda code: (-counts[code], code))
        groups.append({
            "label": label,
            "options": [
                {
                    "label": labels.name(vocabulary, code) if vocabulary else STANDINGS[code], "count": counts[code],
                    "href": here(**{name: None if chosen.get(name) == code else code}), "active": chosen.get(name) == code,
                }
                for code in order if counts.get(code)
            ],
        })  # fmt: skip
    if found.soon:
        on = chosen.get("soon") == "1"
        groups.append({
            "label": "期限",
            "options": [{"label": "一年内到期", "count": found.soon, "href": here(soon=None if on else "1"), "active": on}],
        })  # fmt: skip
    return groups


def chips(house: House, words: str, chosen: Mapping[str, str]) -> list[dict[str, str]]:
    """The filters that are on, each with the address without it."""
    names = {
        "type": lambda v: labels.name("ip_types", v), "status": lambda v: labels.name("ip_statuses", v),
        "standing": lambda v: STANDINGS.get(v, v), "soon": lambda _v: "一年内到期",
    }  # fmt: skip
    return [
        {
            "label": names[name](value),
            "remove_href": url_for("patents.index", **kept(house, q=words or None, **{**chosen, name: None})),
        }
        for name, value in chosen.items()
    ]


def bundle_row(bundle: Bundle, size: int) -> dict[str, Any]:
    """One bundle in the list."""
    return {
        "href": url_for("patents.bundle", bundle_id=bundle.id), "title": bundle.title, "reason": bundle.reason,
        "size": size, "state": bundle.state, "state_label": BUNDLE_STATE_NAMES[bundle.state],
        "touched": bundle.decided_by is not None and bundle.state == PROPOSED,
        "achievement_href": url_for("achievements.detail", row_id=bundle.achievement_id) if bundle.achievement_id else "",
    }  # fmt: skip


def bundle_view(opened: Opened) -> dict[str, Any]:
    """A bundle on the page where it is decided."""
    bundle = opened.bundle
    return {
        **bundle_row(bundle, len(opened.patents)), "id": bundle.id, "mark": opened.mark,
        "patents": [patent_card(row) for row in opened.patents],
        "waiting": bundle.state == PROPOSED, "confirmed": bundle.state == CONFIRMED,
        "position": opened.position, "of": opened.of,
        "decided": labels.moment(bundle.decided_at),
        "next_href": url_for("patents.bundle", bundle_id=opened.next_id) if opened.next_id else "",
        "others": [(number, f"{title}（{size} 件）") for number, title, size in opened.others],
    }  # fmt: skip
