"""What a field is. Forms, the API, spreadsheets and pages are all made from these; add a field in `catalogue`."""

from __future__ import annotations

from dataclasses import dataclass

PUBLIC, CONTACT, CONFIDENTIAL, DECLARED = "public", "contact", "confidential", "declared"
CIRCLE_NOTES = {
    PUBLIC: "",
    CONTACT: "双方同意引荐后才会看到",
    CONFIDENTIAL: "只有本单位看得到；只用于为您自己匹配，不进入检索",
    DECLARED: "只有本人和平台运营看得到；只用于回避，不进入检索",
}
RECORD_KINDS = ("ip", "affiliations", "relations")
"""Fields that are small tables; `services.listings.tables` says what their columns are."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a library.

    `kind`: line, text, integer, money, date, flag, choice, choices, words, ip, affiliations, relations, email.
    `limit`: the most characters of a text, items of a list, or the largest integer; `each`: of
    one item of `words`. `circle`: who may see it.
    """

    name: str
    label: str
    kind: str
    section: str
    limit: int = 200
    each: int = 30
    vocabulary: str = ""
    required: bool = False
    help: str = ""
    example: str = ""
    circle: str = PUBLIC
    default: object = None

    @property
    def empty(self) -> object:
        """The value of a field nobody filled in."""
        if self.default is not None:
            return self.default
        if self.kind in ("choices", "words", *RECORD_KINDS):
            return []
        if self.kind == "flag":
            return False
        return None if self.kind in ("integer", "money", "date") else ""

    @property
    def column(self) -> str:
        """The header in spreadsheets: the label, with the unit where there is one."""
        return f"{self.label}（万元）" if self.kind == "money" else self.label
