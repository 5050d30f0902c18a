"""API tokens: made once, shown once, revoked at any time."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for

from repositories.accounts import tokens_of
from services import accounts
from services.errors import Conflict
from web import labels
from web.access import SIGNED_IN, rule
from web.account.blueprint import blueprint, tabs
from web.account.forms import TokenForm
from web.current import actor, current_account, platform


@blueprint.get("/tokens")
@rule(SIGNED_IN)
def tokens() -> Any:
    """The person's tokens."""
    return _page(TokenForm(formdata=None), 200)


@blueprint.post("/tokens")
@rule(SIGNED_IN)
def make_token() -> Any:
    """Make one. The answer is the page itself: the secret must lie neither in an address nor in a cookie."""
    form, account = TokenForm(), current_account()
    assert account is not None
    assert account.email is not None
    try:
        secret = accounts.issue_token(platform(), account.email, form.name.data or "")
    except Conflict as conflict:
        form.form_errors = [conflict.message]
        return _page(form, 409)
    return _page(TokenForm(formdata=None), 201, secret)


@blueprint.post("/tokens/<int:token_id>/revoke")
@rule(SIGNED_IN)
def revoke_token(token_id: int) -> Any:
    """Revoke one."""
    accounts.revoke_token(platform(), actor(), token_id)
    flash("令牌已撤销，用它的程序从现在起不能再访问。", "ok")
    return redirect(url_for("account.tokens"), 303)


def _page(form: TokenForm, status: int, secret: str = "") -> tuple[str, int]:
    with platform().database.read() as session:
        rows = tokens_of(session, actor().account_id or 0)
    shown = [{"id": r.id, "name": r.name or "未命名", "created": labels.moment(r.created_at)} for r in rows]
    return render_template(
        "account/tokens.html", form=form, tabs=tabs("account.tokens"), rows=shown, secret=secret,
        base_url=platform().settings.base_url,
    ), status  # fmt: skip
