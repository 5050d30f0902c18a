"""Forms made from the field catalogue. WTForms renders and keeps what was typed; judging it is the services' work."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.utils import unset_value
from wtforms.widgets import CheckboxInput, ListWidget

from services.errors import Invalid
from services.listings import fields as catalogue
from services.listings import tables
from web import labels
from web.current import platform

LONG_LIST = 130
"""A vocabulary longer than this is typed with suggestions, not picked from a list."""
REGION_SUGGESTIONS = "region-suggestions"
SPARE_ROWS = 2
TABLES = ("affiliations", "relations")
"""Fields typed cell by cell."""
EMPTY_LEVEL = {"trl": "未评估", "wanted_trl": "不限"}
"""What a level that nobody picked means."""


class Checkboxes(SelectMultipleField):
    """Several of a short vocabulary; unknown values are the reader's to refuse, with a remedy."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()
    validate_choice = False

    def pre_validate(self, form: Any) -> None:
        """Nothing: the reader names unknown terms."""


class Pick(SelectField):
    """One of a short vocabulary, or nothing."""

    def pre_validate(self, form: Any) -> None:
        """Nothing: the reader names unknown terms."""


class Records(Field):
    """A small table: a row of cells for each record and a few empty ones below. `data`: objects, or lines as sent."""

    def __init__(self, *, kind: str = "", **options: Any) -> None:
        """`kind` is the catalogue's: it says which columns there are."""
        super().__init__(**options)
        self.parts = tables.PARTS.get(kind, ())

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Take cells (`name-row-part`), or text under the field's own name."""
        super().process(None, data, extra_filters)
        if formdata is None:
            return
        typed = typed_records(formdata, self.name)
        if typed is not None:
            self.data = typed

    def choices_of(self, part: catalogue.Field) -> list[tuple[str, str]]:
        """The terms of a column that is picked; none where one types."""
        return _choices(part) if part.vocabulary else []

    def rows(self) -> list[Mapping[str, Any]]:
        """The records and some empty rows below them, at least three in all."""
        if isinstance(self.data, str):
            names = [part.name for part in self.parts]
            cells = (re.split(r"[，,]", line) for line in self.data.splitlines())
            known: list[Mapping[str, Any]] = [dict(zip(names, line, strict=False)) for line in cells]
        else:
            known = [record for record in self.data or () if any(record.values())]
        return known + [{}] * max(SPARE_ROWS, 3 - len(known))


def typed_records(sent: Any, name: str) -> list[dict[str, str]] | str | None:
    """What was typed into the cells of a small table, in the order of its rows; None when it was not sent at all."""
    rows: dict[int, dict[str, str]] = {}
    for key in sent:
        head, _, part = key.rpartition("-")
        owner, _, number = head.rpartition("-")
        if owner == name and number.isascii() and number.isdigit() and len(number) < 4:
            rows.setdefault(int(number), {})[part] = sent.get(key, "")
    if rows:
        return [rows[number] for number in sorted(rows)]
    return sent.get(name) if name in sent else None


class CatalogueForm(FlaskForm):
    """A form over catalogue fields; `sections` gives them in the order and grouping of the page."""

    catalogue_fields: Sequence[catalogue.Field] = ()
    form_errors: Sequence[str]

    @property
    def sections(self) -> list[tuple[str, list[tuple[catalogue.Field, Field]]]]:
        """[(section title, [(catalogue field, form field)])]."""
        grouped: dict[str, list[tuple[catalogue.Field, Field]]] = {}
        for one in self.catalogue_fields:
            grouped.setdefault(one.section, []).append((one, self[one.name]))
        return list(grouped.items())

    def typed(self) -> dict[str, Any]:
        """What was typed, for the reader: lists for checkboxes, text for the rest, absent boxes as empty."""
        return {one.name: self._typed(one) for one in self.catalogue_fields}

    def _typed(self, one: catalogue.Field) -> Any:
        if one.kind in TABLES:
            return typed_records(request.form, one.name) or ""
        if one.kind == "choices" and not _is_long(one):
            return request.form.getlist(one.name)
        return request.form.get(one.name, "")

    def show(self, invalid: Invalid) -> None:
        """Put each error beside its field."""
        for error in invalid.errors:
            if error.field in self:
                field = self[error.field]
                field.errors = [*field.errors, error.message]
            else:
                self.form_errors = [*self.form_errors, error.message]


def form_for(fields: Sequence[catalogue.Field], row: Any = None, *, typed: bool = True) -> CatalogueForm:
    """A form over `fields`, filled from `row` on GET and from what was typed on POST; with `typed` false always from
    `row`, for a page on which another form was sent."""
    members: dict[str, Any] = {"catalogue_fields": tuple(fields)}
    members |= {one.name: _field(one) for one in fields}
    form_class = type("ListingForm", (CatalogueForm,), members)
    data = {one.name: shown_value(one, getattr(row, one.name)) for one in fields} if row is not None else {
        one.name: one.default for one in fields if one.default is not None
    }  # fmt: skip
    form: CatalogueForm = form_class(data=data) if typed else form_class(formdata=None, data=data)
    for one in fields:
        form[one.name].flags.required = one.required
    return form


def shown_value(one: catalogue.Field, value: Any) -> Any:
    """A stored value as its field shows it."""
    match one.kind:
        case "money":
            return labels.wan_number(value)
        case "date":
            return value.isoformat() if value else ""
        case "words":
            return "、".join(value or ())
        case "ip":
            return tables.lines("ip", value or (), platform().vocabularies)
        case "choice" if one.vocabulary == "regions":
            return labels.place(value, full=True)
        case "choices" if _is_long(one):
            return "、".join(labels.place(v) for v in value or ())
    return value


def region_suggestions() -> list[str]:
    """Provinces and cities by their full names, for the datalist of region fields."""
    regions = platform().vocabularies.regions
    names: list[str] = []
    for province in regions.roots():
        names.append(province.name)
        names += [f"{province.name} {city.name}" for city in regions.children(province.code)]
    return names


def _is_long(one: catalogue.Field) -> bool:
    return len(getattr(platform().vocabularies, one.vocabulary)) > LONG_LIST


def _field(one: catalogue.Field) -> Any:
    common = {"label": one.label, "description": _help(one)}
    render: dict[str, Any] = {"required": True} if one.required else {}
    match one.kind:
        case "text" | "ip":
            return TextAreaField(**common, render_kw=render)
        case "affiliations" | "relations":
            return Records(kind=one.kind, **common)
        case "flag":
            return BooleanField(**common)
        case "choices" if not _is_long(one):
            return Checkboxes(**common, choices=_choices(one))
        case "choice" if not _is_long(one):
            return Pick(**common, choices=[("", "请选择"), *_choices(one)])
        case "integer" if one.vocabulary:
            return Pick(
                **common,
                choices=[("", EMPTY_LEVEL.get(one.name, "请选择")), *_choices(one)],
                render_kw=render,
            )
        case "choice" | "choices":
            return StringField(
                **common, render_kw={**render, "list": REGION_SUGGESTIONS, "autocomplete": "off"}
            )
        case "date":
            return StringField(**common, render_kw={**render, "type": "date"})
        case "email":
            return StringField(**common, render_kw={**render, "type": "email"})
    return StringField(**common, render_kw=render)


def _help(one: catalogue.Field) -> str:
    note = catalogue.CIRCLE_NOTES[one.circle]
    return "；".join(filter(None, (one.help, note)))


def _choices(one: catalogue.Field) -> list[tuple[str, str]]:
    vocabulary = getattr(platform().vocabularies, one.vocabulary)
    if one.vocabulary == "trl":
        return [(term.code, f"{term.code} 级 {term.name}") for term in vocabulary]
    if one.vocabulary == "industries":
        return [(t.code, f"{'' if not t.parent else '　'}{t.code} {t.name}") for t in vocabulary]
    return [(term.code, term.name) for term in vocabulary]
