"""需求体检 for programs: what a need leaves out, before it is entered. Nothing is stored."""

from __future__ import annotations

from typing import Any

import marshmallow as ma

from services import doctor
from services.listings.catalogue import NEED
from web.access import ANYONE
from web.api.blueprint import endpoint
from web.api.matching import MAX_TEXT, TAG
from web.api.schemas import input_of
from web.api.values import Out, Text
from web.current import platform
from web.limits import CHECKS, limiter

Examined = input_of(
    tuple(field for field in NEED if field.name in doctor.READS), "ExaminedNeed",
    {"text": Text(MAX_TEXT, load_default="", metadata={"description": "整段需求文字，与“要解决的问题”同样对待"})},
)  # fmt: skip


class MarkOut(ma.Schema):
    """The points of one criterion."""

    criterion = Out("string", "problem 问题、indicators 指标、conditions 条件、commerce 商务")
    name = Out("string")
    points = Out("integer", "0–5")
    most = Out("integer")


class FindingOut(ma.Schema):
    """What is missing or vague."""

    check = Out("string", "检查的名字，见 /needs/criteria")
    criterion = Out("string")
    field = Out("string", "改哪个字段")
    text = Out("string", "缺什么，或者哪里含糊")
    words = ma.fields.List(Out("string"), metadata={"description": "原文里的词"})
    suggestion = Out("string", "怎样改")
    example = Out("string")


class DiagnosisOut(ma.Schema):
    """The whole examination."""

    points = Out("integer", "0–20")
    most = Out("integer")
    manager_suggested = Out("boolean", "不到五分：建议请技术经理人帮忙写清楚")
    marks = ma.fields.List(ma.fields.Nested(MarkOut))
    findings = ma.fields.List(ma.fields.Nested(FindingOut))


@endpoint("POST", "/needs/check", ANYONE, tag=TAG, body=Examined, answer=DiagnosisOut, summary="需求体检",
          description="指出一条需求里缺的和含糊的地方。只是建议；什么都不保存；有频率限制。")  # fmt: skip
@limiter.limit(CHECKS)
def check_need(body: dict[str, Any]) -> Any:
    """Marks and findings of what was sent."""
    texts = [body.get("text"), body.get("problem")]
    raw = {**body, "problem": "\n".join(text for text in texts if isinstance(text, str) and text.strip())}
    found = doctor.of_typed(platform(), raw)
    return {
        "points": found.points, "most": found.most, "manager_suggested": found.needs_help,
        "marks": [
            {"criterion": mark.criterion, "name": mark.name, "points": mark.points, "most": mark.most}
            for mark in found.marks
        ],
        "findings": [
            {"check": one.check.name, "criterion": one.check.criterion, "field": one.field, "text": one.text,
             "words": list(one.words), "suggestion": one.check.suggestion, "example": one.check.example}
            for one in found.findings
        ],
    }  # fmt: skip
