"""引荐: asking, answering, and the contacts that open when both agreed."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import jsonify

from repositories.introductions import AGREED, ENDED, WAITING_FOR_THEM, WAITING_FOR_US
from services import introductions
from services.access import Actor
from services.errors import FieldError, Invalid
from web.access import SIGNED_IN
from web.api.blueprint import ID, PREFIX, endpoint
from web.api.documents import introduction_document, opened_document
from web.api.matching import CautionOut, Entry, ReasonOut, entry_asked
from web.api.schemas import Paging
from web.api.values import Out, Strict, Text
from web.current import actor, platform

TAG = "引荐"
TABS = (WAITING_FOR_US, WAITING_FOR_THEM, AGREED, ENDED)
VERBS = ("accept", "decline", "recall")


class Tabbed(Paging):
    """One tab of the introductions."""

    tab = Text(
        10,
        load_default="",
        metadata={"description": "mine 等我方答复、theirs 等对方、accepted 已同意、ended 已结束；不填为全部"},
    )


class Asking(Entry):
    """A request for an introduction."""

    message = Text(1000, load_default="", metadata={"description": "给对方的话"})


class Answering(Strict):
    """The answer to a request."""

    answer = Text(
        20, required=True, metadata={"description": "accept 同意、decline 婉拒、recall 撤回（请求方）"}
    )
    reason = Text(30, load_default="", metadata={"description": "婉拒必填，见 /vocabularies/pass_reasons"})
    note = Text(1000, load_default="", metadata={"description": "补充说明"})


MATCH = ma.Schema.from_dict(
    {
        "run_id": Out("integer"),
        "entry_id": Out("integer"),
        "score": Out("number"),
        "level": Out("integer"),
        "level_name": Out("string"),
        "reasons": ma.fields.List(ma.fields.Nested(ReasonOut)),
        "cautions": ma.fields.List(ma.fields.Nested(CautionOut)),
    },
    name="IntroducedMatch",
)
SIDE = ma.Schema.from_dict(
    {"id": Out("integer"), "title": Out(), "organisation": Out(["object", "null"])}, name="IntroducedSide"
)
INTRODUCTION = ma.Schema.from_dict(
    {
        "id": Out("integer"),
        "state": Out("string", "asked、accepted、declined、expired、recalled"),
        "state_name": Out(),
        "asked_by": Out("string", "enterprise 或 university"),
        "your_side": Out(["string", "null"]),
        "yours_to_answer": Out("boolean", "是否等您答复"),
        "message": Out(),
        "asked_at": Out("string", format="date-time"),
        "due_on": Out("string", "答复期限", format="date"),
        "answered_at": Out(["string", "null"]),
        "reason": Out(["string", "null"]),
        "note": Out(),
        "need": ma.fields.Nested(SIDE),
        "achievement": ma.fields.Nested(SIDE),
        "match": ma.fields.Nested(MATCH, metadata={"description": "当时展示的理由（只含公开内容）"}),
        "contacts": Out(["object", "null"], "双方同意后才有：enterprise 与 university 的联系方式"),
    },
    name="Introduction",
)
INTRODUCTIONS = ma.Schema.from_dict(
    {
        "items": ma.fields.List(ma.fields.Nested(INTRODUCTION)),
        "total": Out("integer"),
        "page": Out("integer"),
        "per_page": Out("integer"),
        "tabs": Out("object", "四个分类各有几条"),
    },
    name="IntroductionPage",
)


def _one(introduction_id: int, person: Actor) -> dict[str, Any]:
    return opened_document(introductions.open_one(platform(), person, introduction_id), person)


@endpoint("POST", "/introductions", SIGNED_IN, tag=TAG, body=Asking, answer=INTRODUCTION, status=201,
          summary="请求引荐", description="提出请求就是己方同意；联系方式在对方同意后才开放。")  # fmt: skip
def ask_introduction(body: dict[str, Any]) -> Any:
    """Ask the other side of a shown pair."""
    person = actor()
    introduction = introductions.ask(platform(), person, entry_asked(body), body["message"])
    response = jsonify(INTRODUCTION().dump(_one(introduction.id, person)))
    response.status_code = 201
    response.headers["Location"] = f"{PREFIX}/introductions/{introduction.id}"
    return response


@endpoint("GET", "/introductions", SIGNED_IN, tag=TAG, query=Tabbed, answer=INTRODUCTIONS, summary="我方的引荐",
          description="一条一条的理由和联系方式在 GET /introductions/{introduction_id}。")  # fmt: skip
def list_introductions(query: dict[str, Any]) -> Any:
    """The requests the person's organisation takes part in: one tab, or all four newest first."""
    person, page, size = actor(), query["page"], query["per_page"]
    if query["tab"] and query["tab"] not in TABS:
        raise Invalid([FieldError("tab", f"应为 {'、'.join(TABS)} 之一，或不填。")])
    if query["tab"]:
        found = introductions.listed(platform(), person, query["tab"], (page - 1) * size, size)
        rows, houses, counts = found.rows, found.houses, found.counts
        total = counts.get(query["tab"], 0)
    else:
        tabs = [introductions.listed(platform(), person, tab, 0, page * size) for tab in TABS]
        everything = sorted((row for tab in tabs for row in tab.rows), key=lambda row: -row.id)
        rows = everything[(page - 1) * size : page * size]
        houses = {key: house for tab in tabs for key, house in tab.houses.items()}
        counts = tabs[0].counts
        total = sum(counts.values())
    items = [
        introduction_document(
            row,
            person,
            houses.get(row.need.organisation_id or 0),
            houses.get(row.achievement.organisation_id or 0),
        )
        for row in rows
    ]
    return {"items": items, "total": total, "page": page, "per_page": size, "tabs": dict(counts)}


@endpoint("GET", f"/introductions/{ID.format('introduction_id')}", SIGNED_IN, tag=TAG, answer=INTRODUCTION,
          summary="一次引荐")  # fmt: skip
def get_introduction(introduction_id: int) -> Any:
    """One request; contacts only when both agreed."""
    return _one(introduction_id, actor())


@endpoint("POST", f"/introductions/{ID.format('introduction_id')}/answer", SIGNED_IN, tag=TAG, body=Answering,
          answer=INTRODUCTION, summary="答复引荐")  # fmt: skip
def answer_introduction(body: dict[str, Any], introduction_id: int) -> Any:
    """Accept, decline with a reason, or recall one's own."""
    person = actor()
    introductions.get(platform(), person, introduction_id)
    if body["answer"] not in VERBS:
        raise Invalid([FieldError("answer", "应为 accept、decline 或 recall。")])
    introductions.answer(platform(), person, introduction_id, body["answer"], body["reason"], body["note"])
    return _one(introduction_id, person)
