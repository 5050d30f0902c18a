"""What pages need beside the demonstration content: a thing in every state a page can show, made by real use cases."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from repositories.accounts import Account, by_email
from repositories.achievements import Achievement
from repositories.needs import Need
from repositories.talents import Talent
from services import accounts, credentials, introductions, recommend
from services.access import Actor, actor_of
from services.imports import batches, steps
from services.listings import entries
from services.platform import Platform
from tests.support import next_uscc

ENTERPRISE, UNIVERSITY = "enterprise@demo.example", "university@demo.example"
MANAGER, OPERATOR = "manager@demo.example", "operator@demo.example"
NEWCOMER = "newcomer@demo.example"
EMAILS = {
    "enterprise": ENTERPRISE, "university": UNIVERSITY, "manager": MANAGER, "operator": OPERATOR, "newcomer": NEWCOMER,
}  # fmt: skip
SECRET = "涂层供应商是丁公司，单价每公斤四百二十元"
PASSWORD = "a demonstration for the browser"
BOOK = "需求名称,预算上限\n焊缝在线检测,80\n预算写错的一行,很多\n"


def actor(platform: Platform, email: str) -> Actor:
    """A person by address."""
    with platform.database.read() as session:
        account = by_email(session, email)
        assert account is not None
        return actor_of(account)


def first_of(platform: Platform, model: Any, *conditions: Any) -> int:
    """The lowest id among the listings that meet the conditions."""
    with platform.database.read() as session:
        found = session.scalar(select(func.min(model.id)).where(*conditions))
    assert found is not None
    return int(found)


def set_up(platform: Platform) -> dict[str, Any]:
    """Needs and achievements in several states, a request, an import, a newcomer, links that came by mail.

    Gives parts of addresses by name, for `str.format`.
    """
    enterprise, university = actor(platform, ENTERPRISE), actor(platform, UNIVERSITY)
    operator = actor(platform, OPERATOR)
    ids: dict[str, Any] = {}
    ids["need"] = first_of(platform, Need, Need.organisation_id == enterprise.organisation_id)
    ids["others_need"] = first_of(platform, Need, Need.organisation_id != enterprise.organisation_id)
    ids["achievement"] = first_of(
        platform, Achievement, Achievement.organisation_id == university.organisation_id
    )
    ids["paper"] = first_of(platform, Achievement, Achievement.source.like("ChinaXiv%"))
    ids["talent"] = first_of(platform, Talent)
    waiting = entries.create(
        platform, enterprise, "needs",
        {"title": "叶轮耐磨涂层局部脱落的现场修补", "problem": "矿浆泵叶轮涂层三个月就脱落，停机返厂一次要两周。",
         "indicators": "结合强度不低于 60 MPa", "confidential": SECRET},
    )  # fmt: skip
    entries.act(platform, enterprise, "needs", waiting.id, "submit")
    ids["waiting_need"] = waiting.id
    draft = entries.create(platform, university, "achievements", {"title": "矿浆泵叶轮冷喷涂修补工艺"})
    ids["draft_achievement"] = draft.id
    returned = entries.create(platform, enterprise, "needs", {"title": "设备改造"})
    entries.act(platform, enterprise, "needs", returned.id, "submit")
    entries.act(platform, operator, "needs", returned.id, "return", "名称太笼统，请写明对象、方法和用途。")
    ids["returned_need"] = returned.id
    found = recommend.for_listing(platform, enterprise, "needs", ids["need"])
    ours = [item for item in (*found.items, *found.weak) if item.row.organisation_id is not None]
    ids["with"] = "&with=".join(str(item.row.id) for item in ours[:4])
    ids["pair"] = f"need_id={ids['need']}&achievement_id={ours[0].row.id}"
    ids["entry"] = ours[1].entry_id
    asked = introductions.ask(platform, enterprise, ours[2].entry_id or 0, "想先看一份样件的检测报告。")
    ids["introduction"] = asked.id
    ids["batch"] = batches.upload(platform, enterprise, "needs", "需求.csv", BOOK.encode())
    steps.check(platform, enterprise, ids["batch"])
    newcomer = accounts.register(
        platform,
        {"role": "enterprise", "organisation_name": "演示新来的机械有限公司", "uscc": next_uscc(), "name": "新来的人",
         "email": NEWCOMER, "password": PASSWORD},
    )  # fmt: skip
    ids["pending"], ids["account"] = newcomer.organisation_id, newcomer.id
    with platform.database.write() as session:
        account = session.get(Account, newcomer.id)
        assert account is not None
        for purpose in (credentials.RESET, credentials.CONFIRM):
            ids[purpose] = credentials.make_link(session, platform, account, purpose).rsplit("/", 1)[-1]
    return ids
