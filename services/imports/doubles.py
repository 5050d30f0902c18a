"""Which record a row is about, so that the same file twice makes no doubles.

The owner's own number decides; without one, the title within the owner. Nothing is guessed: where two records could
be meant, the row is refused and asks for a number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from repositories import imports
from repositories.database import Session
from repositories.imports import UPDATED
from repositories.listing import EXPIRED, PAUSED, STATE_NAMES, WITHDRAWN, ListingColumns
from services.errors import Invalid
from services.imports.rows import Owner, Reading, complete
from services.listings.library import Library
from services.platform import Platform

_RESTING = frozenset({WITHDRAWN, EXPIRED, PAUSED})


def changes(row: Any, values: Mapping[str, Any]) -> frozenset[str]:
    """Names of the fields in which a record differs from what a row says."""
    return frozenset(name for name, value in values.items() if getattr(row, name) != value)


def settle(session: Session, platform: Platform, library: Library, readings: Sequence[Reading]) -> None:
    """Give each reading its action and, where there is one, its twin; errors make it refused."""
    whole = [r for r in readings if not r.errors]
    owners = {r.owner.organisation_id for r in whole if not r.owner.is_new}
    numbered = [r for r in whole if "external_id" in r.values]
    numbers = (r.values["external_id"] for r in numbered)
    remaining = _by_number(numbered, imports.by_number(session, library.model, owners, numbers))
    remaining += [r for r in whole if "external_id" not in r.values]
    titles = (r.values["title"] for r in remaining)
    taken = {r.twin.id for r in whole if r.twin is not None}
    rows = imports.by_title(session, library.model, owners, titles)
    _by_title(sorted(remaining, key=lambda r: r.number), [row for row in rows if row.id not in taken])
    for reading in readings:
        if not reading.errors and reading.same_as is None:
            _check(platform, library, reading)
        reading.conclude(changes)
        if reading.action == UPDATED and reading.twin.state in _RESTING:
            reading.hint = f"原记录是“{STATE_NAMES[reading.twin.state]}”，只更新内容，不改变状态"


def _by_number(readings: Sequence[Reading], known: Sequence[ListingColumns]) -> list[Reading]:
    """Match by external id; gives those whose number is not known yet (a record without a number may be theirs)."""
    numbered = {(Owner(row.organisation_id), row.external_id): row for row in known if row.external_id}
    first: dict[tuple[Owner, str], Reading] = {}
    remaining = []
    for reading in readings:
        key = (reading.owner, reading.values["external_id"])
        earlier = first.setdefault(key, reading)
        if earlier is not reading:
            if earlier.values == reading.values:
                _repeat(reading, earlier)
            else:
                reading.refuse("external_id", f"编号与第 {earlier.number} 行相同，内容却不同，请核对编号。")
        elif key in numbered:
            reading.twin = numbered[key]
        else:
            remaining.append(reading)
    return remaining


def _by_title(readings: Sequence[Reading], free: Sequence[ListingColumns]) -> None:
    """Match by title within the owner, the rows of one title together: identical ones first, then what is left over."""
    rows_by: dict[tuple[Owner, str], list[ListingColumns]] = defaultdict(list)
    for row in free:
        rows_by[Owner(row.organisation_id), row.title].append(row)
    groups: dict[tuple[Owner, str], list[Reading]] = defaultdict(list)
    for reading in readings:
        groups[reading.owner, reading.values["title"]].append(reading)
    for key, group in groups.items():
        _match_group(group, rows_by.get(key, []))


def _match_group(group: Sequence[Reading], rows: list[ListingColumns]) -> None:
    distinct: list[Reading] = []
    for reading in group:
        earlier = next((r for r in distinct if r.values == reading.values), None)
        if earlier is not None:
            _repeat(reading, earlier)
        else:
            distinct.append(reading)
    free = list(rows)
    left: list[Reading] = []
    for reading in distinct:
        same = next((row for row in free if _may_be(row, reading) and not changes(row, reading.values)), None)
        if same is None:
            left.append(reading)
        else:
            reading.twin = same
            free.remove(same)
    for reading in left:
        candidates = [row for row in free if _may_be(row, reading)]
        if len(candidates) > 1 or (candidates and len(left) > 1):
            reading.refuse(
                "external_id",
                f"库里有 {len(candidates)} 条同名记录，看不出这一行是哪一条。请在“外部编号”里写明编号。",
            )
        elif candidates:
            reading.twin = candidates[0]
        elif len(distinct) > 1 and "external_id" not in reading.values:
            others = "、".join(str(r.number) for r in distinct if r is not reading)[:60]
            reading.hint = f"与第 {others} 行同名、内容不同，按不同的记录处理"


def _may_be(row: Any, reading: Reading) -> bool:
    """Whether a record of the same title can be the one meant: not with another number, nor another person's."""
    number = reading.values.get("external_id")
    if number and row.external_id:
        return False
    if row.library != "talents":
        return True
    certificate = reading.values.get("certificate_number")
    if certificate and row.certificate_number:
        return bool(certificate == row.certificate_number)
    return row.account_id is None  # who keeps an own profile is not to be found by a name alone


def _repeat(reading: Reading, earlier: Reading) -> None:
    reading.same_as = earlier.number
    reading.hint = f"与第 {earlier.number} 行完全相同，只导入一次"


def _check(platform: Platform, library: Library, reading: Reading) -> None:
    """Refuse what contradicts itself, with the record it updates."""
    row = reading.twin
    if row is None:
        merged = complete(library.fields, reading.values)
    else:
        merged = {f.name: getattr(row, f.name) for f in library.fields} | reading.values
    try:
        library.check(merged, platform.today(), before=row)
    except Invalid as invalid:
        for error in invalid.errors:
            reading.refuse(error.field, error.message)
