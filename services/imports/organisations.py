"""Organisations from a spreadsheet: known by external id, credit code or name; by operators and the command line only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from repositories import imports
from repositories.database import Session
from repositories.imports import NEW, UPDATED
from repositories.organisations import APPROVED, PENDING, Organisation
from services.imports.columns import fields_of
from services.imports.rows import Reading, complete
from services.platform import Platform

_KEYS = (("external_id", "编号"), ("uscc", "信用代码"), ("name", "名称"))
_IN_DOCUMENTS = frozenset({"name", "region", "public_alias", "kind"})
"""Fields that stand in the index documents of an organisation's listings."""


def changes(row: Any, values: Mapping[str, Any]) -> frozenset[str]:
    """Names of the fields in which an organisation differs from what a row says."""
    return frozenset(name for name, value in values.items() if (getattr(row, name) or "") != (value or ""))


def settle(session: Session, readings: Sequence[Reading]) -> None:
    """Give each reading its action and its twin; errors make it refused."""
    for reading in readings:
        if not reading.values.get("kind"):
            reading.values.pop("kind", None)
    whole = [r for r in readings if not r.errors]
    said = {key: {r.values[key] for r in whole if r.values.get(key)} for key, _ in _KEYS}
    known = imports.organisations_called(session, said["external_id"], said["uscc"], said["name"])
    here = {(key, getattr(row, key)): row for row in known for key, _ in _KEYS if getattr(row, key)}
    first: dict[tuple[str, str], Reading] = {}
    claimed: dict[int, Reading] = {}
    for reading in whole:
        _within_file(reading, first)
        if not reading.errors and reading.same_as is None:
            _against_platform(reading, here, claimed)
    for reading in readings:
        reading.conclude(changes)


def _keys_of(reading: Reading) -> list[tuple[str, str, str]]:
    return [(key, label, reading.values[key]) for key, label in _KEYS if reading.values.get(key)]


def _within_file(reading: Reading, first: dict[tuple[str, str], Reading]) -> None:
    for key, label, value in _keys_of(reading):
        earlier = first.setdefault((key, value), reading)
        if earlier is reading:
            continue
        if earlier.values == reading.values:
            reading.same_as = earlier.number
            reading.hint = f"与第 {earlier.number} 行完全相同，只导入一次"
        else:
            reading.refuse(key, f"{label}与第 {earlier.number} 行相同，其他内容不同，请核对是否同一单位。")
        return


def _against_platform(
    reading: Reading, here: Mapping[tuple[str, str], Organisation], claimed: dict[int, Reading]
) -> None:
    found: dict[int, tuple[str, str, Organisation]] = {}
    for key, label, value in _keys_of(reading):
        row = here.get((key, value))
        if row is not None:
            found.setdefault(row.id, (key, label, row))
    if len(found) > 1:
        (key, label, one), (_, other_label, other) = list(found.values())[:2]
        reading.refuse(key, f"{label}属于平台上的“{one.name}”，{other_label}属于“{other.name}”，请核对。")
        return
    if not found:
        return
    key, label, row = next(iter(found.values()))
    code = reading.values.get("uscc")
    if code and row.uscc and row.uscc != code:
        reading.refuse("uscc", f"“{row.name}”在平台上登记的信用代码不是这个，请核对。")
        return
    earlier = claimed.setdefault(row.id, reading)
    if earlier is not reading:
        reading.refuse(key, f"与第 {earlier.number} 行是平台上的同一个单位“{row.name}”，请只保留一行。")
        return
    reading.twin = row


def write(
    session: Session,
    platform: Platform,
    readings: Sequence[Reading],
    *,
    approve: bool,
) -> list[int]:
    """Add and change organisations; gives the ids of what was written.

    New ones are approved when the command line brings them, or with a checked credit code; without it an operator
    still has to look at them.
    """
    fields = fields_of("organisations")
    done: list[int] = []
    for reading in readings:
        if reading.action == NEW:
            values = complete(fields, reading.values)
            row = Organisation(**_stored(values), state=APPROVED if approve or values["uscc"] else PENDING)
            row.kind = row.kind or "other"
            row.created_at = row.updated_at = platform.now()
            session.add(row)
            session.flush()
            done.append(row.id)
        elif reading.action == UPDATED:
            row = reading.twin
            changed = changes(row, reading.values)
            for name, value in _stored({name: reading.values[name] for name in changed}).items():
                setattr(row, name, value)
            row.revision += 1
            row.updated_at = platform.now()
            if changed & _IN_DOCUMENTS:
                row.renamed(session)
            done.append(row.id)
    return done


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    """Unique columns hold nothing rather than an empty text."""
    return {k: (v or None) if k in ("external_id", "uscc") else v for k, v in values.items()}
