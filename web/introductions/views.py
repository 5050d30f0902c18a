"""引荐: the four tabs of one's requests, one request with its answer, and asking."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from wtforms import RadioField, TextAreaField

from repositories.introductions import (
    ACCEPTED,
    AGREED,
    ASKED,
    ENDED,
    STATE_NAMES,
    WAITING_FOR_THEM,
    WAITING_FOR_US,
)
from services import asking, introductions
from services.errors import Conflict, Invalid, NotFound
from services.organisations import public_label
from web.access import SIGNED_IN, rule
from web.account.forms import PlainForm
from web.account.signing import local_address
from web.current import actor, platform
from web.introductions import cards
from web.listings.lists import page_number, pagination
from web.matches.entries import deal_label

blueprint = Blueprint("introductions", __name__, url_prefix="/introductions")

PER_PAGE = 20
MAX_MESSAGE = 1000
TABS = ((WAITING_FOR_US, "待我答复"), (WAITING_FOR_THEM, "等待对方"), (AGREED, "已同意"), (ENDED, "已结束"))
ASKS_TEAM = "我们看到贵团队在这一方向做过几项工作，想了解能否按我们的需求开发，或者提供技术服务。"
"""Where a team is asked rather than one achievement; the asker changes it at will."""
DONE = {
    "accept": "已同意，联系方式已向双方开放。",
    "decline": "已婉拒，对方会收到通知。",
    "recall": "已撤回。",
}


class AskForm(PlainForm):
    """What the asker writes to the other side."""

    message = TextAreaField(
        "给对方的话", description="说明您最关心什么、希望怎样合作；不要写保密内容，对方马上能看到"
    )


class DeclineForm(PlainForm):
    """One of the eight reasons, and more if one likes."""

    reason = RadioField("为什么不合适", validate_choice=False, render_kw={"required": True})
    note = TextAreaField("补充说明")


@blueprint.get("")
@rule(SIGNED_IN)
def index() -> Any:
    """The requests of one's organisation, in four tabs."""
    wanted = request.args.get("tab", "")
    known = [tab for tab, _ in TABS]
    tab = wanted if wanted in known else WAITING_FOR_US
    page = page_number()
    found = introductions.listed(platform(), actor(), tab, (page - 1) * PER_PAGE, PER_PAGE)
    if not wanted and not found.rows:
        # Nobody opens an empty tab on purpose: without a wish, show the first one that holds something.
        tab = next((one for one in known if found.counts.get(one)), tab)
        if tab != WAITING_FOR_US:
            found = introductions.listed(platform(), actor(), tab, (page - 1) * PER_PAGE, PER_PAGE)
    return render_template(
        "introductions/index.html", nav_active="introductions", tab=tab,
        rows=[cards.line(row, found.houses) for row in found.rows],
        tabs=[
            {"label": label, "count": found.counts.get(key, 0), "active": key == tab,
             "href": url_for("introductions.index", tab=key)}
            for key, label in TABS
        ],
        pagination=pagination(page, found.counts.get(tab, 0), PER_PAGE, "introductions.index", tab=tab),
        has_organisation=actor().organisation_id is not None,
    )  # fmt: skip


@blueprint.route("/ask", methods=["GET", "POST"])
@rule(SIGNED_IN)
def ask() -> Any:
    """Ask the other side of a recommended pair; the page says first what the other side will see."""
    raw = request.values.get("entry_id", "")
    if not (raw.isascii() and raw.isdigit() and len(raw) < 10):
        raise NotFound()
    form = AskForm()
    if request.method == "GET":
        if request.args.get("about") == "team":
            form.message.data = ASKS_TEAM
        return _ask_page(int(raw), form, 200)
    try:
        asked = introductions.ask(platform(), actor(), int(raw), form.message.data or "")
    except Invalid as invalid:
        form.show(invalid)
        return _ask_page(int(raw), form, 422)
    except Conflict as conflict:
        form.form_errors = [conflict.message]
        return _ask_page(int(raw), form, 409)
    waiting_for = cards.SIDE_NAMES[cards.OTHER_SIDE[asked.asked_by]]
    flash(f"已请求引荐，等待{waiting_for}答复；有结果会通知您。", "ok")
    here = url_for("introductions.detail", introduction_id=asked.id)
    return redirect(local_address(request.form.get("back", "")) or here, 303)


@blueprint.get("/<int:introduction_id>")
@rule(SIGNED_IN)
def detail(introduction_id: int) -> Any:
    """One request: both listings, why they fit, what was said, what is next."""
    return _detail_page(introduction_id, _decline_form(), 200)


@blueprint.post("/<int:introduction_id>")
@rule(SIGNED_IN)
def answer(introduction_id: int) -> Any:
    """Accept, decline with a reason, or recall one's own."""
    form, verb = _decline_form(), request.form.get("verb", "")
    try:
        introductions.answer(
            platform(), actor(), introduction_id, verb, form.reason.data or "", form.note.data or ""
        )
    except Invalid as invalid:
        form.show(invalid)
        return _detail_page(introduction_id, form, 422)
    except Conflict as conflict:
        flash(conflict.message, "bad")
    else:
        flash(DONE[verb], "ok")
    return redirect(url_for("introductions.detail", introduction_id=introduction_id), 303)


def _decline_form() -> DeclineForm:
    form = DeclineForm()
    form.reason.choices = [(t.code, t.name) for t in platform().vocabularies.pass_reasons]
    return form


def _ask_page(entry_id: int, form: AskForm, status: int) -> tuple[str, int]:
    ready = asking.prepare(platform(), actor(), entry_id)
    own = "needs.detail" if ready.side == "enterprise" else "achievements.detail"
    own_id = ready.need.id if ready.side == "enterprise" else ready.achievement.id
    back = local_address(request.values.get("back", "")) or url_for(own, row_id=own_id)
    entry = ready.entry
    return render_template(
        "introductions/ask.html", nav_active="workbench", form=form, entry_id=entry_id, back=back,
        need=cards.need_card(
            ready.need, cards.enterprise_name(ready.need, ready.enterprise, None),
            cards.words_of(entry, "need_words"), introduced=False,
        ),
        achievement=cards.achievement_card(
            ready.achievement, ready.university, cards.words_of(entry, "achievement_words"), introduced=False
        ),
        match=cards.match_of(entry), hindrance=ready.hindrance, max_message=MAX_MESSAGE,
        known=cards.line(ready.known, {}) if ready.known and ready.known.state in (ASKED, ACCEPTED) else None,
        asks_university=ready.side == "enterprise", name_shown=ready.need.show_name,
        shown_as=public_label(ready.enterprise, shown=ready.need.show_name),
    ), status  # fmt: skip


def _detail_page(introduction_id: int, form: DeclineForm, status: int) -> tuple[str, int]:
    opened = introductions.open_one(platform(), actor(), introduction_id)
    row, entry = opened.introduction, opened.entry
    is_open = row.state == ASKED
    return render_template(
        "introductions/detail.html", nav_active="introductions", row=row, form=form,
        state_label=STATE_NAMES[row.state], parts=cards.what_next(row),
        need=cards.need_card(
            row.need, cards.enterprise_name(row.need, opened.enterprise, row),
            cards.words_of(entry, "need_words"), introduced=cards.stands(row),
        ),
        achievement=cards.achievement_card(
            row.achievement, opened.university, cards.words_of(entry, "achievement_words"),
            introduced=cards.stands(row),
        ),
        match=cards.match_of(entry), history=cards.history(row), contacts=opened.contacts,
        may_answer=is_open and bool(opened.side) and opened.side != row.asked_by,
        may_recall=is_open and opened.side == row.asked_by,
        waiting_for=cards.SIDE_NAMES[cards.OTHER_SIDE[row.asked_by]], deal=deal_label(opened.deal),
        open_href=url_for("deals.open_new", introduction_id=row.id)
        if row.state == ACCEPTED and deal_label(opened.deal) is None and (opened.side or actor().is_operator) else "",
    ), status  # fmt: skip
