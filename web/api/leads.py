"""线索: a manager's leads, one of them, and the answer; operators read all with everybody's answers."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from matching.managers.leads import LeadReasons
from repositories.accounts import MANAGER, OPERATOR
from repositories.leads import OPERATOR_STATES, LeadAnswer, Opened
from repositories.talents import Talent
from services.access import Actor
from services.errors import FieldError, Invalid
from services.leads import answering, reading
from services.leads.reading import NEW, STATES, Wish
from web.api.blueprint import ID, endpoint
from web.api.documents import listing_document, match_document, moment
from web.api.filters import known_codes
from web.api.introductions import MATCH
from web.api.schemas import OUTPUT, Paging
from web.api.values import Codes, Out, Strict, Text, Whole, absent
from web.current import actor, platform

TAG = "线索"
SORTS = ("fit", "newest")


class LeadFinding(Paging):
    """The filters of a list of leads."""

    state = Text(12, load_default="", metadata={
        "description": f"经理人：{'、'.join(STATES)}，不填为 new；运营：{'、'.join(filter(None, OPERATOR_STATES))}，不填为全部",
    })  # fmt: skip
    industry = Codes(metadata={"description": "需求或成果的行业，代码或名称"})
    region = Codes(metadata={"description": "需求或成果所在省份，代码或名称"})
    level = Whole(3, 4, load_default=absent, metadata={"description": "匹配程度不低于：4 强，3 较强"})
    days = Whole(1, 366, load_default=absent, metadata={"description": "最近几天出现的"})
    sort = Text(10, load_default="fit", metadata={"description": "fit 最适合我、newest 最新"})


class LeadAnswering(Strict):
    """What a manager says to a lead."""

    answer = Text(20, required=True, metadata={"description": "interested 感兴趣、pass 婉拒、undo 撤销"})
    reason = Text(30, load_default="", metadata={"description": "婉拒必填，见 /vocabularies/pass_reasons"})
    note = Text(500, load_default="", metadata={"description": "补充说明"})


WHY = ma.Schema.from_dict(
    {"feature": Out(), "text": Out("string", "给人看的一句话"), "contribution": Out("number", "这条理由贡献的分")},
    name="LeadReason",
)  # fmt: skip
LEAD = ma.Schema.from_dict(
    {
        "id": Out("integer"),
        "rank": Out(["integer", "null"], "在这次清单里的位置"),
        "score": Out("number", "0–100，这条线索对您的适合程度"),
        "reasons": ma.fields.List(ma.fields.Nested(WHY), metadata={"description": "为什么给我看"}),
        "need": ma.fields.Nested(OUTPUT["needs"]),
        "achievement": ma.fields.Nested(OUTPUT["achievements"]),
        "match": ma.fields.Nested(MATCH, metadata={"description": "这两个为什么合适（只含公开内容）"}),
        "state": Out("string", "new、viewed、interested 或 passed"),
        "reason": Out(["string", "null"], "婉拒的原因"),
        "note": Out(),
        "interested": Out("integer", "另有几位经理人感兴趣"),
        "is_taken": Out("boolean", "已有人接手"),
        "created_at": Out("string", format="date-time"),
        "closed_at": Out(["string", "null"]),
        "answers": Out(["array", "null"], "每位经理人的回答，只给运营"),
    },
    name="Lead",
)  # fmt: skip
LEADS = ma.Schema.from_dict(
    {
        "items": ma.fields.List(ma.fields.Nested(LEAD)),
        "total": Out("integer"),
        "page": Out("integer"),
        "per_page": Out("integer"),
        "facets": Out("object", "每个筛选字段：代码 → 条数"),
        "states": Out("object", "每个状态的条数"),
        "profile_state": Out(["string", "null"], "您的档案的状态；没有档案时为空，线索只按匹配和新鲜程度排"),
    },
    name="LeadPage",
)


@endpoint("GET", "/leads", MANAGER, OPERATOR, tag=TAG, query=LeadFinding, answer=LEADS, summary="线索",
          description="经理人：按自己的档案和做过的项目排序；运营：全部线索，最新在前，带每个人的回答。")  # fmt: skip
def list_leads(query: dict[str, Any]) -> Any:
    """The leads of the person who asks."""
    person, page, size = actor(), query["page"], query["per_page"]
    if person.is_operator:
        return _for_operator(query)
    found = reading.listed(platform(), person, _wish(query), page, size)
    return {
        "items": [
            _document(one.opened, one.why, person, rank=one.rank, interested=one.interested, is_taken=one.is_taken)
            for one in found.items
        ],
        "total": found.total, "page": page, "per_page": size, "facets": found.facets, "states": found.counts,
        "profile_state": found.profile.state if found.profile else None,
    }  # fmt: skip


@endpoint(
    "GET", f"/leads/{ID.format('lead_id')}", MANAGER, OPERATOR, tag=TAG, answer=LEAD, summary="一条线索"
)
def get_lead(lead_id: int) -> Any:
    """One lead; a manager's reading is remembered."""
    one = reading.open_one(platform(), actor(), lead_id)
    if one.profile is not None and one.line.opened.answered is None:
        answering.mark_viewed(platform(), actor(), lead_id)
    return _one(one)


@endpoint("POST", f"/leads/{ID.format('lead_id')}/answer", MANAGER, tag=TAG, body=LeadAnswering, answer=LEAD,
          summary="回答线索", description="由线索立项：POST /deals，给出 lead_id。")  # fmt: skip
def answer_lead(body: dict[str, Any], lead_id: int) -> Any:
    """Interested, pass with a reason, or undo."""
    reading.open_one(platform(), actor(), lead_id)
    answering.answer(platform(), actor(), lead_id, body["answer"], body["reason"], body["note"])
    return _one(reading.open_one(platform(), actor(), lead_id))


def _one(one: reading.One) -> dict[str, Any]:
    line, person = one.line, actor()
    document = _document(line.opened, line.why, person, interested=line.interested, is_taken=line.is_taken)
    return document | {"answers": _answers(one.answers) if person.is_operator else None}


def _for_operator(query: dict[str, Any]) -> dict[str, Any]:
    state, page, size = query["state"], query["page"], query["per_page"]
    if state not in OPERATOR_STATES:
        raise Invalid(
            [FieldError("state", f"应为 {'、'.join(filter(None, OPERATOR_STATES))} 之一，或不填。")]
        )
    found = reading.for_operators(platform(), actor(), state, (page - 1) * size, size)
    nothing = LeadReasons(0.0, (), ())
    return {
        "items": [
            _document(one, nothing, actor()) | {"answers": _answers(found.answers.get(one.lead.id, ()))}
            for one in found.rows
        ],
        "total": found.counts[state], "page": page, "per_page": size, "facets": {}, "profile_state": None,
        "states": {key or "all": n for key, n in found.counts.items()},
    }  # fmt: skip


def _document(
    opened: Opened, why: LeadReasons, person: Actor, *, rank: int | None = None, interested: int = 0,
    is_taken: bool = False,
) -> dict[str, Any]:  # fmt: skip
    answered = opened.answered
    return {
        "id": opened.lead.id, "rank": rank, "score": round(why.score, 4),
        "reasons": [
            {"feature": r.feature, "text": r.text, "contribution": round(r.contribution, 4)} for r in why.reasons
        ],
        "need": listing_document(opened.need, opened.enterprise, person),
        "achievement": listing_document(opened.achievement, opened.university, person),
        "match": match_document(opened.entry),
        "state": answered.state if answered else NEW, "reason": (answered.reason or None) if answered else None,
        "note": answered.note if answered else "", "interested": interested, "is_taken": is_taken,
        "created_at": moment(opened.lead.created_at), "closed_at": moment(opened.lead.closed_at), "answers": None,
    }  # fmt: skip


def _answers(found: Any) -> list[dict[str, Any]]:
    return [_answer(answer, talent) for answer, talent in found]


def _answer(answer: LeadAnswer, talent: Talent) -> dict[str, Any]:
    return {
        "talent": {"id": talent.id, "name": talent.title}, "state": answer.state, "reason": answer.reason or None,
        "note": answer.note, "viewed_at": moment(answer.viewed_at), "answered_at": moment(answer.answered_at),
    }  # fmt: skip


def _wish(query: dict[str, Any]) -> Wish:
    """The filters as codes; raises Invalid for what does not exist."""
    errors: list[FieldError] = []
    state = query["state"] or NEW
    if state not in STATES:
        errors.append(FieldError("state", f"应为 {'、'.join(STATES)} 之一，或不填。"))
    if query["sort"] not in SORTS:
        errors.append(FieldError("sort", f"只能按 {'、'.join(SORTS)} 排序。"))
    wish = Wish(
        state, known_codes(query["industry"], "industry", "industries", errors),
        known_codes(query["region"], "region", "regions", errors), query["level"], query["days"],
        newest=query["sort"] == "newest",
    )  # fmt: skip
    if errors:
        raise Invalid(errors)
    return wish
