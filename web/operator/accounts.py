"""Accounts: finding one, closing and reopening it, helping its person to a new password."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from wtforms import StringField

from repositories import accounts as rows
from repositories import audit
from repositories.accounts import ROLE_NAMES, Account
from services import accounts, credentials
from services.errors import Conflict, Invalid, NotFound
from web import labels
from web.access import rule
from web.account.forms import PlainForm
from web.current import actor, platform
from web.introductions.views import pagination
from web.listings.lists import page_number
from web.operator.blueprint import blueprint, page

PER_PAGE = 30


class ReasonForm(PlainForm):
    """Why an operator touches somebody's account."""

    reason = StringField("原因", description="记入操作记录", render_kw={"required": True, "maxlength": 500})


@blueprint.get("/accounts", endpoint="accounts")
@rule("operator")
def index() -> Any:
    """Accounts by role; searched by name, address or organisation."""
    words, role, number = request.args.get("q", "").strip()[:100], request.args.get("role", ""), page_number()
    role = role if role in ROLE_NAMES else ""
    with platform().database.read() as session:
        counts = rows.count_by_role(session, words)
        found = rows.page(session, role, words, (number - 1) * PER_PAGE, PER_PAGE)
    total = sum(counts.values())
    tabs = [("", "全部", total), *((key, label, counts.get(key, 0)) for key, label in ROLE_NAMES.items())]
    return page(
        "accounts.html", "accounts", q=words, role=role,
        tabs=[
            {"label": label, "count": n, "active": key == role,
             "href": url_for("operator.accounts", role=key or None, q=words or None)}
            for key, label, n in tabs
        ],
        rows=[
            {"href": url_for("operator.account", account_id=a.id), "name": a.name, "email": a.email or "",
             "role": ROLE_NAMES[a.role], "organisation": a.organisation.name if a.organisation else "",
             "state": _state(a)[0], "state_label": _state(a)[1], "is_demo": a.is_demo,
             "seen": f"{labels.since(a.last_login_at)}登录过" if a.last_login_at else "还没有登录过"}
            for a in found
        ],
        pagination=pagination(number, counts.get(role, 0) if role else total, PER_PAGE, "operator.accounts",
                              role=role or None, q=words or None),
    )  # fmt: skip


@blueprint.get("/accounts/<int:account_id>")
@rule("operator")
def account(account_id: int) -> Any:
    """One account."""
    return _page(account_id, ReasonForm(), 200)


@blueprint.post("/accounts/<int:account_id>/active")
@rule("operator")
def set_active(account_id: int) -> Any:
    """Close or reopen an account, with a reason."""
    form, active = ReasonForm(), request.form.get("active") == "1"
    try:
        accounts.set_active(platform(), actor(), account_id, active, form.reason.data or "")
    except Invalid as invalid:
        form.show(invalid)
        return _page(account_id, form, 422)
    flash("账户已恢复。" if active else "账户已停用，对方已在所有设备上退出。", "ok")
    return redirect(url_for("operator.account", account_id=account_id), 303)


@blueprint.post("/accounts/<int:account_id>/link")
@rule("operator")
def reset_link(account_id: int) -> Any:
    """A link that sets a password, shown this once; the person is told that it was made."""
    form = _link_form()
    try:
        path = credentials.hand_out_link(platform(), actor(), account_id, form.reason.data or "")
    except Invalid as invalid:
        form.show(invalid)
        return _page(account_id, ReasonForm(formdata=None), 422, link_form=form)
    except Conflict as conflict:
        form.form_errors = [conflict.message]
        return _page(account_id, ReasonForm(formdata=None), 409, link_form=form)
    return _page(account_id, ReasonForm(formdata=None), 201, link=platform().settings.base_url + path)


def _link_form() -> ReasonForm:
    return ReasonForm(prefix="link-")


def _page(
    account_id: int, form: ReasonForm, status: int, *, link: str = "", link_form: ReasonForm | None = None
) -> tuple[str, int]:
    with platform().database.read() as session:
        row = session.get(Account, account_id) if account_id < 2**31 else None
        done = audit.of_object(session, "accounts", account_id)[:20]
        names = rows.names_of(session, [one.account_id for one in done])
    if row is None:
        raise NotFound()
    code, label = _state(row)
    return page(
        "account.html", "accounts", status, row=row, form=form, link=link,
        link_form=link_form or ReasonForm(formdata=None, prefix="link-"), state=code, state_label=label,
        role_name=ROLE_NAMES[row.role], is_me=row.id == actor().account_id,
        done=[(labels.moment(o.at), action_label(o.action), names.get(o.account_id or 0, ""), o.reason) for o in done],
    )  # fmt: skip


def _state(row: Account) -> tuple[str, str]:
    if row.erased_at is not None:
        return "off", "已注销"
    return ("active", "正常") if row.is_active else ("disabled", "已停用")


ACTIONS = {
    "listing.created": "录入", "listing.edited": "修改", "listing.submit": "提交审核", "listing.recall": "撤回审核",
    "listing.publish": "发布", "listing.return": "退回", "listing.pause": "暂停", "listing.resume": "恢复发布",
    "import.committed": "写入一个导入文件", "listing.withdraw": "下架", "listing.renew": "续期", "listing.expire": "到期下线",
    "organisation.approved": "核验通过", "organisation.rejected": "核验未通过", "organisation.edited": "修改单位",
    "introduction.asked": "请求引荐", "introduction.accept": "同意引荐", "introduction.decline": "婉拒引荐",
    "introduction.recall": "撤回引荐", "confidential.opened": "调阅保密部分", "account.registered": "注册",
    "account.created": "由命令建立", "account.invited": "由运营开通", "account.erased": "注销", "account.closed": "停用",
    "account.opened": "恢复", "password.reset": "用链接重设密码", "password.changed": "修改密码",
    "password.link_made": "生成重置链接", "token.issued": "生成接口令牌", "token.revoked": "撤销接口令牌",
    "deal.opened": "立项", "deal.agreed": "同意对接", "deal.declined": "不同意对接", "deal.unanswered": "项目逾期终止",
    "deal.extended": "延长答复期限", "deal.asked_of_manager": "修改对经理人的要求", "deal.note": "在项目里留言",
    "deal.negotiate": "开始洽谈", "deal.sign": "登记合同签订", "deal.perform": "开始履约", "deal.complete": "结项",
    "deal.ended": "终止项目", "assignment.offered": "邀请经理人", "assignment.accept": "经理人接手",
    "assignment.decline": "经理人婉拒", "assignment.expired": "经理人逾期未确认", "assignment.released": "解除经理人",
    "file.added": "上传材料", "file.removed": "删除材料", "demo.removed": "移除演示内容", "organisation.words_proposed": "提出资料改动",
    "organisation.words_accepted": "采用资料改动", "organisation.words_declined": "不采用资料改动", "index.retried": "重试停放的任务",
    "lead.interested": "对线索感兴趣", "lead.pass": "婉拒线索", "lead.undo": "撤销对线索的回答",
    "proposal.asked": "请企业确认代拟需求", "proposal.recalled": "撤回代拟需求", "proposal.confirmed": "确认代拟需求",
    "proposal.refused": "不认领代拟需求", "proposal.expired": "代拟需求逾期", "proposal.discarded": "删除代拟需求",
}  # fmt: skip


def action_label(action: str) -> str:
    """What was done, in words; an action nobody worded yet stays as it is."""
    return ACTIONS.get(action, action)
