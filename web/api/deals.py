"""对接项目: opening, reading, answering, moving on, ending, writing."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import request

from repositories.deal_lists import DONE, OPEN, STOPPED, TABS, WAITING
from repositories.deals import STATE_NAMES, UNDER_WAY
from services.access import Actor
from services.deals import consent, notes, opening, reading, stages
from services.deals.next_steps import VERB_NAMES
from services.errors import FieldError, Invalid
from web.access import SIGNED_IN
from web.api.blueprint import ID, PREFIX, endpoint
from web.api.deal_documents import listed_documents, opened_deal_document
from web.api.introductions import MATCH, SIDE
from web.api.matching import MAX_ID
from web.api.revisions import IF_MATCH, IF_NONE_MATCH, revision_asked, tagged
from web.api.schemas import Paging
from web.api.values import Out, Strict, Text, Whole, absent
from web.current import actor, platform

TAG = "对接项目"
ONE = f"/deals/{ID.format('deal_id')}"
MAY_MATCH = (IF_MATCH[0], "给出时，项目已有新进展就回答 412", False)


class Finding(Paging):
    """One tab of the deals, narrowed to a stage or by words."""

    tab = Text(10, load_default=OPEN, metadata={
        "description": f"{WAITING} 等我处理、{OPEN} 进行中、{DONE} 已结项、{STOPPED} 已终止",
    })  # fmt: skip
    state = Text(12, load_default="", metadata={"description": "进行中的某个阶段"})
    q = Text(reading.LONGEST_SEARCH, load_default="", metadata={"description": "需求或成果的名称"})


class DealOpening(Strict):
    """From where a deal is opened; exactly one way in."""

    run_id = Whole(
        1, MAX_ID, load_default=absent, metadata={"description": "推荐清单的编号，与下面两项之一同用"}
    )
    achievement_id = Whole(1, MAX_ID, load_default=absent)
    need_id = Whole(1, MAX_ID, load_default=absent)
    entry_id = Whole(1, MAX_ID, load_default=absent, metadata={"description": "推荐条目的编号"})
    lead_id = Whole(1, MAX_ID, load_default=absent, metadata={"description": "线索的编号（技术经理人）"})
    introduction_id = Whole(1, MAX_ID, load_default=absent, metadata={"description": "双方已同意的引荐"})
    message = Text(opening.MAX_MESSAGE, load_default="", metadata={"description": "给对方的话"})


class Consent(Strict):
    """The answer of one's own side."""

    answer = Text(20, required=True, metadata={"description": "agree 同意、decline 不同意（项目终止）"})
    reason = Text(30, load_default="", metadata={"description": "不同意必填，见 /vocabularies/end_reasons"})
    note = Text(stages.MAX_NOTE, load_default="", metadata={"description": "补充说明"})


class Moving(Strict):
    """The step that leads on."""

    verb = Text(20, required=True, metadata={
        "description": "、".join(f"{verb} {name}" for verb, name in VERB_NAMES.items()),
    })  # fmt: skip
    note = Text(stages.MAX_NOTE, load_default="", metadata={"description": "记在经过里的说明"})


class Ending(Strict):
    """Why it ends."""

    reason = Text(30, load_default="", metadata={"description": "见 /vocabularies/end_reasons"})
    note = Text(stages.MAX_NOTE, load_default="", metadata={"description": "补充说明，选“其他”时必填"})


class Writing(Strict):
    """A line of the timeline."""

    note = Text(stages.MAX_NOTE, load_default="", metadata={"description": "留言"})
    circle = Text(10, load_default="deal", metadata={"description": "deal 项目各方、operators 只有平台运营"})


class Wishes(Strict):
    """What the deal asks of its manager; what is not given stays."""

    languages = ma.fields.List(Text(20), metadata={"description": "代码见 /vocabularies/languages"})
    posts = ma.fields.List(Text(30), metadata={"description": "代码见 /vocabularies/talent_posts"})
    certificate = Text(
        10, allow_none=True, metadata={"description": "代码见 /vocabularies/certificate_levels"}
    )
    region = Text(30, allow_none=True, metadata={"description": "行政区划代码"})


FIELDS: dict[str, Any] = {
    "id": Out("integer"), "state": Out("string", "、".join(STATE_NAMES)), "state_name": Out(), "revision": Out("integer"),
    "url": Out("string", format="uri"), "is_demo": Out("boolean"),
    "opened_by": Out("string", "enterprise、university、manager 或 operator"), "your_side": Out(["string", "null"]),
    "need": ma.fields.Nested(SIDE), "achievement": ma.fields.Nested(SIDE),
    "consents": Out("object", "双方各自同意的时间，没有同意为 null"), "both_agreed": Out("boolean"),
    "answer_due_on": Out("string", "答复期限", format="date"), "yours_to_answer": Out("boolean", "是否等您答复"),
    "waiting_for": Out("array", "现在该谁做什么：who、text、due_on", items={"type": "object"}),
    "assignment": Out(["object", "null"], "接手或被邀请的技术经理人"), "end_reason": Out(["string", "null"]),
    "end_note": Out(), "created_at": Out("string", format="date-time"), "stage_since": Out("string", format="date-time"),
    "closed_at": Out(["string", "null"]),
}  # fmt: skip
DEAL_LINE = ma.Schema.from_dict(FIELDS, name="DealLine")
DEAL = ma.Schema.from_dict(
    FIELDS | {
        "message": Out(), "introduction_id": Out(["integer", "null"]), "found_by": Out(["object", "null"]),
        "asks_of_manager": Out("object"),
        "match": ma.fields.Nested(MATCH, metadata={"description": "当时展示的理由（只含公开内容）"}),
        "contacts": Out(["object", "null"], "双方同意后才有"),
        "events": Out("array", "经过，从早到晚", items={"type": "object"}),
    },
    name="Deal",
)  # fmt: skip
DEALS = ma.Schema.from_dict(
    {
        "items": ma.fields.List(ma.fields.Nested(DEAL_LINE)), "total": Out("integer"), "page": Out("integer"),
        "per_page": Out("integer"), "tabs": Out("object", "四个分类各有几个"), "facets": Out("object", "各阶段有几个"),
    },
    name="DealPage",
)  # fmt: skip


def one(deal_id: int, person: Actor, status: int = 200) -> Any:
    """The answer of every step: the deal as this person reads it now, with its revision as the tag."""
    return tagged(opened_deal_document(reading.open_one(platform(), person, deal_id)), status)


def _revision() -> int | None:
    return revision_asked() if request.headers.get("If-Match") else None


@endpoint("POST", "/deals", SIGNED_IN, tag=TAG, body=DealOpening, answer=DEAL, status=201, summary="立项",
          description="由企业或校方立项就是己方同意，另一方有 14 天答复；由技术经理人从线索立项时，双方都要答复；"
          "双方已同意的引荐可直接立项。")  # fmt: skip
def open_deal(body: dict[str, Any]) -> Any:
    """Open a deal from a shown pair, a lead or an accepted introduction."""
    person = actor()
    deal = opening.open_deal(platform(), person, **body)
    response = one(deal.id, person, 201)
    response.headers["Location"] = f"{PREFIX}/deals/{deal.id}"
    return response


@endpoint("GET", "/deals", SIGNED_IN, tag=TAG, query=Finding, answer=DEALS, summary="我的项目",
          description="企业和校方看到本单位的，技术经理人看到自己发现、被邀请或接手的，平台运营看到全部。")  # fmt: skip
def list_deals(query: dict[str, Any]) -> Any:
    """One tab of the deals the person stands around."""
    if query["tab"] not in TABS:
        raise Invalid([FieldError("tab", f"应为 {'、'.join(TABS)} 之一。")])
    if query["state"] and (query["state"] not in UNDER_WAY or query["tab"] != OPEN):
        raise Invalid([FieldError("state", f"应为进行中的阶段（tab={OPEN}）。")])
    page, size = query["page"], query["per_page"]
    found = reading.listed(
        platform(), actor(), query["tab"], (page - 1) * size, size, state=query["state"], words=query["q"],
        by_stage=True,
    )  # fmt: skip
    return {
        "items": listed_documents(found), "total": found.total, "page": page, "per_page": size,
        "tabs": dict(found.counts), "facets": {"state": dict(found.stages)},
    }  # fmt: skip


@endpoint("GET", ONE, SIGNED_IN, tag=TAG, answer=DEAL, summary="一个项目", headers=(IF_NONE_MATCH,))
def get_deal(deal_id: int) -> Any:
    """One deal with its reasons, timeline, and contacts when both agreed."""
    return one(deal_id, actor())


@endpoint("PATCH", ONE, SIGNED_IN, tag=TAG, body=Wishes, answer=DEAL, summary="说明对技术经理人的要求",
          headers=(IF_MATCH,))  # fmt: skip
def change_deal(body: dict[str, Any], deal_id: int) -> Any:
    """Change what the deal asks of its manager."""
    person = actor()
    reading.get(platform(), person, deal_id)
    raw = {f"asked_{name}": value for name, value in body.items()}
    try:
        notes.ask_of_manager(platform(), person, deal_id, raw, revision=revision_asked())
    except Invalid as invalid:
        raise Invalid(
            [FieldError(e.field.removeprefix("asked_"), e.message) for e in invalid.errors]
        ) from None
    return one(deal_id, person)


@endpoint("POST", f"{ONE}/consent", SIGNED_IN, tag=TAG, body=Consent, answer=DEAL, summary="答复是否同意对接")
def answer_deal(body: dict[str, Any], deal_id: int) -> Any:
    """Agree or decline for one's own side."""
    person = actor()
    reading.get(platform(), person, deal_id)
    if body["answer"] not in consent.VERBS:
        raise Invalid([FieldError("answer", f"应为 {' 或 '.join(consent.VERBS)}。")])
    consent.answer(platform(), person, deal_id, body["answer"], body["reason"], body["note"])
    return one(deal_id, person)


@endpoint("POST", f"{ONE}/stage", SIGNED_IN, tag=TAG, body=Moving, answer=DEAL, summary="进入下一阶段",
          headers=(MAY_MATCH,))  # fmt: skip
def move_deal(body: dict[str, Any], deal_id: int) -> Any:
    """Lead the deal on; by its manager or an operator."""
    person = actor()
    reading.get(platform(), person, deal_id)
    if body["verb"] not in VERB_NAMES:
        raise Invalid([FieldError("verb", f"应为 {'、'.join(VERB_NAMES)} 之一。")])
    stages.move(platform(), person, deal_id, body["verb"], revision=_revision(), note=body["note"])
    return one(deal_id, person)


@endpoint("POST", f"{ONE}/end", SIGNED_IN, tag=TAG, body=Ending, answer=DEAL, summary="终止项目",
          headers=(MAY_MATCH,))  # fmt: skip
def end_deal(body: dict[str, Any], deal_id: int) -> Any:
    """Terminate with a structured reason."""
    person = actor()
    reading.get(platform(), person, deal_id)
    stages.end(platform(), person, deal_id, body["reason"], body["note"], revision=_revision())
    return one(deal_id, person)


@endpoint("POST", f"{ONE}/notes", SIGNED_IN, tag=TAG, body=Writing, answer=DEAL, status=201, summary="留言")
def write_to_deal(body: dict[str, Any], deal_id: int) -> Any:
    """Write a line into the timeline."""
    person = actor()
    reading.get(platform(), person, deal_id)
    notes.add(platform(), person, deal_id, body["note"], body["circle"])
    return one(deal_id, person, 201)


@endpoint("POST", f"{ONE}/extend", SIGNED_IN, tag=TAG, answer=DEAL, summary="延长答复期限",
          description="从今天起再等 14 天；由项目的技术经理人或平台运营。")  # fmt: skip
def extend_deal(deal_id: int) -> Any:
    """Give the side that has not answered more time."""
    person = actor()
    consent.extend(platform(), person, deal_id)
    return one(deal_id, person)
