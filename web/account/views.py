"""Coming in and going out: sign in, sign up, sign out, and the page right after signing up."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for

from repositories.accounts import ROLE_NAMES
from services import accounts, signing
from services.credit_code import explain
from services.errors import Invalid, Throttled
from web.access import ANYONE, SIGNED_IN, rule
from web.account import links, mine, organisation, tokens
from web.account.blueprint import blueprint
from web.account.forms import ROLE_CARDS, LoginForm, RegisterForm
from web.account.signing import browser, end_session, home_of, start_session, wanted_address
from web.current import actor, platform, session_secret
from web.forms import region_suggestions
from web.limits import limiter

__all__ = ["blueprint", "links", "mine", "organisation", "tokens"]


@blueprint.get("/login")
@rule(ANYONE)
def login() -> Any:
    """The sign-in form; people who are signed in go on."""
    if actor().is_signed_in:
        return redirect(wanted_address() or home_of(actor().role), 303)
    return _login_page(LoginForm(), 200)


@blueprint.post("/login")
@rule(ANYONE)
def take_login() -> Any:
    """Sign in and go to the page that asked for it."""
    form = LoginForm()
    try:
        secret = signing.sign_in(
            platform(), form.email.data or "", form.password.data or "", request.remote_addr or "", browser()
        )
    except Invalid as invalid:
        form.show(invalid)
        return _login_page(form, 422)
    except Throttled as throttled:
        form.form_errors = [throttled.message]
        response = make_response(*_login_page(form, 429))
        response.headers["Retry-After"] = str(throttled.seconds)
        return response
    start_session(secret)
    return redirect(wanted_address() or home_of(actor().role), 303)


@blueprint.post("/logout")
@rule(ANYONE)
def logout() -> Any:
    """Sign this browser out; harmless when nobody was signed in."""
    if secret := session_secret():
        signing.sign_out(platform(), secret)
    end_session()
    flash("已退出登录。", "ok")
    return redirect(url_for("public.home"), 303)


@blueprint.get("/register")
@rule(ANYONE)
def register() -> Any:
    """The sign-up form."""
    if actor().is_signed_in:
        return redirect(home_of(actor().role), 303)
    asked = request.args.get("role", "")
    return _register_page(RegisterForm(role=asked if asked in ROLE_CARDS else None), 200)


@blueprint.post("/register")
@rule(ANYONE)
@limiter.limit("30 per hour")
def take_register() -> Any:
    """Sign up; the new account is signed in at once."""
    form = RegisterForm()
    try:
        account = accounts.register(platform(), form.typed())
    except Invalid as invalid:
        form.show(invalid)
        return _register_page(form, 422)
    start_session(signing.open_session(platform(), account, browser()))
    return redirect(url_for("account.welcome", next=wanted_address() or None), 303)


@blueprint.get("/welcome")
@rule(SIGNED_IN)
def welcome() -> Any:
    """What works from now on, and what waits for the organisation's approval."""
    person = actor()
    return render_template(
        "account/welcome.html", person=person, role_name=ROLE_NAMES[person.role],
        mail_on=platform().settings.mail_on, next_address=wanted_address(), home=home_of(person.role),
    )  # fmt: skip


@blueprint.get("/credit-code")
@rule(ANYONE)
@limiter.limit("120 per minute")
def credit_code() -> Any:
    """What the code typed so far says, place by place: a piece of a page."""
    parts = explain(request.args.get("uscc", ""), platform().vocabularies.regions)
    return render_template("account/_credit_code.html", parts=parts)


def _login_page(form: LoginForm, status: int) -> tuple[str, int]:
    return render_template("account/login.html", form=form, next_address=wanted_address()), status


def _register_page(form: RegisterForm, status: int) -> tuple[str, int]:
    here = platform()
    return render_template(
        "account/register.html", form=form, cards=ROLE_CARDS, regions=region_suggestions(),
        parts=explain(form.uscc.data or "", here.vocabularies.regions), next_address=wanted_address(),
    ), status  # fmt: skip
