"""立项: the page that says first what the others will see and what opening agrees to, and opening itself."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from repositories.accounts import ENTERPRISE, UNIVERSITY
from repositories.deals import STATE_NAMES
from services.deals import opening
from services.deals.preparing import Prepared, prepare
from services.errors import Conflict, Invalid, NotFound
from services.organisations import public_label
from web.access import SIGNED_IN, rule
from web.account.signing import local_address
from web.current import actor, platform
from web.deals.blueprint import blueprint
from web.deals.forms import OpenForm
from web.introductions import cards

WAYS = ("entry_id", "lead_id", "introduction_id")


@blueprint.route("/new", methods=["GET", "POST"])
@rule(SIGNED_IN)
def open_new() -> Any:
    """Open a deal for a pair one was shown: `entry_id`, `lead_id` or `introduction_id` says which."""
    way = _way()
    form = OpenForm()
    if request.method == "GET":
        return _page(way, form, 200)
    try:
        deal = opening.open_deal(platform(), actor(), message=form.message.data or "", **way)
    except Invalid as invalid:
        form.show(invalid)
        return _page(way, form, 422)
    except Conflict as conflict:
        form.form_errors = [conflict.message]
        return _page(way, form, 409)
    flash("已立项。双方都同意，联系方式已开放。" if deal.both_agreed else "已立项，有答复会通知您。", "ok")
    return redirect(url_for("deals.detail", deal_id=deal.id), 303)


def _way() -> dict[str, int]:
    for name in WAYS:
        raw = request.values.get(name, "")
        if raw.isascii() and raw.isdigit() and len(raw) < 10:
            return {name: int(raw)}
    raise NotFound()


def _page(way: dict[str, int], form: OpenForm, status: int) -> tuple[str, int]:
    ready: Prepared = prepare(platform(), actor(), **way)
    found, entry = ready.start, ready.start.entry
    need_owner = public_label(
        ready.enterprise, shown=found.need.show_name or found.side in (ENTERPRISE, "operator")
    )
    return render_template(
        "deals/new.html", nav_active="deals", form=form, way=way, side=found.side, hindrance=ready.hindrance,
        back=local_address(request.values.get("back", "")) or _back(ready), max_message=opening.MAX_MESSAGE,
        known={"href": url_for("deals.detail", deal_id=found.known.id), "state": STATE_NAMES[found.known.state]}
        if found.known is not None and found.known.is_under_way and found.side != "manager" else None,
        is_agreed=found.is_agreed or found.answers_a_request, wants_manager=found.need.wants_manager,
        name_shown=found.need.show_name, shown_as=public_label(ready.enterprise, shown=found.need.show_name),
        match=cards.match_of(entry),
        need=cards.need_card(found.need, need_owner, cards.words_of(entry, "need_words"), introduced=False),
        achievement=cards.achievement_card(
            found.achievement, ready.university, cards.words_of(entry, "achievement_words"), introduced=False
        ),
    ), status  # fmt: skip


def _back(ready: Prepared) -> str:
    if ready.start.side == UNIVERSITY:
        return url_for("achievements.detail", row_id=ready.start.achievement.id)
    if ready.start.side == ENTERPRISE or ready.start.need.is_public:
        return url_for("needs.detail", row_id=ready.start.need.id)
    return url_for("deals.index")
