"""The forms of the account pages. They keep and show what was typed; judging it is the services' work."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, EmailField, PasswordField, RadioField, StringField

from repositories.accounts import ENTERPRISE, INSTITUTION, MANAGER, ROLE_NAMES, UNIVERSITY
from services.credentials import MIN_PASSWORD
from web.forms import REGION_SUGGESTIONS, CatalogueForm

REQUIRED = {"required": True}
NEW_PASSWORD_HELP = f"至少 {MIN_PASSWORD} 个字符，可以用一句好记的话"
ROLE_CARDS = {
    ENTERPRISE: ("发布技术需求", "贴上需求，马上看到能解决它的成果，请平台引荐"),
    UNIVERSITY: ("发布技术成果", "登记成果，看到谁正需要它，答复企业的引荐请求"),
    INSTITUTION: ("代高校院所发布成果", "管理多家单位的成果，组织对接"),
    MANAGER: ("建立个人执业档案", "写明擅长的领域和服务的地区，让供需双方找到您"),
}


class PlainForm(CatalogueForm):
    """A form whose fields are written out; `typed` gives the text of each."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Mark what must be filled in, so that the page does not call it optional."""
        super().__init__(*args, **kwargs)
        for field in self:
            field.flags.required = bool((field.render_kw or {}).get("required"))

    def typed(self) -> dict[str, Any]:
        """What was typed, by field name."""
        return {name: field.data for name, field in self._fields.items() if name != "csrf_token"}


class Role(RadioField):
    """The role cards; an unknown value is the service's to refuse."""

    def pre_validate(self, form: Any) -> None:
        """Nothing: the service names the field and the remedy."""


class LoginForm(PlainForm):
    """Sign in."""

    email = EmailField("邮箱", render_kw=REQUIRED)
    password = PasswordField("密码", render_kw=REQUIRED)


class RegisterForm(PlainForm):
    """Sign up a person with the organisation."""

    role = Role("您代表哪一方", choices=[(role, ROLE_NAMES[role]) for role in ROLE_CARDS], validate_choice=False,
                render_kw=REQUIRED)  # fmt: skip
    organisation_name = StringField("单位全称", description="与营业执照或法人证书一致", render_kw=REQUIRED)
    uscc = StringField("统一社会信用代码", description="18 位，在营业执照或法人证书上", render_kw=REQUIRED)
    region = StringField("所在地区", render_kw={"list": REGION_SUGGESTIONS})
    name = StringField("您的姓名", render_kw=REQUIRED)
    email = EmailField("邮箱", render_kw=REQUIRED)
    phone = StringField("电话")
    password = PasswordField("密码", description=NEW_PASSWORD_HELP, render_kw=REQUIRED)


class EmailForm(PlainForm):
    """Ask for a link."""

    email = EmailField("注册时用的邮箱", render_kw=REQUIRED)


class NewPasswordForm(PlainForm):
    """Set a password by a link."""

    password = PasswordField("新密码", description=NEW_PASSWORD_HELP, render_kw=REQUIRED)


class ProfileForm(PlainForm):
    """One's own particulars."""

    name = StringField("姓名", render_kw=REQUIRED)
    phone = StringField("电话", description="双方同意引荐后才会给对方看")
    mail_notices = BooleanField("通知同时发到邮箱", description="关掉以后只留在站内收件箱")


class PasswordForm(PlainForm):
    """Change the password."""

    old_password = PasswordField("现在的密码", render_kw=REQUIRED)
    new_password = PasswordField("新密码", description=NEW_PASSWORD_HELP, render_kw=REQUIRED)


class TokenForm(PlainForm):
    """Make an API token."""

    name = StringField("用途", description="写给自己看，例如“科研系统同步”")


class EraseForm(PlainForm):
    """Ask to be forgotten, naming the account."""

    email = EmailField("请输入您的邮箱以确认", render_kw={**REQUIRED, "autocomplete": "off"})
