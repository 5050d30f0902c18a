"""Links that came by mail (or from an operator): confirm an address, set a new password.

A link opened by GET changes nothing, because mail scanners open every link; the button on its page does.
"""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for

from services import credentials
from services.errors import Invalid, NotFound
from web.access import ANYONE, SIGNED_IN, rule
from web.account.blueprint import blueprint
from web.account.forms import EmailForm, NewPasswordForm
from web.account.signing import end_session
from web.current import actor, platform
from web.limits import limiter


@blueprint.get("/forgot")
@rule(ANYONE)
def forgot() -> Any:
    """Ask for a link that sets a new password; where no mail goes out, say whom to ask."""
    return _forgot_page(EmailForm(), 200)


@blueprint.post("/forgot")
@rule(ANYONE)
@limiter.limit("5 per minute; 20 per hour")
def take_forgot() -> Any:
    """The same answer for known and unknown addresses."""
    form = EmailForm()
    if not (form.email.data or "").strip():
        form.email.errors = ["请填写邮箱。"]
        return _forgot_page(form, 422)
    credentials.ask_reset(platform(), form.email.data or "")
    return redirect(url_for("account.forgot_sent"), 303)


@blueprint.get("/forgot/sent")
@rule(ANYONE)
def forgot_sent() -> Any:
    """What to do now."""
    return render_template("account/forgot_sent.html")


@blueprint.get("/reset/<secret>")
@rule(ANYONE)
def reset(secret: str) -> Any:
    """The form behind a link."""
    if not credentials.link_works(platform(), secret, credentials.RESET):
        raise NotFound(credentials.DEAD_LINK)
    return render_template("account/reset.html", form=NewPasswordForm())


@blueprint.post("/reset/<secret>")
@rule(ANYONE)
def take_reset(secret: str) -> Any:
    """Set the password; every browser is signed out, this one too."""
    form = NewPasswordForm()
    try:
        credentials.reset_password(platform(), secret, form.password.data or "")
    except Invalid as invalid:
        form.show(invalid)
        return render_template("account/reset.html", form=form), 422
    end_session()
    flash("新密码已生效，请用它登录。原有的登录和接口令牌都已失效。", "ok")
    return redirect(url_for("account.login"), 303)


@blueprint.get("/confirm/<secret>")
@rule(ANYONE)
def confirm(secret: str) -> Any:
    """The button behind a link."""
    if not credentials.link_works(platform(), secret, credentials.CONFIRM):
        raise NotFound(credentials.DEAD_LINK)
    return render_template("account/confirm.html")


@blueprint.post("/confirm/<secret>")
@rule(ANYONE)
def take_confirm(secret: str) -> Any:
    """The address is confirmed."""
    credentials.confirm(platform(), secret)
    flash("邮箱已确认，以后的通知会同时发到这里。", "ok")
    return redirect(url_for("account.settings" if actor().is_signed_in else "account.login"), 303)


@blueprint.post("/confirm")
@rule(SIGNED_IN)
@limiter.limit("5 per hour")
def ask_confirm() -> Any:
    """Send the confirming link once more."""
    credentials.ask_confirm(platform(), actor())
    flash("确认邮件已发出，请查收。", "ok")
    return redirect(url_for("account.settings"), 303)


def _forgot_page(form: EmailForm, status: int) -> tuple[str, int]:
    settings = platform().settings
    return render_template(
        "account/forgot.html", form=form, mail_on=settings.mail_on, contact=settings.operator_contact
    ), status
