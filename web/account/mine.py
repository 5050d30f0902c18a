"""One's own account: particulars, password and sign-ins, what is kept, being forgotten."""

from __future__ import annotations

from typing import Any

from flask import flash, jsonify, redirect, render_template, url_for

from repositories.accounts import ROLE_NAMES, digest, sessions_of
from services import accounts, credentials, personal_data, signing
from services.errors import Conflict, Invalid
from web import labels
from web.access import SIGNED_IN, rule
from web.account.blueprint import blueprint, tabs
from web.account.forms import EraseForm, PasswordForm, ProfileForm
from web.account.signing import browser_label, end_session
from web.current import actor, current_account, platform, session_secret


@blueprint.get("/settings")
@rule(SIGNED_IN)
def settings() -> Any:
    """Name, telephone, whether letters are sent."""
    account = current_account()
    return _settings_page(ProfileForm(obj=account), 200)


@blueprint.post("/settings")
@rule(SIGNED_IN)
def save_settings() -> Any:
    """Take the particulars."""
    form = ProfileForm()
    try:
        accounts.update_profile(platform(), actor(), form.typed())
    except Invalid as invalid:
        form.show(invalid)
        return _settings_page(form, 422)
    flash("个人信息已保存。", "ok")
    return redirect(url_for("account.settings"), 303)


@blueprint.get("/sessions")
@rule(SIGNED_IN)
def sessions() -> Any:
    """The password and the browsers that are signed in."""
    return _sessions_page(PasswordForm(), 200)


@blueprint.post("/sessions")
@rule(SIGNED_IN)
def end_others() -> Any:
    """Sign every other browser out."""
    signing.sign_out_others(platform(), actor(), session_secret())
    flash("其他设备都已退出。", "ok")
    return redirect(url_for("account.sessions"), 303)


@blueprint.post("/sessions/<key>/end")
@rule(SIGNED_IN)
def end_one(key: str) -> Any:
    """Sign one other browser out."""
    signing.sign_out_one(platform(), actor(), key)
    flash("这台设备已退出。", "ok")
    return redirect(url_for("account.sessions"), 303)


@blueprint.post("/password")
@rule(SIGNED_IN)
def change_password() -> Any:
    """Change the password; other browsers are signed out."""
    form = PasswordForm()
    try:
        credentials.change_password(
            platform(), actor(), form.old_password.data or "", form.new_password.data or "", session_secret()
        )
    except Invalid as invalid:
        form.show(invalid)
        return _sessions_page(form, 422)
    flash("密码已修改，其他设备都已退出。", "ok")
    return redirect(url_for("account.sessions"), 303)


@blueprint.get("/erase")
@rule(SIGNED_IN)
def erase() -> Any:
    """What is kept about the person, for how long, and how it goes."""
    return _erase_page(EraseForm(), 200)


@blueprint.get("/data.json")
@rule(SIGNED_IN)
def data() -> Any:
    """The same as a file to take away."""
    response = jsonify(personal_data.gather(platform(), actor()))
    response.headers["Content-Disposition"] = "attachment; filename=sanku-account.json"
    return response


@blueprint.post("/erase")
@rule(SIGNED_IN)
def take_erase() -> Any:
    """Forget the person who named the account by its address."""
    form, account = EraseForm(), current_account()
    assert account is not None
    if (form.email.data or "").strip().lower() != account.email:
        form.email.errors = ["与您的登录邮箱不一致，没有注销。"]
        return _erase_page(form, 422)
    try:
        accounts.erase(platform(), actor(), account.id)
    except Conflict as conflict:
        form.form_errors = [conflict.message]
        return _erase_page(form, 409)
    end_session()
    flash("账户已注销，您的个人信息已清除。", "ok")
    return redirect(url_for("public.home"), 303)


def _settings_page(form: ProfileForm, status: int) -> tuple[str, int]:
    account = current_account()
    assert account is not None
    return render_template(
        "account/settings.html", form=form, tabs=tabs("account.settings"), account=account,
        role_name=ROLE_NAMES[account.role], mail_on=platform().settings.mail_on,
    ), status  # fmt: skip


def _sessions_page(form: PasswordForm, status: int) -> tuple[str, int]:
    person, present = actor(), digest(session_secret())
    with platform().database.read() as session:
        rows = sessions_of(session, person.account_id or 0)
    shown = [
        {"key": row.token_hash[:16], "browser": browser_label(row.agent), "since": labels.moment(row.created_at),
         "until": labels.day(row.expires_at), "is_this": row.token_hash == present}
        for row in rows
        if row.expires_at > platform().now()
    ]  # fmt: skip
    return render_template(
        "account/sessions.html", form=form, tabs=tabs("account.sessions"), rows=shown
    ), status


def _erase_page(form: EraseForm, status: int) -> tuple[str, int]:
    account = current_account()
    assert account is not None
    return render_template(
        "account/erase.html", form=form, tabs=tabs("account.erase"), account=account,
        kept=personal_data.kept(platform(), actor()),
    ), status  # fmt: skip
