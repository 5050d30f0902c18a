"""证明材料 as pages show them: a line for each file, and what the form that hands one in must say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from repositories.files import StoredFile
from services import evidence
from services.file_kinds import ACCEPTED, KINDS
from web import labels
from web.current import actor, platform

_MB = 1024 * 1024
BLUEPRINTS = {"achievements": "evidence", "talents": "certificates"}
"""Where the files of a library have their addresses."""
_LABELS = {kind.media_type: kind.label for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Line:
    """One file: `note` says who does not see it yet."""

    name: str
    about: str
    note: str
    href: str
    remove_href: str


@dataclass(frozen=True, slots=True)
class Desk:
    """The part of a listing's form where files come and go."""

    lines: Sequence[Line]
    upload_href: str
    accept: str
    limit_mb: int
    most: int
    reviewed_again: bool
    """Whether one more file sends the listing back to review."""
    private: bool
    """Whether only the owner and operators ever see them."""
    errors: Sequence[str] = ()


def lines(stored: Sequence[StoredFile]) -> list[Line]:
    """Files of one listing in the order they came."""
    return [
        Line(
            name=one.name, about=f"{_LABELS[one.media_type]} · {_size(one.size)} · {labels.day(one.created_at)}",
            note=_note(one),
            href=url_for(f"{BLUEPRINTS[one.owner_kind]}.download", row_id=one.owner_id, file_id=one.id),
            remove_href=url_for(f"{BLUEPRINTS[one.owner_kind]}.remove", row_id=one.owner_id, file_id=one.id),
        )
        for one in stored
    ]  # fmt: skip


def desk(library: str, row: Any, errors: Sequence[str] = ()) -> Desk | None:
    """None for a library without files, and for a listing that is not stored yet."""
    if row is None or library not in evidence.LIBRARIES:
        return None
    stored = evidence.listed(platform(), actor(), library, row.id)
    return Desk(
        lines(stored), url_for(f"{BLUEPRINTS[library]}.upload", row_id=row.id), ACCEPTED,
        evidence.MAX_BYTES // _MB, evidence.MAX_FILES,
        library not in evidence.PRIVATE and row.allows("revise") and not actor().is_operator,
        library in evidence.PRIVATE, errors,
    )  # fmt: skip


def _note(one: StoredFile) -> str:
    if one.owner_kind in evidence.PRIVATE:
        return "运营已核对" if one.let_through else "等运营核对"
    return "" if one.let_through else "审核通过后公开"


def _size(size: int) -> str:
    return f"{size / _MB:.1f} MB" if size >= _MB else f"{max(1, size // 1024)} KB"
