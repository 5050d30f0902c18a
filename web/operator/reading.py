"""A listing as an operator reads it: every field in words, and what changed since it was last let through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.differences import Piece, pieces
from services.listings.fields import CONFIDENTIAL, CONTACT, DECLARED, RECORD_KINDS, Field
from services.listings.library import Library
from services.review import Change
from web import labels


@dataclass(frozen=True, slots=True)
class Reading:
    """The fields that hold something, by how they are read; `hidden` names those only 调阅 opens."""

    texts: Sequence[tuple[str, str]]
    facts: Sequence[tuple[str, str]]
    contacts: Sequence[tuple[str, str]]
    hidden: Sequence[str]


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One changed field: pieces for texts, before and after for the rest."""

    label: str
    pieces: Sequence[Piece]
    before: str
    after: str


def reading(library: Library, row: Any) -> Reading:
    """Everything on a listing but its title and the confidential part."""
    texts: list[tuple[str, str]] = []
    facts: list[tuple[str, str]] = []
    contacts: list[tuple[str, str]] = []
    hidden: list[str] = []
    for one in library.fields:
        value = getattr(row, one.name)
        if one.circle == CONFIDENTIAL:
            hidden += [one.label] if value else []
            continue
        said = in_words(one, value)
        if one.name == "title" or not said:
            continue
        target = (
            contacts if one.circle == CONTACT else (texts if one.kind in ("text", *RECORD_KINDS) else facts)
        )
        note = "（只有本人和运营看得到）" if one.circle == DECLARED else ""
        target.append((one.label + note, said))
    return Reading(texts, facts, contacts, hidden)


def change_view(change: Change) -> ChangeView:
    """A change as the page shows it."""
    before, after = in_words(change.field, change.before), in_words(change.field, change.after)
    if change.field.kind in ("text", "line", "words", *RECORD_KINDS) and before and after:
        return ChangeView(change.field.label, pieces(before, after), "", "")
    return ChangeView(change.field.label, (), before or "（空）", after or "（空）")


def in_words(one: Field, value: Any) -> str:
    """A stored value as people read it; empty where nothing is said."""
    if value in (None, "", [], False):
        return ""
    match one.kind:
        case "money":
            return labels.wan(value)
        case "date":
            return value if isinstance(value, str) else labels.day(value)
        case "flag":
            return "是"
        case "choice":
            return (
                labels.place(value, full=True)
                if one.vocabulary == "regions"
                else labels.name(one.vocabulary, value)
            )
        case "choices":
            if one.vocabulary == "regions":
                return "、".join(labels.place(code) for code in value)
            return labels.names(one.vocabulary, value)
        case "words":
            return "、".join(value)
        case "ip":
            return "\n".join(_right(right) for right in value)
        case "affiliations" | "relations":
            return "\n".join(_post(post) for post in value)
        case "integer" if one.vocabulary == "trl":
            return f"{value} 级 {labels.name('trl', value)}"
    return str(value)


def _right(right: dict[str, Any]) -> str:
    parts = (
        labels.name("ip_types", right.get("type")), right.get("number") or "",
        labels.name("ip_statuses", right.get("status")), f"{right['expiry']} 到期" if right.get("expiry") else "",
    )  # fmt: skip
    return "，".join(filter(None, parts))


def _post(post: dict[str, Any]) -> str:
    years = f"{post.get('since') or '…'} 至 {post.get('until') or '今'}"
    what = post.get("title") or labels.name("relation_kinds", post.get("kind"))
    return "，".join(filter(None, (post.get("organisation") or "", what, years)))
