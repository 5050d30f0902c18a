"""Patent lists: rows become intellectual property of one institution, known by the application number.

Nothing is published by it and nothing becomes a listing: bundles of these rights may, when a person confirms one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from repositories import patents
from repositories.database import Session
from repositories.imports import NEW, UPDATED
from repositories.patents import Patent
from services.access import Actor
from services.imports import owners
from services.imports.columns import fields_of
from services.imports.doubles import changes
from services.imports.rows import Reading, complete
from services.patents import numbers, terms
from services.patents.numbers import BadNumber, Number
from services.platform import Platform

Key = tuple[int | None, str]


def settle(session: Session, readings: Sequence[Reading], today: date) -> None:
    """Give each reading its one number, what follows from it, its action and its twin; errors make it refused."""
    for reading in readings:
        if not reading.errors:
            _understand(reading, today)
    whole = [r for r in readings if not r.errors]
    known = _known(session, whole)
    first: dict[Key, Reading] = {}
    claimed: dict[int, Reading] = {}
    for reading in whole:
        _within_file(reading, first)
        if not reading.errors and reading.same_as is None:
            _against_platform(reading, known, claimed)
    for reading in readings:
        reading.conclude(changes)


def write(session: Session, platform: Platform, actor: Actor, readings: Sequence[Reading]) -> list[int]:
    """Add and change rights, organisations that are missing first; gives the ids of what was written."""
    fields, now = fields_of("patents"), platform.now()
    missing = (r.owner for r in readings if r.action == NEW and r.owner.is_new)
    made = owners.make(session, platform, "patents", missing)
    fresh: list[Patent] = []
    changed: list[Patent] = []
    for reading in readings:
        if reading.action == NEW:
            owner = made.get(reading.owner, reading.owner)
            fresh.append(
                Patent(organisation_id=owner.organisation_id, account_id=actor.account_id, created_at=now,
                       updated_at=now, **complete(fields, reading.values))
            )  # fmt: skip
        elif reading.action == UPDATED:
            for name in changes(reading.twin, reading.values):
                setattr(reading.twin, name, reading.values[name])
            reading.twin.updated_at = now
            changed.append(reading.twin)
    session.add_all(fresh)
    session.flush()
    return [row.id for row in (*fresh, *changed)]


def _understand(reading: Reading, today: date) -> None:
    values = reading.values
    if not reading.owner.organisation_id and not reading.owner.is_new:
        reading.refuse("organisation", "请写明单位名称，或在上传时选择归属单位：专利要归到一个单位。")
    typed = values.get("number") or values.get("publication_number") or ""
    try:
        number = numbers.read(typed)
    except BadNumber as bad:
        reading.refuse("number", str(bad))
        return
    values["number"] = number.text
    if number.is_publication:
        values.setdefault("publication_number", "".join(typed.upper().split()))
    _kind(reading, number)
    filed = values.get("filed_on")
    if filed is not None and number.year is not None and filed.year > number.year:
        reading.refuse("filed_on", f"申请日 {filed} 晚于申请号里的年份 {number.year}，请核对。")
    for name, label in (("granted_on", "授权公告日"), ("expires_on", "到期日")):
        if filed is not None and values.get(name) is not None and values[name] < filed:
            reading.refuse(name, f"{label}早于申请日，请核对。")
    if values.get("expires_on") is None and filed is not None:
        values["expires_on"] = terms.expiry(values.get("type", ""), filed)
    if not values.get("status") and values.get("granted_on") is not None:
        values["status"] = "granted"
    said = values.get("status", "")
    if said in terms.IN_FORCE and terms.state_today(said, values.get("expires_on"), today) == "expired":
        reading.hint = f"保护期已在 {values['expires_on']} 届满，平台按“已到期”显示"


def _kind(reading: Reading, number: Number) -> None:
    said = reading.values.get("type")
    if not said:
        if number.kind:
            reading.values["type"] = number.kind
    elif number.kind in terms.YEARS and said in (*terms.YEARS, "pct_application") and said != number.kind:
        names = {numbers.INVENTION: "发明专利", numbers.UTILITY: "实用新型", numbers.DESIGN: "外观设计"}
        reading.refuse("type", f"申请号说明它是{names[number.kind]}，与填写的类型不同，请核对号码或类型。")


def _known(session: Session, readings: Sequence[Reading]) -> dict[Key, Patent]:
    """Rights that are here, under each name they may be meant by: the number and that of the publication."""
    owners = {r.owner.organisation_id for r in readings if r.owner.organisation_id is not None}
    known: dict[Key, Patent] = {}
    for row in patents.of_owners(session, owners):
        known[row.organisation_id, row.number] = row
        if row.publication_number:
            known.setdefault((row.organisation_id, _published(row.publication_number)), row)
    return known


def _published(number: str) -> str:
    """CN108123456A and CN108123456B are one application's two publications."""
    return numbers.canonical(number)


def _names(reading: Reading) -> list[str]:
    names = [reading.values["number"]]
    if reading.values.get("publication_number"):
        names.append(_published(reading.values["publication_number"]))
    return list(dict.fromkeys(names))


def _within_file(reading: Reading, first: dict[Key, Reading]) -> None:
    owner = reading.owner.organisation_id
    for name in _names(reading):
        earlier = first.setdefault((owner, name), reading)
        if earlier is reading:
            continue
        if earlier.values == reading.values:
            reading.same_as = earlier.number
            reading.hint = f"与第 {earlier.number} 行完全相同，只导入一次"
        else:
            reading.refuse(
                "number", f"与第 {earlier.number} 行是同一件专利（{name}），内容却不同，请只保留一行。"
            )
        return


def _against_platform(reading: Reading, known: Mapping[Key, Patent], claimed: dict[int, Reading]) -> None:
    owner = reading.owner.organisation_id
    row = next((known[owner, name] for name in _names(reading) if (owner, name) in known), None)
    if row is None:
        return
    earlier = claimed.setdefault(row.id, reading)
    if earlier is not reading:
        reading.refuse(
            "number", f"与第 {earlier.number} 行是库里的同一件专利（{row.number}），请只保留一行。"
        )
        return
    reading.twin = row
    if numbers.read(reading.values["number"]).is_publication and row.number != reading.values["number"]:
        del reading.values["number"]  # the application's number is known already and says more
    if reading.values.get("filed_on") is None and row.filed_on is not None and "expires_on" in reading.values:
        reading.values["expires_on"] = reading.values["expires_on"] or row.expires_on
