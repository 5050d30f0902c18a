"""What pages need beside the demonstration content: a thing in every state a page can show, made by real use cases."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from repositories.accounts import Account, by_email
from repositories.achievements import Achievement
from repositories.assignments import Assignment
from repositories.deals import Deal
from repositories.needs import Need
from repositories.patents import Bundle, Patent
from repositories.talents import Talent
from services import accounts, credentials, introductions, recommend
from services.access import Actor, actor_of
from services.imports import batches, steps
from services.leads import answering as leads
from services.leads import making, reading
from services.listings import entries
from services.patents.drafting import propose
from services.platform import Platform
from services.proposals import asking, drafting
from tests.support import next_uscc

ENTERPRISE, UNIVERSITY = "enterprise@demo.example", "university@demo.example"
MANAGER, OPERATOR = "manager@demo.example", "operator@demo.example"
NEWCOMER = "newcomer@demo.example"
EMAILS = {
    "enterprise": ENTERPRISE, "university": UNIVERSITY, "manager": MANAGER, "operator": OPERATOR, "newcomer": NEWCOMER,
}  # fmt: skip
SECRET = "涂层供应商是丁公司，单价每公斤四百二十元"
PASSWORD = "a demonstration for the browser"
PATENTS = """申请号,专利名称,法律状态,申请日,发明人,摘要
201810000001,一种单晶叶片的激光修复方法,授权,2018-02-08,张望川；李素心,针对单晶叶片叶尖磨损。
201820000002,单晶叶片激光修复装置,授权,2018-02-08,张望川；李素心,
201910000003,单晶叶片激光修复用粉末,实审,2019-03-08,张望川,
201910000004,一种教学用黑板擦,失效,2019-05-08,孙某,
"""
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
    ours = [item for item in found.ranked if item.row.organisation_id is not None]
    ids["with"] = "&with=".join(str(item.row.id) for item in ours[:4])
    ids["pair"] = f"need_id={ids['need']}&achievement_id={ours[0].row.id}"
    of_university = next(one for one in ours[1:] if one.row.organisation_id == university.organisation_id)
    asked = introductions.ask(platform, enterprise, of_university.entry_id or 0, "想先看一份样件的检测报告。")
    ids["introduction"] = asked.id
    free = [
        one for one in ours[1:] if one is not of_university and one.deal is None and one.introduction is None
    ]
    ids["entry"], ids["deal_entry"] = free[0].entry_id, free[1].entry_id
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
    ids |= deals_of(platform)
    ids |= leads_of(platform)
    ids |= patents_of(platform)
    return ids


def deals_of(platform: Platform) -> dict[str, int]:
    """Deals of the demonstration by what their pages show: waiting for the university, to be assigned, offered to and
    led by the manager, ended."""
    university, manager = actor(platform, UNIVERSITY), actor(platform, MANAGER)
    with platform.database.read() as session:
        profile = session.scalar(select(Talent.id).where(Talent.account_id == manager.account_id))

        def first(*conditions: Any, joined: bool = False) -> int:
            query = select(func.min(Deal.id)).where(*conditions)
            if joined:
                query = query.join(Assignment, Assignment.deal_id == Deal.id).where(
                    Assignment.talent_id == profile
                )
            return int(session.scalar(query) or 0)

        return {
            "waiting_deal": first(
                Deal.state == "opened", Deal.university_id == university.organisation_id,
                Deal.opened_by == "enterprise",
            ),
            "unassigned_deal": first(Deal.state == "opened", Deal.university_agreed_at.is_not(None),
                                     Deal.enterprise_agreed_at.is_not(None)),
            "offered_deal": first(Assignment.state == "offered", joined=True),
            "led_deal": first(Assignment.state == "accepted", joined=True),
            "ended_deal": first(Deal.state == "ended", joined=True),
            "found_deal": first(Deal.finder_id == profile),
            "talking_deal": first(Deal.state == "negotiating", Deal.university_id == university.organisation_id),
        }  # fmt: skip


def leads_of(platform: Platform) -> dict[str, int]:
    """A lead of the manager's list, a need only drafted for an enterprise, and one the enterprise has to answer."""
    making.make_due(platform, seconds=3.0)
    manager, enterprise = actor(platform, MANAGER), actor(platform, ENTERPRISE)
    found = reading.listed(platform, manager, reading.Wish(), 1, 2).items
    leads.answer(platform, manager, found[1].opened.lead.id, "pass", "maturity", "还没有中试")
    words = {"title": "矿浆泵轴封泄漏的在线监测", "problem": "每月停机检查一次。", "confidential": SECRET}
    written = [
        drafting.create(platform, manager, {**words, "indicators": mark}) for mark in ("漏检率 ≤ 1 %", "")
    ]
    asking.ask(platform, manager, written[1].id, enterprise.organisation_name)
    return {"lead": found[0].opened.lead.id, "written": written[0].id, "laid_before": written[1].id}


def patents_of(platform: Platform) -> dict[str, int]:
    """A university's patents, bundled: one right and the bundle it waits in."""
    university = actor(platform, UNIVERSITY)
    steps.run(platform, university, "patents", "专利.csv", PATENTS.encode())
    house = university.organisation_id or 0
    propose(platform, university, house)
    with platform.database.read() as session:
        bundle = session.scalar(select(func.min(Bundle.id)).where(Bundle.organisation_id == house))
        patent = session.scalar(select(func.min(Patent.id)).where(Patent.organisation_id == house))
    return {"bundle": int(bundle or 0), "patent": int(patent or 0)}
