"""Opening accounts for more people of an organisation that is already here: the operators' doing, never the code's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from repositories import accounts, audit
from repositories.accounts import Account
from repositories.organisations import Organisation
from services import credentials, notices
from services.access import Actor, require
from services.accounts import PERSON, SIGN_UP_ROLES
from services.errors import FieldError, Invalid, NotFound
from services.listings.reading import read_fields
from services.platform import Platform


def invite(
    platform: Platform, actor: Actor, organisation_id: int, raw: Mapping[str, Any], role: str
) -> tuple[Account, str]:
    """Open an account for one more person of an organisation (operators): the account and the path of a link that
    sets its password. A known account without an organisation is tied to this one and keeps its password (empty path).
    Raises Invalid, NotFound."""
    require(actor.is_operator)
    person = read_fields(PERSON[:2], raw, platform.vocabularies)
    if role not in SIGN_UP_ROLES:
        raise Invalid([FieldError("role", "请选择这位同事代表哪一方。")])
    with platform.database.write() as session:
        organisation = session.get(Organisation, organisation_id)
        if organisation is None:
            raise NotFound()
        account = accounts.by_email(session, person["email"])
        if account is not None and (account.organisation_id is not None or account.role != role):
            raise Invalid([FieldError("email", "这个邮箱已有账户，属于另一家单位或另一种角色，不能加入。")])
        known = account is not None
        if account is not None and account.confirmed_at is None and platform.settings.mail_on:
            message = "这个邮箱的账户还没有确认邮箱，不能确定是本人注册的；请对方先点确认邮件里的链接。"
            raise Invalid([FieldError("email", message)])
        # Whoever joins reads everything of the organisation: its people hear of it, before the new one is among them.
        notices.tell_organisation(
            session, platform, organisation.id, "account.joined", f"平台运营为贵单位开通了账户：{person['name']}",
            f"{person['email']} 现在可以查看和处理贵单位的全部内容。如果不认识这个人，请马上联系平台运营。",
            "/account/organisation",
        )  # fmt: skip
        if account is None:
            account = Account(
                email=person["email"].lower(), name=person["name"], role=role, created_at=platform.now()
            )
            session.add(account)
        account.organisation_id = organisation.id
        session.flush()
        # A known account keeps its password: joining an organisation must not open it to whoever holds a link.
        path = "" if known else credentials.make_link(
            session, platform, account, credentials.RESET, credentials.HANDED_OUT_LIFE
        )  # fmt: skip
        if known:
            notices.tell(
                session, platform, account, "account.invited", f"您的账户已加入：{organisation.name}",
                "现在可以代表这家单位发布和答复引荐。", "/account/organisation",
            )  # fmt: skip
        audit.write(session, actor, "account.invited", "accounts", account.id, organisation=organisation.id)
    return account, path
