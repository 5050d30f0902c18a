"""From what a row says to typed values: the same reader as forms and the API, with the cells nobody filled left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from repositories.imports import NEW, REFUSED, REPEATED, UNCHANGED, UPDATED
from services.errors import FieldError, Invalid
from services.imports.columns import CLEAR, OWNER_CODE, OWNER_NAME, UNREADABLE, fields_of, title_of
from services.listings.fields import Field
from services.listings.reading import clean, read_fields

YUAN_PER_UNIT = 10_000
"""A bare amount in a spreadsheet is in 万元."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose listing a row is: an organisation that is here, one that has to be made, or nobody's."""

    organisation_id: int | None = None
    name: str = ""
    code: str = ""

    @property
    def is_new(self) -> bool:
        """Whether the organisation has to be made first."""
        return self.organisation_id is None and bool(self.name or self.code)


NOBODY = Owner()


@dataclass(slots=True)
class Reading:
    """One row on its way: `values` holds only the fields the row speaks of; `twin` is the record it updates."""

    key: int
    number: int
    said: Mapping[str, str]
    values: dict[str, Any]
    errors: list[FieldError]
    owner: Owner = NOBODY
    action: str = ""
    twin: Any = None
    hint: str = ""
    same_as: int | None = None
    foreseen: str = ""
    """The action of an earlier check."""

    def refuse(self, name: str, message: str) -> None:
        """Add an error."""
        self.errors.append(FieldError(name, message, self.number))

    def conclude(self, changes: Callable[[Any, Mapping[str, Any]], frozenset[str]]) -> None:
        """Give it its action, once its errors, its twin and what it repeats are known."""
        if self.errors:
            self.action, self.twin = REFUSED, None
        elif self.same_as is not None:
            self.action = REPEATED
        elif self.twin is None:
            self.action = NEW
        else:
            self.action = UPDATED if changes(self.twin, self.values) else UNCHANGED


class Reader:
    """Reads rows of one library; keeps what words meant, because the same ones come again in each row."""

    def __init__(self, library: str, vocabularies: Any) -> None:
        """`vocabularies`: the platform's."""
        self.fields = fields_of(library)
        self.title = next(f for f in self.fields if f.name == title_of(library))
        self.vocabularies = _Remembering(vocabularies)

    def read(self, row: Any) -> Reading:
        """Typed values of one staged row (id, number, raw, errors, action) with every problem found.

        Of the errors of an earlier check only those of unreadable cells count: the others are found again.
        """
        said: Mapping[str, str] = row.raw
        found = [FieldError(name, message, row.number) for name, message in row.raw.get(UNREADABLE, ())]
        faulty = {error.field for error in found}
        spoken = {
            f.name: "" if text == CLEAR else text
            for f in self.fields
            if f.name not in faulty and (text := said.get(f.name, ""))
        }
        reading = Reading(row.id, row.number, said, {}, found, foreseen=row.action)
        try:
            reading.values = read_fields(
                self.fields, spoken, self.vocabularies, yuan_per_unit=YUAN_PER_UNIT, partial=True
            )
        except Invalid as invalid:
            reading.errors += [FieldError(e.field, e.message, row.number) for e in invalid.errors]
        for f in self.fields:
            if reading.values.get(f.name, "") is None and f.default is not None:
                reading.values[f.name] = f.default
        if reading.values.get("external_id") == "":
            del reading.values["external_id"]
        if self.title.name not in faulty and self.title.name not in spoken:
            reading.refuse(self.title.name, f"请填写{self.title.label}。")
        return reading


def owner_said(said: Mapping[str, str]) -> tuple[str, str]:
    """(name, credit code) of the organisation a row names, both possibly empty."""
    code = clean(said.get(OWNER_CODE, "")).replace(" ", "").replace("-", "").upper()
    return " ".join(clean(said.get(OWNER_NAME, "")).split()), code


def complete(fields: tuple[Field, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a new record: the fields the row does not speak of get their empty value."""
    return {f.name: f.empty for f in fields} | dict(values)


class _Remembering:
    """Vocabularies whose `find` looks each text up once: paths of regions are slow to take apart."""

    def __init__(self, vocabularies: Any) -> None:
        self._vocabularies = vocabularies
        self._wrapped: dict[str, Any] = {}

    def __getattr__(self, key: str) -> Any:
        if key not in self._wrapped:
            self._wrapped[key] = _RememberedFind(getattr(self._vocabularies, key))
        return self._wrapped[key]


class _RememberedFind:
    def __init__(self, vocabulary: Any) -> None:
        self._vocabulary = vocabulary
        self._found: dict[str, Any] = {}

    def find(self, text: str) -> Any:
        if text not in self._found:
            self._found[text] = self._vocabulary.find(text)
        return self._found[text]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._vocabulary, name)
