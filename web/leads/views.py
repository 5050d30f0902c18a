"""线索: what a manager sees after signing in, one lead, and the answer to it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from wtforms import RadioField, TextAreaField

from repositories.accounts import MANAGER, OPERATOR
from repositories.listing import STATE_NAMES
from repositories.talents import Talent
from services import access
from services.errors import Conflict, Invalid
from services.leads import answering, reading
from services.organisations import public_label
from web import labels
from web.access import rule
from web.account.forms import PlainForm
from web.account.signing import local_address
from web.current import actor, platform
from web.introductions.cards import achievement_card, match_of, need_card, words_of
from web.leads import cards
from web.listings.lists import page_number, pagination

blueprint = Blueprint("leads", __name__, url_prefix="/leads")

PER_PAGE = 10
"""Each is read closely; twenty are 16,000 pixels on a phone."""
DONE = {
    "interested": "已标记感兴趣；合适就点“发起对接”。",
    "pass": "已婉拒，不再给您看；在“已婉拒”里可以撤销。",
    "undo": "已撤销。",
}


class PassForm(PlainForm):
    """One of the eight reasons, and more if one likes."""

    reason = RadioField("为什么不合适", validate_choice=False, render_kw={"required": True})
    note = TextAreaField("补充说明")


@blueprint.get("")
@rule(MANAGER)
def index() -> Any:
    """The leads of the person who is signed in, best first, in four states."""
    now, page = cards.wish(), page_number()
    found = reading.listed(platform(), actor(), now, page, PER_PAGE)
    kept: dict[str, Any] = {
        k: request.args.getlist(k) for k in (*cards.FACET_TITLES, "state", "sort") if k in request.args
    }
    return render_template(
        "leads/index.html", nav_active="leads", cards=[cards.card(line) for line in found.items], found=found,
        profile=profile_note(found.profile), state=now.state, pass_reasons=_pass_reasons(),
        back=request.full_path.rstrip("?"), pagination=pagination(page, found.total, PER_PAGE, "leads.index", **kept),
        **cards.around(found, now),
    )  # fmt: skip


@blueprint.get("/<int:lead_id>")
@rule(MANAGER, OPERATOR)
def detail(lead_id: int) -> Any:
    """One lead: both texts with the carrying words, why these two, why me; for operators who said what."""
    one = reading.open_one(platform(), actor(), lead_id)
    if one.profile is not None and one.line.opened.answered is None:
        answering.mark_viewed(platform(), actor(), lead_id)
    return _detail_page(one, _pass_form(), 200)


@blueprint.post("/<int:lead_id>")
@rule(MANAGER)
def answer(lead_id: int) -> Any:
    """Interested, pass with a reason, or undo."""
    form, verb = _pass_form(), request.form.get("verb", "")
    try:
        answering.answer(platform(), actor(), lead_id, verb, form.reason.data or "", form.note.data or "")
    except Invalid as invalid:
        one = reading.open_one(platform(), actor(), lead_id)
        form.show(invalid)
        return _detail_page(one, form, 422)
    except Conflict as conflict:
        flash(conflict.message, "bad")
    else:
        flash(DONE[verb], "ok")
    here = url_for("leads.detail", lead_id=lead_id)
    return redirect(local_address(request.form.get("back", "")) or here, 303)


def profile_note(profile: Talent | None) -> dict[str, str] | None:
    """What to say to a manager whose profile is not public; None when it is."""
    if profile is not None and profile.is_public:
        return None
    if profile is None:
        return {
            "title": "还没有您的档案，线索先按匹配程度和新鲜程度排",
            "text": "写几句从业经历，选上熟悉的行业和服务地区，线索马上按您的情况重排；保存草稿就有用，不必等审核。",
            "label": "建立档案", "href": url_for("talents.new"),
        }  # fmt: skip
    text = "线索已经按您档案里现在写的内容排。发布之后，供需双方才能找到您，您也才能发起对接、接手项目。"
    if profile.return_reason:
        text = f"审核退回：{profile.return_reason}。{text}"
    return {
        "title": f"您的档案现在是“{STATE_NAMES[profile.state]}”", "text": text, "label": "打开我的档案",
        "href": url_for("talents.detail", row_id=profile.id),
    }  # fmt: skip


def _detail_page(one: reading.One, form: PassForm, status: int) -> tuple[str, int]:
    line, opened = one.line, one.line.opened
    owner = public_label(opened.enterprise, shown=access.sees_enterprise_name(actor(), opened.need))
    entry = opened.entry
    return render_template(
        "leads/detail.html", nav_active="leads", form=form, lead=opened.lead, opened=opened, is_open=one.is_open,
        card=cards.card(line), match=match_of(entry), why=line.why, sums=cards.sums(line.why),
        need=need_card(opened.need, owner, words_of(entry, "need_words"), introduced=False),
        achievement=achievement_card(
            opened.achievement, opened.university, words_of(entry, "achievement_words"), introduced=False
        ),
        answers=cards.answers(one.answers), is_operator=actor().is_operator, profile=profile_note(one.profile),
        may_open=one.is_open and (actor().is_operator or (one.profile is not None and one.profile.is_public)),
        state_parts=[f"{labels.day(opened.lead.created_at)} 出现", cards.crowd(line), cards.said(opened.answered)],
    ), status  # fmt: skip


def _pass_form() -> PassForm:
    form = PassForm()
    form.reason.choices = _pass_reasons()
    return form


def _pass_reasons() -> list[tuple[str, str]]:
    return [(term.code, term.name) for term in platform().vocabularies.pass_reasons]
