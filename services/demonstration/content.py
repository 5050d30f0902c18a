"""The files of `demo/` as rows that are not stored yet.

Everything written for the demonstration is read by the same field catalogue as what people type, so a demonstration
listing can never be one that the forms would refuse. Papers carry what ChinaXiv gives and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from repositories.achievements import Achievement
from repositories.database import day_of
from repositories.listing import PUBLISHED, WITHDRAWN, ListingColumns
from repositories.needs import Need
from repositories.organisations import APPROVED, Organisation
from repositories.talents import Talent
from services.demonstration.deals import Plan, plan_of
from services.errors import Invalid
from services.listings.catalogue import FIELDS
from services.listings.entries import LIFETIME, assign, snapshot
from services.listings.library import library_of
from services.listings.reading import read_fields
from services.platform import Platform

FOLDER = Path(__file__).resolve().parents[2] / "demo"
SPREAD_DAYS = 240
"""Listings appear over so many days before the loading, so that sorting by date and the home page look lived in."""
PUBLISHED_BEFORE = 20
"""Days between the publication of a past need and the deal it led to."""
SHIFTED = ("deadline", "expires_on")


class BadContent(Exception):
    """A demonstration file holds something the platform would refuse; names file and line."""


@dataclass(frozen=True, slots=True)
class Content:
    """Unsaved rows. `owners` says which organisation (by code) a listing belongs to, by its external id."""

    organisations: list[Organisation]
    achievements: list[Achievement]
    needs: list[Need]
    talents: list[Talent]
    papers: list[Achievement]
    past_needs: list[Need]
    """What past deals were about; no longer public."""
    deals: list[Plan]
    owners: Mapping[str, str]
    accounts: list[Mapping[str, Any]]

    @property
    def listings(self) -> list[ListingColumns]:
        """Every listing, in the order in which they are stored."""
        return [*self.papers, *self.achievements, *self.needs, *self.talents, *self.past_needs]


def read(platform: Platform, folder: Path = FOLDER) -> Content:
    """Read all files; raises BadContent."""
    owners: dict[str, str] = {}
    found: dict[str, list[Any]] = {"achievements": [], "needs": [], "talents": []}
    for name, owner_key in (
        ("achievements", "institution_uscc"),
        ("needs", "enterprise_uscc"),
        ("talents", ""),
    ):
        for where, raw in lines(folder, f"{name}_*.jsonl"):
            if name == "talents":
                raw = {**raw, "title": raw["name"]}
            row = _listing(platform, name, raw, where)
            if owner_key:
                owners[raw["external_id"]] = raw[owner_key]
            found[name].append(row)
    organisations = [
        _organisation(platform, raw, where) for where, raw in lines(folder, "organisations_*.jsonl")
    ]
    papers = [_paper(raw) for _, raw in lines(folder, "chinaxiv.jsonl")]
    accounts = json.loads((folder / "accounts.json").read_text(encoding="utf-8"))
    past_needs, deals = [], []
    for where, raw in lines(folder, "deals.jsonl"):
        plan = plan_of(raw)
        deals.append(plan)
        if isinstance(raw["need"], dict):
            owners[plan.need] = raw["need"]["enterprise_uscc"]
            past_needs.append(_past_need(platform, raw["need"], plan, where))
    content = Content(
        organisations, papers=papers, owners=owners, accounts=accounts, past_needs=past_needs, deals=deals, **found
    )  # fmt: skip
    _publish(platform, content)
    return content


def lines(folder: Path, pattern: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(file and line, what stands there) of the files of a pattern."""
    for path in sorted(folder.glob(pattern)):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if line.strip():
                yield f"{path.name}:{number}", json.loads(line)


def _read(platform: Platform, name: str, raw: Mapping[str, Any], where: str) -> dict[str, Any]:
    try:
        # The files write an absent value as null, which forms leave out.
        given = {key: value for key, value in raw.items() if value is not None}
        return read_fields(FIELDS[name], given, platform.vocabularies)
    except Invalid as invalid:
        problems = "; ".join(f"{error.field}: {error.message}" for error in invalid.errors)
        raise BadContent(f"{where}: {problems}") from invalid


def _organisation(platform: Platform, raw: Mapping[str, Any], where: str) -> Organisation:
    return Organisation(
        **_read(platform, "organisations", raw, where), state=APPROVED, is_demo=True,
        created_at=platform.now(), updated_at=platform.now(),
    )  # fmt: skip


def _listing(platform: Platform, name: str, raw: Mapping[str, Any], where: str) -> Any:
    library = library_of(name)
    values = _read(platform, name, raw, where)
    for key in SHIFTED:
        if values.get(key) is not None:
            values[key] = _ahead(values[key], platform.today())
    if values.get("deadline") and values.get("expires_on"):
        # A need stays open until the day it must be solved by; the files let some run out a few weeks earlier.
        values["expires_on"] = max(values["deadline"], values["expires_on"])
    try:
        library.check(values, platform.today())
    except Invalid as invalid:
        raise BadContent(f"{where}: {invalid.errors[0].message}") from invalid
    row = library.model(source="演示内容（虚构）")
    assign(row, values)
    return row


def _past_need(platform: Platform, raw: Mapping[str, Any], plan: Plan, where: str) -> Need:
    """The need of a past deal: published some weeks before it, taken down when it was closed."""
    row: Need = _listing(platform, "needs", raw, where)
    row.created_at = row.submitted_at = row.published_at = plan.moment(platform, -PUBLISHED_BEFORE)
    row.updated_at = plan.moment(platform, max(plan.days.values()))
    row.confirmed_on = day_of(row.published_at)
    row.state, row.is_demo, row.expires_on = WITHDRAWN, True, platform.today()
    row.revision = row.projection = 1
    row.refresh_vector_key()
    return row


def _paper(raw: Mapping[str, Any]) -> Achievement:
    """Title, abstract and keywords as published; no maturity, price, owner or person is added."""
    row = Achievement(
        source=f"ChinaXiv:{raw['id'].removeprefix('ChinaXiv-')} (CC-BY 4.0)", external_id=raw["id"]
    )
    words = [word for word in raw["keywords"] if len(word) <= 30][:10]
    assign(row, {field.name: field.empty for field in FIELDS["achievements"] if field.name != "external_id"})
    row.title, row.abstract, row.keywords = raw["title"], raw["abstract"], words
    return row


def _ahead(day: date, today: date) -> date:
    """The same day of the first year in which it still lies a month ahead, however late the content is loaded."""
    while day < today + timedelta(days=30):
        year = day.year + 1
        day = date(year, day.month, min(day.day, 28))
    return day


def _publish(platform: Platform, content: Content) -> None:
    """Published on staggered days; the written listings are the newer ones, papers lie before them."""
    now, today = platform.now(), platform.today()
    for rows, first, last in (
        (content.papers, SPREAD_DAYS, SPREAD_DAYS // 4),
        (content.achievements, SPREAD_DAYS // 4, 0),
        (content.needs, SPREAD_DAYS // 4, 0),
        (content.talents, SPREAD_DAYS, 0),
    ):
        for days, row in zip(_staggered(len(rows), first, last), _mixed(rows), strict=True):
            day = today - timedelta(days=days)
            moment = min(now, datetime.combine(day, time(1 + days % 8, days * 7 % 60), UTC))
            row.state, row.is_demo = PUBLISHED, True
            row.created_at = row.submitted_at = row.published_at = row.updated_at = moment
            row.confirmed_on = day
            library = library_of(row.library)
            row.expires_on = row.expires_on or today + LIFETIME[row.library]
            row.reviewed_content = snapshot(library, row)
            row.revision = row.projection = 1
            row.refresh_vector_key()


def _staggered(count: int, first: int, last: int) -> Iterator[int]:
    """`count` days before today, evenly from `first` to `last`."""
    return (first - (first - last) * n // max(1, count - 1) for n in range(count))


def _mixed(rows: Iterable[Any]) -> list[Any]:
    """A fixed shuffle: neighbours in the files share an industry, neighbours in time should not."""
    listed = list(rows)
    stride = next(s for s in range(len(listed) * 5 // 8 | 1, len(listed) + 10) if _coprime(s, len(listed)))
    return [listed[n * stride % len(listed)] for n in range(len(listed))]


def _coprime(one: int, other: int) -> bool:
    while other:
        one, other = other, one % other
    return one == 1
