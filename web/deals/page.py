"""One deal's page: put together here for the route that shows it and for those that show it again with an error."""

from __future__ import annotations

from typing import Any

from flask import render_template

from repositories.accounts import ENTERPRISE
from services.deals import consent, notes, reading
from services.deals.next_steps import STAGE_VERBS, VERB_NAMES, hindrance
from services.deals.reading import Opened
from services.organisations import public_label
from web.current import actor, platform
from web.deals import cards, managers
from web.deals.forms import NoteForm, ReasonForm, WishForm, reason_form, wish_form
from web.deals.managers import AssignmentForms
from web.introductions import cards as pair_cards


def detail_page(
    deal_id: int, status: int = 200, *, decline: ReasonForm | None = None, end: ReasonForm | None = None,
    note: NoteForm | None = None, wish: WishForm | None = None, refused: str = "",
    assignment: AssignmentForms | None = None,
) -> tuple[str, int]:  # fmt: skip
    """The page with the form that was refused, if any, as it was typed; raises NotFound."""
    opened = reading.open_one(platform(), actor(), deal_id)
    deal, place, entry = opened.deal, opened.place, opened.entry
    items, at = cards.stage_line(opened)
    todos = cards.todos(deal, opened.steps, place, opened.manager.title if opened.manager else "")
    enterprise = cards.enterprise_name(deal, opened.enterprise, place)
    may_ask = (
        deal.is_under_way and deal.need.wants_manager and (place.is_operator or place.side == ENTERPRISE)
    )
    return render_template(
        "deals/detail.html", nav_active="deals", deal=deal, place=place, refused=refused,
        state_label=items[at][0] if at < len(items) else items[-1][0], state_kind=cards.STATE_KINDS.get(deal.state, "live"),
        parts=cards.state_parts(opened), stages=items, at=at, todos=todos, outcome=cards.outcome(deal),
        seats=cards.seats(opened), timeline=cards.timeline(opened), contacts=cards.contact_rows(opened),
        need=pair_cards.need_card(
            deal.need, enterprise, pair_cards.words_of(entry, "need_words"), introduced=deal.is_under_way, linked=False
        ),
        achievement=pair_cards.achievement_card(
            deal.achievement, opened.university, pair_cards.words_of(entry, "achievement_words"),
            introduced=deal.is_under_way,
        ),
        match=pair_cards.match_of(entry), answers=place.answers_for(deal), next=_next(opened),
        may_end=place.ends and deal.is_under_way, may_extend=place.moves and consent.may_extend(platform(), deal),
        may_note=place.notes, wishes=notes.wishes(platform(), deal) if deal.need.wants_manager else "",
        name_opens=place.side == ENTERPRISE and not deal.need.show_name,
        shown_as=public_label(opened.enterprise, shown=False),
        decline=decline or reason_form(), end=end or reason_form(), note=note or NoteForm(formdata=None),
        wish=(wish or wish_form(deal)) if may_ask else None, open_form=_open_form(decline, end, note, wish),
        managers=managers.part(opened, assignment or managers.NOTHING_TYPED),
    ), status  # fmt: skip


def _next(opened: Opened) -> dict[str, Any] | None:
    """The step that leads on, for whoever moves this deal: its button, or what still stands in the way."""
    deal = opened.deal
    if not (opened.place.moves and deal.is_under_way):
        return None
    verb = STAGE_VERBS[deal.state]
    return {"verb": verb, "label": VERB_NAMES[verb], "hindrance": hindrance(deal, opened.active, verb)}


def _open_form(*forms: Any) -> str:
    """Which folded form was refused and has to stand open."""
    names = ("decline", "end", "note", "wish")
    return next((name for name, form in zip(names, forms, strict=True) if form is not None), "")
