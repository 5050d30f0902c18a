"""The inbox: notices of one person, opened ones are read."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from repositories import notices
from repositories.notices import Notice
from services.errors import NotFound
from web import labels
from web.access import SIGNED_IN, rule
from web.account.signing import local_address
from web.current import actor, current_account, platform
from web.introductions.views import pagination
from web.listings.lists import page_number

blueprint = Blueprint("inbox", __name__, url_prefix="/inbox")
PER_PAGE = 30
ICONS = {
    "introduction": "users", "deal": "heart-handshake", "assignment": "user-check", "listing": "file-check",
    "organisation": "building", "confidential": "eye",
    "password": "lock", "account": "user",
}  # fmt: skip


@blueprint.get("")
@rule(SIGNED_IN)
def index() -> Any:
    """The newest notices; `?show=unread` leaves the read ones out."""
    only_new, page, me = request.args.get("show") == "unread", page_number(), actor().account_id or 0
    with platform().database.read() as session:
        total, new = notices.counts(session, me)
        rows = notices.inbox(session, me, (page - 1) * PER_PAGE, PER_PAGE, unread_only=only_new)
    account = current_account()
    return render_template(
        "inbox/index.html", nav_active="inbox", rows=[_line(row) for row in rows], new=new, only_new=only_new,
        tabs=[
            {"label": "全部", "count": total, "href": url_for("inbox.index"), "active": not only_new},
            {"label": "未读", "count": new, "href": url_for("inbox.index", show="unread"), "active": only_new},
        ],
        pagination=pagination(
            page, new if only_new else total, PER_PAGE, "inbox.index", show="unread" if only_new else None
        ),
        by_mail=platform().settings.mail_on and account is not None and account.mail_notices
        and account.confirmed_at is not None,
    )  # fmt: skip


@blueprint.get("/<int:notice_id>")
@rule(SIGNED_IN)
def read(notice_id: int) -> Any:
    """Open a notice: it counts as read, and the page it is about opens."""
    here, me = platform(), actor().account_id or 0
    with here.database.read() as session:
        row = notices.find(session, me, notice_id)
    if row is None:
        raise NotFound()
    if row.read_at is None:
        with here.database.write() as session:
            notices.mark_read(session, me, notice_id, here.now())
    return redirect(local_address(row.href) or url_for("inbox.index"), 303)


@blueprint.post("/read")
@rule(SIGNED_IN)
def read_all() -> Any:
    """Everything counts as read."""
    here = platform()
    with here.database.write() as session:
        notices.mark_read(session, actor().account_id or 0, None, here.now())
    flash("全部标为已读。", "ok")
    return redirect(url_for("inbox.index"), 303)


def _line(row: Notice) -> dict[str, Any]:
    return {
        "href": url_for("inbox.read", notice_id=row.id), "subject": row.subject, "body": row.body,
        "when": labels.moment(row.created_at), "is_new": row.read_at is None,
        "icon": ICONS.get(row.kind.split(".")[0], "bell"),
    }  # fmt: skip
