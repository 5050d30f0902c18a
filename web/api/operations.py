"""Organisations and the operator's decisions; the vocabularies and the ranking, explained by themselves."""

from __future__ import annotations

import dataclasses
from typing import Any

import marshmallow as ma
from flask import jsonify

from matching.features import describe
from repositories import listing
from repositories import organisations as organisation_rows
from repositories.accounts import OPERATOR
from repositories.achievements import Achievement
from repositories.database import Session
from repositories.needs import Need
from repositories.organisations import STATE_NAMES, Organisation
from services import confidential, organisations
from services.access import Actor
from services.errors import FieldError, Invalid, NotFound
from services.listings.catalogue import FIELDS
from web.access import ANYONE, SIGNED_IN
from web.api.blueprint import ID, endpoint
from web.api.documents import organisation_document
from web.api.revisions import IF_MATCH, revision_asked, tagged
from web.api.schemas import Paging, input_of
from web.api.values import Out, Strict, Text
from web.current import actor, platform

OPERATIONS, REFERENCE = "平台运营", "参考"


class Decision(Strict):
    """Why."""

    may_be_empty = True

    reason = Text(500, load_default="", metadata={"description": "原因；不通过时必填"})


class Houses(Paging):
    """Which organisations."""

    q = Text(200, load_default="", metadata={"description": "名称里的字，或信用代码"})
    state = Text(10, load_default="", metadata={"description": "pending、approved 或 rejected"})


class Opening(Strict):
    """Why a confidential part is opened."""

    reason = Text(500, required=True, metadata={"description": "调阅原因，4–500 字，需求方会看到"})


ORGANISATION = ma.Schema.from_dict(
    {
        "id": Out("integer"),
        "name": Out(),
        "kind": Out(),
        "region": Out(["string", "null"]),
        "intro": Out(),
        "website": Out(),
        "is_demo": Out("boolean"),
        "uscc": Out(["string", "null"], "只给本单位和运营"),
        "external_id": Out(["string", "null"], "只给本单位和运营"),
        "public_alias": Out("string", "不公开名称时的称呼；只给本单位和运营"),
        "proposed": Out("object", "等待审核的资料改动：字段 → 新内容；只给本单位和运营"),
        "state": Out("string", "只给本单位和运营"),
        "state_reason": Out("string", "只给本单位和运营"),
        "revision": Out("integer", "只给本单位和运营"),
        "created_at": Out("string", "只给本单位和运营"),
    },
    name="Organisation",
)
ORGANISATION_INPUT = input_of(FIELDS["organisations"], "OrganisationInput")
ORGANISATIONS = ma.Schema.from_dict(
    {
        "items": ma.fields.List(ma.fields.Nested(ORGANISATION)),
        "total": Out("integer"),
        "page": Out("integer"),
        "per_page": Out("integer"),
        "states": Out("object", "每个状态的条数"),
    },
    name="OrganisationPage",
)
TERM = ma.Schema.from_dict({"code": Out(), "name": Out(), "parent": Out(), "note": Out()}, name="Term")
VOCABULARY = ma.Schema.from_dict(
    {"name": Out(), "terms": ma.fields.List(ma.fields.Nested(TERM))}, name="Vocabulary"
)
VOCABULARIES = ma.Schema.from_dict({"items": ma.fields.List(Out("object"))}, name="Vocabularies")
FEATURE = ma.Schema.from_dict(
    {
        "name": Out(),
        "title": Out(),
        "description": Out("string", "这项特征看什么"),
        "points": Out("number", "最多几分"),
        "knots": Out("array", "取值 → 得分，中间按直线"),
    },
    name="Feature",
)
RANKING = ma.Schema.from_dict(
    {
        "algorithm": Out(),
        "features": ma.fields.List(ma.fields.Nested(FEATURE)),
        "levels": Out("object", "达到多少分为哪一级"),
        "recommended": Out("number", "达到多少分列入推荐"),
    },
    name="HowWeRank",
)
CONFIDENTIAL = ma.Schema.from_dict({"need_id": Out("integer"), "confidential": Out()}, name="Confidential")


def _inside(person: Actor, organisation_id: int) -> bool:
    return person.is_operator or (person.is_signed_in and person.organisation_id == organisation_id)


def _is_public(session: Session, organisation: Organisation) -> bool:
    """Institutions are public. An enterprise is once it put its name on something published, and not before."""
    if not organisation.is_approved:
        return False
    if organisation.kind != "enterprise":
        return True
    needs = listing.of_owner(session, Need, organisation.id, 0, 200, listing.PUBLISHED)
    offers = listing.of_owner(session, Achievement, organisation.id, 0, 1, listing.PUBLISHED)
    return bool(offers) or any(need.show_name for need in needs)


@endpoint("GET", f"/organisations/{ID.format('organisation_id')}", ANYONE, tag="单位", answer=ORGANISATION,
          summary="一家单位的公开信息", description="企业没有公开过名称时，对别人不存在。")  # fmt: skip
def get_organisation(organisation_id: int) -> Any:
    """The public part, and for its own people and operators the rest."""
    inside = _inside(actor(), organisation_id)
    with platform().database.read() as session:
        organisation = session.get(Organisation, organisation_id)
        if organisation is None or not (inside or _is_public(session, organisation)):
            raise NotFound()
    document = organisation_document(organisation, inside=inside)
    return tagged(document) if inside else document


@endpoint(
    "GET", "/organisations", OPERATOR, tag=OPERATIONS, query=Houses, answer=ORGANISATIONS, summary="各家单位"
)
def list_organisations(query: dict[str, Any]) -> Any:
    """The operator's list: those to check first."""
    page, size, state, words = query["page"], query["per_page"], query["state"], query["q"].strip()
    if state and state not in STATE_NAMES:
        raise Invalid([FieldError("state", f"没有“{state}”这个状态，可用：{'、'.join(STATE_NAMES)}。")])
    with platform().database.read() as session:
        rows = organisation_rows.page(session, state, words, (page - 1) * size, size)
        counts = organisation_rows.count_by_state(session, words)
    total = counts.get(state, 0) if state else sum(counts.values())
    items = [organisation_document(row, inside=True) for row in rows]
    return {"items": items, "total": total, "page": page, "per_page": size, "states": counts}


@endpoint("PATCH", f"/organisations/{ID.format('organisation_id')}", SIGNED_IN, tag="单位", body=ORGANISATION_INPUT,
          answer=ORGANISATION, headers=(IF_MATCH,), summary="修改单位信息",
          description="本单位的人可改简介、网址、地区、不公开名称时的称呼；名称、代码、类型由运营改。")  # fmt: skip
def edit_organisation(body: dict[str, Any], organisation_id: int) -> Any:
    """Change an organisation; what only operators may change is named, not skipped in silence."""
    person = actor()
    if not _inside(person, organisation_id):
        raise NotFound()
    closed = sorted(set(body) & set(organisations.OPERATORS_FIELDS)) if not person.is_operator else []
    if closed:
        raise Invalid([FieldError(name, "这一项请联系平台运营修改。") for name in closed])
    revision = revision_asked()
    with platform().database.read() as session:
        row = session.get(Organisation, organisation_id)
    if row is None:
        raise NotFound()
    edited = organisations.edit(
        platform(), person, organisation_id, body, row.revision if revision is None else revision
    )
    return tagged(organisation_document(edited, inside=True))


@endpoint("POST", f"/organisations/{ID.format('organisation_id')}/words/<any(accept, decline):verdict>", OPERATOR,
          tag=OPERATIONS, body=Decision, answer=ORGANISATION, name="settle_words", headers=(IF_MATCH,),
          summary="采用或不采用单位的资料改动", description="不采用（decline）要写原因。")  # fmt: skip
def settle_words(body: dict[str, Any], organisation_id: int, verdict: str) -> Any:
    """Let proposed words stand, or decline them."""
    organisations.settle(
        platform(), actor(), organisation_id, verdict == "accept", revision_asked(), body["reason"]
    )
    with platform().database.read() as session:
        organisation = session.get(Organisation, organisation_id)
    assert organisation is not None
    return tagged(organisation_document(organisation, inside=True))


@endpoint("POST", f"/organisations/{ID.format('organisation_id')}/<any(approve, reject):decision>", OPERATOR,
          tag=OPERATIONS, body=Decision, answer=ORGANISATION, name="decide_organisation",
          summary="单位核验：通过或不通过")  # fmt: skip
def decide_organisation(body: dict[str, Any], organisation_id: int, decision: str) -> Any:
    """Approve or reject an organisation."""
    organisations.decide(platform(), actor(), organisation_id, decision == "approve", body["reason"])
    with platform().database.read() as session:
        organisation = session.get(Organisation, organisation_id)
    assert organisation is not None
    return organisation_document(organisation, inside=True)


@endpoint("POST", f"/needs/{ID.format('need_id')}/confidential", OPERATOR, tag=OPERATIONS, body=Opening,
          answer=CONFIDENTIAL, summary="调阅保密部分", description="留痕，并通知需求方。")  # fmt: skip
def open_confidential(body: dict[str, Any], need_id: int) -> Any:
    """Open a need's confidential part with a reason its owner sees."""
    return {
        "need_id": need_id,
        "confidential": confidential.open_part(platform(), actor(), need_id, body["reason"]),
    }


@endpoint("GET", "/how-we-rank", ANYONE, tag=REFERENCE, answer=RANKING, summary="我们怎样排序",
          description="由排序程序自己写出：每项特征的说明、分值与曲线，各级的门槛。")  # fmt: skip
def how_we_rank() -> Any:
    """Features, curves and thresholds of the running ranker."""
    ranker = platform().ranker
    features = []
    for one in describe():
        curve = ranker.curves[one.feature]
        knots = [[round(v, 4), round(p, 4)] for v, p in zip(curve.values, curve.points, strict=True)]
        features.append(
            {
                "name": one.feature,
                "title": one.title,
                "description": one.text,
                "points": round(curve.most, 4),
                "knots": knots,
            }
        )
    fair, fairly_strong, strong = ranker.thresholds
    levels = {"4": strong, "3": fairly_strong, "2": fair, "1": 0.0}
    return {
        "algorithm": ranker.name, "features": features, "levels": levels, "recommended": ranker.recommended,
    }  # fmt: skip


@endpoint("GET", "/vocabularies", ANYONE, tag=REFERENCE, answer=VOCABULARIES, summary="有哪些词表")
def list_vocabularies() -> Any:
    """Names and sizes."""
    known = platform().vocabularies
    names = [one.name for one in dataclasses.fields(known)]
    return {"items": [{"name": name, "terms": len(getattr(known, name))} for name in names]}


@endpoint("GET", "/vocabularies/<string:name>", ANYONE, tag=REFERENCE, answer=VOCABULARY, summary="一个词表",
          description="行业 GB/T 4754、地区 GB/T 2260、学科 GB/T 13745、成熟度 GB/T 22900 等。")  # fmt: skip
def get_vocabulary(name: str) -> Any:
    """Codes, names and places in the tree."""
    known = platform().vocabularies
    if name not in {one.name for one in dataclasses.fields(known)}:
        raise NotFound("没有这个词表，名称见 /vocabularies。")
    terms = [
        {"code": t.code, "name": t.name, "parent": t.parent or "", "note": t.note or ""}
        for t in getattr(known, name)
    ]
    response = jsonify({"name": name, "terms": terms})
    # the same for everybody, and it changes with a release only
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response
