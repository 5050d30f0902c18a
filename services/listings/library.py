"""The three libraries as values: which model, which fields, which rules across fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from repositories.achievements import Achievement
from repositories.listing import ListingColumns
from repositories.needs import Need
from repositories.talents import Talent
from services.errors import FieldError, Invalid, NotFound
from services.listings.catalogue import FIELDS
from services.listings.fields import Field
from services.listings.reading import check_order


@dataclass(frozen=True, slots=True)
class Library:
    """One of the three repositories."""

    name: str
    noun: str
    model: type[Any]
    fields: tuple[Field, ...]
    ordered: tuple[tuple[str, str, str], ...]
    quiet: frozenset[str]
    """Fields whose change needs no new review."""

    def check(self, values: Mapping[str, Any], today: date, before: ListingColumns | None = None) -> None:
        """Rules across fields; raises Invalid. A date already on the row may lie in the past, a new one not."""
        if errors := self.faults(values, today, before):
            raise Invalid(errors)

    def faults(
        self, values: Mapping[str, Any], today: date, before: ListingColumns | None = None
    ) -> list[FieldError]:
        """What `check` would raise; a field that is not in `values` breaks no rule."""
        errors = check_order(values, self.ordered)
        for name, label in (("deadline", "希望完成日期"), ("expires_on", "需求有效期")):
            chosen = values.get(name)
            unchanged = before is not None and getattr(before, name, None) == chosen
            if chosen is not None and chosen < today and not unchanged:
                errors.append(FieldError(name, f"{label}已经过去，请填今天或以后的日期。"))
        if values.get("award") is not None and not values.get("is_bounty"):
            errors.append(FieldError("award", "填了揭榜奖金，请同时勾选“揭榜挂帅”，或清空奖金。"))
        certified = values.get("certificate_number") or values.get("certificate_date")
        if certified and values.get("certificate_level") == "":
            errors.append(FieldError("certificate_level", "填了证书编号或发证日期，请同时选择证书等级。"))
        if values.get("certificate_date") is not None and values["certificate_date"] > today:
            errors.append(FieldError("certificate_date", "发证日期在今天以后，请核对。"))
        return errors


_CONTACT = frozenset({"contact_name", "contact_phone", "contact_email"})

LIBRARIES: Mapping[str, Library] = {
    "achievements": Library(
        "achievements", "成果", Achievement, FIELDS["achievements"],
        (("price_min", "price_max", "意向价格上限低于下限，请调整。"),), _CONTACT | {"visibility"},
    ),
    "needs": Library(
        "needs", "需求", Need, FIELDS["needs"],
        (("budget_min", "budget_max", "预算上限低于下限，请调整。"),
         ("deadline", "expires_on", "需求有效期早于希望完成日期，请调整。")),
        _CONTACT | {"show_name", "wants_manager", "expires_on", "confidential"},
    ),
    "talents": Library(
        "talents", "技术经理人", Talent, FIELDS["talents"], (), frozenset({"capacity", "languages", "relations"}),
    ),
}  # fmt: skip


def library_of(name: str) -> Library:
    """The library called `name`; raises NotFound."""
    if name not in LIBRARIES:
        raise NotFound()
    return LIBRARIES[name]
