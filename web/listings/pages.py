"""What the three libraries' pages do alike: show a list, take a form, move a listing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from repositories import listing
from repositories.database import Session
from repositories.listing import STATE_NAMES, Row
from repositories.shown import Shown
from services import search
from services.access import may_edit, require
from services.errors import Conflict, IndexAway, Invalid, Stale
from services.listings import confirming, entries
from services.listings.library import LIBRARIES
from services.organisations import suggestions
from web.account.signing import local_address
from web.current import actor, platform
from web.forms import CatalogueForm, form_for, region_suggestions
from web.listings.doctor import form_panel
from web.listings.files import desk
from web.listings.lists import chosen_filters, list_page, page_number, pagination
from web.listings.rows import ROW_OF, words_of

YUAN_PER_WAN = 10_000
OWN_PER_PAGE = 50


def index_page(library: str, beside: Callable[[list[int]], Mapping[int, Any]] | None = None) -> Any:
    """The list of a library with search, facets, sorting and paging; a note instead of rows when the index is away.

    `beside`: what else the rows of a library say, by id, asked once for the whole page.
    """
    q, sort = request.args.get("q", "").strip()[: search.MAX_QUERY], request.args.get("sort", "relevance")
    endpoint = f"{library}.index"
    try:
        found = search.search(platform(), actor(), library, q, chosen_filters(library), sort, page_number())
    except IndexAway as away:
        return render_template("listings/away.html", message=away.message, nav_active=library), 503
    words = words_of(q)
    known = beside([shown.row.id for shown in (*found.items, *found.meaning)]) if beside else {}

    def row_of(shown: Shown) -> Any:
        more = {"beside": known.get(shown.row.id)} if beside else {}
        return ROW_OF[library](shown, words, **more)

    return render_template(
        f"{library}/index.html",
        nav_active=library,
        page=list_page(found, endpoint, q, sort if sort in search.SORTS[library] else "relevance"),
        rows=[row_of(shown) for shown in found.items],
        meaning=[row_of(shown) for shown in found.meaning],
        by_meaning=found.by_meaning,
        library=LIBRARIES[library],
    )


def form_page(
    library: str, form: CatalogueForm, *, row: Any = None, status: int = 200, stale: bool = False,
    file_errors: Sequence[str] = (),
) -> Any:  # fmt: skip
    """The form of a library, new or edited."""
    return render_template(
        "listings/form.html",
        nav_active=library,
        library=LIBRARIES[library],
        form=form,
        row=row,
        stale=stale,
        files=desk(library, row, file_errors),
        regions=region_suggestions(),
        houses=suggestions(platform()) if library == "talents" else [],
        doctor=form_panel(form) if library == "needs" else None,
    ), status


def edit_page(library: str, row_id: int, file_errors: Sequence[str] = ()) -> Any:
    """The form of one listing, filled with what this person may read of it; 422 when a file was refused."""
    row = entries.get(platform(), actor(), library, row_id)
    require(may_edit(actor(), row))
    form = form_for(entries.editable(actor(), row), row, typed=not file_errors)
    return form_page(library, form, row=row, status=422 if file_errors else 200, file_errors=file_errors)


def take_new(library: str) -> Any:
    """Enter a listing from the form: 303 to its page; 422 with everything typed kept."""
    form = form_for(LIBRARIES[library].fields)
    try:
        row = entries.create(platform(), actor(), library, form.typed(), YUAN_PER_WAN)
        if request.form.get("then") == "submit":
            row = entries.act(platform(), actor(), library, row.id, "submit")
    except Invalid as invalid:
        form.show(invalid)
        return form_page(library, form, status=422)
    flash(_saved(library, row.state), "ok")
    return redirect(url_for(f"{library}.detail", row_id=row.id), 303)


def take_edit(library: str, row_id: int) -> Any:
    """Change a listing from the form; a stale edit shows what was typed beside the newest version."""
    row = entries.get(platform(), actor(), library, row_id)
    require(may_edit(actor(), row))
    form = form_for(entries.editable(actor(), row))
    raw_revision = request.form.get("revision", "")
    revision = (
        int(raw_revision)
        if raw_revision.isascii() and raw_revision.isdigit() and len(raw_revision) < 10
        else -1
    )
    try:
        row = entries.edit(
            platform(), actor(), library, row_id, form.typed(), revision=revision, yuan_per_unit=YUAN_PER_WAN
        )
        if request.form.get("then") == "submit" and row.allows("submit"):
            row = entries.act(platform(), actor(), library, row.id, "submit")
    except Invalid as invalid:
        form.show(invalid)
        return form_page(library, form, row=row, status=422)
    except Stale:
        # The newest version, so that saving again after comparing is what the page says it is.
        row = entries.get(platform(), actor(), library, row_id)
        return form_page(library, form, row=row, status=412, stale=True)
    flash(_saved(library, row.state), "ok")
    return redirect(url_for(f"{library}.detail", row_id=row.id), 303)


def take_verb(library: str, row_id: int, verb: str) -> Any:
    """Move a listing; what the state does not allow comes back as a message on its page."""
    try:
        entries.act(platform(), actor(), library, row_id, verb, request.form.get("reason", ""))
    except Invalid as invalid:
        flash(invalid.errors[0].message, "bad")
    except Conflict as conflict:
        flash(conflict.message, "bad")
    else:
        flash(f"已{entries.VERB_NAMES[verb]}。", "ok")
    here = url_for(f"{library}.detail", row_id=row_id)
    return redirect(local_address(request.form.get("back", "")) or here, 303)


def take_confirmation(library: str) -> Any:
    """Confirm all that was long not confirmed, and back to one's own list."""
    count = confirming.confirm_all(platform(), actor(), library)
    flash(f"已确认 {count} 条{LIBRARIES[library].noun}仍然有效。", "ok")
    return redirect(url_for(f"{library}.mine"), 303)


def own_page(session: Session, model: type[Row], organisation_id: int) -> tuple[list[Row], dict[str, Any]]:
    """(one page of an organisation's listings, the tabs and the page numbers around it); two queries."""
    endpoint, state = f"{model.library}.mine", request.args.get("state", "")
    state = state if state in STATE_NAMES else ""
    counts = listing.count_by_state(session, model, organisation_id)
    total = counts.get(state, 0) if state else sum(counts.values())
    page = min(page_number(), max(1, -(-total // OWN_PER_PAGE)))
    rows = listing.of_owner(session, model, organisation_id, (page - 1) * OWN_PER_PAGE, OWN_PER_PAGE, state)
    return rows, {
        "state_tabs": state_tabs(endpoint, counts, state),
        "page": pagination(page, total, OWN_PER_PAGE, endpoint, state=state or None),
    }


def state_tabs(endpoint: str, counts: Mapping[str, int], active: str) -> list[dict[str, Any]]:
    """全部 and the states that occur, with their counts."""
    tabs = [{"label": "全部", "count": sum(counts.values()), "href": url_for(endpoint), "active": not active}]
    return tabs + [
        {
            "label": label,
            "count": counts[state],
            "href": url_for(endpoint, state=state),
            "active": state == active,
        }
        for state, label in STATE_NAMES.items()
        if counts.get(state)
    ]


def _saved(library: str, state: str) -> str:
    noun = LIBRARIES[library].noun
    if state == "submitted":
        return f"{noun}已提交，等待平台审核；审核期间推荐照常可看。"
    return f"{noun}已保存。"
