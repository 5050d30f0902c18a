"""What is kept about one person, why, for how long: the same list on the page and in the file to take away.

`repositories.erasure` does what the last column promises; change both together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from repositories import personal_data
from repositories.accounts import ROLE_NAMES, Account
from services.access import Actor, require_signed_in
from services.platform import Platform


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind of data about the person."""

    what: str
    count: str
    why: str
    until: str


def kept(platform: Platform, actor: Actor) -> list[Kept]:
    """The list for one person; two queries."""
    require_signed_in(actor)
    with platform.database.read() as session:
        n = personal_data.counts(session, actor.account_id or 0)
    listings = n["needs"] + n["achievements"]
    return [
        Kept("姓名、邮箱、电话", "各 1 项", "登录，以及双方同意引荐后的联系", "到您修改或注销；注销时清空"),
        Kept("密码", "只存摘要", "登录", "到您修改或注销；没有人能看到原文"),
        Kept("登录记录（浏览器、时间）", f"{n['sessions']} 条", "让您发现不是自己的登录", "登录后 14 天；注销时删除"),
        Kept("接口令牌", f"{n['tokens']} 个，只存摘要", "您自己的程序访问平台", "到您撤销或注销"),
        Kept("站内通知", f"{n['notices']} 条", "告诉您审核和引荐的进展", "注销时删除"),
        Kept("登录失败次数", "只存邮箱摘要", "防止猜密码", "一天"),
        Kept("您录入的需求和成果", f"{listings} 条", "属于单位", "随单位保留；注销时从联系人中去掉您"),
        Kept("您上传的证明材料", f"{n['files']} 份", "支撑单位的成果", "到单位删除；注销后不再带您的姓名"),
        Kept("您的技术经理人档案", f"{n['talents']} 份", "让供需双方找到您；利害关系申报只用于回避", "注销时清空并下架"),
        Kept("您替企业拟的需求草稿", f"{n['drafts']} 条", "企业确认之前只有您看得到", "到企业确认或您删除；注销时删除"),
        Kept("您对线索的回答", f"{n['leads']} 条", "不再给您看您婉拒过的", "到您撤销；注销时删除"),
        Kept("您请求或答复的引荐", f"{n['introductions']} 条", "双方的往来凭据", "保留，但不再带您的姓名"),
        Kept("您在对接项目里的步骤和留言", f"{n['deal_events']} 条", "项目各方的共同凭据", "保留，但不再带您的姓名"),
        Kept("操作记录", f"{n['audit']} 条", "出现争议时能查清经过", "保留，只留编号，不带姓名"),
    ]  # fmt: skip


def gather(platform: Platform, actor: Actor) -> dict[str, Any]:
    """Everything about the person as plain values, for the file to take away."""
    require_signed_in(actor)
    with platform.database.read() as session:
        account = session.get(Account, actor.account_id)
        n = personal_data.counts(session, actor.account_id or 0)
    assert account is not None
    return {
        "account": {
            "id": account.id, "name": account.name, "email": account.email, "phone": account.phone,
            "role": ROLE_NAMES[account.role], "organisation": actor.organisation_name,
            "created_at": account.created_at.isoformat(), "mail_notices": account.mail_notices,
            "confirmed_at": account.confirmed_at.isoformat() if account.confirmed_at else None,
            "last_login_at": account.last_login_at.isoformat() if account.last_login_at else None,
        },
        "counts": dict(n),
        "kept": [{"what": k.what, "count": k.count, "why": k.why, "until": k.until} for k in kept(platform, actor)],
    }  # fmt: skip
