"""The forms around a need written for an enterprise."""

from __future__ import annotations

from wtforms import StringField, TextAreaField

from web.account.forms import PlainForm


class AskForm(PlainForm):
    """Which enterprise is asked."""

    organisation = StringField(
        "企业全称或统一社会信用代码", description="与营业执照一致；企业要已在平台注册",
        render_kw={"required": True, "autocomplete": "off"},
    )  # fmt: skip


class RefuseForm(PlainForm):
    """Why an enterprise does not take the need over."""

    reason = TextAreaField("为什么不认领", description="拟稿的经理人会看到", render_kw={"required": True})
