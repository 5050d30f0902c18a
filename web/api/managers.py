"""技术经理人 for a deal: the ranked list, asking one, and the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow as ma

from repositories.accounts import OPERATOR
from services import assignments, managers
from services.access import Actor
from services.deals import reading
from services.errors import FieldError, Invalid
from services.managers import Line, ManagersForDeal, SetAside
from web.access import SIGNED_IN
from web.api.blueprint import ID, endpoint
from web.api.deals import DEAL
from web.api.deals import one as deal_answer
from web.api.documents import listing_document
from web.api.matching import MAX_ID, CautionOut
from web.api.schemas import OUTPUT
from web.api.values import Out, Strict, Text, Whole
from web.current import actor, platform

TAG = "对接项目"
ONE = f"/deals/{ID.format('deal_id')}"


class HowMany(Strict):
    """How long the list may be."""

    limit = Whole(
        1, managers.SHOWN, clamp=True, load_default=20, metadata={"description": "最多几位（1–30）"}
    )


class Assigning(Strict):
    """Whom, from which list."""

    run_id = Whole(1, MAX_ID, required=True, metadata={"description": "推荐名单的编号"})
    talent_id = Whole(1, MAX_ID, required=True, metadata={"description": "名单里的一位"})


class AssignmentAnswer(Strict):
    """The manager's answer."""

    answer = Text(20, required=True, metadata={"description": "accept 接手、decline 婉拒"})
    reason = Text(30, load_default="", metadata={"description": "婉拒必填，见 /vocabularies/decline_reasons"})
    note = Text(
        assignments.MAX_NOTE, load_default="", metadata={"description": "补充说明，只有平台运营能看到"}
    )


class Releasing(Strict):
    """Why a manager leads a deal no more."""

    note = Text(assignments.MAX_NOTE, required=True, metadata={"description": "原因，经理人会看到"})


EVIDENCE = ma.Schema.from_dict({"profile": ma.fields.List(Out("string"))}, name="ManagerEvidence")
REASON = ma.Schema.from_dict(
    {
        "feature": Out("string", "排序特征"),
        "text": Out("string", "给人看的一句话"),
        "contribution": Out("number", "这条理由贡献的分"),
        "evidence": ma.fields.Nested(EVIDENCE, metadata={"description": "从业经历里相符的词"}),
    },
    name="ManagerReason",
)
ITEM = ma.Schema.from_dict(
    {
        "talent": ma.fields.Nested(OUTPUT["talents"]),
        "rank": Out("integer"),
        "score": Out("number", "0–100，只取决于这个项目和这位经理人"),
        "reasons": ma.fields.List(ma.fields.Nested(REASON)),
        "record": Out("object", "平台上的项目：led、completed、under_way、ended"),
        "cautions": ma.fields.List(
            ma.fields.Nested(CautionOut), metadata={"description": "只给平台运营；企业得到空列表"}
        ),
        "contributions": Out("array", "各项得分，相加等于 score；只给平台运营", items={"type": "object"}),
        "load": Out(["integer", "null"], "现有项目数；只给平台运营"),
        "load_after": Out(["integer", "null"], "接手后的项目数；只给平台运营"),
        "capacity": Out(["integer", "null"], "承接上限；只给平台运营"),
        "asked": Out(["string", "null"], "以前邀请他承接本项目的结果；只给平台运营"),
    },
    name="RankedManager",
)
REJECTION = ma.Schema.from_dict(
    {
        "talent": Out("object", "id、name、url"),
        "reason": Out("string", "代码：affiliation、relation、own_house、capacity、certificate …"),
        "text": Out("string", "原因"),
    },
    name="ManagerRejection",
)
RANKED = ma.Schema.from_dict(
    {
        "run_id": Out(["integer", "null"], "名单的编号，指派时用；没有保存时为空"),
        "deal_id": Out("integer"),
        "algorithm": Out("string", "排序方法与版本"),
        "considered": Out("integer", "看过多少位"),
        "items": ma.fields.List(ma.fields.Nested(ITEM)),
        "rejections": ma.fields.List(
            ma.fields.Nested(REJECTION), metadata={"description": "不能承接的人和原因；只给平台运营，企业得到空列表"}
        ),
    },
    name="ManagersForDeal",
)  # fmt: skip


@endpoint("GET", f"{ONE}/managers", SIGNED_IN, tag=TAG, query=HowMany, answer=RANKED, name="deal_managers",
          summary="适合这个项目的技术经理人",
          description="先排除要回避、满负荷、不符合要求的，再按各项得分相加排序。平台运营看到全部；本项目的企业看到次序和理由。")  # fmt: skip
def deal_managers(query: dict[str, Any], deal_id: int) -> Any:
    """The ranked list, frozen under its number."""
    person = actor()
    return ranked_document(managers.for_deal(platform(), person, deal_id, query["limit"]), person)


@endpoint("POST", f"{ONE}/assignment", OPERATOR, tag=TAG, body=Assigning, answer=DEAL, name="assign_manager",
          summary="指派技术经理人", description="邀请名单里的一位承接项目，三个工作日内答复。指派时重新核对余量和回避，情况变了回答 409。")  # fmt: skip
def assign_manager(body: dict[str, Any], deal_id: int) -> Any:
    """Ask one of the list to lead the deal."""
    person = actor()
    assignments.offer(platform(), person, deal_id, body["run_id"], body["talent_id"])
    return deal_answer(deal_id, person)


@endpoint("POST", f"{ONE}/assignment/answer", SIGNED_IN, tag=TAG, body=AssignmentAnswer, answer=DEAL, name="answer_assignment",
          summary="答复指派", description="由被邀请的经理人答复，或由平台运营代为登记。婉拒后就看不到这个项目了，这时回答里只有编号和阶段。")  # fmt: skip
def answer_assignment(body: dict[str, Any], deal_id: int) -> Any:
    """Take the deal on, or decline with a reason."""
    person = actor()
    reading.get(platform(), person, deal_id)
    if body["answer"] not in assignments.HEARD:
        raise Invalid([FieldError("answer", "应为 accept 或 decline。")])
    assignments.answer(platform(), person, deal_id, body["answer"], body["reason"], body["note"])
    if body["answer"] == "decline" and not person.is_operator:
        return {"id": deal_id}
    return deal_answer(deal_id, person)


@endpoint("POST", f"{ONE}/assignment/release", OPERATOR, tag=TAG, body=Releasing, answer=DEAL, name="release_manager",
          summary="解除技术经理人", description="撮合中的项目回到立项；更后面的阶段不变，可另行指派。")  # fmt: skip
def release_manager(body: dict[str, Any], deal_id: int) -> Any:
    """Take the deal back from its manager."""
    person = actor()
    assignments.release(platform(), person, deal_id, body["note"])
    return deal_answer(deal_id, person)


def ranked_document(found: ManagersForDeal, person: Actor) -> dict[str, Any]:
    """A list as it is answered."""
    return {
        "run_id": found.run_id,
        "deal_id": found.deal.id,
        "algorithm": found.algorithm,
        "considered": found.considered,
        "items": [_item(line, person) for line in found.items],
        "rejections": [
            {"talent": _named(one), "reason": one.code, "text": one.text} for one in found.rejections
        ],
    }


def _item(line: Line, person: Actor) -> dict[str, Any]:
    tally = line.tally
    return {
        "talent": listing_document(line.talent, None, person),
        "rank": line.rank,
        "score": round(float(line.score), 4),
        "reasons": [_reason(reason) for reason in line.reasons],
        "record": {
            "led": tally.led, "completed": tally.completed, "under_way": tally.under_way, "ended": tally.ended,
        },
        "cautions": [{"code": one["code"], "text": one["text"]} for one in line.cautions],
        "contributions": [
            {"feature": one["feature"], "value": one["value"], "points": round(float(one["points"]), 4)}
            for one in line.contributions
        ],
        "load": line.load,
        "load_after": line.load + 1 if line.load is not None else None,
        "capacity": line.capacity,
        "asked": line.asked or None,
    }  # fmt: skip


def _reason(reason: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "feature": reason["feature"],
        "text": reason["text"],
        "contribution": round(float(reason["contribution"]), 4),
        "evidence": {"profile": list(reason.get("words") or ())},
    }


def _named(one: SetAside) -> dict[str, Any]:
    return {
        "id": one.talent_id, "name": one.name, "url": f"{platform().settings.base_url}/talents/{one.talent_id}",
    }  # fmt: skip
