"""The forms of a deal's page. They keep what was typed; judging it is the services' work."""

from __future__ import annotations

from wtforms import RadioField, SelectField, StringField, TextAreaField

from repositories.deals import Deal
from services.deals.stages import UNANSWERED
from web import labels
from web.account.forms import PlainForm
from web.current import platform
from web.forms import REGION_SUGGESTIONS, Checkboxes, Pick


class OpenForm(PlainForm):
    """What the opener writes to the others."""

    message = TextAreaField(
        "给对方的话", description="说明您最关心什么、希望怎样合作；不要写保密内容，项目各方马上能看到"
    )


class ReasonForm(PlainForm):
    """Why it ends here, and more if one likes."""

    reason = RadioField("原因", validate_choice=False, render_kw={"required": True})
    note = TextAreaField("补充说明")


class NoteForm(PlainForm):
    """A line for the timeline."""

    note = TextAreaField("留言", id="line-note", render_kw={"required": True})
    circle = SelectField(
        "谁能看到", choices=[("deal", "项目各方"), ("operators", "只有平台运营")], validate_choice=False
    )


class WishForm(PlainForm):
    """What this deal asks of its manager."""

    asked_certificate = Pick("能力等级不低于")
    asked_region = StringField(
        "服务地区", description="例如 浙江 或 宁波", render_kw={"list": REGION_SUGGESTIONS}
    )
    asked_languages = Checkboxes("工作语言")
    asked_posts = Checkboxes("服务岗位")


def reason_form() -> ReasonForm:
    """With the reasons a person may give."""
    form = ReasonForm()
    form.reason.choices = [
        (t.code, t.name) for t in platform().vocabularies.end_reasons if t.code != UNANSWERED
    ]
    return form


def wish_form(deal: Deal | None = None) -> WishForm:
    """Filled from the deal on GET, from what was typed on POST."""
    known = platform().vocabularies
    filled = {} if deal is None else {
        "asked_certificate": deal.asked_certificate, "asked_languages": deal.asked_languages,
        "asked_posts": deal.asked_posts, "asked_region": labels.place(deal.asked_region, full=True),
    }  # fmt: skip
    form = WishForm(formdata=None, data=filled) if deal is not None else WishForm()
    form.asked_certificate.choices = [("", "不限"), *known.certificate_levels.choices]
    form.asked_languages.choices = known.languages.choices
    form.asked_posts.choices = known.talent_posts.choices
    return form
