"""Where a list ends: that nothing better is there, what came closest and lacks what, and what one can do now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from flask import url_for

from repositories.listing import PUBLISHED
from repositories.needs import Need
from services.recommend import Recommendations
from web.matches.entries import EntryView, entry_view


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do next. `href` is opened, `post` is sent; a step may be one of waiting and have neither."""

    title: str
    text: str
    label: str = ""
    href: str = ""
    post: str = ""


def tail_note(found: Recommendations, noun: str) -> str:
    """Why the list ends where it ends."""
    left = found.considered - len(found.recommended) - len(found.passed)
    if not found.items:
        return f"看过最接近的 {found.considered} 项{noun}。"
    return f"没有更合适的了：另外看过的 {left} 项都够不上推荐。" if left > 0 else "以上就是全部相近的内容。"


def near_misses(found: Recommendations, subject_id: int | None, *, may_act: bool = True) -> list[EntryView]:
    """The entries that came closest, each with what it lacks."""
    near = [item for item in found.weak if item.missing]
    return [entry_view(item, found.library, subject_id, may_act=may_act) for item in near]


def index_note(found: Recommendations) -> str | None:
    """What the list could not use right now."""
    return (
        None
        if found.by_meaning
        else "语义模型正在预热，这一次只按文字匹配；一分钟内刷新即可看到按意思匹配的结果。"
    )


def next_steps(need: Need, edit_href: str, allowed: Collection[str]) -> list[Step]:
    """What the owner of a need can do beside the list; `allowed` holds the verbs that are open to them now."""
    steps = [
        Step(
            "把需求说得更清楚",
            "写明对象、工艺、条件和要达到的数值；保存后马上重新比。",
            "完善需求",
            edit_href,
        )
    ]
    if "submit" in allowed:
        publish = url_for("needs.act", row_id=need.id, verb="submit")
        text = "公开以后，院校可以用自己的成果或团队来回应；您的联系方式不公开。"
        steps.append(Step("让院校来回应", text, "提交审核并发布", post=publish))
    elif need.state == PUBLISHED:
        text = "需求已经公开，院校可以用自己的成果或团队回应；新成果入库后再打开这一页，会重新比。"
        steps.append(Step("等院校回应", text))
    industry = {"industries": need.industry} if need.industry else {}
    text = "他们懂行业、认识团队，能帮您改写需求、上门对接。"
    managers = url_for("talents.index", **industry)  # type: ignore[arg-type]
    steps.append(Step("请技术经理人帮忙", text, "找懂这一行的技术经理人", managers))
    return steps
