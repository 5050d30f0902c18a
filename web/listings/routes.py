"""The routes of entering, editing and moving a listing: the same for the three libraries, but for who may come in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from services.listings.library import LIBRARIES
from web.access import rule
from web.forms import form_for
from web.listings import pages


def form_routes(blueprint: Blueprint, *roles: str) -> None:
    """Add them to the blueprint of a library (its name is the library's), for these roles."""
    library, may_come_in = blueprint.name, rule(*roles)

    @blueprint.get("/new")
    @may_come_in
    def new() -> Any:
        """The form, empty."""
        return pages.form_page(library, form_for(LIBRARIES[library].fields))

    @blueprint.post("/new")
    @may_come_in
    def create() -> Any:
        """Take the form."""
        return pages.take_new(library)

    @blueprint.get("/<int:row_id>/edit")
    @may_come_in
    def edit(row_id: int) -> Any:
        """The form, filled."""
        return pages.edit_page(library, row_id)

    @blueprint.post("/<int:row_id>/edit")
    @may_come_in
    def save(row_id: int) -> Any:
        """Take the edited form."""
        return pages.take_edit(library, row_id)

    @blueprint.post("/<int:row_id>/<verb>")
    @may_come_in
    def act(row_id: int, verb: str) -> Any:
        """Submit, pause, withdraw, renew … ."""
        return pages.take_verb(library, row_id, verb)
