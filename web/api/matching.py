"""Recommendations both ways, matching without an account, and setting a pair aside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow as ma

from repositories.accounts import ENTERPRISE, INSTITUTION, MANAGER, OPERATOR, UNIVERSITY
from repositories.match_runs import MatchRun
from services import answering, passing, recommend
from services.access import NOBODY
from services.errors import FieldError, Invalid, NotFound
from services.recommend import Narrowing
from web.access import ANYONE, SIGNED_IN
from web.api.blueprint import ID, endpoint
from web.api.documents import item_document, recommendations_document
from web.api.filters import known_codes
from web.api.schemas import OUTPUT
from web.api.values import Codes, Out, Strict, Text, Whole, absent
from web.current import actor, platform
from web.limits import limiter, match_limit

TAG = "推荐与匹配"
MIN_TEXT, MAX_TEXT = 6, 20_000
"""As on the home page: shorter says nothing, longer is a whole report."""
MAX_ID = 2**31 - 1


class Narrow(Strict):
    """How a recommendation list is narrowed."""

    limit = Whole(
        1, recommend.SHOWN, clamp=True, load_default=20, metadata={"description": "最多几条（1–50）"}
    )
    trl_min = Whole(1, 9, load_default=absent, metadata={"description": "成熟度不低于"})
    industry = Codes(metadata={"description": "行业代码或名称"})
    region = Codes(metadata={"description": "地区代码或名称"})
    modes = Codes(metadata={"description": "合作方式代码或名称"})


class PastedNeed(Strict):
    """A need without an account: one text, or its parts."""

    text = Text(
        1_000_000,
        load_default="",
        metadata={"description": "整段需求文字，6–20000 字", "maxLength": MAX_TEXT},
    )
    title = Text(1_000_000, load_default="", metadata={"description": "需求名称", "maxLength": 200})
    problem = Text(
        1_000_000, load_default="", metadata={"description": "要解决的问题", "maxLength": MAX_TEXT}
    )
    indicators = Text(1_000_000, load_default="", metadata={"description": "目标指标", "maxLength": MAX_TEXT})
    constraints = Text(
        1_000_000, load_default="", metadata={"description": "约束条件", "maxLength": MAX_TEXT}
    )
    limit = Whole(
        1, recommend.SHOWN, clamp=True, load_default=20, metadata={"description": "最多几条（1–50）"}
    )


class Evidence(ma.Schema):
    """The words of both sides that carried a reason, in normal form."""

    need = ma.fields.List(Out("string"))
    achievement = ma.fields.List(Out("string"))


class ReasonOut(ma.Schema):
    """Why the pair fits."""

    feature = Out("string", "排序特征，见 /how-we-rank")
    text = Out("string", "给人看的一句话")
    contribution = Out("number", "这条理由贡献的分")
    evidence = ma.fields.Nested(Evidence)


class CautionOut(ma.Schema):
    """What speaks against the pair."""

    code = Out("string")
    text = Out("string")


def _pair(kind: str, library: str) -> type[ma.Schema]:
    return ma.Schema.from_dict(
        {
            kind: ma.fields.Nested(OUTPUT[library]),
            "rank": Out("integer"),
            "score": Out("number", "0–100，只取决于这一对"),
            "level": Out("integer", "4 强，3 较强，2 一般，1 弱"),
            "level_name": Out("string"),
            "recommended": Out("boolean", "是否达到列入推荐的分数"),
            "entry_id": Out(["integer", "null"], "请求引荐、标为不合适时用"),
            "place": Out("integer", "页面上的位置：讲同一件事的并成一条，同一院校不占满前几项"),
            "folded_under": Out(["integer", "null"], "并在哪一条之下（那一条的编号）"),
            "moved_down": Out("boolean", "因为同一院校前面已有几项而后移"),
            "like_passed": Out("string", "与您略过的哪一条相近（名称）"),
            "missing": ma.fields.List(Out("string"), metadata={"description": "差一点的几项各缺什么"}),
            "reasons": ma.fields.List(ma.fields.Nested(ReasonOut)),
            "cautions": ma.fields.List(ma.fields.Nested(CautionOut)),
            "introduction": Out(["object", "null"], "已有的引荐：编号与状态"),
            "deal": Out(["object", "null"], "已有的对接项目：编号与阶段"),
        },
        name=f"Recommended{library.capitalize()}Item",
    )


ITEMS = {"achievements": _pair("achievement", "achievements"), "needs": _pair("need", "needs")}


def _recommendations(library: str) -> type[ma.Schema]:
    return ma.Schema.from_dict(
        {
            "run_id": Out(["integer", "null"], "这次展示的编号；没有保存时为空"),
            "algorithm": Out("string", "排序方法与版本"),
            "basis": Out("string", "public 只用公开内容；owner 还用了您的保密部分"),
            "considered": Out("integer", "看过多少条"),
            "by_meaning": Out("boolean", "有没有用到语义"),
            "created_at": Out("string", format="date-time"),
            "items": ma.fields.List(ma.fields.Nested(ITEMS[library])),
            "passed": ma.fields.List(Out("object"), metadata={"description": "您标为不合适的"}),
            "facets": Out("object"),
        },
        name=f"Recommended{library.capitalize()}",
    )


ACHIEVEMENTS = _recommendations("achievements")
NEEDS = _recommendations("needs")


def narrowing(query: Mapping[str, Any]) -> Narrowing:
    """The filters as codes; raises Invalid for what a vocabulary does not have."""
    errors: list[FieldError] = []
    chosen = Narrowing(
        known_codes(query["industry"], "industry", "industries", errors),
        known_codes(query["region"], "region", "regions", errors),
        known_codes(query["modes"], "modes", "modes", errors),
        query["trl_min"],
    )
    if errors:
        raise Invalid(errors)
    return chosen


@endpoint("GET", f"/needs/{ID.format('need_id')}/recommendations", ENTERPRISE, MANAGER, OPERATOR, tag=TAG, query=Narrow,
          answer=ACHIEVEMENTS, summary="适合这条需求的成果",
          description="给需求的所有者（发布与否都可以）和运营。按分数排列，弱匹配在最后，level 为 1；页面怎样摆放见 place。")  # fmt: skip
def recommend_achievements(query: dict[str, Any], need_id: int) -> Any:
    """What fits a need."""
    return _recommended("needs", need_id, query)


@endpoint("GET", f"/achievements/{ID.format('achievement_id')}/recommendations", UNIVERSITY, INSTITUTION, OPERATOR,
          tag=TAG, query=Narrow, answer=NEEDS, summary="适合这条成果的需求")  # fmt: skip
def recommend_needs(query: dict[str, Any], achievement_id: int) -> Any:
    """Needs that fit an achievement."""
    return _recommended("achievements", achievement_id, query)


def _recommended(library: str, listing_id: int, query: Mapping[str, Any]) -> dict[str, Any]:
    person, limit = actor(), query["limit"]
    found = recommend.for_listing(platform(), person, library, listing_id, narrowing(query), limit)
    return recommendations_document(found, person, limit)


class Chosen(Strict):
    """Which of one's own."""

    achievement_id = Whole(1, MAX_ID, required=True, metadata={"description": "本单位已发布的成果"})


ANSWERS = ma.Schema.from_dict(
    {
        "items": ma.fields.List(ma.fields.Nested(ITEMS["achievements"])),
        "published": Out("integer", "已发布的成果总数"),
    },
    name="NeedAnswers",
)


@endpoint("GET", f"/needs/{ID.format('need_id')}/answers", UNIVERSITY, INSTITUTION, tag=TAG, answer=ANSWERS,
          summary="本单位哪些成果可以回应这条需求", name="list_answers")  # fmt: skip
def list_answers(need_id: int) -> Any:
    """One's own published achievements beside a public need, best first."""
    person = actor()
    found = answering.options(platform(), person, need_id)
    return {
        "items": [item_document(i, "achievement", person) for i in found.items],
        "published": found.published,
    }


@endpoint("POST", f"/needs/{ID.format('need_id')}/answers", UNIVERSITY, INSTITUTION, tag=TAG, body=Chosen,
          answer=ma.Schema.from_dict({"entry_id": Out("integer")}, name="ChosenAnswer"), status=201, name="choose_answer",
          summary="选一条成果回应需求", description="得到 entry_id，用它 POST /introductions 请求引荐。")  # fmt: skip
def choose_answer(body: dict[str, Any], need_id: int) -> Any:
    """The entry to ask with."""
    return {"entry_id": answering.choose(platform(), actor(), need_id, body["achievement_id"])}, 201


@endpoint("POST", "/match", ANYONE, tag=TAG, body=PastedNeed, answer=ACHIEVEMENTS, summary="不登录，直接匹配一段需求",
          description="什么都不保存；有频率限制。")  # fmt: skip
@limiter.limit(match_limit)
def match(body: dict[str, Any]) -> Any:
    """The first answer before any account."""
    parts = [body[name].strip() for name in ("title", "text", "problem", "indicators", "constraints")]
    text = "\n".join(part for part in parts if part)
    field = "text" if body["text"] or not body["title"] else "problem"
    if len(text) < MIN_TEXT:
        raise Invalid([FieldError(field, f"请写下要解决的问题，至少一句话（{MIN_TEXT} 个字以上）。")])
    if len(text) > MAX_TEXT:
        raise Invalid([FieldError(field, f"文字太长（{len(text)} 字），请保留最要紧的 {MAX_TEXT} 字以内。")])
    found = recommend.for_paste(platform(), text, body["limit"])
    return recommendations_document(found, NOBODY, body["limit"])


class Entry(Strict):
    """A shown pair: by its entry, or by the run it was shown in and the other side."""

    entry_id = Whole(1, MAX_ID, load_default=absent, metadata={"description": "推荐条目的编号"})
    run_id = Whole(1, MAX_ID, load_default=absent, metadata={"description": "推荐清单的编号，与下面之一同用"})
    achievement_id = Whole(1, MAX_ID, load_default=absent)
    need_id = Whole(1, MAX_ID, load_default=absent)


class PassBody(Entry):
    """Why a pair is set aside."""

    reason = Text(
        30, load_default="", metadata={"description": "八个原因之一，见 /vocabularies/pass_reasons"}
    )
    note = Text(500, load_default="", metadata={"description": "补充说明"})


class Pair(Strict):
    """The two sides of a pair."""

    need_id = Whole(1, MAX_ID, required=True)
    achievement_id = Whole(1, MAX_ID, required=True)


def entry_asked(body: Mapping[str, Any]) -> int:
    """The id of the entry a body names; raises Invalid, NotFound. Whose entry it is, the service decides."""
    if body["entry_id"] is not None:
        return int(body["entry_id"])
    if body["run_id"] is None or (body["achievement_id"] is None and body["need_id"] is None):
        raise Invalid(
            [FieldError("entry_id", "请给出 entry_id，或 run_id 加 achievement_id（或 need_id）。")]
        )
    with platform().database.read() as session:
        run = session.get(MatchRun, body["run_id"])
        for entry in run.entries if run is not None else ():
            same = (body["achievement_id"] in (None, entry.achievement_id)) and (
                body["need_id"] in (None, entry.need_id)
            )
            if same:
                return int(entry.id)
    # the same words as for an entry that is not the caller's: nobody feels out whose run holds what
    raise NotFound()


@endpoint("POST", "/passes", SIGNED_IN, tag=TAG, body=PassBody, status=204, summary="标为不合适")
def put_aside(body: dict[str, Any]) -> Any:
    """Set a pair aside for the person's side."""
    passing.put_aside(platform(), actor(), entry_asked(body), body["reason"], body["note"])
    return "", 204


@endpoint("DELETE", "/passes", SIGNED_IN, tag=TAG, query=Pair, status=204, summary="撤销“不合适”")
def take_back(query: dict[str, Any]) -> Any:
    """Undo it."""
    passing.take_back(platform(), actor(), query["need_id"], query["achievement_id"])
    return "", 204
