"""Accounts: signing up, tokens, oneself and one's notices."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import jsonify, request

from repositories import accounts as account_rows
from repositories import notices as notice_rows
from repositories.accounts import ROLE_NAMES, Account
from services import accounts, signing
from services.access import Actor
from web.access import ANYONE, SIGNED_IN
from web.api.blueprint import ID, PREFIX, endpoint
from web.api.documents import moment, organisation_document
from web.api.schemas import Paging, Registration
from web.api.values import Out, Strict, Text, Whole, absent
from web.current import actor, current_account, platform
from web.limits import limiter

TAG = "账户"
REGISTER_LIMIT = "60 per hour"
"""One address signs up a whole institute in an afternoon, but not a thousand inventions."""


class Credentials(Strict):
    """What a token is given for."""

    email = Text(254, required=True)
    password = Text(1000, secret=True, required=True, metadata={"format": "password"})
    name = Text(60, load_default="", metadata={"description": "给令牌起个名字，便于以后注销"})


class NoticesRead(Strict):
    """Which notices were read."""

    may_be_empty = True

    id = Whole(1, 2**31 - 1, load_default=absent, metadata={"description": "不填为全部"})


ME = ma.Schema.from_dict(
    {
        "id": Out("integer"),
        "email": Out(["string", "null"]),
        "name": Out(),
        "phone": Out(),
        "role": Out(),
        "role_name": Out(),
        "confirmed": Out("boolean", "邮箱是否已确认"),
        "organisation": Out(["object", "null"]),
        "unread_notices": Out("integer"),
    },
    name="Me",
)
TOKEN = ma.Schema.from_dict(
    {"id": Out("integer"), "name": Out(), "created_at": Out("string", format="date-time")}, name="TokenRow"
)
NEW_TOKEN = ma.Schema.from_dict(
    {"token": Out("string", "只显示这一次"), "token_type": Out(), "account": ma.fields.Nested(ME)},
    name="NewToken",
)
TOKENS = ma.Schema.from_dict({"items": ma.fields.List(ma.fields.Nested(TOKEN))}, name="Tokens")
NOTICE = ma.Schema.from_dict(
    {
        "id": Out("integer"),
        "kind": Out(),
        "subject": Out(),
        "body": Out(),
        "href": Out("string", "站内地址"),
        "created_at": Out("string", format="date-time"),
        "read_at": Out(["string", "null"]),
    },
    name="Notice",
)
NOTICES = ma.Schema.from_dict(
    {
        "items": ma.fields.List(ma.fields.Nested(NOTICE)),
        "unread": Out("integer"),
        "page": Out("integer"),
        "per_page": Out("integer"),
    },
    name="NoticePage",
)


def account_document(account: Account, unread: int) -> dict[str, Any]:
    """One's own account."""
    organisation = account.organisation
    return {
        "id": account.id,
        "email": account.email,
        "name": account.name,
        "phone": account.phone or "",
        "role": account.role,
        "role_name": ROLE_NAMES[account.role],
        "confirmed": account.confirmed_at is not None,
        "organisation": organisation_document(organisation, inside=True) if organisation else None,
        "unread_notices": unread,
    }


def _me(account: Account) -> dict[str, Any]:
    with platform().database.read() as session:
        unread = notice_rows.unread(session, account.id)
    return account_document(account, unread)


@endpoint("POST", "/register", ANYONE, tag=TAG, body=Registration, answer=ME, status=201, summary="注册",
          description="单位与账户一并登记。不给令牌：之后用 POST /tokens 以邮箱和密码换取。")  # fmt: skip
@limiter.limit(REGISTER_LIMIT)
def register(body: dict[str, Any]) -> Any:
    """Sign up a person with the organisation."""
    account = accounts.register(platform(), body)
    response = jsonify(ME().dump(_me(account)))
    response.status_code = 201
    response.headers["Location"] = f"{PREFIX}/me"
    return response


@endpoint("POST", "/tokens", ANYONE, tag=TAG, body=Credentials, answer=NEW_TOKEN, status=201, summary="用密码换取令牌",
          description="失败太多次时 15 分钟内不再受理。命令行：flask --app app token EMAIL。")  # fmt: skip
def create_token(body: dict[str, Any]) -> Any:
    """A token for whoever knows the password; throttled like the sign-in page."""
    here = platform()
    address, agent = request.remote_addr or "", request.headers.get("User-Agent", "")
    # the session proves the password and is ended at once
    session_secret = signing.sign_in(here, body["email"], body["password"], address, agent)
    account = signing.account_of_session(here, session_secret)
    signing.sign_out(here, session_secret)
    token = accounts.issue_token(here, body["email"], body["name"])
    return {"token": token, "token_type": "Bearer", "account": _me(account) if account else None}


@endpoint("GET", "/tokens", SIGNED_IN, tag=TAG, answer=TOKENS, summary="我的令牌")
def list_tokens() -> Any:
    """One's tokens, without their secrets."""
    with platform().database.read() as session:
        rows = account_rows.tokens_of(session, actor().account_id or 0)
    return {"items": [{"id": r.id, "name": r.name, "created_at": moment(r.created_at)} for r in rows]}


@endpoint(
    "DELETE", f"/tokens/{ID.format('token_id')}", SIGNED_IN, tag=TAG, status=204, summary="注销一个令牌"
)
def revoke_token(token_id: int) -> Any:
    """Delete one of one's own tokens."""
    accounts.revoke_token(platform(), actor(), token_id)
    return "", 204


@endpoint("GET", "/me", SIGNED_IN, tag=TAG, answer=ME, summary="我是谁")
def me() -> Any:
    """The account behind the token."""
    account = current_account()
    assert account is not None
    return _me(account)


@endpoint("GET", "/notices", SIGNED_IN, tag=TAG, query=Paging, answer=NOTICES, summary="我的通知")
def list_notices(query: dict[str, Any]) -> Any:
    """The inbox, newest first."""
    page, size = query["page"], query["per_page"]
    with platform().database.read() as session:
        person = actor().account_id or 0
        rows = notice_rows.inbox(session, person, (page - 1) * size, size)
        unread = notice_rows.unread(session, person)
    items = [
        {
            "id": row.id,
            "kind": row.kind,
            "subject": row.subject,
            "body": row.body,
            "href": row.href,
            "created_at": moment(row.created_at),
            "read_at": moment(row.read_at),
        }
        for row in rows
    ]
    return {"items": items, "unread": unread, "page": page, "per_page": size}


@endpoint("POST", "/notices/read", SIGNED_IN, tag=TAG, body=NoticesRead, status=204, summary="标为已读")
def read_notices(body: dict[str, Any]) -> Any:
    """Mark one notice, or all."""
    person: Actor = actor()
    assert person.account_id is not None
    with platform().database.write() as session:
        notice_rows.mark_read(session, person.account_id, body["id"], platform().now())
    return "", 204
