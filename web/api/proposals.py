"""代拟需求: a manager's drafts for enterprises, asking for confirmation, and the enterprise's answer."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import Response

from repositories.accounts import ENTERPRISE, MANAGER
from repositories.proposals import CONFIRMED, STATE_NAMES, WAITING, Proposal
from services.proposals import answering, asking, drafting
from services.proposals.answering import Opened
from web.api.blueprint import ID, PREFIX, endpoint
from web.api.documents import day, field_value, moment
from web.api.listings import spoken_names
from web.api.matching import MAX_ID
from web.api.revisions import IF_MATCH, revision_asked, tagged
from web.api.schemas import input_of
from web.api.values import Out, Strict, Text, Whole, absent
from web.current import actor, platform

TAG = "代拟需求"
ONE = f"/proposals/{ID.format('need_id')}"
INPUT = input_of(drafting.FIELDS, "ProposalInput")


class ProposalAsking(Strict):
    """Which enterprise is asked."""

    organisation = Text(
        200, required=True, metadata={"description": "企业全称或统一社会信用代码，须与登记一致"}
    )


class ProposalAnswering(Strict):
    """The enterprise's answer."""

    answer = Text(
        20, required=True, metadata={"description": "confirm 确认，成为本企业的需求并提交审核；refuse 不认领"}
    )
    reason = Text(answering.MAX_REASON, load_default="", metadata={"description": "不认领必填"})
    revision = Whole(1, MAX_ID, load_default=absent, metadata={
        "description": "所读的版本；给出时，如果拟稿人改过就回答 412",
    })  # fmt: skip


PROPOSAL = ma.Schema.from_dict(
    {
        "id": Out("integer", "需求的编号"),
        "revision": Out("integer", "版本；修改时放进 If-Match"),
        "need": Out(["object", "null"], "需求全文；企业答复之后不再给拟稿人"),
        "state": Out("string", f"draft 草稿、{'、'.join(f'{k} {v}' for k, v in STATE_NAMES.items())}"),
        "organisation": Out(["string", "null"], "被请求的企业"),
        "manager": Out(["string", "null"], "拟稿的技术经理人"),
        "note": Out("string", "不认领的原因"),
        "asked_at": Out(["string", "null"]),
        "due_on": Out(["string", "null"], "最迟答复"),
        "answered_at": Out(["string", "null"]),
    },
    name="Proposal",
)
PROPOSALS = ma.Schema.from_dict(
    {"items": ma.fields.List(ma.fields.Nested(PROPOSAL)), "total": Out("integer")}, name="ProposalList"
)  # fmt: skip


@endpoint("GET", "/proposals", MANAGER, ENTERPRISE, tag=TAG, answer=PROPOSALS, summary="代拟需求",
          description="经理人：自己的草稿和请求；企业：送来请确认的。最新的在前。")  # fmt: skip
def list_proposals() -> Any:
    """A manager's drafts and requests, or what an enterprise was asked."""
    found = answering.listed(platform(), actor())
    asked = {proposal.need_id: (proposal, house) for proposal, house in found.sent}
    items = []
    for need in found.drafts:
        proposal, house = asked.pop(need.id, (None, None))
        items.append(_document(need, proposal, house.name if house else None, actor().name))
    items += [_document(None, proposal, house.name, actor().name) for proposal, house in asked.values()]
    items += [
        _document(need if proposal.state == WAITING else None, proposal, actor().organisation_name, name)
        for proposal, need, name in found.received
    ]
    return {"items": items, "total": len(items)}


@endpoint("POST", "/proposals", MANAGER, tag=TAG, body=INPUT, answer=PROPOSAL, status=201, summary="替企业填写需求",
          description="存为草稿，只有本人看得到；再用 POST …/ask 请企业确认。")  # fmt: skip
def create_proposal(body: dict[str, Any]) -> Any:
    """Write a need down for an enterprise."""
    with spoken_names("needs", body) as raw:
        need = drafting.create(platform(), actor(), raw)
    response = _answer(need.id, 201)
    response.headers["Location"] = f"{PREFIX}/proposals/{need.id}"
    return response


@endpoint("GET", ONE, MANAGER, ENTERPRISE, tag=TAG, answer=PROPOSAL, summary="一条代拟需求")
def get_proposal(need_id: int) -> Any:
    """The whole text, for its writer and for the enterprise while it waits."""
    return _answer(need_id)


@endpoint("PATCH", ONE, MANAGER, tag=TAG, body=INPUT, answer=PROPOSAL, headers=(IF_MATCH,), summary="修改代拟需求",
          description="只改给出的字段；等企业确认时不能改。")  # fmt: skip
def edit_proposal(body: dict[str, Any], need_id: int) -> Any:
    """Change one's draft."""
    answering.open_one(platform(), actor(), need_id)
    with spoken_names("needs", body) as raw:
        drafting.edit(platform(), actor(), need_id, raw, revision=revision_asked(), partial=True)
    return _answer(need_id)


@endpoint("DELETE", ONE, MANAGER, tag=TAG, status=204, summary="删除代拟需求")
def delete_proposal(need_id: int) -> Any:
    """Delete one's draft."""
    drafting.discard(platform(), actor(), need_id)
    return ""


@endpoint("POST", f"{ONE}/ask", MANAGER, tag=TAG, body=ProposalAsking, answer=PROPOSAL, summary="请企业确认",
          description="企业收到站内通知和邮件，14 天内有效。")  # fmt: skip
def ask_proposal(body: dict[str, Any], need_id: int) -> Any:
    """Ask the enterprise to take the draft over."""
    asking.ask(platform(), actor(), need_id, body["organisation"])
    return _answer(need_id)


@endpoint("POST", f"{ONE}/recall", MANAGER, tag=TAG, answer=PROPOSAL, summary="撤回请求")
def recall_proposal(need_id: int) -> Any:
    """Take the request back."""
    asking.recall(platform(), actor(), need_id)
    return _answer(need_id)


@endpoint("POST", f"{ONE}/answer", ENTERPRISE, tag=TAG, body=ProposalAnswering, answer=PROPOSAL, summary="答复代拟需求",
          description="确认后需求归本企业，见 GET /needs/{listing_id}。")  # fmt: skip
def answer_proposal(body: dict[str, Any], need_id: int) -> Any:
    """Confirm the need as one's own, or refuse it with a reason."""
    opened = answering.open_one(platform(), actor(), need_id)
    need, proposal = answering.answer(
        platform(), actor(), need_id, body["answer"], body["reason"], body["revision"]
    )
    kept = need if proposal.state == CONFIRMED else None
    return _document(kept, proposal, actor().organisation_name, opened.manager)


def _answer(need_id: int, status: int = 200) -> Response:
    opened: Opened = answering.open_one(platform(), actor(), need_id)
    house = opened.organisation.name if opened.organisation else None
    return tagged(PROPOSAL().dump(_document(opened.need, opened.proposal, house, opened.manager)), status)


def _document(need: Any, proposal: Proposal | None, house: str | None, manager: str | None) -> dict[str, Any]:
    return {
        "id": need.id if need is not None else proposal.need_id if proposal else None,
        "revision": need.revision if need is not None else 0,
        "need": {f.name: field_value(f, getattr(need, f.name)) for f in drafting.FIELDS} if need is not None else None,
        "state": proposal.state if proposal else "draft", "organisation": house, "manager": manager or None,
        "note": proposal.note if proposal else "", "asked_at": moment(proposal.asked_at) if proposal else None,
        "due_on": day(proposal.due_on) if proposal else None,
        "answered_at": moment(proposal.answered_at) if proposal else None,
    }  # fmt: skip
